/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <gnu/libc-version.h>
#include <string.h>

#include "counted-stream.h"

/* Does one thing, so often: what it costs is counted from outside, by guard.py, which runs it twice
 * with different counts, so that all it does but once drops out.
 *
 * What is counted must not depend on how fast the machine is, but how often the cooperator looks
 * at its clock and ends its slice does. So the clock is one that counts the looks: a microsecond
 * passes in LOOKS_PER_MICROSECOND of them. With a look every sixteen steps that makes a step
 * cheap, some 15 ns, as steps are.
 */
#define LOOKS_PER_MICROSECOND 4

/* Of the scenarios with many streams; the count is a multiple of it. */
#define N_MANY 100

static gint64
count_looks (gpointer user_data)
{
  guint64 *n_looks = user_data;

  return (gint64) ((*n_looks)++ / LOOKS_PER_MICROSECOND);
}

static void
run_until_ended (const guint *n_ended, guint n_wanted)
{
  while (*n_ended < n_wanted)
    g_main_context_iteration (NULL, TRUE);
}

static void
check (gboolean good, const GError *error)
{
  if (!good)
    g_error ("A scenario could not be run: %s", error != NULL ? error->message : "it never ended");
}

/* Here and in all loops casts are unchecked, so that they are not counted. */
static PtpPullToPush *
stream (CountedProducer *producer, CountedConsumer *consumer)
{
  g_autoptr (GError) error = NULL;
  PtpPullToPush *self
    = ptp_pull_to_push_stream ((PtpPullProducer *) producer, (PtpConsumer *) consumer, &error);

  check (self != NULL, error);
  return self;
}

static void
run_bare (guint64 count)
{
  guint n_ended = 0;
  g_autoptr (CountedProducer) producer = counted_producer_new (count);
  g_autoptr (CountedConsumer) consumer = counted_consumer_new (&n_ended);

  counted_run_bare_loop (producer, consumer);
}

/* Steps */

static void
run_streams (guint n_streams, guint64 n_steps)
{
  g_autoptr (GPtrArray) both = g_ptr_array_new_with_free_func (g_object_unref);
  guint n_ended = 0;

  for (guint i = 0; i < n_streams; i++)
    {
      CountedProducer *producer = counted_producer_new (n_steps);
      CountedConsumer *consumer = counted_consumer_new (&n_ended);
      g_autoptr (GError) error = NULL;

      g_ptr_array_add (both, producer);
      g_ptr_array_add (both, consumer);
      check (ptp_consumer_register_pull_producer (PTP_CONSUMER (consumer),
                                                  PTP_PULL_PRODUCER (producer), &error),
             error);
    }
  run_until_ended (&n_ended, n_streams);
}

static void
run_step (guint64 count)
{
  run_streams (1, count);
}

static void
run_step_of_many (guint64 count)
{
  run_streams (N_MANY, count / N_MANY);
}

static PtpStepResult
step_cb (gpointer user_data, GError **error)
{
  guint64 *n_left = user_data;

  return --(*n_left) > 0 ? PTP_STEP_RESULT_MORE : PTP_STEP_RESULT_FINISHED;
}

static void
ended_cb (PtpCooperativeTask *task, guint *n_ended)
{
  (*n_ended)++;
}

static void
run_task_step (guint64 count)
{
  g_autoptr (PtpCooperator) cooperator = ptp_cooperator_ref_default ();
  g_autoptr (PtpCooperativeTask) task
    = ptp_cooperator_cooperate (cooperator, step_cb, &count, NULL);
  guint n_ended = 0;

  g_signal_connect (task, "finished", G_CALLBACK (ended_cb), &n_ended);
  run_until_ended (&n_ended, 1);
}

/* Pausing */

static void
pause_and_resume (CountedConsumer *consumer)
{
  ptp_push_producer_pause_producing (consumer->producer);
  ptp_push_producer_resume_producing (consumer->producer);
}

static void
run_pair_inside_write (guint64 count)
{
  guint n_ended = 0;
  g_autoptr (CountedProducer) producer = counted_producer_new (count);
  g_autoptr (CountedConsumer) consumer = counted_consumer_new (&n_ended);
  g_autoptr (PtpPullToPush) self = NULL;

  consumer->on_write = pause_and_resume;
  self = stream (producer, consumer);
  run_until_ended (&n_ended, 1);
}

static void
pause_and_note (CountedConsumer *consumer)
{
  ptp_push_producer_pause_producing (consumer->producer);
  consumer->written = TRUE;
}

/* As a consumer does whose queue is full after each chunk and drained by the main loop. */
static void
run_pair_over_turns (guint64 count)
{
  guint n_ended = 0;
  g_autoptr (CountedProducer) producer = counted_producer_new (count);
  g_autoptr (CountedConsumer) consumer = counted_consumer_new (&n_ended);
  g_autoptr (PtpPullToPush) self = NULL;

  consumer->on_write = pause_and_note;
  self = stream (producer, consumer);
  while (n_ended == 0)
    {
      g_main_context_iteration (NULL, TRUE);
      if (!consumer->written || n_ended > 0)
        continue;

      consumer->written = FALSE;
      ptp_push_producer_resume_producing ((PtpPushProducer *) self);
    }
}

/* A stream that had its first turn, and never more. */
static void
run_between_turns (guint64 count, void (*act) (PtpPullToPush *self))
{
  guint n_ended = 0;
  g_autoptr (CountedProducer) producer = counted_producer_new (G_MAXUINT64);
  g_autoptr (CountedConsumer) consumer = counted_consumer_new (&n_ended);
  g_autoptr (PtpPullToPush) self = stream (producer, consumer);

  while (consumer->n_bytes == 0)
    g_main_context_iteration (NULL, TRUE);
  for (guint64 i = 0; i < count; i++)
    act (self);
  ptp_pull_to_push_stop_streaming (self);
  run_until_ended (&n_ended, 1);
}

static void
pause_then_resume (PtpPullToPush *self)
{
  ptp_push_producer_pause_producing ((PtpPushProducer *) self);
  ptp_push_producer_resume_producing ((PtpPushProducer *) self);
}

static void
run_pair_between_turns (guint64 count)
{
  run_between_turns (count, pause_then_resume);
}

static void
hold_then_release (PtpPullToPush *self)
{
  ptp_pull_to_push_hold (self, "user");
  ptp_pull_to_push_release (self, "user");
}

static void
run_hold_release (guint64 count)
{
  run_between_turns (count, hold_then_release);
}

/* Waiting */

static void
note (CountedConsumer *consumer)
{
  consumer->written = TRUE;
}

static void
run_ready (guint64 count)
{
  guint n_ended = 0;
  g_autoptr (CountedProducer) producer = counted_producer_new (count);
  g_autoptr (CountedConsumer) consumer = counted_consumer_new (&n_ended);
  g_autoptr (PtpPullToPush) self = NULL;

  producer->more = PTP_STEP_RESULT_PENDING;
  consumer->on_write = note;
  self = stream (producer, consumer);
  while (n_ended == 0)
    {
      g_main_context_iteration (NULL, TRUE);
      if (!consumer->written || n_ended > 0)
        continue;

      consumer->written = FALSE;
      ptp_pull_producer_emit_ready ((PtpPullProducer *) producer);
    }
}

/* Life */

static void
run_lives (guint n_streams, guint64 n_rounds)
{
  g_autoptr (GPtrArray) producers = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) consumers = g_ptr_array_new_with_free_func (g_object_unref);
  guint n_ended = 0;

  for (guint i = 0; i < n_streams; i++)
    {
      g_ptr_array_add (producers, counted_producer_new (1));
      g_ptr_array_add (consumers, counted_consumer_new (&n_ended));
    }

  for (guint64 round = 0; round < n_rounds; round++)
    {
      n_ended = 0;
      for (guint i = 0; i < n_streams; i++)
        {
          CountedProducer *producer = g_ptr_array_index (producers, i);

          producer->n_left = 1;
          g_object_unref (stream (producer, g_ptr_array_index (consumers, i)));
        }
      run_until_ended (&n_ended, n_streams);
    }
}

static void
run_life (guint64 count)
{
  run_lives (1, count);
}

static void
run_life_of_many (guint64 count)
{
  run_lives (N_MANY, count / N_MANY);
}

static void
run_registration (guint64 count)
{
  guint n_ended = 0;
  g_autoptr (CountedPushProducer) producer = counted_push_producer_new ();
  g_autoptr (CountedConsumer) consumer = counted_consumer_new (&n_ended);
  g_autoptr (GError) error = NULL;

  for (guint64 i = 0; i < count; i++)
    {
      check (ptp_consumer_register_push_producer ((PtpConsumer *) consumer,
                                                  (PtpPushProducer *) producer, &error),
             error);
      ptp_consumer_unregister_producer ((PtpConsumer *) consumer, (PtpPushProducer *) producer);
    }
}

/* Endpoints */

/* Into memory that is there before, so that only what passes through is counted. It is not closed:
 * GIO does that in a thread, which no two runs do alike.
 */
static void
run_output_stream (guint64 count)
{
  g_autoptr (CountedProducer) producer = counted_producer_new (count);
  gsize size = (gsize) count * g_bytes_get_size (producer->chunk);
  g_autofree guint8 *memory = g_malloc (size);
  g_autoptr (GOutputStream) target = g_memory_output_stream_new (memory, size, NULL, NULL);
  g_autoptr (PtpOutputStreamConsumer) consumer = ptp_output_stream_consumer_new (target);
  g_autoptr (GError) error = NULL;

  check (ptp_consumer_register_pull_producer (PTP_CONSUMER (consumer), PTP_PULL_PRODUCER (producer),
                                              &error),
         error);
  while (ptp_output_stream_consumer_get_bytes_written (consumer) < size)
    g_main_context_iteration (NULL, TRUE);
}

typedef struct
{
  const char *name;
  const char *what; /* one of it */
  guint64 count;    /* the smaller of the two that make its cost known */
  void (*run) (guint64 count);
} Scenario;

static const Scenario scenarios[] = {
  { "bare", "a bare loop of two indirect calls", 20000, run_bare },
  { "step", "a step of one stream", 20000, run_step },
  { "step-of-many", "a step of one of 100 streams", 20000, run_step_of_many },
  { "task-step", "a step of a cooperative task", 20000, run_task_step },
  { "pair-in-write", "pause and resume inside write, with its step", 2000, run_pair_inside_write },
  { "pair-between-turns", "pause and resume between turns", 4000, run_pair_between_turns },
  { "pair-over-turns", "pause in write, resume in a later turn", 1000, run_pair_over_turns },
  { "hold-release", "hold and release between turns", 4000, run_hold_release },
  { "ready", "ready after pending, with its turn and step", 1000, run_ready },
  { "life", "a stream from start to finish, one step", 300, run_life },
  { "life-of-many", "the same, 100 at a time", 300, run_life_of_many },
  { "registration", "register and unregister a push producer", 2000, run_registration },
  { "output-stream", "64 bytes through PtpOutputStreamConsumer", 20000, run_output_stream },
};

static const Scenario *
find_scenario (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (scenarios); i++)
    if (strcmp (scenarios[i].name, name) == 0)
      return &scenarios[i];

  return NULL;
}

static void
list_scenarios (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (scenarios); i++)
    g_print ("%s\t%" G_GUINT64_FORMAT "\t%s\n", scenarios[i].name, scenarios[i].count,
             scenarios[i].what);
}

/* What the number of instructions depends on, beside our own code. */
static void
print_about (void)
{
  g_print ("compiler\t%s\n", PTP_COMPILER);
  g_print ("glib\t%u.%u.%u\n", glib_major_version, glib_minor_version, glib_micro_version);
  g_print ("libc\t%s\n", gnu_get_libc_version ());
}

static void
run (const Scenario *scenario, guint64 count, gboolean real_clock)
{
  g_autoptr (PtpCooperator) cooperator = ptp_cooperator_ref_default ();
  guint64 n_looks = 0;

  if (!real_clock)
    ptp_cooperator_set_clock (cooperator, count_looks, &n_looks, NULL);
  scenario->run (count);

  /* The last of a stream's turn comes in the same dispatch, its source goes in the next. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

int
main (int argc, char **argv)
{
  gboolean list = FALSE, about = FALSE, real_clock = FALSE;
  gint64 count = 0;
  const GOptionEntry entries[] = {
    { "list", 0, 0, G_OPTION_ARG_NONE, &list, "Print name, count and meaning of each", NULL },
    { "about", 0, 0, G_OPTION_ARG_NONE, &about, "Print what the counts depend on", NULL },
    { "real-clock", 0, 0, G_OPTION_ARG_NONE, &real_clock, "Do not count time by looks", NULL },
    { "count", 0, 0, G_OPTION_ARG_INT64, &count, "How often; a multiple of 100", "N" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("[SCENARIO]");
  g_autoptr (GError) error = NULL;
  const Scenario *scenario;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("%s: %s; see --help\n", g_get_prgname (), error->message);
      return 2;
    }
  if (list)
    list_scenarios ();
  if (about)
    print_about ();
  if (list || about)
    return 0;

  scenario = argc == 2 ? find_scenario (argv[1]) : NULL;
  if (scenario == NULL || count <= 0 || count % N_MANY != 0)
    {
      g_printerr ("%s: it takes the name of one scenario, and a count; see --help and --list\n",
                  g_get_prgname ());
      return 2;
    }

  run (scenario, (guint64) count, real_clock);
  return 0;
}
