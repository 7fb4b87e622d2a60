/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "threads.h"

#define MAX_CHUNKS 40

typedef void (*LifeFunc) (ThreadsLife *self);

typedef struct
{
  ThreadsLife *life; /* (owned) */
  LifeFunc func;
} LifeCall;

ThreadsLife *
threads_life_ref (ThreadsLife *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/* What the stream has let go of is nobody else's any more (rule L15). */
static void
drop_last (ThreadsLife *self, GObject **object, const char *what)
{
  gpointer rest = *object;

  g_object_add_weak_pointer (rest, &rest);
  g_clear_object (object);
  if (rest != NULL)
    threads_life_find (self, what);
}

void
threads_life_unref (ThreadsLife *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  drop_last (self, &self->producer, "L15: somebody keeps the producer");
  drop_last (self, &self->consumer, "L15: somebody keeps the consumer");
  g_clear_object (&self->cancellable);
  g_mutex_clear (&self->lock);
  g_mutex_lock (&self->round->lock);
  self->round->n_freed++;
  g_cond_broadcast (&self->round->changed);
  g_mutex_unlock (&self->round->lock);
  g_free (self);
}

void
threads_life_find (ThreadsLife *self, const char *what)
{
  threads_round_find (self->round, "stream %u: %s", self->id, what);
  threads_life_print (self);
}

void
threads_life_print (ThreadsLife *self)
{
  g_autoptr (PtpPullToPush) stream = threads_life_ref_stream (self);
  g_auto (GStrv) holders = stream != NULL ? ptp_pull_to_push_dup_holders (stream) : NULL;
  g_autofree char *names = holders != NULL ? g_strjoinv (" ", holders) : g_strdup ("?");

  g_printerr ("  stream %u: state %d, end %d (%u told), causes %x, flags %d, begun %d, limit %d, "
              "chunks %u of "
              "%u (%u received), pending %d, pauser %d, hurried %d, answered %d, registered %u - "
              "%u (own %d), "
              "cancelled %u, finish %u, abort %u, sink %d, finished %d, held by: %s\n",
              self->id, stream != NULL ? (int) ptp_pull_to_push_get_state (stream) : -1,
              (int) self->end, self->n_ends, (guint) g_atomic_int_get (&self->causes),
              (int) self->flags, g_atomic_int_get (&self->n_begun), g_atomic_int_get (&self->limit),
              self->n_written, self->n_chunks, self->n_received, g_atomic_int_get (&self->pending),
              g_atomic_int_get (&self->pauser), g_atomic_int_get (&self->hurried), self->answered,
              self->n_registered, self->n_unregistered, self->unregistered_own, self->n_cancels,
              self->n_finishes, self->n_aborts, g_atomic_int_get (&self->sink),
              g_atomic_int_get (&self->finished), names);
}

void
threads_life_check_home (ThreadsLife *self, const char *where)
{
  if (g_thread_self () != self->home->thread)
    threads_life_find (self, where);
  if (g_main_context_get_thread_default () != self->home->context)
    threads_life_find (self, "T1: another context is the thread's default");
}

PtpPullToPush *
threads_life_ref_stream (ThreadsLife *self)
{
  PtpPullToPush *stream;

  g_mutex_lock (&self->lock);
  stream = self->stream != NULL ? g_object_ref (self->stream) : NULL;
  g_mutex_unlock (&self->lock);

  return stream;
}

PtpPullToPush *
threads_life_steal_stream (ThreadsLife *self)
{
  PtpPullToPush *stream;

  g_mutex_lock (&self->lock);
  stream = g_steal_pointer (&self->stream);
  g_mutex_unlock (&self->lock);
  /* Nobody has it any more to stop it. */
  g_atomic_int_set (&self->stubborn, FALSE);

  return stream;
}

/* At home */

static gboolean
life_call_cb (gpointer user_data)
{
  LifeCall *call = user_data;

  call->func (call->life);
  return G_SOURCE_REMOVE;
}

static void
life_call_free (gpointer user_data)
{
  LifeCall *call = user_data;

  threads_life_unref (call->life);
  g_free (call);
}

static void
call_at_home (ThreadsLife *self, LifeFunc func, int priority)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  LifeCall *call = g_new0 (LifeCall, 1);

  call->life = threads_life_ref (self);
  call->func = func;
  g_source_set_priority (source, priority);
  g_source_set_callback (source, life_call_cb, call, life_call_free);
  g_source_attach (source, self->home->context);
}

static void
resume_registered (ThreadsLife *self)
{
  if (self->registered != NULL)
    ptp_push_producer_resume_producing (self->registered);
  g_atomic_int_set (&self->pauser, THREADS_PAUSER_NOBODY);
}

/* Who has lost its way to the stream lets the consumer do it. */
void
threads_life_resume_consumer (ThreadsLife *self)
{
  g_autoptr (PtpPullToPush) stream = NULL;

  if (!g_atomic_int_compare_and_exchange (&self->pauser, THREADS_PAUSER_CONSUMER,
                                          THREADS_PAUSER_ACTOR))
    return;

  stream = threads_life_ref_stream (self);
  if (stream == NULL)
    {
      call_at_home (self, resume_registered, G_PRIORITY_DEFAULT);
      return;
    }

  ptp_push_producer_resume_producing (PTP_PUSH_PRODUCER (stream));
  g_atomic_int_set (&self->pauser, THREADS_PAUSER_NOBODY);
}

void
threads_life_give_ready (ThreadsLife *self)
{
  if (g_atomic_int_compare_and_exchange (&self->pending, TRUE, FALSE) || !self->one_ready)
    ptp_pull_producer_emit_ready (PTP_PULL_PRODUCER (self->producer));
}

/* Where others may be about to do the same, or to abort; only one of them does. */
void
threads_life_settle (ThreadsLife *self, CrowdRandom *random)
{
  const int sink = g_atomic_int_get (&self->sink);
  g_autoptr (GError) error = NULL;

  if (sink == THREADS_SINK_FINISHING && g_atomic_int_get (&self->stubborn))
    return;
  if ((sink != THREADS_SINK_FINISHING && sink != THREADS_SINK_ABORTING)
      || !g_atomic_int_compare_and_exchange (&self->sink, sink, THREADS_SINK_SETTLED))
    return;

  if (crowd_random_one_in (random, 8))
    {
      g_atomic_int_or (&self->causes, THREADS_CAUSE_SINK);
      error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NO_SPACE, "The consumer is full");
      ptp_consumer_emit_settle_failed (PTP_CONSUMER (self->consumer), error);
      return;
    }

  g_atomic_int_set (&self->finished, sink == THREADS_SINK_FINISHING);
  ptp_consumer_emit_settled (PTP_CONSUMER (self->consumer), sink == THREADS_SINK_FINISHING
                                                              ? PTP_SETTLEMENT_FINISHED
                                                              : PTP_SETTLEMENT_ABORTED);
}

/* Whether anybody hears of it depends on what the stream is doing. */
void
threads_life_break (ThreadsLife *self)
{
  g_autoptr (GError) error
    = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "The producer broke");

  g_atomic_int_or (&self->causes, THREADS_CAUSE_BROKEN);
  ptp_pull_producer_emit_broken (PTP_PULL_PRODUCER (self->producer), error);
}

/* From here on nothing but the producer's own answers is needed for the stream to end. */
void
threads_life_hurry (ThreadsLife *self)
{
  CrowdRandom random = { self->id };
  g_autoptr (PtpPullToPush) stream = threads_life_ref_stream (self);

  if (stream == NULL)
    g_atomic_int_set (&self->stubborn, FALSE);
  g_atomic_int_set (&self->hurried, TRUE);
  if (stream != NULL && g_atomic_int_get (&self->stubborn))
    threads_life_end (self, stream, THREADS_CAUSE_STOP);
  threads_life_settle (self, &random);
  threads_life_resume_consumer (self);
  threads_life_give_ready (self);
}

/* What had begun when the call returned may complete, and one step that was just about to be
 * counted; that is one step at most (rule T3).
 */
static void
limit_steps (ThreadsLife *self, int n_more)
{
  const int limit = g_atomic_int_get (&self->n_begun) + n_more;
  int before;

  do
    before = g_atomic_int_get (&self->limit);
  while (before > limit && !g_atomic_int_compare_and_exchange (&self->limit, before, limit));
}

void
threads_life_limit_steps (ThreadsLife *self)
{
  limit_steps (self, 0);
}

static void
stop_producing (PtpPullToPush *stream, GQuark domain, int code)
{
  g_autoptr (GError) reason = g_error_new_literal (domain, code, "Somebody wants no more");

  ptp_push_producer_stop_producing (PTP_PUSH_PRODUCER (stream), reason);
}

void
threads_life_end (ThreadsLife *self, PtpPullToPush *stream, int cause)
{
  if (cause == THREADS_CAUSE_CANCELLED
      && (self->cancellable == NULL
          || !g_atomic_int_compare_and_exchange (&self->cancelling, FALSE, TRUE)))
    return;

  g_atomic_int_or (&self->causes, (guint) cause);
  if (cause == THREADS_CAUSE_CANCELLED)
    g_cancellable_cancel (self->cancellable);
  else if (cause == THREADS_CAUSE_STOPPED)
    stop_producing (stream, PTP_ERROR, PTP_ERROR_STOPPED);
  else if (cause == THREADS_CAUSE_BUSY)
    stop_producing (stream, G_IO_ERROR, G_IO_ERROR_BUSY);
  else
    ptp_pull_to_push_stop_streaming (stream);
  limit_steps (self, 1);
}

/* The end */

static void
let_go (ThreadsLife *self)
{
  g_autoptr (PtpPullToPush) stream = threads_life_steal_stream (self);
}

void
threads_life_unregister (ThreadsLife *self)
{
  g_autoptr (PtpPushProducer) registered = g_object_ref (self->registered);

  g_atomic_int_or (&self->causes, THREADS_CAUSE_ENOUGH);
  self->in_unregister = TRUE;
  ptp_consumer_unregister_producer (PTP_CONSUMER (self->consumer), registered);
  self->in_unregister = FALSE;
  limit_steps (self, 0);
}

/* Whoever gave it. */
void
threads_life_check_reason (ThreadsLife *self, const GError *reason)
{
  const int stops = THREADS_CAUSE_STOP | THREADS_CAUSE_STOPPED | THREADS_CAUSE_ENOUGH;
  const struct
  {
    GQuark domain;
    int code;
    int causes;
  } reasons[] = {
    { PTP_ERROR, PTP_ERROR_STOPPED, stops },
    { G_IO_ERROR, G_IO_ERROR_BUSY, THREADS_CAUSE_BUSY },
    { G_IO_ERROR, G_IO_ERROR_CANCELLED, THREADS_CAUSE_CANCELLED },
    { G_IO_ERROR, G_IO_ERROR_NO_SPACE, THREADS_CAUSE_FAILED },
    { G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, THREADS_CAUSE_FAILED },
    { G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, THREADS_CAUSE_BROKEN },
  };
  const int causes = g_atomic_int_get (&self->causes);

  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (reason != NULL && g_error_matches (reason, reasons[i].domain, reasons[i].code)
        && (causes & reasons[i].causes) != 0)
      return;

  threads_life_find (self, "E11: a reason that nobody gave");
}

static gboolean
is_same_error (const GError *a, const GError *b)
{
  return a == b
         || (a != NULL && b != NULL && g_error_matches (a, b->domain, b->code)
             && g_str_equal (a->message, b->message));
}

/* What leads to an end. */
static int
get_causes (PtpStreamState end)
{
  if (end == PTP_STREAM_STATE_FINISHED)
    return THREADS_CAUSE_FINISHED | THREADS_CAUSE_STOP | THREADS_CAUSE_ENOUGH;
  if (end == PTP_STREAM_STATE_STOPPED)
    return THREADS_CAUSE_STOP | THREADS_CAUSE_STOPPED;

  return THREADS_CAUSE_FAILED | THREADS_CAUSE_BUSY | THREADS_CAUSE_CANCELLED | THREADS_CAUSE_BROKEN
         | THREADS_CAUSE_SINK;
}

/* What the consumer settled is what the end of the stream is (rules L18 and L19). */
static void
check_settled (ThreadsLife *self, PtpStreamState end)
{
  const gboolean told = self->n_finishes + self->n_aborts > 0;
  const gboolean finished = g_atomic_int_get (&self->finished);

  if (told && g_atomic_int_get (&self->sink) != THREADS_SINK_SETTLED)
    threads_life_find (self, "L19: ended before the consumer has settled");
  if (self->n_finishes > 0 && finished != (end == PTP_STREAM_STATE_FINISHED))
    threads_life_find (self, "L18: the end is not what the consumer settled");
}

static void
check_end (ThreadsLife *self, PtpPullToPush *stream, PtpStreamState end, const GError *error)
{
  g_auto (GStrv) holders = ptp_pull_to_push_dup_holders (stream);

  threads_life_check_home (self, "T1: a signal on another thread");
  if (self->n_ends > 0)
    threads_life_find (self, "L8: a second end");
  check_settled (self, end);
  if ((g_atomic_int_get (&self->causes) & get_causes (end)) == 0)
    threads_life_find (self, "L8: an end that nobody asked for");
  if (ptp_pull_to_push_get_state (stream) != end || self->producing)
    threads_life_find (self, "L8: the state is another, or a step is running");
  if (ptp_pull_to_push_get_producer (stream) != NULL
      || ptp_pull_to_push_get_consumer (stream) != NULL || holders[0] != NULL)
    threads_life_find (self, "L15: the stream has not let go, or somebody still holds it");
  if (ptp_pull_to_push_get_n_steps (stream) != (guint64) g_atomic_int_get (&self->n_begun))
    threads_life_find (self, "n-steps is not the number of steps");
  if (!is_same_error (error, ptp_pull_to_push_get_error (stream))
      || (error != NULL) != (end == PTP_STREAM_STATE_FAILED))
    threads_life_find (self, "E1: the error is not that of the signal");
}

static void
end_as (ThreadsLife *self, PtpPullToPush *stream, PtpStreamState end, const GError *error)
{
  check_end (self, stream, end, error);
  self->n_ends++;
  self->end = end;
  self->broken = error != NULL && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);

  if (crowd_random_one_in (&self->random, 2))
    let_go (self);
  else
    call_at_home (self, let_go, G_PRIORITY_LOW);
}

static void
finished_cb (PtpPullToPush *stream, gpointer life)
{
  end_as (life, stream, PTP_STREAM_STATE_FINISHED, NULL);
}

static void
stopped_cb (PtpPullToPush *stream, gpointer life)
{
  end_as (life, stream, PTP_STREAM_STATE_STOPPED, NULL);
}

static void
failed_cb (PtpPullToPush *stream, const GError *error, gpointer life)
{
  end_as (life, stream, PTP_STREAM_STATE_FAILED, error);
}

static void
notify_cb (PtpPullToPush *stream, GParamSpec *pspec, gpointer life)
{
  threads_life_check_home (life, "T1: notified on another thread");
}

/* When the stream is gone, nothing can come any more, and the sums must be right. */

static void
check_never_ended (ThreadsLife *self)
{
  const int unheard = THREADS_CAUSE_CANCELLED | THREADS_CAUSE_BROKEN;

  if ((g_atomic_int_get (&self->causes) & ~unheard) != 0 || g_atomic_int_get (&self->n_begun) > 0
      || self->n_registered > 0 || self->n_cancels > 0)
    threads_life_find (self, "L8: gone without an end");
}

/* Which of two stops came first is not known: only one of them leaves a source that is kept alone.
 */
static void
check_cancels (ThreadsLife *self)
{
  const gboolean kept = (self->flags & PTP_PULL_TO_PUSH_KEEP_SOURCE) != 0;
  const gboolean ended = self->answered || self->broken;

  if (self->n_cancels > (ended ? 0 : 1) || (self->n_cancels == 0 && !ended && !kept))
    threads_life_find (self, "L7: cancel called too often or too rarely");
}

static void
check_sums (ThreadsLife *self)
{
  const gboolean finished = self->end == PTP_STREAM_STATE_FINISHED;
  const gboolean told = self->n_finishes + self->n_aborts > 0;
  const gboolean kept = (self->flags & PTP_PULL_TO_PUSH_KEEP_SINK) != 0;

  if (self->n_ends == 0)
    {
      check_never_ended (self);
      return;
    }

  check_cancels (self);
  if (kept ? told : self->unregistered_own && !told)
    threads_life_find (self, "L17: the consumer was kept and told its end, or neither");
  if (self->n_registered != self->n_unregistered)
    threads_life_find (self, "L15: the consumer was not unregistered once");
  if (self->n_received != self->n_written)
    threads_life_find (self, "a chunk was lost");
  if (self->n_finishes > 0 && finished && self->n_received != self->n_chunks)
    threads_life_find (self, "L13: finished without all of its chunks");
}

static void
be_over (ThreadsLife *self)
{
  ThreadsRound *round = self->round;
  ThreadsHome *home = self->home;
  gboolean again;
  guint slot = 0, id;

  check_sums (self);

  g_mutex_lock (&round->lock);
  while (round->slots[slot] != self)
    slot++;
  round->slots[slot] = NULL;
  round->n_over++;
  again = round->n_made < round->n_lives;
  id = again ? round->n_made++ : 0;
  g_cond_broadcast (&round->changed);
  g_mutex_unlock (&round->lock);

  threads_life_unref (self);
  if (again)
    threads_life_make (round, home, slot, id);
}

static void
gone_cb (gpointer life, GObject *where)
{
  call_at_home (life, be_over, G_PRIORITY_DEFAULT);
}

/* The beginning */

static void
start (ThreadsLife *self)
{
  g_autoptr (PtpPullToPush) stream = threads_life_ref_stream (self);
  g_autoptr (GError) error = NULL;

  if (stream == NULL || ptp_pull_to_push_get_state (stream) >= PTP_STREAM_STATE_ENDING)
    return;

  if (!ptp_consumer_register_push_producer (PTP_CONSUMER (self->consumer),
                                            PTP_PUSH_PRODUCER (stream), &error))
    threads_life_find (self, error->message);
  ptp_pull_to_push_start_streaming (stream);
}

static ThreadsLife *
life_new (ThreadsRound *round, ThreadsHome *home, guint id)
{
  ThreadsLife *self = g_new0 (ThreadsLife, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->round = round;
  self->home = home;
  self->id = id;
  self->random.state = crowd_random_next (&home->random);
  self->n_chunks = crowd_random_below (&self->random, MAX_CHUNKS);
  self->failing = crowd_random_one_in (&self->random, 8);
  if (crowd_random_one_in (&self->random, 4))
    self->flags = (PtpPullToPushFlags) crowd_random_below (&self->random, 4);
  self->stubborn = crowd_random_one_in (&self->random, 16);
  self->one_ready = crowd_random_one_in (&self->random, 2);
  self->limit = G_MAXINT;
  self->producer = threads_producer_new (self);
  self->consumer = threads_consumer_new (self);

  return self;
}

static void
watch (ThreadsLife *self, PtpPullToPush *stream)
{
  if (crowd_random_one_in (&self->random, 2))
    {
      self->cancellable = g_cancellable_new ();
      ptp_pull_to_push_set_cancellable (stream, self->cancellable);
    }
  g_signal_connect (stream, "finished", G_CALLBACK (finished_cb), self);
  g_signal_connect (stream, "stopped", G_CALLBACK (stopped_cb), self);
  g_signal_connect (stream, "failed", G_CALLBACK (failed_cb), self);
  if (crowd_random_one_in (&self->random, 2))
    g_signal_connect (stream, "notify", G_CALLBACK (notify_cb), self);
  g_object_weak_ref (G_OBJECT (stream), gone_cb, self);
}

/* On the home's thread; takes the slot. */
void
threads_life_make (ThreadsRound *round, ThreadsHome *home, guint slot, guint id)
{
  ThreadsLife *self = life_new (round, home, id);
  const guint way = self->flags != PTP_PULL_TO_PUSH_NONE ? 1 + crowd_random_below (&self->random, 2)
                                                         : crowd_random_below (&self->random, 3);
  PtpPullProducer *producer = PTP_PULL_PRODUCER (self->producer);
  PtpConsumer *consumer = PTP_CONSUMER (self->consumer);
  gboolean hurrying;

  if (way == 0)
    self->stream = ptp_pull_to_push_stream (producer, consumer, NULL);
  else
    self->stream = g_object_new (PTP_TYPE_PULL_TO_PUSH, "producer", producer, "consumer", consumer,
                                 "flags", self->flags, NULL);
  watch (self, self->stream);
  if (way == 1)
    start (self);
  else if (way == 2)
    call_at_home (self, start, G_PRIORITY_DEFAULT);

  g_mutex_lock (&round->lock);
  round->slots[slot] = self;
  hurrying = round->hurrying;
  g_mutex_unlock (&round->lock);

  if (hurrying)
    threads_life_hurry (self);
}
