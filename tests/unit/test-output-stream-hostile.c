/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A PtpOutputStreamConsumer on streams that do what no stream should: run the main loop inside
 * their virtual functions, write to their own consumer, and say what cannot be.
 */

#include "ptp-test-writing.h"

#include <string.h>

typedef struct
{
  PtpTestWriting *t;
  gsize push; /* the size of what is written from inside, 0 for nothing */
  guint depth;
  guint n_calls;
} Nested;

static void
nested_cb (gpointer output, gpointer user_data)
{
  Nested *self = user_data;

  self->depth++;
  g_assert_cmpuint (self->depth, ==, 1);
  if (self->n_calls++ < 50)
    {
      if (self->push > 0)
        ptp_test_writing_write (self->t, self->push);
      ptp_test_turns (5);
    }
  self->depth--;
}

static void
check_nested (PtpTestOutputWay way, gsize size, gsize push)
{
  PtpTestWriting t;
  Nested nested = { .t = &t, .push = push };

  ptp_test_writing_init_double (&t, way);
  t.output->take = 30000;
  t.output->on_write = nested_cb;
  t.output->hook_data = &nested;
  for (int i = 0; i < 5; i++)
    ptp_test_writing_write (&t, size);
  ptp_test_writing_until_written (&t, t.in->len);
  ptp_test_drain ();
  g_assert_cmpuint (t.output->bytes->len, ==, t.in->len);
  ptp_test_writing_assert_exact (&t);
  ptp_test_writing_assert_numbers (&t, t.in->len, 0);
  ptp_test_writing_finish_wait (&t);
  ptp_test_writing_assert_whole (&t);
  ptp_test_writing_clear (&t);
}

static void
test_r6_write (gconstpointer way)
{
  const gsize sizes[] = { 100, 20000, 100000 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      check_nested (GPOINTER_TO_UINT (way), sizes[i], 0);
      check_nested (GPOINTER_TO_UINT (way), sizes[i], 100);
      check_nested (GPOINTER_TO_UINT (way), sizes[i], 100000);
    }
}

static void
create_source_cb (gpointer output, gpointer user_data)
{
  Nested *self = user_data;

  self->n_calls++;
  ptp_test_writing_write (self->t, self->push);
  ptp_test_turns (5);
}

/* The main loop inside create_source: there is one source, and it is dropped in the end. */
static void
test_r6_create_source (void)
{
  PtpTestWriting t;
  Nested nested = { .t = &t, .push = 70000 };

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_POLLABLE);
  t.output->room = 10;
  t.output->on_create_source = create_source_cb;
  t.output->hook_data = &nested;
  ptp_test_writing_write (&t, 100);
  ptp_test_drain ();
  g_assert_cmpuint (nested.n_calls, ==, 1);
  g_assert_true (ptp_test_output_stream_is_polled (t.output));
  ptp_test_output_stream_add_room (t.output, 1000000);
  ptp_test_writing_until_written (&t, t.in->len);
  g_assert_false (ptp_test_output_stream_is_polled (t.output));
  ptp_test_writing_assert_exact (&t);
  ptp_test_writing_clear (&t);
}

static void
abort_cb (gpointer output, gpointer user_data)
{
  Nested *self = user_data;

  self->n_calls++;
  ptp_test_writing_cancel (self->t);
  ptp_test_turns (5);
}

static void
test_abort_inside_create_source (void)
{
  PtpTestWriting t;
  Nested nested = { .t = &t };

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_POLLABLE);
  t.output->room = 10;
  t.output->on_create_source = abort_cb;
  t.output->hook_data = &nested;
  ptp_test_writing_write (&t, 100);
  ptp_test_until_set (&nested.n_calls);
  ptp_test_writing_until_settled (&t);
  ptp_test_writing_assert_undone (&t);
  ptp_test_writing_assert_numbers (&t, 10, 0);
  ptp_test_writing_clear (&t);
}

/* Nothing is closed inside its own write. */
static void
aborts_open_cb (gpointer output, gpointer user_data)
{
  abort_cb (output, user_data);
  g_assert_false (g_output_stream_is_closed (output));
  g_assert_false (g_output_stream_has_pending (output));
}

static void
test_r6_abort_inside_write (gconstpointer way)
{
  PtpTestWriting t;
  Nested nested = { .t = &t };

  ptp_test_writing_init_double (&t, GPOINTER_TO_UINT (way));
  t.output->take = 5;
  t.output->on_write = aborts_open_cb;
  t.output->hook_data = &nested;
  ptp_test_writing_write (&t, 100000);
  ptp_test_until_set (&nested.n_calls);
  ptp_test_writing_until_settled (&t);
  ptp_test_writing_assert_undone (&t);
  g_assert_cmpuint (nested.n_calls, ==, 1);
  ptp_test_writing_assert_numbers (&t, 5, 0);
  ptp_test_writing_clear (&t);
}

static void
test_e2_no_source (void)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, PTP_TEST_OUTPUT_POLLABLE);
  t.output->room = 10;
  t.output->no_source = TRUE;
  ptp_test_writing_write (&t, 100);
  ptp_test_writing_until_failed (&t);
  g_assert_error (t.error, PTP_ERROR, PTP_ERROR_FAILED);
  g_assert_nonnull (strstr (t.error->message, "PtpTestOutputStream"));
  ptp_test_writing_assert_numbers (&t, 10, 0);
  ptp_test_writing_clear (&t);
}

/* Says it has written more than there was: what it has done is unknown, so that nothing is written
 * a second time.
 */
static void
test_e2_too_much (gconstpointer way)
{
  const gsize sizes[] = { 100, 100000 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      PtpTestWriting t;

      ptp_test_writing_init_double (&t, GPOINTER_TO_UINT (way));
      t.output->more = 1;
      ptp_test_writing_write (&t, sizes[i]);
      ptp_test_writing_until_failed (&t);
      g_assert_error (t.error, PTP_ERROR, PTP_ERROR_FAILED);
      g_assert_nonnull (strstr (t.error->message, "PtpTestOutputStream"));
      g_assert_cmpuint (t.output->n_writes, ==, 1);
      ptp_test_writing_assert_numbers (&t, 0, 0);
      ptp_test_writing_clear (&t);
    }
}

/* Takes everything, and sets an error all the same. */
static void
test_e2_error_beside (gconstpointer way)
{
  PtpTestWriting t;

  ptp_test_writing_init_double (&t, GPOINTER_TO_UINT (way));
  t.output->take = 7;
  t.output->error_beside = TRUE;
  ptp_test_writing_write (&t, 100);
  if (GPOINTER_TO_UINT (way) != PTP_TEST_OUTPUT_POLLABLE)
    g_test_expect_message ("GLib-GIO", G_LOG_LEVEL_WARNING, "*runtime check failed*");
  ptp_test_writing_until_failed (&t);
  g_test_assert_expected_messages ();
  g_assert_error (t.error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpuint (t.output->n_writes, ==, 1);
  ptp_test_writing_assert_numbers (&t, 7, 0);
  ptp_test_writing_clear (&t);
}

#define ADD(name, func) g_test_add_func ("/output-stream-consumer/" name, func)
int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  PTP_TEST_ADD_WAYS ("R6/hostile/write", test_r6_write);
  PTP_TEST_ADD_WAYS ("R6/hostile/abort-inside-write", test_r6_abort_inside_write);
  ADD ("R6/hostile/create-source", test_r6_create_source);
  ADD ("hostile/abort-inside-create-source", test_abort_inside_create_source);
  ADD ("E2/hostile/no-source", test_e2_no_source);
  PTP_TEST_ADD_WAYS ("E2/hostile/too-much", test_e2_too_much);
  PTP_TEST_ADD_WAYS ("E2/hostile/error-beside", test_e2_error_beside);

  return g_test_run ();
}
