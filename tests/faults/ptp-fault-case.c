/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-fault-run.h"

/* No pipeline of ours makes as many calls of one kind. */
#define MAX_CALLS (1000)

static guint n_runs;
static guint n_points;

guint32
ptp_fault_get_seed (void)
{
  const char *text = g_getenv ("PTP_FAULT_SEED");

  return text != NULL ? (guint32) g_ascii_strtoull (text, NULL, 0) : 20260704;
}

void
ptp_fault_print_figures (void)
{
  g_test_message ("%u calls suffered a fault in %u runs, seed %u", n_points, n_runs,
                  ptp_fault_get_seed ());
}

/* Building it */

static GBytes *
make_content (gsize size)
{
  static GBytes *all;
  g_autoptr (GRand) random = NULL;
  guint8 *data;

  if (all == NULL || g_bytes_get_size (all) < size)
    {
      random = g_rand_new_with_seed (ptp_fault_get_seed ());
      data = g_malloc (size);
      for (gsize i = 0; i < size; i++)
        data[i] = (guint8) g_rand_int (random);
      g_clear_pointer (&all, g_bytes_unref);
      all = g_bytes_new_take (data, size);
    }

  return g_bytes_new_from_bytes (all, 0, size);
}

static void
plan (PtpFaultRun *self,
      PtpFaultPlan *plan,
      const PtpFaultPoint *point,
      int code,
      PtpFaultHook hook)
{
  plan->call = point->call;
  plan->n = point->n;
  plan->fault = point->fault;
  plan->hook = hook;
  plan->hook_data = self;
  plan->error
    = g_error_new (G_IO_ERROR, point->fault == PTP_FAULT_HUP ? G_IO_ERROR_BROKEN_PIPE : code,
                   "fault %d of call %d, number %u", (int) point->fault, (int) point->call,
                   point->n);
}

/* The last reference may go in a thread of GIO's, which wakes nobody. */
static void
gone_cb (gpointer user_data)
{
  PtpFaultRun *self = user_data;

  g_atomic_int_inc (&self->n_gone);
  g_main_context_wakeup (NULL);
}

static void
watch_object (PtpFaultRun *self, gpointer object)
{
  if (g_object_get_data (object, "ptp-fault-run") != NULL)
    return;

  self->n_objects++;
  g_object_set_data_full (object, "ptp-fault-run", self, gone_cb);
}

static void
broken_cb (PtpPullProducer *producer, const GError *error, gpointer user_data)
{
  PtpFaultRun *self = user_data;

  g_assert_nonnull (error);
  self->n_broken++;
}

static void
make_source (PtpFaultRun *self, PtpFaultHook hook)
{
  const PtpFaultCase *what = self->what;
  GInputStream *stream;

  self->source = ptp_fault_source_new (self->content);
  plan (self, &self->source->plan, &what->in, G_IO_ERROR_TIMED_OUT, hook);
  if (what->ragged)
    self->source->ragged = g_rand_new_with_seed (ptp_fault_get_seed () + what->in.n);

  if (what->from_bytes)
    {
      PtpBytesProducer *producer = ptp_bytes_producer_new (self->content);

      ptp_bytes_producer_set_chunk_size (producer, what->chunk);
      self->producer = PTP_PULL_PRODUCER (producer);
    }
  else
    {
      PtpInputStreamProducer *producer;

      stream = ptp_fault_input_stream_new (what->in_way, self->source);
      watch_object (self, stream);
      self->input = ptp_fault_wrap_input (stream, what->in_wrap);
      watch_object (self, self->input);
      producer = ptp_input_stream_producer_new (self->input);
      ptp_input_stream_producer_set_chunk_size (producer, what->chunk);
      ptp_input_stream_producer_set_keep_open (producer, what->keep_open);
      self->producer = PTP_PULL_PRODUCER (producer);
    }
  watch_object (self, self->producer);
  g_signal_connect (self->producer, "broken", G_CALLBACK (broken_cb), self);
}

static void
failed_cb (PtpOutputStreamConsumer *consumer, const GError *error, gpointer user_data)
{
  PtpFaultRun *self = user_data;

  self->n_failed++;
}

static void
take_settlement (PtpFaultRun *self, PtpOutputStreamConsumer *consumer)
{
  const GError *error = ptp_output_stream_consumer_get_error (consumer);

  self->n_settled++;
  self->n_written = ptp_output_stream_consumer_get_bytes_written (consumer);
  self->n_ends_at_settlement = self->ends->n_ends + self->wait.n_calls;
  g_assert_cmpuint (ptp_output_stream_consumer_get_bytes_queued (consumer), ==, 0);
  g_assert_true (ptp_output_stream_consumer_get_closed (consumer));
  if (error != NULL && self->consumer_error == NULL)
    self->consumer_error = g_error_copy (error);
}

static void
settled_cb (PtpOutputStreamConsumer *consumer, PtpSettlement settlement, gpointer user_data)
{
  PtpFaultRun *self = user_data;

  self->settlement = settlement;
  take_settlement (self, consumer);
}

static void
settle_failed_cb (PtpOutputStreamConsumer *consumer, const GError *error, gpointer user_data)
{
  PtpFaultRun *self = user_data;

  g_assert_null (self->settle_error);
  self->settle_error = g_error_copy (error);
  take_settlement (self, consumer);
}

static void
make_sink (PtpFaultRun *self, PtpFaultHook hook)
{
  const PtpFaultCase *what = self->what;
  GOutputStream *stream;

  self->sink = ptp_fault_sink_new ();
  plan (self, &self->sink->plan, &what->out, G_IO_ERROR_NO_SPACE, hook);
  if (what->ragged)
    self->sink->ragged = g_rand_new_with_seed (ptp_fault_get_seed () + what->out.n);

  stream = ptp_fault_output_stream_new (what->out_way, self->sink);
  watch_object (self, stream);
  self->output = ptp_fault_wrap_output (stream, what->out_wrap);
  watch_object (self, self->output);
  self->consumer = ptp_output_stream_consumer_new (self->output);
  watch_object (self, self->consumer);
  ptp_output_stream_consumer_set_keep_open (self->consumer, what->keep_open);
  ptp_output_stream_consumer_set_marks (self->consumer, what->chunk / 2, what->chunk * 2,
                                        what->chunk * 64, NULL);
  g_signal_connect (self->consumer, "failed", G_CALLBACK (failed_cb), self);
  g_signal_connect (self->consumer, "settled", G_CALLBACK (settled_cb), self);
  g_signal_connect (self->consumer, "settle-failed", G_CALLBACK (settle_failed_cb), self);
  self->spy.sink = self->sink;
}

/* What the test does in the middle of it */

GError *
ptp_fault_run_new_break_error (void)
{
  return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE, "The consumer broke");
}

static void
stop_producing (PtpPullToPush *stream, gboolean breaks)
{
  g_autoptr (GError) reason = ptp_fault_run_new_break_error ();

  if (breaks)
    ptp_push_producer_stop_producing (PTP_PUSH_PRODUCER (stream), reason);
  else
    ptp_test_stop_producing (PTP_PUSH_PRODUCER (stream));
}

/* What belongs to the context. There may be nothing any more when GIO closes what nobody has
 * closed.
 */
static gboolean
act_on_context (gpointer user_data)
{
  PtpFaultRun *self = user_data;
  g_autoptr (GError) reason = ptp_fault_run_new_break_error ();

  if (self->stream == NULL)
    return G_SOURCE_REMOVE;

  if (self->what->action == PTP_FAULT_ABORT)
    ptp_consumer_abort (PTP_CONSUMER (self->consumer), reason, NULL);
  if (self->what->action == PTP_FAULT_HAVE_ENOUGH)
    ptp_consumer_unregister_producer (PTP_CONSUMER (self->consumer),
                                      PTP_PUSH_PRODUCER (self->stream));
  if (self->what->action == PTP_FAULT_DISPOSE)
    g_object_run_dispose (G_OBJECT (self->stream));
  return G_SOURCE_REMOVE;
}

static void
drop (PtpFaultRun *self)
{
  g_autoptr (PtpPullProducer) producer = NULL;
  g_autoptr (PtpOutputStreamConsumer) consumer = NULL;
  g_autoptr (PtpPullToPush) stream = NULL;

  g_mutex_lock (&self->mutex);
  producer = g_steal_pointer (&self->producer);
  consumer = g_steal_pointer (&self->consumer);
  stream = g_steal_pointer (&self->stream);
  g_mutex_unlock (&self->mutex);
}

static void
act_on_stream (PtpFaultRun *self, PtpPullToPush *stream)
{
  switch (self->what->action)
    {
    case PTP_FAULT_STOP:
    case PTP_FAULT_BREAK:
      stop_producing (stream, self->what->action == PTP_FAULT_BREAK);
      break;
    case PTP_FAULT_STOP_STREAMING:
      ptp_pull_to_push_stop_streaming (stream);
      break;
    case PTP_FAULT_DISPOSE:
    case PTP_FAULT_HAVE_ENOUGH:
    case PTP_FAULT_ABORT:
      g_main_context_invoke (NULL, act_on_context, self);
      break;
    case PTP_FAULT_RELEASE:
    case PTP_FAULT_CANCEL:
    case PTP_FAULT_DROP:
    default:
      break;
    }
}

static void
act (gpointer user_data)
{
  PtpFaultRun *self = user_data;
  g_autoptr (PtpPullToPush) stream = NULL;

  g_mutex_lock (&self->mutex);
  g_set_object (&stream, self->stream);
  g_mutex_unlock (&self->mutex);

  /* What comes of it may come before this thread goes on. */
  self->acted_on_context = g_main_context_is_owner (NULL);
  self->acted_on_ending
    = stream != NULL && ptp_pull_to_push_get_state (stream) == PTP_STREAM_STATE_ENDING;
  g_atomic_int_set (&self->acted, TRUE);

  if (self->what->action == PTP_FAULT_CANCEL)
    g_cancellable_cancel (self->cancellable);
  else if (self->what->action == PTP_FAULT_DROP)
    drop (self);
  else if (stream != NULL)
    act_on_stream (self, stream);

  g_clear_object (&stream);
  g_main_context_wakeup (NULL);
}

/* Running it */

static gboolean
is_stalled (PtpFaultRun *self)
{
  return ptp_fault_plan_is_stalled (&self->source->plan)
         || ptp_fault_plan_is_stalled (&self->sink->plan);
}

static void
release (PtpFaultRun *self)
{
  ptp_fault_plan_release (&self->source->plan);
  ptp_fault_plan_release (&self->sink->plan);
}

typedef struct
{
  PtpFaultRun *run;
  PtpTestCond over;
} Waiting;

static gboolean
is_over_or_stalled (gpointer user_data)
{
  Waiting *waiting = user_data;

  return waiting->over (waiting->run) || is_stalled (waiting->run);
}

/* A stream that is stopped waits for its sink, not for its source. */
static gboolean
must_end_at_once (PtpFaultRun *self)
{
  return self->what->action != PTP_FAULT_DROP && self->what->action != PTP_FAULT_ABORT
         && !ptp_fault_plan_is_stalled (&self->sink->plan);
}

/* Nothing but the fault can make it wait; so when that keeps a call, all else comes to rest. */
static void
advance (PtpFaultRun *self, PtpTestCond over, gboolean may_act)
{
  Waiting waiting = { self, over };

  while (TRUE)
    {
      ptp_test_until (is_over_or_stalled, &waiting);
      if (over (self))
        return;

      ptp_test_drain ();
      if (over (self) || !is_stalled (self))
        continue;
      ptp_fault_run_check_rest (self);

      if (may_act && self->what->action != PTP_FAULT_RELEASE && !g_atomic_int_get (&self->acted))
        {
          act (self);
          if (must_end_at_once (self))
            ptp_test_until (over, self);
          ptp_test_drain ();
        }
      else
        {
          release (self);
        }
    }
}

static gboolean
has_ended (gpointer user_data)
{
  PtpFaultRun *self = user_data;

  return self->wait.n_calls > 0;
}

static gboolean
has_let_go_of_input (gpointer user_data)
{
  PtpFaultRun *self = user_data;

  if (self->input == NULL)
    return TRUE;
  if (g_input_stream_has_pending (self->input))
    return FALSE;

  return self->what->keep_open || g_input_stream_is_closed (self->input);
}

static gboolean
is_gone (gpointer user_data)
{
  PtpFaultRun *self = user_data;

  return g_atomic_int_get (&self->n_gone) == self->n_objects;
}

static gboolean
is_no_sink_alive (gpointer user_data)
{
  return ptp_fault_sink_get_n_alive () == 0;
}

/* Descriptors that the process has, and one for looking. */
static guint
count_descriptors (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  g_assert_nonnull (folder);
  while (g_dir_read_name (folder) != NULL)
    n++;
  return n;
}

/* The first run makes what GLib keeps. */
static void
check_descriptors (void)
{
  static guint n_at_first;
  guint n;

  ptp_test_until (is_no_sink_alive, NULL);
  n = count_descriptors ();
  if (n_at_first == 0)
    n_at_first = n;
  g_assert_cmpuint (n, ==, n_at_first);
}

static void
start (PtpFaultRun *self, const PtpFaultCase *what)
{
  gsize size = (gsize) what->chunk * what->n_chunks + what->chunk / 3;

  *self = (PtpFaultRun){ .what = what, .content = make_content (size) };
  g_mutex_init (&self->mutex);
  ptp_fault_spy_begin (&self->spy);
  self->cancellable = g_cancellable_new ();
  make_source (self, act);
  make_sink (self, act);

  self->stream = ptp_pull_to_push_new (self->producer, PTP_CONSUMER (self->consumer));
  watch_object (self, self->stream);
  self->ends = ptp_test_ends_new (self->stream);
  ptp_test_wait_start (&self->wait, self->stream, NULL);
  ptp_pull_to_push_set_cancellable (self->stream, self->cancellable);
  ptp_consumer_register_push_producer (PTP_CONSUMER (self->consumer),
                                       PTP_PUSH_PRODUCER (self->stream), NULL);
  ptp_pull_to_push_start_streaming (self->stream);
}

static void
clear (PtpFaultRun *self)
{
  /* GIO closes what nobody has closed, now, and that must not stall. */
  ptp_fault_plan_end (&self->source->plan);
  ptp_fault_plan_end (&self->sink->plan);
  drop (self);
  g_clear_object (&self->input);
  g_clear_object (&self->output);
  ptp_test_until (is_gone, self);
  ptp_test_drain ();
  g_assert_cmpuint (self->ends->n_ends, <=, 1);
  g_assert_cmpuint (self->wait.n_calls, ==, 1);
  ptp_fault_run_check_dropped (self);

  ptp_test_wait_clear (&self->wait);
  g_clear_pointer (&self->ends, ptp_test_ends_unref);
  ptp_fault_spy_end (&self->spy);
  g_assert_finalize_object (self->cancellable);
  ptp_fault_source_unref (self->source);
  ptp_fault_sink_unref (self->sink);
  g_clear_error (&self->settle_error);
  g_clear_error (&self->consumer_error);
  g_bytes_unref (self->content);
  g_mutex_clear (&self->mutex);
  check_descriptors ();
}

gboolean
ptp_fault_case_run (const PtpFaultCase *what)
{
  PtpFaultRun self;
  gboolean reached;

  start (&self, what);
  advance (&self, has_ended, TRUE);
  ptp_fault_run_check_end (&self);
  advance (&self, has_let_go_of_input, FALSE);
  ptp_test_drain ();
  ptp_fault_run_check_all (&self);

  reached = (what->in.n == 0 || ptp_fault_plan_was_reached (&self.source->plan))
            && (what->out.n == 0 || ptp_fault_plan_was_reached (&self.sink->plan));
  n_runs++;
  n_points += reached ? (what->in.n > 0 ? 1u : 0u) + (what->out.n > 0 ? 1u : 0u) : 0u;
  clear (&self);
  return reached;
}

/* Running all of them */

/* Returns: the number of calls that can have the fault */
static guint
run_one_point (const PtpFaultCase *self, gboolean in)
{
  PtpFaultCase what = *self;
  guint n;

  for (n = 1; n < MAX_CALLS; n++)
    {
      what.in.n = in ? n : 0;
      what.out.n = in ? 0 : n;
      if (!ptp_fault_case_run (&what))
        break;
    }

  g_assert_cmpuint (n, <, MAX_CALLS);
  return n - 1;
}

static void
run_two_points (const PtpFaultCase *self)
{
  guint n_in = run_one_point (self, TRUE);
  guint n_out = run_one_point (self, FALSE);
  PtpFaultCase what = *self;

  g_assert_cmpuint (n_in, >, 0);
  g_assert_cmpuint (n_out, >, 0);
  for (what.in.n = 1; what.in.n <= n_in; what.in.n++)
    for (what.out.n = 1; what.out.n <= n_out; what.out.n++)
      ptp_fault_case_run (&what);
}

void
ptp_fault_case_run_all (const PtpFaultCase *self)
{
  PtpFaultCase what = *self;
  gboolean in = what.in.fault != PTP_FAULT_NONE;
  gboolean out = what.out.fault != PTP_FAULT_NONE;
  gboolean closes = what.in.call == PTP_FAULT_CALL_CLOSE || what.out.call == PTP_FAULT_CALL_CLOSE;

  for (what.keep_open = FALSE; what.keep_open <= TRUE; what.keep_open++)
    {
      if (in && out)
        run_two_points (&what);
      else
        g_assert_cmpuint (run_one_point (&what, in) + (closes && what.keep_open ? 1 : 0), >, 0);
    }
}
