/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-testing-sink-private.h"

#include "ptp-testing-producer.h"

#include <string.h>

#define LARGE (4 * 1024 * 1024)
/* Enough to fill any queue that means to pause, and then some. */
#define N_CHUNKS   64
#define CHUNK_SIZE (32 * 1024)

/* Returns: (nullable): without an object there is a fault. */
PtpTestingSink *
ptp_testing_sink_new (PtpTestingRun *run)
{
  PtpConsumer *consumer = ptp_testing_run_make (run, NULL);
  PtpTestingSink *self;

  if (consumer == NULL)
    return NULL;

  self = g_new0 (PtpTestingSink, 1);
  self->run = run;
  self->consumer = consumer;
  self->producer = ptp_testing_push_producer_new (consumer);

  return self;
}

void
ptp_testing_sink_free (PtpTestingSink *self)
{
  if (self->consumer != NULL)
    ptp_consumer_unregister_producer (self->consumer);
  ptp_testing_run_drain (self->run);
  g_clear_object (&self->consumer);
  g_clear_object (&self->producer);
  g_clear_pointer (&self->wanted, g_bytes_unref);
  g_free (self);
}

gboolean
ptp_testing_sink_register (PtpTestingSink *self, PtpTestingPushProducer *producer)
{
  g_autoptr (GError) error = NULL;

  if (ptp_consumer_register_push_producer (self->consumer, PTP_PUSH_PRODUCER (producer), &error))
    return TRUE;

  ptp_testing_run_fault (self->run, "it refused a producer: %s", error->message);
  return FALSE;
}

gboolean
ptp_testing_sink_write (PtpTestingSink *self, GBytes *bytes)
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

gboolean
ptp_testing_sink_write_text (PtpTestingSink *self, const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return ptp_testing_sink_write (self, bytes);
}

static gboolean
has_room (gpointer user_data)
{
  PtpTestingSink *self = user_data;

  return !ptp_testing_push_producer_get_paused (self->producer);
}

gboolean
ptp_testing_sink_wait_for_room (PtpTestingSink *self)
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

/* Waits until as much has arrived, then looks whether it is the right thing. */
void
ptp_testing_sink_check_arrived (PtpTestingSink *self, GBytes *wanted, const char *when)
{
  g_autoptr (GBytes) seen = NULL;

  g_clear_pointer (&self->wanted, g_bytes_unref);
  self->wanted = g_bytes_ref (wanted);
  ptp_testing_run_until (self->run, has_arrived, self);
  seen = ptp_testing_run_read (self->run, self->consumer);
  if (seen != NULL)
    ptp_testing_run_compare (self->run, wanted, seen, when);
}

void
ptp_testing_sink_check_text (PtpTestingSink *self, const char *wanted, const char *when)
{
  g_autoptr (GBytes) bytes = g_bytes_new (wanted, strlen (wanted));

  ptp_testing_sink_check_arrived (self, bytes, when);
}

void
ptp_testing_sink_take_violations (PtpTestingSink *self, const char *rule)
{
  ptp_testing_run_take_violations (self->run,
                                   ptp_testing_push_producer_dup_violations (self->producer), rule);
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

/* Past the vfunc guard of the library, which would hide it. */
static void
check_result_and_error (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = ptp_testing_sink_new (run);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr (GError) register_error = NULL;
  g_autoptr (GError) write_error = NULL;
  PtpConsumerInterface *iface;
  gboolean result;

  if (sink == NULL)
    return;

  iface = PTP_CONSUMER_GET_IFACE (sink->consumer);
  if (iface->register_push_producer == NULL || iface->unregister_producer == NULL
      || iface->write == NULL)
    {
      ptp_testing_run_fault (run, "it does not implement what it must");
      return;
    }

  result = iface->register_push_producer (sink->consumer, PTP_PUSH_PRODUCER (sink->producer),
                                          &register_error);
  judge_answer (run, "register_push_producer", result, register_error);
  result = iface->write (sink->consumer, bytes, &write_error);
  judge_answer (run, "write", result, write_error);
  iface->unregister_producer (sink->consumer);
}

static void
check_empty_write (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = ptp_testing_sink_new (run);

  if (sink == NULL || !ptp_testing_sink_register (sink, sink->producer)
      || !ptp_testing_sink_write_text (sink, ""))
    return;

  ptp_testing_run_drain (run);
  if (ptp_testing_push_producer_get_n_stopped (sink->producer) > 0
      || ptp_testing_push_producer_get_n_unregistered (sink->producer) > 0)
    ptp_testing_run_fault (run, "it took an empty chunk for an end");
  else if (ptp_testing_sink_write_text (sink, "x"))
    ptp_testing_sink_check_text (sink, "x", "after an empty chunk");
}

static GBytes *
fill (gsize size)
{
  guint8 *data = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) (i % 251);

  return g_bytes_new_take (data, size);
}

static void
check_large_chunk (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = ptp_testing_sink_new (run);
  gsize limit = run->suite->limit;
  g_autoptr (GBytes) large = fill (limit > 0 ? MIN (limit, LARGE) : LARGE);

  if (sink == NULL || !ptp_testing_sink_register (sink, sink->producer)
      || !ptp_testing_sink_write (sink, large) || !ptp_testing_sink_wait_for_room (sink))
    return;

  ptp_testing_sink_check_arrived (sink, large, "of a large chunk");
}

static void
check_limit (PtpTestingRun *run)
{
  gsize limit = run->suite->limit;
  g_autoptr (PtpTestingSink) sink = NULL;
  g_autoptr (GBytes) too_large = NULL;
  g_autoptr (GError) error = NULL;

  if (limit == 0)
    {
      ptp_testing_run_skip (run, "needs `limit`, the hard limit in bytes, if there is one");
      return;
    }

  sink = ptp_testing_sink_new (run);
  too_large = fill (limit + 1);
  if (sink == NULL || !ptp_testing_sink_register (sink, sink->producer)
      || !ptp_testing_sink_write_text (sink, "a"))
    return;

  if (ptp_testing_push_producer_write (sink->producer, too_large, &error))
    ptp_testing_run_fault (run, "it took %" G_GSIZE_FORMAT " bytes", g_bytes_get_size (too_large));
  else if (!g_error_matches (error, PTP_ERROR, PTP_ERROR_OVERFLOW))
    ptp_testing_run_fault (run, "it refused with another error: %s", error->message);
  else if (ptp_testing_sink_wait_for_room (sink) && ptp_testing_sink_write_text (sink, "b"))
    ptp_testing_sink_check_text (sink, "ab", "around a chunk that was too large");
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
    ptp_testing_sink_check_arrived (flow->sink, wanted, "of a whole stream");
}

static void
check_leads_on (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = ptp_testing_sink_new (run);
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

      if (!ptp_testing_sink_wait_for_room (sink) || !ptp_testing_sink_write (sink, chunk))
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
      ptp_testing_run_skip (run, "needs a reader, which tells what has arrived");
      return;
    }

  sink = ptp_testing_sink_new (run);
  if (sink == NULL || !ptp_testing_sink_register (sink, sink->producer) || !write_much (sink, all))
    return;

  wanted = g_byte_array_free_to_bytes (g_steal_pointer (&all));
  ptp_testing_sink_check_arrived (sink, wanted, "of many chunks");
}

static void
check_on_the_context (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = ptp_testing_sink_new (run);
  g_autoptr (GByteArray) all = g_byte_array_new ();

  if (sink == NULL || !ptp_testing_sink_register (sink, sink->producer))
    return;

  write_much (sink, all);
  ptp_testing_run_linger (run);
  ptp_testing_sink_take_violations (sink, "T1");
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

  sink = ptp_testing_sink_new (run);
  if (sink == NULL || !ptp_testing_sink_register (sink, sink->producer))
    return;

  write_much (sink, all);
  if (sink->longest > run->suite->longest_step)
    ptp_testing_run_fault (run, "a write took %" G_GINT64_FORMAT " us, where %u us were allowed",
                           sink->longest, run->suite->longest_step);
}

const PtpTestingCheck ptp_testing_consumer_checks[] = {
  { "E3/implemented", "implements what it must",
    "implement register_push_producer(), unregister_producer() and write()", check_implemented },
  { "E2/result-and-error", "a call fails if and only if it sets an error",
    "return true, or set an error and return false; in Python raise GLib.Error and nothing else",
    check_result_and_error },
  { "L9/unregister-twice", "unregistering what is not registered does nothing",
    "let go of the producer in unregister_producer(), and call nobody",
    ptp_testing_sink_unregister_twice },
  { "L10/second-registration", "a second producer is refused, and the first is untouched",
    "do not unregister the first producer by yourself", ptp_testing_sink_second_registration },
  { "L11/closed", "once closed it refuses producers and chunks with CLOSED",
    "set PTP_ERROR_CLOSED in register_push_producer() and in write(), and stop nobody twice",
    ptp_testing_sink_closed },
  { "L14/empty-write", "an empty chunk is a chunk, not an end",
    "take a chunk of no bytes and return true", check_empty_write },
  { "L15/lets-go", "drops the producer when it is unregistered",
    "drop the reference in unregister_producer()", ptp_testing_sink_lets_go },
  { "L15/leaves-alone", "does not call a producer that it has let go of",
    "look whether there still is a producer before you resume it", ptp_testing_sink_leaves_alone },
  { "L15/stops-then-lets-go", "when it fails it stops its producer once, then unregisters it",
    "call stop_producing() on the producer, then unregister_producer() on yourself",
    ptp_testing_sink_stops_then_lets_go },
  { "L16/new-producer", "can be given a new producer after the last",
    "reset in unregister_producer() what belonged to one producer", ptp_testing_sink_new_producer },
  { "L16/new-producer-inside", "can be given a new producer while the last one is told",
    "do nothing after unregister_producer() has returned", ptp_testing_sink_new_producer_inside },
  { "E1/producer-fails", "survives a producer that fails",
    "note the error in producer_failed(), and wait for unregister_producer()",
    ptp_testing_sink_producer_fails },
  { "B1/large-chunk", "takes a chunk of any size",
    "take it whole, and pause the producer until there is room", check_large_chunk },
  { "B2/limit", "refuses what would pass its limit with OVERFLOW, and keeps what it had taken",
    "set PTP_ERROR_OVERFLOW and take nothing of that chunk", check_limit },
  { "B3/every-byte", "every byte arrives, once and in order",
    "keep what is left of a partial write, and write it next", check_every_byte },
  { "R2/leads-on", "resumes its producer after each pause",
    "call resume_producing() when there is room again", check_leads_on },
  { "T1/on-the-context", "calls its producer on the thread of its context only",
    "hand over to the context what other threads have done", check_on_the_context },
  { "T4/dropped-anytime", "may be dropped at any time, and then calls nobody",
    "call nobody from dispose or finalize", ptp_testing_sink_dropped_anytime },
  { "T4/dropped-elsewhere", "may be dropped on another thread",
    "touch nothing in dispose or finalize that belongs to one thread",
    ptp_testing_sink_dropped_elsewhere },
  { "S1/short-writes", "no write takes longer than allowed",
    "never wait inside write(): keep the chunk and pause the producer", check_short_writes },
  { NULL },
};
