/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What PTP_DEBUG=all says. That it says nothing unless asked is what every other test shows. */

#include "ptp-test-stream.h"
#include "ptp-test-util.h"

#define NAME "stream from PtpTestProducer to PtpTestConsumer (0x*) "

static GMutex lock;
static GPtrArray *lines; /* (element-type utf8), under the lock */

/* Also called by the thread that looks for stalls. */
static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  if (!g_log_writer_default_would_drop (level, "PullToPush") && level == G_LOG_LEVEL_MESSAGE)
    for (gsize i = 0; i < n_fields; i++)
      if (g_str_equal (fields[i].key, "MESSAGE"))
        {
          g_mutex_lock (&lock);
          g_ptr_array_add (lines, g_strdup (fields[i].value));
          g_mutex_unlock (&lock);
        }
  g_main_context_wakeup (NULL);

  return level == G_LOG_LEVEL_MESSAGE ? G_LOG_WRITER_HANDLED
                                      : g_log_writer_default (level, fields, n_fields, user_data);
}

static void
forget (void)
{
  g_mutex_lock (&lock);
  g_ptr_array_set_size (lines, 0);
  g_mutex_unlock (&lock);
}

static guint
count_said (const char *pattern)
{
  guint n = 0;

  g_mutex_lock (&lock);
  for (guint i = 0; i < lines->len; i++)
    n += g_pattern_match_simple (pattern, g_ptr_array_index (lines, i)) ? 1 : 0;
  g_mutex_unlock (&lock);

  return n;
}

static gboolean
is_said (gpointer pattern)
{
  return count_said (pattern) > 0;
}

#define assert_said(pattern) g_assert_cmpuint (count_said (NAME pattern), ==, 1)

static void
until_said (const char *pattern)
{
  ptp_test_until (is_said, (gpointer) pattern);
}

static void
test_states (void)
{
  PtpTestStream f;

  forget ();
  ptp_test_stream_init_in (&f, PTP_STREAM_STATE_STREAMING);
  assert_said ("runs; steps so far: 0");

  ptp_pull_to_push_hold (f.stream, "user");
  ptp_test_drain ();
  assert_said ("is paused by user; steps so far: *");
  ptp_test_stream_pause (&f);
  ptp_test_drain ();
  assert_said ("is paused by consumer, user; steps so far: *");
  ptp_pull_to_push_release (f.stream, "user");
  ptp_test_drain ();
  assert_said ("is paused by consumer; steps so far: *");

  ptp_test_stream_stop (&f);
  ptp_test_ends_wait (f.ends);
  assert_said ("was stopped; steps so far: *");
  ptp_test_stream_clear (&f);
}

static void
test_waiting_and_finished (void)
{
  PtpTestStream f;

  forget ();
  ptp_test_stream_init_in (&f, PTP_STREAM_STATE_WAITING);
  assert_said ("waits for ready; steps so far: 2");
  f.producer->rest = PTP_STEP_RESULT_FINISHED;
  ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (f.producer));
  ptp_test_ends_wait (f.ends);
  assert_said ("finished; steps so far: 3");
  ptp_test_stream_clear (&f);
}

static void
test_failed (void)
{
  PtpTestProducer *producer = ptp_test_producer_new ();
  PtpTestStream f;

  forget ();
  ptp_test_producer_answer_error (producer, NULL, PTP_STEP_RESULT_FAILED,
                                  g_error_new (G_IO_ERROR, G_IO_ERROR_NO_SPACE, "no room"));
  ptp_test_stream_init (&f, producer);
  ptp_test_stream_start (&f);
  ptp_test_ends_wait (f.ends);
  assert_said ("failed: no room; steps so far: 1");
  ptp_test_stream_clear (&f);
}

static void
take_5_ms (gpointer producer, gpointer clock)
{
  ((PtpTestClock *) clock)->now += 5000;
}

static void
test_long_step (void)
{
  PtpTestProducer *producer = ptp_test_producer_new_words ("one two");
  PtpTestClock clock = { 0 };
  PtpTestStream f;

  forget ();
  ptp_test_stream_init (&f, producer);
  ptp_cooperator_set_clock (f.cooperator, ptp_test_clock_read, &clock, NULL);
  producer->on_produce = take_5_ms;
  producer->hook_data = &clock;
  ptp_test_stream_start (&f);
  ptp_test_ends_wait (f.ends);
  g_assert_cmpuint (count_said (NAME
                                "kept the main loop for 5000 µs in one go; its slice has 200 µs"),
                    ==, 3);
  ptp_test_stream_clear (&f);
}

static void
test_short_step (void)
{
  PtpTestClock clock = { 0 };
  PtpTestStream f;

  forget ();
  ptp_test_stream_init (&f, ptp_test_producer_new_words ("one two"));
  ptp_cooperator_set_clock (f.cooperator, ptp_test_clock_read, &clock, NULL);
  ptp_test_stream_start (&f);
  ptp_test_ends_wait (f.ends);
  g_assert_cmpuint (count_said ("*kept the main loop*"), ==, 0);
  ptp_test_stream_clear (&f);
}

static void
test_stall_paused (void)
{
  PtpTestStream f;

  ptp_test_stream_init_in (&f, PTP_STREAM_STATE_STREAMING);
  ptp_test_stream_pause (&f);
  ptp_pull_to_push_hold (f.stream, "battery");
  ptp_test_drain ();
  forget ();
  until_said (NAME "has not moved for * s, after * steps: it is paused by consumer, battery");
  ptp_test_stream_clear (&f);
}

/* It is told once as long as nothing happens, and again after it went on. */
static void
test_stall_again (void)
{
  const char *says
    = NAME "has not moved for * s, after * steps: it answered PENDING, and there was "
           "no ready since";
  PtpTestProducer *producer = ptp_test_producer_new ();
  PtpTestStream f, other;

  producer->rest = PTP_STEP_RESULT_PENDING;
  forget ();
  ptp_test_stream_init (&f, producer);
  ptp_test_stream_start (&f);
  until_said (says);

  /* One that began later is told later. */
  ptp_test_stream_init_in (&other, PTP_STREAM_STATE_PAUSED);
  until_said (NAME "has not moved * paused by *");
  g_assert_cmpuint (count_said (says), ==, 1);

  forget ();
  ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (producer));
  until_said (says);

  ptp_test_stream_clear (&other);
  ptp_test_stream_clear (&f);
}

static void
test_stall_unstarted (void)
{
  PtpTestStream f;

  forget ();
  ptp_test_stream_init (&f, ptp_test_producer_new ());
  until_said (NAME "has not moved for * s, after 0 steps: nobody has started it");
  ptp_test_stream_clear (&f);
}

static gboolean
is_not_said (gpointer pattern)
{
  return count_said (pattern) == 0;
}

/* Nobody runs a context here until the thread has spoken. */
static void
wait_without_loop (const char *pattern)
{
  while (is_not_said ((gpointer) pattern))
    g_usleep (1000);
}

static void
test_stall_no_turn (void)
{
  PtpTestStream f;

  forget ();
  ptp_test_stream_init_in (&f, PTP_STREAM_STATE_STREAMING);
  wait_without_loop (NAME
                     "has not moved for * s, after * steps: its main context gives it no turn: *");
  ptp_test_stream_clear (&f);
}

static void
block (gpointer producer, gpointer unused)
{
  wait_without_loop (NAME
                     "has not moved for * s, after * steps: it is inside a step, which must not "
                     "block");
}

static void
test_stall_in_step (void)
{
  PtpTestProducer *producer = ptp_test_producer_new ();
  PtpTestStream f;

  forget ();
  producer->on_produce = block;
  ptp_test_stream_init (&f, producer);
  ptp_test_stream_start (&f);
  ptp_test_ends_wait (f.ends);
  ptp_test_stream_clear (&f);
}

/* A consumer that never settles is named as the one that is waited for. */
static void
test_stall_ending (void)
{
  PtpTestStream f;

  forget ();
  ptp_test_stream_init_in (&f, PTP_STREAM_STATE_ENDING);
  assert_said ("is ending; steps so far: 1");
  until_said (NAME "has not moved for * s, after 1 steps: its consumer has not settled: *");
  ptp_test_stream_stop (&f);
  ptp_test_ends_wait (f.ends);
  ptp_test_stream_clear (&f);
}

/* Neither one that ended nor one that was disposed of unstarted has to move, though somebody keeps
 * it.
 */
static void
test_no_stall_after_the_end (void)
{
  PtpTestStream ended, later;
  PtpPullToPush *abandoned;

  ptp_test_stream_init_in (&ended, PTP_STREAM_STATE_FINISHED);
  abandoned
    = ptp_pull_to_push_new (PTP_PULL_PRODUCER (ended.producer), PTP_CONSUMER (ended.consumer));
  g_object_run_dispose (G_OBJECT (abandoned));
  forget ();

  ptp_test_stream_init_in (&later, PTP_STREAM_STATE_PAUSED);
  until_said (NAME "has not moved *");
  g_assert_cmpuint (count_said (NAME "has not moved *"), ==, 1);

  ptp_test_stream_clear (&later);
  ptp_test_assert_finalize (abandoned);
  ptp_test_stream_clear (&ended);
}

static PtpStepResult
pend (gpointer user_data, GError **error)
{
  return PTP_STEP_RESULT_PENDING;
}

static void
test_task (void)
{
  g_autoptr (PtpCooperator) cooperator = ptp_cooperator_ref_default ();
  PtpCooperativeTask *task;

  forget ();
  task = ptp_cooperator_cooperate (cooperator, pend, NULL, NULL);
  until_said ("task of function 0x* (0x*) waits for ready; steps so far: 1");
  until_said ("task of function 0x* (0x*) has not moved *");
  ptp_cooperative_task_stop (task);
  until_said ("task of function 0x* (0x*) was stopped; steps so far: 1");
  ptp_test_assert_finalize (task);
}

int
main (int argc, char **argv)
{
  /* Before anything of the library is there. */
  g_setenv ("PTP_DEBUG", "all", TRUE);
  g_setenv ("PTP_DEBUG_STALL_SECONDS", "0.02", TRUE);
  lines = g_ptr_array_new_with_free_func (g_free);
  g_log_set_writer_func (write_log, NULL, NULL);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/debug/states", test_states);
  g_test_add_func ("/debug/waiting-and-finished", test_waiting_and_finished);
  g_test_add_func ("/debug/failed", test_failed);
  g_test_add_func ("/debug/long-step", test_long_step);
  g_test_add_func ("/debug/short-step", test_short_step);
  g_test_add_func ("/debug/stall/paused", test_stall_paused);
  g_test_add_func ("/debug/stall/again", test_stall_again);
  g_test_add_func ("/debug/stall/unstarted", test_stall_unstarted);
  g_test_add_func ("/debug/stall/no-turn", test_stall_no_turn);
  g_test_add_func ("/debug/stall/in-step", test_stall_in_step);
  g_test_add_func ("/debug/stall/ending", test_stall_ending);
  g_test_add_func ("/debug/stall/not-after-the-end", test_no_stall_after_the_end);
  g_test_add_func ("/debug/task", test_task);

  return g_test_run ();
}
