/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-testing-producer.h"
#include "ptp-testing-push-producer.h"
#include "ptp-testing-run-private.h"

#include <string.h>

#define LARGE (4 * 1024 * 1024)
/* A limit above that is not tried. */
#define LARGEST (16 * 1024 * 1024)
/* Enough to fill any queue that means to pause, and then some. */
#define N_CHUNKS   64
#define CHUNK_SIZE (32 * 1024)
/* More than any queue takes without a pause. */
#define MANY 64

#define NEEDS_READER "needs a reader, which tells what has arrived"

/* A consumer under test, and the producer that writes to it. */
typedef struct
{
  PtpTestingRun *run;               /* (unowned) */
  PtpConsumer *consumer;            /* (owned) (nullable): none once it was dropped */
  PtpTestingPushProducer *producer; /* (owned) (nullable): none once it was dropped */
  GBytes *wanted;                   /* (owned) (nullable): what should have arrived in the end */
  gint64 longest;                   /* microseconds in one write, finish or abort */
  gint *n_settled;                  /* (owned): how often it emitted that it has settled */
} PtpTestingSink;

static void
sink_free (PtpTestingSink *self)
{
  if (self->consumer != NULL && self->producer != NULL)
    ptp_consumer_unregister_producer (self->consumer, PTP_PUSH_PRODUCER (self->producer));
  ptp_testing_run_drain (self->run);
  g_clear_object (&self->consumer);
  g_clear_object (&self->producer);
  g_clear_pointer (&self->wanted, g_bytes_unref);
  g_atomic_rc_box_release (self->n_settled);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PtpTestingSink, sink_free)

/* Any thread */
static void
count_settled_cb (gpointer n_settled)
{
  g_atomic_int_inc ((gint *) n_settled);
}

static void
unref_count_cb (gpointer n_settled, GClosure *closure)
{
  g_atomic_rc_box_release (n_settled);
}

/* Returns: (nullable): without an object there is a fault. */
static PtpTestingSink *
sink_new (PtpTestingRun *run)
{
  const char *const signals[] = { "settled", "settle-failed" };
  PtpConsumer *consumer = ptp_testing_run_make (run, NULL);
  PtpTestingSink *self;

  if (consumer == NULL)
    return NULL;

  self = g_new0 (PtpTestingSink, 1);
  self->run = run;
  self->consumer = consumer;
  self->producer = ptp_testing_push_producer_new ();
  self->n_settled = g_atomic_rc_box_new0 (gint);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    g_signal_connect_data (consumer, signals[i], G_CALLBACK (count_settled_cb),
                           g_atomic_rc_box_acquire (self->n_settled), unref_count_cb,
                           G_CONNECT_SWAPPED);

  return self;
}

static guint
count_settled (PtpTestingSink *self)
{
  return (guint) g_atomic_int_get (self->n_settled);
}

static void
unregister (PtpTestingSink *self)
{
  ptp_consumer_unregister_producer (self->consumer, PTP_PUSH_PRODUCER (self->producer));
}

static gboolean
enlist (PtpTestingSink *self, PtpTestingPushProducer *producer)
{
  g_autoptr (GError) error = NULL;

  if (ptp_consumer_register_push_producer (self->consumer, PTP_PUSH_PRODUCER (producer), &error))
    return TRUE;

  ptp_testing_run_fault (self->run, "it refused a producer: %s", error->message);
  return FALSE;
}

static gboolean
write_bytes (PtpTestingSink *self, GBytes *bytes)
{
  gint64 start = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;
  gboolean written;

  written = ptp_testing_push_producer_write (self->producer, bytes, &error);
  self->longest = MAX (self->longest, g_get_monotonic_time () - start);
  if (!written)
    ptp_testing_run_fault (self->run, "it refused a chunk of %" G_GSIZE_FORMAT " bytes: %s",
                           g_bytes_get_size (bytes), error->message);

  return written;
}

static gboolean
write_text (PtpTestingSink *self, const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return write_bytes (self, bytes);
}

static gboolean
has_room (gpointer user_data)
{
  PtpTestingSink *self = user_data;

  return !ptp_testing_push_producer_get_paused (self->producer);
}

static gboolean
wait_for_room (PtpTestingSink *self)
{
  if (ptp_testing_run_until (self->run, has_room, self))
    return TRUE;

  ptp_testing_run_fault (self->run, "it paused its producer, and never resumed it");
  return FALSE;
}

static gboolean
has_arrived (gpointer user_data)
{
  PtpTestingSink *self = user_data;
  g_autoptr (GBytes) seen = ptp_testing_run_read (self->run, self->consumer);

  return seen == NULL || g_bytes_get_size (seen) >= g_bytes_get_size (self->wanted);
}

static void
take_violations (PtpTestingSink *self, const char *rule)
{
  ptp_testing_run_take_violations (self->run,
                                   ptp_testing_push_producer_dup_violations (self->producer), rule);
}

static GError *
create_failure (void)
{
  return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "The suite's producer failed");
}

static gboolean
is_registered (PtpTestingSink *sink)
{
  return ptp_testing_push_producer_get_n_registered (sink->producer)
         > ptp_testing_push_producer_get_n_unregistered (sink->producer);
}

static gboolean
has_been_let_go (gpointer user_data)
{
  PtpTestingSink *sink = user_data;

  return ptp_testing_push_producer_get_n_unregistered (sink->producer) > 0;
}

/* Before it had settled what its producer told it. */
static gboolean
was_let_go_early (PtpTestingSink *sink)
{
  g_auto (GStrv) events = ptp_testing_push_producer_dup_events (sink->producer);

  for (gsize i = 0; events[i] != NULL && !g_str_equal (events[i], "unregistered"); i++)
    if (g_str_has_prefix (events[i], "settle"))
      return FALSE;

  return TRUE;
}

/* Tells it to finish, or with a reason to abort. */
static void
tell_end (PtpTestingSink *sink, const GError *reason)
{
  gint64 start = g_get_monotonic_time ();

  if (reason != NULL)
    ptp_testing_push_producer_fail (sink->producer, reason);
  else
    ptp_testing_push_producer_finish (sink->producer);
  sink->longest = MAX (sink->longest, g_get_monotonic_time () - start);
}

/* Returns whether it has settled, and the producer has left it. */
static gboolean
wait_settled (PtpTestingSink *sink, const char *what)
{
  if (ptp_testing_run_until (sink->run, has_been_let_go, sink))
    return TRUE;

  ptp_testing_run_fault (sink->run, "it was told to %s, and never settled", what);
  return FALSE;
}

static gboolean
end_with (PtpTestingSink *sink, const GError *reason)
{
  tell_end (sink, reason);
  return wait_settled (sink, reason != NULL ? "abort" : "finish");
}

/* Waits until as much has arrived, then looks whether it is the right thing. What can be taken back
 * is in place only when it has finished.
 */
static void
expect_arrived (PtpTestingSink *self, GBytes *wanted, const char *when)
{
  g_autoptr (GBytes) seen = NULL;

  if (self->run->suite->undoes && is_registered (self) && !end_with (self, NULL))
    return;

  g_clear_pointer (&self->wanted, g_bytes_unref);
  self->wanted = g_bytes_ref (wanted);
  ptp_testing_run_until (self->run, has_arrived, self);
  seen = ptp_testing_run_read (self->run, self->consumer);
  if (seen != NULL)
    ptp_testing_run_compare (self->run, wanted, seen, when);
}

static void
expect_text (PtpTestingSink *self, const char *wanted, const char *when)
{
  g_autoptr (GBytes) bytes = g_bytes_new (wanted, strlen (wanted));

  expect_arrived (self, bytes, when);
}

static void
check_implemented (PtpTestingRun *run)
{
  g_autoptr (PtpConsumer) consumer = ptp_testing_run_make (run, NULL);
  PtpConsumerInterface *iface;

  if (consumer == NULL)
    return;

  iface = PTP_CONSUMER_GET_IFACE (consumer);
  if (iface->register_push_producer == NULL || iface->unregister_producer == NULL
      || iface->write == NULL)
    ptp_testing_run_fault (run,
                           "%s lacks register_push_producer(), unregister_producer() or "
                           "write()",
                           G_OBJECT_TYPE_NAME (consumer));
}

static void
judge_answer (PtpTestingRun *run, const char *vfunc, gboolean result, const GError *error)
{
  if (result && error != NULL)
    ptp_testing_run_fault (run, "%s() returned true and set an error: %s", vfunc, error->message);
  else if (!result && error == NULL)
    ptp_testing_run_fault (run, "%s() returned false, or nothing, and set no error", vfunc);
}

static void
judge_end (PtpTestingRun *run, const char *vfunc, PtpEndResult result, const GError *error)
{
  if ((guint) result > PTP_END_RESULT_PENDING)
    ptp_testing_run_fault (run, "%s() returned %d, which is not a result", vfunc, (int) result);
  else if (result != PTP_END_RESULT_FAILED && error != NULL)
    ptp_testing_run_fault (run, "%s() returned %d and set an error: %s", vfunc, (int) result,
                           error->message);
  else if (result == PTP_END_RESULT_FAILED && error == NULL)
    ptp_testing_run_fault (run, "%s() returned FAILED, or nothing, and set no error", vfunc);
}

/* Past the vfunc guard of the library, which would hide it. */
static void
judge_calls (PtpTestingSink *sink, gboolean finishes)
{
  PtpTestingRun *run = sink->run;
  PtpConsumerInterface *iface = PTP_CONSUMER_GET_IFACE (sink->consumer);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr (GError) reason = create_failure ();
  g_autoptr (GError) register_error = NULL;
  g_autoptr (GError) write_error = NULL;
  g_autoptr (GError) end_error = NULL;
  PtpEndResult end;
  gboolean result;

  result = iface->register_push_producer (sink->consumer, PTP_PUSH_PRODUCER (sink->producer),
                                          &register_error);
  judge_answer (run, "register_push_producer", result, register_error);
  result = iface->write (sink->consumer, bytes, &write_error);
  judge_answer (run, "write", result, write_error);
  if (finishes)
    end = iface->finish (sink->consumer, &end_error);
  else
    end = iface->abort (sink->consumer, reason, &end_error);
  judge_end (run, finishes ? "finish" : "abort", end, end_error);
  iface->unregister_producer (sink->consumer, PTP_PUSH_PRODUCER (sink->producer));
}

static void
check_result_and_error (PtpTestingRun *run)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (PtpTestingSink) sink = sink_new (run);
      PtpConsumerInterface *iface;

      if (sink == NULL)
        return;

      iface = PTP_CONSUMER_GET_IFACE (sink->consumer);
      if (iface->register_push_producer == NULL || iface->unregister_producer == NULL
          || iface->write == NULL || iface->finish == NULL || iface->abort == NULL)
        {
          ptp_testing_run_fault (run, "it does not implement what it must");
          return;
        }

      judge_calls (sink, i == 0);
    }
}

static void
check_empty_write (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = sink_new (run);

  if (sink == NULL || !enlist (sink, sink->producer) || !write_text (sink, ""))
    return;

  ptp_testing_run_drain (run);
  if (ptp_testing_push_producer_get_n_stopped (sink->producer) > 0
      || ptp_testing_push_producer_get_n_unregistered (sink->producer) > 0)
    ptp_testing_run_fault (run, "it took an empty chunk for an end");
  else if (write_text (sink, "x"))
    expect_text (sink, "x", "after an empty chunk");
}

static GBytes *
fill (gsize size)
{
  guint8 *data = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) (i % 251);

  return g_bytes_new_take (data, size);
}

/* Writes until it is paused, or it is clear that nobody will. */
static void
write_until_paused (PtpTestingSink *sink, GByteArray *all)
{
  gsize limit = sink->run->suite->limit;
  g_autoptr (GBytes) chunk = fill (limit > 0 ? MIN (limit / 4 + 1, CHUNK_SIZE) : CHUNK_SIZE);
  gsize size;
  const guint8 *data = g_bytes_get_data (chunk, &size);

  for (guint i = 0; i < MANY && !ptp_testing_push_producer_get_paused (sink->producer); i++)
    {
      if (!ptp_testing_push_producer_write (sink->producer, chunk, NULL))
        return;
      if (all != NULL)
        g_byte_array_append (all, data, (guint) size);
    }
}

static void
check_large_chunk (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = sink_new (run);
  gsize limit = run->suite->limit;
  g_autoptr (GBytes) large = fill (limit > 0 && limit < LARGEST ? limit + 1 : LARGE);

  if (sink == NULL || !enlist (sink, sink->producer) || !write_bytes (sink, large))
    return;

  if (wait_for_room (sink))
    expect_arrived (sink, large, "of a large chunk");
}

/* One whose write has failed can come to no good end. */
static gboolean
replace_producer (PtpTestingSink *sink)
{
  unregister (sink);
  g_object_unref (sink->producer);
  sink->producer = ptp_testing_push_producer_new ();
  return enlist (sink, sink->producer);
}

static void
overfill (PtpTestingSink *sink)
{
  PtpTestingRun *run = sink->run;
  g_autoptr (GBytes) too_large = fill (run->suite->limit + 1);
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_autoptr (GBytes) wanted = NULL;
  g_autoptr (GError) error = NULL;

  write_until_paused (sink, all);
  if (!ptp_testing_push_producer_get_paused (sink->producer))
    ptp_testing_run_fault (run, "it never paused its producer");
  else if (ptp_testing_push_producer_write (sink->producer, too_large, &error))
    ptp_testing_run_fault (run, "it had paused its producer, and took %" G_GSIZE_FORMAT " bytes",
                           g_bytes_get_size (too_large));
  else if (!g_error_matches (error, PTP_ERROR, PTP_ERROR_OVERFLOW))
    ptp_testing_run_fault (run, "it refused with another error: %s", error->message);
  else if (wait_for_room (sink) && replace_producer (sink) && write_text (sink, "b"))
    {
      g_byte_array_append (all, (const guint8 *) "b", 1);
      wanted = g_byte_array_free_to_bytes (g_steal_pointer (&all));
      expect_arrived (sink, wanted, "around a chunk that was too much");
    }
}

static void
check_limit (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = NULL;

  if (run->suite->limit == 0)
    {
      ptp_testing_run_skip (run, "needs `limit`, the hard limit in bytes, if there is one");
      return;
    }

  sink = sink_new (run);
  if (sink != NULL && enlist (sink, sink->producer))
    overfill (sink);
}

/* A producer that keeps to it must be able to go on. */
static void
check_desired_size (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = sink_new (run);

  if (sink == NULL || !enlist (sink, sink->producer))
    return;

  for (guint i = 0; i < MANY && !ptp_testing_run_is_over (run); i++)
    {
      if (!ptp_testing_push_producer_get_paused (sink->producer)
          && ptp_consumer_get_desired_size (sink->consumer) == 0)
        ptp_testing_run_fault (run, "it desired 0 bytes, and had not paused its producer");
      else if (ptp_testing_push_producer_get_paused (sink->producer))
        wait_for_room (sink);
      else
        write_text (sink, "some text");
    }
}

static void
check_full (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = sink_new (run);

  if (sink == NULL || !enlist (sink, sink->producer))
    return;

  write_until_paused (sink, NULL);
  if (!ptp_testing_push_producer_get_paused (sink->producer))
    {
      ptp_testing_run_skip (run, "the consumer never pauses");
      return;
    }

  if (!replace_producer (sink))
    return;

  if (!ptp_testing_push_producer_get_paused (sink->producer))
    ptp_testing_run_fault (run, "it was full, and did not pause the next producer");
  else
    wait_for_room (sink);
}

/* A whole stream */

typedef struct
{
  PtpTestingSink *sink;
  PtpPullToPush *stream;
} Flow;

static gboolean
has_flown (gpointer user_data)
{
  Flow *flow = user_data;
  PtpStreamState state = ptp_pull_to_push_get_state (flow->stream);

  return state == PTP_STREAM_STATE_FINISHED || state == PTP_STREAM_STATE_STOPPED
         || state == PTP_STREAM_STATE_FAILED;
}

static void
judge_flow (Flow *flow, PtpTestingProducer *producer)
{
  PtpTestingRun *run = flow->sink->run;
  const GError *error = ptp_pull_to_push_get_error (flow->stream);
  g_autoptr (GBytes) wanted = ptp_testing_producer_dup_bytes (producer);

  if (error != NULL)
    ptp_testing_run_fault (run, "the stream failed: %s", error->message);
  else if (ptp_pull_to_push_get_state (flow->stream) == PTP_STREAM_STATE_STOPPED)
    ptp_testing_run_fault (run, "it stopped the stream");
  else if (ptp_testing_producer_get_n_left (producer) > 0)
    ptp_testing_run_fault (run, "it let go of the stream before its end");
  else
    expect_arrived (flow->sink, wanted, "of a whole stream");
}

static void
check_leads_on (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = sink_new (run);
  g_autoptr (PtpTestingProducer) producer = ptp_testing_producer_new ();
  g_autoptr (PtpPullToPush) stream = NULL;
  g_autoptr (GError) error = NULL;
  gsize limit = run->suite->limit;
  Flow flow = { .sink = sink };

  if (sink == NULL)
    return;

  for (guint i = 0; i < N_CHUNKS; i++)
    ptp_testing_producer_add_burst (producer, 1,
                                    limit > 0 ? MAX (1, MIN (limit / 4, CHUNK_SIZE)) : CHUNK_SIZE);
  stream = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (producer), sink->consumer, &error);
  flow.stream = stream;
  if (stream == NULL)
    ptp_testing_run_fault (run, "it refused a stream: %s", error->message);
  else if (!ptp_testing_run_until (run, has_flown, &flow))
    ptp_testing_run_fault (run, "it paused the stream, and never resumed it; %u steps were left",
                           ptp_testing_producer_get_n_left (producer));
  else
    judge_flow (&flow, producer);

  if (stream != NULL)
    ptp_pull_to_push_stop_streaming (stream);
  ptp_testing_run_drain (run);
}

/* Heeds each pause, as a good producer does. Returns whether all was taken. */
static gboolean
write_much (PtpTestingSink *sink, GByteArray *all)
{
  for (gsize size = 0; size < N_CHUNKS; size++)
    {
      g_autoptr (GBytes) chunk = fill (size * 97 % 251);
      gsize length;
      const guint8 *data = g_bytes_get_data (chunk, &length);

      if (!wait_for_room (sink) || !write_bytes (sink, chunk))
        return FALSE;
      if (length > 0)
        g_byte_array_append (all, data, (guint) length);
    }

  return TRUE;
}

static void
check_every_byte (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = NULL;
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_autoptr (GBytes) wanted = NULL;

  if (run->suite->reader.func == NULL)
    {
      ptp_testing_run_skip (run, NEEDS_READER);
      return;
    }

  sink = sink_new (run);
  if (sink == NULL || !enlist (sink, sink->producer) || !write_much (sink, all))
    return;

  wanted = g_byte_array_free_to_bytes (g_steal_pointer (&all));
  expect_arrived (sink, wanted, "of many chunks");
}

static void
check_on_the_context (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = sink_new (run);
  g_autoptr (GByteArray) all = g_byte_array_new ();

  if (sink == NULL || !enlist (sink, sink->producer))
    return;

  write_much (sink, all);
  ptp_testing_run_linger (run);
  take_violations (sink, "T1");
}

static void
check_short_writes (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = NULL;
  g_autoptr (GByteArray) all = g_byte_array_new ();

  if (run->suite->longest_step == 0)
    {
      ptp_testing_run_skip (run, "needs `longest-step`, the time one write may take");
      return;
    }

  sink = sink_new (run);
  if (sink == NULL || !enlist (sink, sink->producer))
    return;

  if (write_much (sink, all))
    end_with (sink, NULL);
  if (sink->longest > run->suite->longest_step)
    ptp_testing_run_fault (run, "a call took %" G_GINT64_FORMAT " us, where %u us were allowed",
                           sink->longest, run->suite->longest_step);
}

/* How a consumer begins and ends */

static guint
count_events (PtpTestingPushProducer *producer)
{
  g_auto (GStrv) events = ptp_testing_push_producer_dup_events (producer);

  return g_strv_length (events);
}

/* What can only come of the consumer's being dropped: a resume may come from a source that kept it
 * for a while.
 */
static guint
count_ends (PtpTestingPushProducer *producer)
{
  return ptp_testing_push_producer_get_n_stopped (producer)
         + ptp_testing_push_producer_get_n_unregistered (producer);
}

static void
check_unregister_twice (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = sink_new (run);

  if (sink == NULL)
    return;

  unregister (sink);
  if (!enlist (sink, sink->producer))
    return;

  unregister (sink);
  unregister (sink);
  ptp_testing_run_linger (run);
  take_violations (sink, "L15");
  if (ptp_testing_push_producer_get_n_unregistered (sink->producer) != 1)
    ptp_testing_run_fault (run, "its producer was let go %u times",
                           ptp_testing_push_producer_get_n_unregistered (sink->producer));
  if (ptp_testing_push_producer_get_n_stopped (sink->producer) > 0)
    ptp_testing_run_fault (run, "it stopped its producer when it was unregistered");
}

static void
check_second_registration (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = sink_new (run);
  g_autoptr (PtpTestingPushProducer) second = NULL;
  g_autoptr (GError) error = NULL;

  if (sink == NULL || !enlist (sink, sink->producer))
    return;

  ptp_testing_run_drain (run);
  second = ptp_testing_push_producer_new ();
  if (ptp_consumer_register_push_producer (sink->consumer, PTP_PUSH_PRODUCER (second), &error))
    ptp_testing_run_fault (run, "it took a second producer: it had let go of the first");
  else if (!g_error_matches (error, PTP_ERROR, PTP_ERROR_ALREADY_REGISTERED))
    ptp_testing_run_fault (run, "a second producer was refused with another error: %s",
                           error->message);
  else if (count_events (second) > 0
           || ptp_testing_push_producer_get_n_stopped (sink->producer) > 0)
    ptp_testing_run_fault (run, "it stopped a producer because there was a second");
  else
    write_text (sink, "x");
}

static void
judge_closed_pull (PtpTestingSink *sink)
{
  g_autoptr (PtpTestingProducer) producer = ptp_testing_producer_new ();
  g_autoptr (GError) error = NULL;

  ptp_consumer_register_pull_producer (sink->consumer, PTP_PULL_PRODUCER (producer), &error);
  ptp_testing_run_drain (sink->run);
  if (!g_error_matches (error, PTP_ERROR, PTP_ERROR_CLOSED)
      || ptp_testing_producer_get_n_cancelled (producer) != 1
      || ptp_testing_producer_get_n_produced (producer) > 0)
    ptp_testing_run_fault (sink->run,
                           "closed, it was given a pull producer: %s; it asked for %u "
                           "steps and cancelled %u times",
                           error != NULL ? error->message : "it took it",
                           ptp_testing_producer_get_n_produced (producer),
                           ptp_testing_producer_get_n_cancelled (producer));
}

static void
check_closed (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) write_error = NULL;

  if (!ptp_testing_run_has_hook (run, PTP_TESTING_HOOK_CLOSE))
    {
      ptp_testing_run_skip (run, "needs the hook CLOSE, which closes it");
      return;
    }

  sink = sink_new (run);
  if (sink == NULL)
    return;

  ptp_testing_run_call_hook (run, PTP_TESTING_HOOK_CLOSE, sink->consumer);
  ptp_testing_run_drain (run);
  if (ptp_consumer_register_push_producer (sink->consumer, PTP_PUSH_PRODUCER (sink->producer),
                                           &error))
    ptp_testing_run_fault (run, "closed, it took a producer");
  else if (!g_error_matches (error, PTP_ERROR, PTP_ERROR_CLOSED))
    ptp_testing_run_fault (run, "closed, it refused a producer with another error: %s",
                           error->message);
  else if (ptp_testing_push_producer_get_n_stopped (sink->producer) != 1)
    ptp_testing_run_fault (run, "closed, it stopped the newcomer %u times",
                           ptp_testing_push_producer_get_n_stopped (sink->producer));
  else if (ptp_consumer_write (sink->consumer, bytes, &write_error))
    ptp_testing_run_fault (run, "closed, it took a chunk");
  else
    judge_closed_pull (sink);
}

static void
check_new_producer (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = sink_new (run);

  if (sink == NULL || !enlist (sink, sink->producer) || !write_text (sink, "a"))
    return;

  if (replace_producer (sink) && write_text (sink, "b"))
    expect_text (sink, "ab", "of two producers");
}

typedef struct
{
  PtpTestingSink *sink;
  PtpTestingPushProducer *next;
  gboolean registered;
} Succession;

static void
register_next_cb (PtpTestingPushProducer *producer, const char *name, gpointer user_data)
{
  Succession *succession = user_data;

  succession->registered = enlist (succession->sink, succession->next);
}

static void
check_new_producer_inside (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = sink_new (run);
  Succession succession = { .sink = sink };
  gulong id;

  if (sink == NULL || !enlist (sink, sink->producer))
    return;

  succession.next = ptp_testing_push_producer_new ();
  id = g_signal_connect (sink->producer, "event::unregistered", G_CALLBACK (register_next_cb),
                         &succession);
  unregister (sink);
  g_signal_handler_disconnect (sink->producer, id);
  g_object_unref (sink->producer);
  sink->producer = succession.next;

  ptp_testing_run_drain (run);
  if (succession.registered && write_text (sink, "b"))
    expect_text (sink, "b", "of a producer that came from inside");
}

static void
check_lets_go (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = sink_new (run);
  g_autoptr (PtpTestingWatch) watch = NULL;

  if (sink == NULL || !enlist (sink, sink->producer) || !write_text (sink, "x"))
    return;

  watch = ptp_testing_watch_new (sink->producer);
  unregister (sink);
  g_clear_object (&sink->producer);
  if (!ptp_testing_run_is_gone (run, watch))
    ptp_testing_run_fault (run, "it was unregistered, and still holds the producer");
}

static void
check_leaves_alone (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = sink_new (run);

  if (sink == NULL || !enlist (sink, sink->producer))
    return;

  write_until_paused (sink, NULL);
  unregister (sink);
  ptp_testing_run_linger (run);
  take_violations (sink, "L15");
}

static gboolean
has_been_stopped (gpointer user_data)
{
  PtpTestingSink *sink = user_data;

  return ptp_testing_push_producer_get_n_stopped (sink->producer) > 0;
}

/* Returns: (nullable): one that has something to do, and with it the hook. */
static PtpTestingSink *
create_for_hook (PtpTestingRun *run, PtpTestingHook hook, const char *needs)
{
  g_autoptr (PtpTestingSink) sink = NULL;

  if (!ptp_testing_run_has_hook (run, hook))
    {
      ptp_testing_run_skip (run, needs);
      return NULL;
    }

  sink = sink_new (run);
  if (sink == NULL || !enlist (sink, sink->producer) || !write_text (sink, "x"))
    return NULL;

  return g_steal_pointer (&sink);
}

#define NEEDS_FAIL "needs the hook FAIL, which makes it fail"

static void
check_breaks (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = create_for_hook (run, PTP_TESTING_HOOK_FAIL, NEEDS_FAIL);
  guint n_stopped;

  if (sink == NULL)
    return;

  ptp_testing_run_call_hook (run, PTP_TESTING_HOOK_FAIL, sink->consumer);
  if (!ptp_testing_run_until (run, has_been_stopped, sink) && !has_been_let_go (sink))
    ptp_testing_run_fault (run, "it failed, and did not stop its producer");
  if (!wait_settled (sink, "abort, when it had failed"))
    return;

  ptp_testing_run_linger (run);
  n_stopped = ptp_testing_push_producer_get_n_stopped (sink->producer);
  if (n_stopped != 1)
    ptp_testing_run_fault (run, "it failed, and stopped its producer %u times", n_stopped);
  else if (was_let_go_early (sink))
    ptp_testing_run_fault (run,
                           "it failed, and unregistered its producer before that had told it an "
                           "end");
  take_violations (sink, "L15");
}

/* A stream may be at its end when the consumer breaks, and then finishes it. */
static void
check_never_finished (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = create_for_hook (run, PTP_TESTING_HOOK_FAIL, NEEDS_FAIL);

  if (sink == NULL)
    return;

  ptp_testing_push_producer_set_heedless (sink->producer, TRUE);
  ptp_testing_run_call_hook (run, PTP_TESTING_HOOK_FAIL, sink->consumer);
  ptp_testing_run_until (run, has_been_stopped, sink);
  if (end_with (sink, NULL)
      && ptp_testing_push_producer_get_settlement (sink->producer) == PTP_SETTLEMENT_FINISHED)
    ptp_testing_run_fault (run, "it had failed, was told to finish, and said that all is well");
}

static void
check_enough (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink
    = create_for_hook (run, PTP_TESTING_HOOK_ENOUGH,
                       "needs the hook ENOUGH, which makes it unregister its producer");

  if (sink == NULL)
    return;

  ptp_testing_run_call_hook (run, PTP_TESTING_HOOK_ENOUGH, sink->consumer);
  if (!ptp_testing_run_until (run, has_been_let_go, sink))
    ptp_testing_run_fault (run, "it had enough, and did not unregister its producer");
  ptp_testing_run_linger (run);
  if (ptp_testing_push_producer_get_n_stopped (sink->producer) > 0)
    ptp_testing_run_fault (run, "it had enough, and stopped its producer");
  take_violations (sink, "L15");
}

/* Whatever it does with the next producer then, it says so rightly. */
static void
judge_successor (PtpTestingSink *sink, const char *after)
{
  g_autoptr (PtpTestingPushProducer) next = ptp_testing_push_producer_new ();
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) write_error = NULL;

  if (ptp_consumer_register_push_producer (sink->consumer, PTP_PUSH_PRODUCER (next), &error))
    {
      if (!ptp_testing_push_producer_get_paused (next)
          && !ptp_testing_push_producer_write (next, bytes, &write_error))
        ptp_testing_run_fault (sink->run, "%s it took the next producer, and refused a chunk: %s",
                               after, write_error->message);
      ptp_consumer_unregister_producer (sink->consumer, PTP_PUSH_PRODUCER (next));
    }
  else if (!g_error_matches (error, PTP_ERROR, PTP_ERROR_CLOSED))
    {
      ptp_testing_run_fault (sink->run, "%s it refused the next producer: %s", after,
                             error->message);
    }
  else if (ptp_testing_push_producer_get_n_stopped (next) != 1)
    {
      ptp_testing_run_fault (sink->run, "%s it stopped the next producer %u times", after,
                             ptp_testing_push_producer_get_n_stopped (next));
    }
}

static void
check_after_the_end (PtpTestingRun *run)
{
  g_autoptr (GError) failure = create_failure ();

  for (guint i = 0; i < 2 && !ptp_testing_run_is_over (run); i++)
    {
      g_autoptr (PtpTestingSink) sink = sink_new (run);

      if (sink == NULL || !enlist (sink, sink->producer) || !write_text (sink, "a")
          || !end_with (sink, i == 0 ? NULL : failure))
        return;

      judge_successor (sink, i == 0 ? "finished," : "aborted,");
    }
}

static void
check_producer_fails (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = sink_new (run);
  g_autoptr (GError) failure = create_failure ();
  guint n_unregistered;

  if (sink == NULL || !enlist (sink, sink->producer) || !write_text (sink, "a")
      || !end_with (sink, failure))
    return;

  ptp_testing_run_linger (run);
  n_unregistered = ptp_testing_push_producer_get_n_unregistered (sink->producer);
  if (ptp_testing_push_producer_get_n_stopped (sink->producer) > 0)
    ptp_testing_run_fault (run, "it stopped a producer that had failed by itself");
  else if (n_unregistered != 1)
    ptp_testing_run_fault (run, "it let go of a producer that had failed %u times", n_unregistered);
  else if (was_let_go_early (sink))
    ptp_testing_run_fault (run, "it unregistered a producer that had failed by itself");
}

/* Fresh, and with something to do. */
static void
check_finishes (PtpTestingRun *run)
{
  for (guint i = 0; i < 2 && !ptp_testing_run_is_over (run); i++)
    {
      g_autoptr (PtpTestingSink) sink = sink_new (run);
      const GError *error;

      if (sink == NULL || !enlist (sink, sink->producer) || (i > 0 && !write_text (sink, "x"))
          || !end_with (sink, NULL))
        return;

      error = ptp_testing_push_producer_get_error (sink->producer);
      if (error != NULL)
        ptp_testing_run_fault (run, "it failed to finish: %s", error->message);
      else if (ptp_testing_push_producer_get_settlement (sink->producer) != PTP_SETTLEMENT_FINISHED)
        ptp_testing_run_fault (run, "it was told to finish, and said that it had undone it");
      else
        expect_text (sink, i == 0 ? "" : "x", "when it had finished");
    }
}

/* Fresh, with something to do, and full. */
static gboolean
prepare (PtpTestingSink *sink, guint stage)
{
  if (sink == NULL || !enlist (sink, sink->producer) || (stage == 1 && !write_text (sink, "x")))
    return FALSE;
  if (stage == 2)
    write_until_paused (sink, NULL);

  return TRUE;
}

static void
check_aborts (PtpTestingRun *run)
{
  g_autoptr (GError) failure = create_failure ();
  g_autoptr (GError) cancelled
    = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The suite cancelled the stream");

  for (guint i = 0; i < 6 && !ptp_testing_run_is_over (run); i++)
    {
      g_autoptr (PtpTestingSink) sink = sink_new (run);

      if (!prepare (sink, i / 2) || !end_with (sink, i % 2 == 0 ? failure : cancelled))
        return;
    }
}

static void
check_aborts_while_finishing (PtpTestingRun *run)
{
  g_autoptr (GError) failure = create_failure ();

  for (guint i = 0; i < 3 && !ptp_testing_run_is_over (run); i++)
    {
      g_autoptr (PtpTestingSink) sink = sink_new (run);

      if (!prepare (sink, i))
        return;

      tell_end (sink, NULL);
      tell_end (sink, failure);
      if (wait_settled (sink, "abort what it finished") && i == 1
          && ptp_testing_push_producer_get_settlement (sink->producer) == PTP_SETTLEMENT_FINISHED)
        expect_text (sink, "x", "when it had finished in spite of an abort");
    }
}

static void
check_drains (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = NULL;
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_autoptr (GBytes) wanted = NULL;

  if (run->suite->reader.func == NULL)
    {
      ptp_testing_run_skip (run, NEEDS_READER);
      return;
    }

  sink = sink_new (run);
  if (sink == NULL || !enlist (sink, sink->producer))
    return;

  write_until_paused (sink, all);
  if (!end_with (sink, NULL))
    return;

  wanted = g_byte_array_free_to_bytes (g_steal_pointer (&all));
  expect_arrived (sink, wanted, "when it had finished");
}

static void
try_undoing (PtpTestingSink *sink, guint stage)
{
  g_autoptr (GError) failure = create_failure ();
  g_autoptr (GBytes) before = ptp_testing_run_read (sink->run, sink->consumer);
  g_autoptr (GBytes) after = NULL;

  if (!prepare (sink, stage))
    return;

  ptp_testing_run_linger (sink->run);
  if (!end_with (sink, failure))
    return;

  after = ptp_testing_run_read (sink->run, sink->consumer);
  ptp_testing_run_compare (sink->run, before, after, "aborted,");
}

static void
check_undoes (PtpTestingRun *run)
{
  if (!run->suite->undoes || run->suite->reader.func == NULL)
    {
      ptp_testing_run_skip (run, "needs a reader, and `undoes`, which says that it can");
      return;
    }

  for (guint i = 0; i < 3 && !ptp_testing_run_is_over (run); i++)
    {
      g_autoptr (PtpTestingSink) sink = sink_new (run);

      if (sink != NULL)
        try_undoing (sink, i);
    }
}

/* After finish, after abort, and after one that follows the other. */
static void
check_settles_once (PtpTestingRun *run)
{
  g_autoptr (GError) failure = create_failure ();

  for (guint i = 0; i < 3 && !ptp_testing_run_is_over (run); i++)
    {
      g_autoptr (PtpTestingSink) sink = sink_new (run);

      if (!prepare (sink, 1))
        return;

      if (i != 1)
        tell_end (sink, NULL);
      if (i != 0)
        tell_end (sink, failure);
      if (!wait_settled (sink, i == 0 ? "finish" : "abort"))
        return;
      ptp_testing_run_linger (run);
      if (count_settled (sink) > 1)
        ptp_testing_run_fault (run, "it said %u times that it had settled", count_settled (sink));
    }
}

static gpointer
unref_thread (gpointer data)
{
  g_object_unref (data);
  return NULL;
}

static void
drop (PtpTestingSink *sink, gboolean elsewhere)
{
  g_autoptr (PtpTestingWatch) watch = ptp_testing_watch_new (sink->consumer);

  if (elsewhere)
    ptp_testing_in_thread (unref_thread, g_steal_pointer (&sink->consumer));
  else
    g_clear_object (&sink->consumer);
  if (!ptp_testing_run_is_gone (sink->run, watch))
    ptp_testing_run_fault (sink->run, "the consumer was dropped, and is still there");
}

enum
{
  DROPPED_FRESH,
  DROPPED_REGISTERED,
  DROPPED_WRITTEN_TO,
  DROPPED_FULL,
  DROPPED_FINISHING,
  DROPPED_ABORTING,
  N_DROPS,
};

/* What holds a consumer until it has settled is the consumer itself. */
static gboolean
prepare_drop (PtpTestingSink *sink, guint when)
{
  g_autoptr (GError) failure = create_failure ();

  if (sink == NULL || (when != DROPPED_FRESH && !enlist (sink, sink->producer)))
    return FALSE;

  if (when >= DROPPED_WRITTEN_TO)
    write_text (sink, "x");
  if (when == DROPPED_FULL)
    write_until_paused (sink, NULL);
  if (when == DROPPED_FINISHING)
    ptp_consumer_finish (sink->consumer, NULL);
  if (when == DROPPED_ABORTING)
    ptp_consumer_abort (sink->consumer, failure, NULL);

  return TRUE;
}

static void
try_dropping (PtpTestingRun *run, gboolean elsewhere)
{
  for (guint when = 0; when < N_DROPS && !ptp_testing_run_is_over (run); when++)
    {
      g_autoptr (PtpTestingSink) sink = sink_new (run);

      if (!prepare_drop (sink, when))
        return;

      drop (sink, elsewhere);
      ptp_testing_run_linger (run);
      if (count_ends (sink->producer) > 0)
        ptp_testing_run_fault (run, "it was dropped, and stopped or let go of its producer");
      if (when < DROPPED_FINISHING && count_settled (sink) > 0)
        ptp_testing_run_fault (run, "it was dropped, and said that it had settled");
    }
}

static void
check_dropped_anytime (PtpTestingRun *run)
{
  try_dropping (run, FALSE);
}

static void
check_dropped_elsewhere (PtpTestingRun *run)
{
  if (!run->suite->any_thread)
    {
      ptp_testing_run_skip (run, "needs `any-thread`, which says that this is allowed");
      return;
    }

  try_dropping (run, TRUE);
}

const PtpTestingCheck ptp_testing_consumer_checks[] = {
  { "E3/implemented", "implements what it must",
    "implement register_push_producer(), unregister_producer() and write()", check_implemented },
  { "E2/result-and-error", "a call fails if and only if it sets an error",
    "return true, or set an error and return false; in Python raise GLib.Error and nothing else",
    check_result_and_error },
  { "L9/unregister-twice", "unregistering what is not registered does nothing",
    "let go of the producer in unregister_producer(), and call nobody", check_unregister_twice },
  { "L10/second-registration", "a second producer is refused, and the first is untouched",
    "do not unregister the first producer by yourself", check_second_registration },
  { "L11/closed", "once closed it refuses producers and chunks with CLOSED",
    "set PTP_ERROR_CLOSED in register_push_producer() and in write(), and stop nobody twice",
    check_closed },
  { "L14/empty-write", "an empty chunk is a chunk, not an end",
    "take a chunk of no bytes and return true", check_empty_write },
  { "L15/lets-go", "drops the producer when it is unregistered",
    "drop the reference in unregister_producer()", check_lets_go },
  { "L15/leaves-alone", "does not call a producer that it has let go of",
    "look whether there still is a producer before you resume it", check_leaves_alone },
  { "L16/new-producer", "can be given a new producer after the last",
    "reset in unregister_producer() what belonged to one producer", check_new_producer },
  { "L16/new-producer-inside", "can be given a new producer while the last one is told",
    "do nothing after unregister_producer() has returned", check_new_producer_inside },
  { "L16/after-the-end", "takes a new producer after the end, or refuses it with CLOSED",
    "either reset everything at the end, or set PTP_ERROR_CLOSED in register_push_producer()",
    check_after_the_end },
  { "L17/finishes", "settles as finished when it is told to finish, and everything is in place",
    "answer DONE, or PENDING and emit settled when all is flushed and closed", check_finishes },
  { "L17/aborts", "settles when it is told to abort, in any state",
    "answer DONE, or PENDING and emit settled when it is undone", check_aborts },
  { "L17/aborts-while-finishing", "settles when it is told to abort while it finishes",
    "undo, or let the finish run if it is past the point of no return; emit settled either way",
    check_aborts_while_finishing },
  { "L18/never-finished", "does not finish when it has failed",
    "fail in finish() with the error that you gave to stop_producing()", check_never_finished },
  { "L20/enough", "when it has enough it unregisters its producer, and does not stop it",
    "call unregister_producer() on yourself, with the producer that was registered", check_enough },
  { "L21/full", "pauses the next producer at once when it is full",
    "look in register_push_producer() whether there is room", check_full },
  { "E1/producer-fails", "survives a producer that fails",
    "undo in abort(), call nobody, and wait for unregister_producer()", check_producer_fails },
  { "E10/undoes", "takes back what it wrote when it is told to abort",
    "write under another name, and rename when finish() comes", check_undoes },
  { "E11/breaks", "when it fails it stops its producer once, with the error, and waits for abort",
    "call stop_producing() on the producer, and leave it to that to abort and unregister",
    check_breaks },
  { "B1/large-chunk", "takes a chunk of any size while it has not paused its producer",
    "take it whole, and pause the producer until there is room", check_large_chunk },
  { "B2/limit", "refuses with OVERFLOW what a paused producer writes beyond its limit, and no more",
    "set PTP_ERROR_OVERFLOW and take nothing of that chunk", check_limit },
  { "B2/desired-size", "desires something while it has not paused its producer",
    "return 0 in get_desired_size() only when you have paused, or are about to",
    check_desired_size },
  { "B3/every-byte", "every byte arrives, once and in order",
    "keep what is left of a partial write, and write it next", check_every_byte },
  { "B5/drains", "writes what it has queued before it has finished",
    "flush the queue in finish(), and answer PENDING until that is done", check_drains },
  { "R2/leads-on", "resumes its producer after each pause",
    "call resume_producing() when there is room again", check_leads_on },
  { "R10/settles-once", "says at most once that it has settled",
    "emit settled or settle-failed once, after PENDING only", check_settles_once },
  { "T1/on-the-context", "calls its producer on the thread of its context only",
    "hand over to the context what other threads have done", check_on_the_context },
  { "T4/dropped-anytime", "may be dropped at any time, and then calls nobody",
    "call nobody from dispose or finalize", check_dropped_anytime },
  { "T4/dropped-elsewhere", "may be dropped on another thread",
    "touch nothing in dispose or finalize that belongs to one thread", check_dropped_elsewhere },
  { "S1/short-writes", "no write, finish or abort takes longer than allowed",
    "never wait inside a call: keep the chunk and pause the producer, or answer PENDING",
    check_short_writes },
  { NULL },
};
