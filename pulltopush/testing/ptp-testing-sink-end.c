/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-testing-sink-private.h"

#include "ptp-testing-producer.h"

/* More than any queue takes without a pause. */
#define MANY       64
#define CHUNK_SIZE (64 * 1024)

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

void
ptp_testing_sink_unregister_twice (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = ptp_testing_sink_new (run);

  if (sink == NULL)
    return;

  ptp_consumer_unregister_producer (sink->consumer);
  if (!ptp_testing_sink_register (sink, sink->producer))
    return;

  ptp_consumer_unregister_producer (sink->consumer);
  ptp_consumer_unregister_producer (sink->consumer);
  ptp_testing_run_linger (run);
  ptp_testing_sink_take_violations (sink, "L15");
  if (ptp_testing_push_producer_get_n_unregistered (sink->producer) != 1)
    ptp_testing_run_fault (run, "its producer was let go %u times",
                           ptp_testing_push_producer_get_n_unregistered (sink->producer));
  if (ptp_testing_push_producer_get_n_stopped (sink->producer) > 0)
    ptp_testing_run_fault (run, "it stopped its producer when it was unregistered");
}

void
ptp_testing_sink_second_registration (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = ptp_testing_sink_new (run);
  g_autoptr (PtpTestingPushProducer) second = NULL;
  g_autoptr (GError) error = NULL;

  if (sink == NULL || !ptp_testing_sink_register (sink, sink->producer))
    return;

  ptp_testing_run_drain (run);
  second = ptp_testing_push_producer_new (sink->consumer);
  if (ptp_consumer_register_push_producer (sink->consumer, PTP_PUSH_PRODUCER (second), &error))
    ptp_testing_run_fault (run, "it took a second producer: it had let go of the first");
  else if (!g_error_matches (error, PTP_ERROR, PTP_ERROR_ALREADY_REGISTERED))
    ptp_testing_run_fault (run, "a second producer was refused with another error: %s",
                           error->message);
  else if (count_events (second) > 0
           || ptp_testing_push_producer_get_n_stopped (sink->producer) > 0)
    ptp_testing_run_fault (run, "it stopped a producer because there was a second");
  else
    ptp_testing_sink_write_text (sink, "x");
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

void
ptp_testing_sink_closed (PtpTestingRun *run)
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

  sink = ptp_testing_sink_new (run);
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

void
ptp_testing_sink_new_producer (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = ptp_testing_sink_new (run);

  if (sink == NULL || !ptp_testing_sink_register (sink, sink->producer)
      || !ptp_testing_sink_write_text (sink, "a"))
    return;

  ptp_testing_push_producer_finish (sink->producer);
  g_object_unref (sink->producer);
  sink->producer = ptp_testing_push_producer_new (sink->consumer);
  if (ptp_testing_sink_register (sink, sink->producer) && ptp_testing_sink_write_text (sink, "b"))
    ptp_testing_sink_check_text (sink, "ab", "of two producers");
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

  succession->registered = ptp_testing_sink_register (succession->sink, succession->next);
}

void
ptp_testing_sink_new_producer_inside (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = ptp_testing_sink_new (run);
  Succession succession = { .sink = sink };
  gulong id;

  if (sink == NULL || !ptp_testing_sink_register (sink, sink->producer))
    return;

  succession.next = ptp_testing_push_producer_new (sink->consumer);
  id = g_signal_connect (sink->producer, "event::unregistered", G_CALLBACK (register_next_cb),
                         &succession);
  ptp_testing_push_producer_finish (sink->producer);
  g_signal_handler_disconnect (sink->producer, id);
  g_object_unref (sink->producer);
  sink->producer = succession.next;

  ptp_testing_run_drain (run);
  if (succession.registered && ptp_testing_sink_write_text (sink, "b"))
    ptp_testing_sink_check_text (sink, "b", "of a producer that came from inside");
}

void
ptp_testing_sink_lets_go (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = ptp_testing_sink_new (run);
  g_autoptr (PtpTestingWatch) watch = NULL;

  if (sink == NULL || !ptp_testing_sink_register (sink, sink->producer)
      || !ptp_testing_sink_write_text (sink, "x"))
    return;

  watch = ptp_testing_watch_new (sink->producer);
  ptp_consumer_unregister_producer (sink->consumer);
  g_clear_object (&sink->producer);
  if (!ptp_testing_run_is_gone (run, watch))
    ptp_testing_run_fault (run, "it was unregistered, and still holds the producer");
}

/* Writes until it is paused, or it is clear that nobody will. */
static void
write_until_paused (PtpTestingSink *sink)
{
  gsize limit = sink->run->suite->limit;
  gsize size = limit > 0 ? MIN (limit / 4 + 1, CHUNK_SIZE) : CHUNK_SIZE;
  g_autoptr (GBytes) chunk = g_bytes_new_take (g_malloc0 (size), size);

  for (guint i = 0; i < MANY && !ptp_testing_push_producer_get_paused (sink->producer); i++)
    if (!ptp_testing_push_producer_write (sink->producer, chunk, NULL))
      return;
}

void
ptp_testing_sink_leaves_alone (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = ptp_testing_sink_new (run);

  if (sink == NULL || !ptp_testing_sink_register (sink, sink->producer))
    return;

  write_until_paused (sink);
  ptp_consumer_unregister_producer (sink->consumer);
  ptp_testing_run_linger (run);
  ptp_testing_sink_take_violations (sink, "L15");
}

static gboolean
has_been_let_go (gpointer user_data)
{
  PtpTestingSink *sink = user_data;

  return ptp_testing_push_producer_get_n_unregistered (sink->producer) > 0;
}

void
ptp_testing_sink_stops_then_lets_go (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = NULL;

  if (!ptp_testing_run_has_hook (run, PTP_TESTING_HOOK_FAIL))
    {
      ptp_testing_run_skip (run, "needs the hook FAIL, which makes it fail");
      return;
    }

  sink = ptp_testing_sink_new (run);
  if (sink == NULL || !ptp_testing_sink_register (sink, sink->producer))
    return;

  ptp_testing_run_call_hook (run, PTP_TESTING_HOOK_FAIL, sink->consumer);
  if (!ptp_testing_run_until (run, has_been_let_go, sink))
    ptp_testing_run_fault (run, "it failed, and did not unregister its producer");
  ptp_testing_run_linger (run);
  if (ptp_testing_push_producer_get_n_stopped (sink->producer) != 1)
    ptp_testing_run_fault (run, "it failed, and stopped its producer %u times",
                           ptp_testing_push_producer_get_n_stopped (sink->producer));
  ptp_testing_sink_take_violations (sink, "L15");
}

void
ptp_testing_sink_producer_fails (PtpTestingRun *run)
{
  g_autoptr (PtpTestingSink) sink = ptp_testing_sink_new (run);
  g_autoptr (GError) failure = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "A failure");
  g_autoptr (PtpTestingPushProducer) next = NULL;
  g_autoptr (GError) error = NULL;

  if (sink == NULL || !ptp_testing_sink_register (sink, sink->producer)
      || !ptp_testing_sink_write_text (sink, "a"))
    return;

  ptp_testing_push_producer_fail (sink->producer, failure);
  ptp_testing_run_linger (run);
  if (ptp_testing_push_producer_get_n_stopped (sink->producer) > 0)
    ptp_testing_run_fault (run, "it stopped a producer that had failed by itself");
  if (ptp_testing_push_producer_get_n_unregistered (sink->producer) != 1)
    ptp_testing_run_fault (run, "it let go of a producer that had failed %u times",
                           ptp_testing_push_producer_get_n_unregistered (sink->producer));

  /* One that closes itself then may say so, and nothing else. */
  next = ptp_testing_push_producer_new (sink->consumer);
  if (!ptp_consumer_register_push_producer (sink->consumer, PTP_PUSH_PRODUCER (next), &error)
      && !g_error_matches (error, PTP_ERROR, PTP_ERROR_CLOSED))
    ptp_testing_run_fault (run, "after a failure it refused the next producer: %s", error->message);
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

/* Fresh, registered, with something to do, and paused. */
static void
try_dropping (PtpTestingRun *run, gboolean elsewhere)
{
  for (guint i = 0; i < 4 && !ptp_testing_run_is_over (run); i++)
    {
      g_autoptr (PtpTestingSink) sink = ptp_testing_sink_new (run);

      if (sink == NULL || (i > 0 && !ptp_testing_sink_register (sink, sink->producer)))
        return;
      if (i == 2)
        ptp_testing_sink_write_text (sink, "x");
      if (i == 3)
        write_until_paused (sink);

      drop (sink, elsewhere);
      ptp_testing_run_linger (run);
      if (count_ends (sink->producer) > 0)
        ptp_testing_run_fault (run, "it was dropped, and stopped or let go of its producer");
    }
}

void
ptp_testing_sink_dropped_anytime (PtpTestingRun *run)
{
  try_dropping (run, FALSE);
}

void
ptp_testing_sink_dropped_elsewhere (PtpTestingRun *run)
{
  if (!run->suite->any_thread)
    {
      ptp_testing_run_skip (run, "needs `any-thread`, which says that this is allowed");
      return;
    }

  try_dropping (run, TRUE);
}
