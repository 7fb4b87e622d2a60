/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What a writer does when its owner goes. */

#include "pulltopush/gio/ptp-stream-writer-private.h"

#include "ptp-test-output-stream.h"

#define N_ROUNDS (300)

/* An owner, which abandons its writer when it goes. */
typedef struct
{
  PtpTestOutputStream *output; /* (owned) */
  GObject *owner;              /* (owned) (nullable) */
  PtpStreamWriter *writer;     /* (owned) (nullable) */
  GThread *context_thread;
  int n_by_owner;  /* atomic: nothing was in flight */
  int n_by_writer; /* atomic */
} Fixture;

static Fixture *current;

static void
ignore_progress (gpointer owner)
{
}

static void
fail (gpointer owner, GError *error)
{
  g_error ("%s", error->message);
}

static const PtpStreamWriterFuncs funcs = { .progress = ignore_progress, .failed = fail };

static void
orphan_cb (GOutputStream *stream)
{
  g_assert_true (stream == G_OUTPUT_STREAM (current->output));
  g_assert_true (g_thread_self () == current->context_thread);
  g_assert_cmpuint (current->output->n_finishes, ==, current->output->n_writes);
  g_assert_null (current->output->held);
  g_atomic_int_inc (&current->n_by_writer);
}

static void
abandon_cb (gpointer user_data)
{
  Fixture *self = user_data;

  if (!ptp_stream_writer_abandon (self->writer, orphan_cb))
    g_atomic_int_inc (&self->n_by_owner);
  g_clear_pointer (&self->writer, ptp_stream_writer_unref);
}

static void
set_up (Fixture *self, PtpTestOutputWay way)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (1000), 1000);

  *self = (Fixture){ .output = ptp_test_output_stream_new (way) };
  current = self;
  self->context_thread = g_thread_self ();
  self->owner = g_object_new (G_TYPE_OBJECT, NULL);
  self->writer = ptp_stream_writer_new (G_OUTPUT_STREAM (self->output), g_main_context_default (),
                                        self->owner, &funcs);
  g_object_set_data_full (self->owner, "writer", self, abandon_cb);
  ptp_stream_writer_push (self->writer, bytes);
}

static void
tear_down (Fixture *self)
{
  ptp_test_drain ();
  g_assert_null (self->writer);
  g_clear_pointer (&self->output->source, g_source_unref);
  ptp_test_assert_finalize (self->output);
}

static void
assert_calls (Fixture *self, int by_owner, int by_writer)
{
  g_assert_cmpint (g_atomic_int_get (&self->n_by_owner), ==, by_owner);
  g_assert_cmpint (g_atomic_int_get (&self->n_by_writer), ==, by_writer);
}

/* Once, and only when the write is over. */
static void
test_in_flight (void)
{
  Fixture f;

  set_up (&f, PTP_TEST_OUTPUT_HELD);
  ptp_test_drain ();
  g_assert_true (ptp_stream_writer_is_busy (f.writer));
  g_clear_object (&f.owner);
  ptp_test_drain ();
  assert_calls (&f, 0, 0);
  ptp_test_output_stream_release (f.output);
  ptp_test_drain ();
  assert_calls (&f, 0, 1);
  tear_down (&f);
  assert_calls (&f, 0, 1);
}

static void
test_nothing_in_flight (gconstpointer written)
{
  Fixture f;

  set_up (&f, PTP_TEST_OUTPUT_ASYNC);
  if (GPOINTER_TO_INT (written))
    ptp_test_drain ();
  g_clear_object (&f.owner);
  assert_calls (&f, 1, 0);
  tear_down (&f);
  assert_calls (&f, 1, 0);
}

static void
test_pollable (void)
{
  Fixture f;

  set_up (&f, PTP_TEST_OUTPUT_POLLABLE);
  f.output->room = 10;
  ptp_test_drain ();
  g_clear_object (&f.owner);
  assert_calls (&f, 1, 0);
  tear_down (&f);
  assert_calls (&f, 1, 0);
}

static gpointer
drop_cb (gpointer user_data)
{
  Fixture *self = user_data;

  g_object_unref (self->owner);
  return NULL;
}

/* The last reference goes in a thread, while writes start and end: exactly one of the two acts. */
static void
test_t4_race (gconstpointer way)
{
  for (int i = 0; i < N_ROUNDS; i++)
    {
      Fixture f;
      GThread *thread;

      set_up (&f, GPOINTER_TO_UINT (way));
      f.output->take = 10;
      ptp_test_turns ((guint) i % 4);
      thread = g_thread_new ("drop", drop_cb, &f);
      ptp_test_turns (5);
      if (f.output->held != NULL)
        ptp_test_output_stream_release (f.output);
      g_thread_join (thread);
      ptp_test_drain ();
      if (f.output->held != NULL)
        ptp_test_output_stream_release (f.output);
      tear_down (&f);
      g_assert_cmpint (g_atomic_int_get (&f.n_by_owner) + g_atomic_int_get (&f.n_by_writer), ==, 1);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/stream-writer/orphan/in-flight", test_in_flight);
  g_test_add_data_func ("/stream-writer/orphan/not-written", GINT_TO_POINTER (FALSE),
                        test_nothing_in_flight);
  g_test_add_data_func ("/stream-writer/orphan/written", GINT_TO_POINTER (TRUE),
                        test_nothing_in_flight);
  g_test_add_func ("/stream-writer/orphan/pollable", test_pollable);
  g_test_add_data_func ("/stream-writer/T4/orphan/async", GUINT_TO_POINTER (PTP_TEST_OUTPUT_ASYNC),
                        test_t4_race);
  g_test_add_data_func ("/stream-writer/T4/orphan/held", GUINT_TO_POINTER (PTP_TEST_OUTPUT_HELD),
                        test_t4_race);
  g_test_add_data_func ("/stream-writer/T4/orphan/pollable",
                        GUINT_TO_POINTER (PTP_TEST_OUTPUT_POLLABLE), test_t4_race);

  return g_test_run ();
}
