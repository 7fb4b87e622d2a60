/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How calls from any thread reach a stream: what is wanted, the post, the wake-up, the hand-over of
 * PENDING and ready, and how it ends with a consumer that takes a while. check.sh has spin look at
 * every interleaving.
 *
 * The words are those of the C code: the bits of `wanted` are PtpWanted, and each inline below
 * bears the name of the function that it stands for.
 *
 *   ptp-runnable-wanted.c    with_call, post_if_new, start, pause, ready, want_abort, decide_end, end,
 *                            break, note_outcome, settled, end_unstarted
 *   ptp-cooperator-slice.c   post, take_post, settle_one, run_slice
 *   ptp-cooperator-source.c  attach, dispatch, keep_or_let_go
 *   ptp-runnable-turn.c      turn, must_leave, listen, take_answer, settle
 *   ptp-runnable-end.c       advance_end, finish, release_own_reference
 *   ptp-pull-to-push-stream.c  await_settlement, tell, end_once (ptp_pull_to_push_end)
 *   ptp-driver.c             tell_ready, tell_broken, attach_driver, detach_driver
 *   ptp-consumer-record.c    begin_call, end_call, record_settle, listen and unlisten
 *
 * What is one step here is one in C, too: a loop of compare-and-exchange, of which only the
 * success counts; what is done with the cooperator's lock held, where nothing waits; and what
 * the context does with fields that are its own. GLib's atomic operations are sequentially
 * consistent, which is the memory that spin assumes.
 *
 * Properties:
 *   no lost wake-up    a stream that should go on comes to its end; if not, spin reports an
 *                      invalid end state, in which the context sleeps for ever
 *   no double run      a step is not entered while one of the same stream runs, nor after the end
 *   T2 one wake-up     a stream is in the post once, and a cooperator has one source
 *   T3 at most the     no step begins after a call that forbids it has returned
 *      running step
 *   L8 one end         told once, or abandoned before the start
 *   L17 one word       finish and abort at most once each, and no more when the consumer has settled
 *   L19 settled first  unregistered and told only then; nobody waits for what has been settled, and a
 *                      stop is not lost on a consumer that finishes for ever
 *   E12 broken         ends the stream, whether it came before somebody listened or after
 *   S4 nothing to do,  a slice that is run finds something to do; only a loop inside a step may
 *      no source       find the source of that very step, once
 *   references         nothing is touched after the last reference is gone, and it goes
 */

#ifndef N_STREAMS
#define N_STREAMS 1
#endif
#ifndef N_ITEMS
#define N_ITEMS 2 /* how often the producer is given something */
#endif
#ifndef N_TOGGLES
#define N_TOGGLES 1 /* how often each pauser pauses and resumes */
#endif
#ifndef N_PAUSERS
#define N_PAUSERS 1 /* per stream: the first pauses, the second holds */
#endif
#ifndef N_STOPPERS
#define N_STOPPERS 0 /* per stream */
#endif
#ifndef N_NESTED
#define N_NESTED 0 /* main loops run from inside a step or a handler */
#endif
#ifndef N_INSIDE
#define N_INSIDE 0 /* calls made from inside a step, a handler, finish or abort */
#endif
#ifndef N_BREAKERS
#define N_BREAKERS 0 /* per stream: says that the source broke, which then never finishes */
#endif
#ifndef N_ABANDONERS
#define N_ABANDONERS 0 /* per stream: drops it instead of starting it */
#endif
/* CONSUMER: the stream is registered with one that is told to finish or abort, and settles.
 * STUBBORN: that one finishes for ever, unless it is told to abort.
 * STAYS_PAUSED: the pausers never resume.
 */

/* PtpWanted; of CAUSE each value that matters here is a bit of its own */
#define STARTED 1
#define PAUSED 2
#define HELD 4
#define WAITING 8
#define READY_SEEN 16
#define HOLDERS_CHANGED 32
#define ATTENTION 64
#define POSTED 128
#define ABANDONED 256
#define CAUSE_EXHAUSTED 512
#define CAUSE_BROKEN 1024
#define CAUSE_LET_GO 2048
#define CAUSE_STOP 4096
#define ABORT 8192
#define STATE 16384

#define CAUSE (CAUSE_EXHAUSTED | CAUSE_BROKEN | CAUSE_LET_GO | CAUSE_STOP)
#define CALL (ATTENTION | POSTED)
#define SEEN (ATTENTION | READY_SEEN | HOLDERS_CHANGED)
#define NOT_STREAMING (PAUSED | HELD | WAITING | CAUSE)

#define with_call(w) ((w) | (((w) & STARTED) -> CALL : 0))
#define must_settle(w) \
  (!is_streaming (w) || ((w) & (HOLDERS_CHANGED | POSTED)) == HOLDERS_CHANGED)
#define is_streaming(w) (((w) & STARTED) && !((w) & NOT_STREAMING))
#define is_paused(w) (((w) & STARTED) && !((w) & CAUSE) && ((w) & (PAUSED | HELD)))

/* How far the end has come */
#define STAGE_NEW 0
#define STAGE_FINISHING 1
#define STAGE_ABORTING 2
#define STAGE_LEFT 3

/* The record of the consumer */
#define PHASE_OPEN 0
#define PHASE_FINISHING 1
#define PHASE_ABORTING 2
#define PHASE_FINISH_PENDING 3
#define PHASE_ABORT_PENDING 4
#define PHASE_SETTLED 5

/* What the listener of the record does: settled_at_once_cb(), settled_cb() */
#define NOTES 1
#define POSTS 2

typedef Stream {
  short wanted;
  byte refs;
  /* The context's own */
  bool queued;
  bool running;
  bool over;
  byte told;
  bool abandoned;
  /* The driver's; under the lock of the drivers */
  bool listening;
  bool broken; /* before anybody listened */
  /* The producer's */
  byte items;
  bool last;
  /* What the callers know: their call has returned */
  byte forbidden;
  bool in_post;
#ifdef CONSUMER
  byte stage;
  bool registered;
  bool outcome; /* of the extra */
  /* The consumer's record; under the lock of the records */
  byte phase;
  bool said;
  byte listener;
  byte n_finishes;
  byte n_aborts;
#endif
};

Stream stream[N_STREAMS];
bool drivers_lock;
bool records_lock;

/* The cooperator */
chan posted = [N_STREAMS] of { byte };
chan queue = [N_STREAMS] of { byte };
byte source; /* 0: none; else the number of the one that is attached */
byte n_sources;

/* Of the model */
byte callers = 255; /* that have not returned; set by init */
byte nested_left = N_NESTED;
byte inside_left = N_INSIDE;
chan nested_done = [0] of { bit };

#define touch(i) assert (stream[i].refs > 0)

inline unref (i)
{
  assert (stream[i].refs > 0);
  stream[i].refs--;
}

/* ---- The cooperator's post ---- */

inline attach ()
{
  assert (n_sources < 250);
  n_sources++;
  source = n_sources;
}

inline post (i)
{
  touch (i);
  assert (!stream[i].in_post);
  stream[i].in_post = true;
  posted!i;
#ifndef BUG_NO_WAKE_UP
  if
  :: source == 0 -> attach ()
  :: else
  fi
#endif
}

/* ---- Any thread ---- */

#ifdef BUG_POST_ALWAYS
#define is_new(before, after) (((after) & POSTED) && (before) != (after))
#else
#define is_new(before, after) (((after) & POSTED) && !((before) & POSTED))
#endif

inline post_if_new (i, before, after)
{
  if
  :: is_new (before, after) -> atomic { post (i) }
  :: else
  fi;
  before = 0;
  after = 0
}

inline start (i, before, after)
{
  atomic {
    touch (i);
    stream[i].refs++;
    before = stream[i].wanted;
    if
    :: before & (STARTED | CAUSE) -> after = before; unref (i)
    :: else -> after = with_call (before | STARTED)
    fi;
    stream[i].wanted = after
  };
  post_if_new (i, before, after)
}

/* ptp_runnable_pause() and hold(), by flag */
inline pause (i, flag, before, after)
{
  atomic {
    touch (i);
    before = stream[i].wanted;
    if
    :: (before & CAUSE) || (before & flag) -> after = before
    :: else -> after = with_call (before | flag | HOLDERS_CHANGED)
    fi;
    stream[i].wanted = after
  };
  post_if_new (i, before, after)
}

inline resume (i, flag, before, after)
{
  atomic {
    touch (i);
    before = stream[i].wanted;
    if
    :: (before & CAUSE) || !(before & flag) -> after = before
    :: else -> after = with_call ((before & ~flag) | HOLDERS_CHANGED)
    fi;
    stream[i].wanted = after
  };
  post_if_new (i, before, after)
}

inline ready (i, before, after)
{
  atomic {
    touch (i);
    before = stream[i].wanted;
    if
    :: before & CAUSE -> after = before
    :: !(before & CAUSE) && (before & WAITING) -> after = with_call (before & ~WAITING)
    :: else -> after = before | READY_SEEN | ATTENTION
    fi;
    stream[i].wanted = after
  };
  post_if_new (i, before, after)
}

/* In one step: decide_end() with the lock held, and want_abort(). */
inline decide_end (i, cause, call, before, after)
{
  touch (i);
  before = stream[i].wanted;
  if
  :: !(before & CAUSE) -> after = before | call | cause
  :: (before & CAUSE) && !(before & STATE) && cause == CAUSE_STOP ->
#ifdef BUG_QUIET_ABORT
     after = before | ABORT
#else
     after = before | ABORT | CALL
#endif
  :: else -> after = before
  fi;
  stream[i].wanted = after
}

/* ptp_runnable_end(), by somebody who has a reference */
inline end (i, cause, before, after)
{
  atomic {
    stream[i].refs++;
    decide_end (i, cause, CALL, before, after);
    stream[i].refs = stream[i].refs - ((before & (STARTED | CAUSE)) -> 1 : 0)
  };
  post_if_new (i, before, after)
}

/* ptp_runnable_break(): without a reference, under the lock of the drivers */
inline break_run (i, before, after)
{
  atomic { decide_end (i, CAUSE_BROKEN, CALL, before, after) };
  post_if_new (i, before, after)
}

/* Under the lock of the records */
inline settled (i, before, after)
{
  atomic {
    touch (i);
#ifdef CONSUMER
    stream[i].outcome = true;
#endif
    before = stream[i].wanted;
    after = before | CALL;
    stream[i].wanted = after
  };
  post_if_new (i, before, after)
}

inline end_unstarted (i)
{
  atomic {
    if
#ifdef BUG_ABANDON_BLINDLY
    :: !(stream[i].wanted & STARTED) ->
#else
    :: !(stream[i].wanted & (STARTED | CAUSE)) ->
#endif
       stream[i].wanted = stream[i].wanted | CAUSE_STOP | STATE;
       stream[i].abandoned = true
    :: else
    fi
  }
}

/* ---- The driver: any thread ---- */

inline lock_drivers () { atomic { !drivers_lock -> drivers_lock = true } }
inline unlock_drivers () { drivers_lock = false }

inline tell_ready (i, before, after)
{
  lock_drivers ();
  if
  :: stream[i].listening -> ready (i, before, after)
  :: else
  fi;
  unlock_drivers ()
}

inline tell_broken (i, before, after)
{
  lock_drivers ();
  if
  :: stream[i].listening -> break_run (i, before, after)
  :: else -> stream[i].broken = true
  fi;
  unlock_drivers ()
}

inline attach_driver (i, before, after)
{
  lock_drivers ();
  stream[i].listening = true;
  if
#ifndef BUG_LOSE_BROKEN
  :: stream[i].broken -> break_run (i, before, after)
#endif
  :: else
  fi;
  unlock_drivers ()
}

inline detach_driver (i)
{
#ifdef BUG_DETACH_UNLOCKED
  stream[i].listening = false
#else
  atomic { !drivers_lock -> stream[i].listening = false }
#endif
}

/* ---- The consumer's record: any thread ---- */

#ifdef CONSUMER
#define is_pending(i) (stream[i].phase != PHASE_OPEN && stream[i].phase != PHASE_SETTLED)
#define has_answered(i) \
  (stream[i].phase == PHASE_FINISH_PENDING || stream[i].phase == PHASE_ABORT_PENDING)

inline record_settle (i, who, before, after)
{
  atomic {
    !records_lock -> records_lock = true;
    if
#ifdef BUG_LOSE_SAID_INSIDE
    :: has_answered (i) && !stream[i].said ->
#else
    :: is_pending (i) && !stream[i].said ->
#endif
       stream[i].said = true;
       if
       :: has_answered (i) ->
          stream[i].phase = PHASE_SETTLED;
          who = stream[i].listener;
          stream[i].listener = 0
       :: else
       fi
    :: else
    fi
  };
  if
  :: who == POSTS -> settled (i, before, after)
  :: who == NOTES -> atomic { touch (i); stream[i].outcome = true }
  :: else
  fi;
  atomic { who = 0; records_lock = false }
}
#endif

/* ---- The context ---- */

inline enqueue (i)
{
  assert (!stream[i].queued);
  stream[i].queued = true;
  queue!i
}

inline release_own_reference (i)
{
  atomic {
    if
#ifndef BUG_LET_GO_POSTED
    :: stream[i].wanted & POSTED -> stream[i].wanted = stream[i].wanted | ABANDONED
    :: else -> unref (i)
#else
    :: true -> unref (i)
#endif
    fi
  }
}

/* What a handler, a step or a consumer may do: call, let go, or run a main loop. */
inline inside (i, before, after)
{
  if
  :: skip
  :: inside_left > 0 -> inside_left--;
     if
     :: pause (i, PAUSED, before, after); resume (i, PAUSED, before, after)
     :: tell_ready (i, before, after)
     :: end (i, CAUSE_STOP, before, after)
#ifdef CONSUMER
     :: stream[i].registered ->
        stream[i].registered = false;
        end (i, CAUSE_LET_GO, before, after)
#endif
     fi
  :: depth == 0 && nested_left > 0 -> nested_left--; run Loop (1); nested_done?_
  fi
}

inline finish (i, before, after)
{
  stream[i].over = true;
  stream[i].refs++;
#ifndef BUG_FORGET_STATE
  atomic { stream[i].wanted = stream[i].wanted | STATE }; /* set_end() */
#endif
  if
  :: stream[i].listening -> detach_driver (i)
  :: else
  fi;
#ifdef CONSUMER
  atomic { !records_lock -> stream[i].listener = 0 };
#endif
  inside (i, before, after);
  assert (stream[i].told == 0);
  stream[i].told++;
  inside (i, before, after);
  release_own_reference (i);
  unref (i)
}

#ifdef CONSUMER
inline await_settlement (i, how)
{
  atomic {
    !records_lock ->
    if
#ifndef BUG_LISTEN_LATE
    :: stream[i].phase == PHASE_SETTLED -> stream[i].outcome = true
#endif
    :: else -> stream[i].listener = how
    fi
  }
}

inline begin_call (i, what)
{
  atomic {
    !records_lock ->
    if
    :: stream[i].phase == PHASE_OPEN || (what == PHASE_ABORTING && stream[i].phase == PHASE_FINISH_PENDING) ->
       stream[i].phase = what;
       if
       :: what == PHASE_FINISHING -> stream[i].n_finishes++
       :: else -> stream[i].n_aborts++
       fi
    :: else -> leave = true /* too late */
    fi;
    assert (stream[i].n_finishes <= 1 && stream[i].n_aborts <= 1)
  }
}

inline end_call (i)
{
  atomic {
    !records_lock ->
    if
    :: stream[i].said
    :: true /* PENDING */
#ifdef STUBBORN
    :: stream[i].phase == PHASE_ABORTING -> stream[i].said = true /* DONE */
#else
    :: stream[i].said = true
#endif
    fi;
    if
    :: stream[i].said ->
       stream[i].phase = PHASE_SETTLED;
       stream[i].outcome = true; /* settled_at_once_cb() */
       stream[i].listener = 0
    :: !stream[i].said && stream[i].phase == PHASE_FINISHING -> stream[i].phase = PHASE_FINISH_PENDING
    :: else -> stream[i].phase = PHASE_ABORT_PENDING
    fi
  }
}

inline tell (i, what, before, after)
{
#ifndef BUG_LISTEN_LATE
  await_settlement (i, NOTES);
#endif
  leave = false;
  begin_call (i, what);
  if
  :: leave -> leave = false
  :: else ->
     inside (i, before, after);
     end_call (i)
  fi;
  if
  :: !stream[i].outcome -> await_settlement (i, POSTS)
  :: else
  fi
}

#ifdef BUG_UNREGISTER_EARLY
#define has_ended(i) (stream[i].stage != STAGE_NEW)
#else
#define has_ended(i) (stream[i].outcome || stream[i].stage == STAGE_LEFT)
#endif

/* ptp_pull_to_push_end() */
inline end_once (i, before, after)
{
  if
  :: stream[i].stage == STAGE_NEW ->
     inside (i, before, after); /* cancel */
     if
     :: !stream[i].registered -> stream[i].stage = STAGE_LEFT
     :: stream[i].registered && (stream[i].wanted & CAUSE_EXHAUSTED) ->
        stream[i].stage = STAGE_FINISHING;
        tell (i, PHASE_FINISHING, before, after)
     :: else ->
        stream[i].stage = STAGE_ABORTING;
        tell (i, PHASE_ABORTING, before, after)
     fi
  :: else
  fi;
  if
  :: stream[i].stage == STAGE_FINISHING && (stream[i].wanted & ABORT) && !stream[i].outcome ->
     stream[i].stage = STAGE_ABORTING;
     tell (i, PHASE_ABORTING, before, after)
  :: else
  fi;
  if
  :: has_ended (i) ->
     assert (stream[i].stage == STAGE_LEFT || stream[i].phase == PHASE_SETTLED);
     stream[i].registered = false;
     inside (i, before, after) /* unregister_producer */
  :: else
  fi
}

inline advance_end (i, before, after)
{
  atomic { stream[i].running = true; stream[i].refs++ };
  do
  :: end_once (i, before, after);
     atomic {
       before = stream[i].wanted & ATTENTION;
       stream[i].wanted = stream[i].wanted & ~ATTENTION
     };
     if
     :: has_ended (i) || !before -> break
     :: else
     fi
  od;
  before = 0;
  stream[i].running = false;
  if
  :: has_ended (i) -> finish (i, before, after)
  :: else -> inside (i, before, after) /* notify */
  fi;
  unref (i)
}
#else
#define advance_end(i, before, after) finish (i, before, after)
#endif

inline listen (i, before, after)
{
  if
  :: stream[i].listening
  :: else -> attach_driver (i, before, after)
  fi
}

inline settle (i, before, after)
{
  touch (i);
  if
  :: stream[i].running || stream[i].over
  :: else ->
     atomic {
       before = stream[i].wanted;
       stream[i].wanted = before & ~SEEN;
       if
       :: is_streaming (before) && !stream[i].queued -> enqueue (i)
       :: !is_streaming (before) && stream[i].queued ->
          stream[i].queued = false;
          queue??eval (i)
       :: else
       fi
     };
     seen = before;
     before = 0;
     if
     :: is_paused (seen) -> listen (i, before, after)
     :: else
     fi;
     if
     :: seen & CAUSE -> seen = 0; advance_end (i, before, after)
     :: !(seen & CAUSE) && (seen & HOLDERS_CHANGED) ->
        seen = 0;
        atomic { stream[i].refs++ };
        inside (i, before, after);
        unref (i)
     :: else -> seen = 0
     fi
  fi
}

inline take_post (i, before)
{
  atomic {
    posted?i;
    touch (i);
    stream[i].in_post = false
#ifdef BUG_CLEAR_POSTED_LATE
  }
#else
  };
  atomic {
    before = stream[i].wanted;
    stream[i].wanted = before & ~POSTED
  }
#endif
}

inline settle_one (before, after)
{
  take_post (posted_one, before);
#ifdef BUG_CLEAR_POSTED_LATE
  before = stream[posted_one].wanted;
#endif
  if
  :: before & ABANDONED -> before = 0; unref (posted_one)
  :: else -> before = 0; settle (posted_one, before, after)
  fi;
#ifdef BUG_CLEAR_POSTED_LATE
  atomic { stream[posted_one].wanted = stream[posted_one].wanted & ~POSTED };
#endif
  posted_one = 0
}

/* ptp_runnable_must_leave() and _heed() */
inline must_leave (i)
{
  atomic {
    if
    :: !(stream[i].wanted & ATTENTION) -> leave = false
    :: else ->
       leave = must_settle (stream[i].wanted);
       if
       :: leave
       :: else -> stream[i].wanted = stream[i].wanted & ~(ATTENTION | READY_SEEN)
       fi
    fi;
    /* Rule T3 */
    assert (leave || stream[i].forbidden == 0)
  }
}

#define MORE 1
#define PENDING 2
#define FINISHED 3

inline run_step (i, before, after)
{
  atomic {
    assert (!stream[i].running && !stream[i].over);
    stream[i].running = true;
    if
    :: stream[i].items > 0 -> stream[i].items--; answer = MORE
    :: stream[i].items == 0 && stream[i].last -> answer = FINISHED
    :: else -> answer = PENDING
    fi
  };
  inside (i, before, after);
  stream[i].running = false
}

/* Also take_pending() and ptp_runnable_wait_for_ready(). */
inline take_answer (i, before, after)
{
  if
  :: answer == FINISHED ->
     atomic { decide_end (i, CAUSE_EXHAUSTED, ATTENTION, before, after); before = 0; after = 0 }
  :: answer == PENDING && !stream[i].listening -> attach_driver (i, before, after)
  :: answer == PENDING && stream[i].listening ->
#ifdef BUG_FORGET_READY
     atomic { stream[i].wanted = stream[i].wanted | WAITING }
#else
     atomic {
       if
       :: stream[i].wanted & READY_SEEN
       :: else -> stream[i].wanted = stream[i].wanted | WAITING
       fi
     }
#endif
  :: else
  fi
}

inline turn (i, before, after)
{
  answer = MORE;
  do
  :: must_leave (i);
     if
     :: leave -> break
     :: else -> run_step (i, before, after)
     fi;
     if
     :: answer != MORE -> break
     :: answer == MORE /* and the turn goes on */
     :: answer == MORE -> break /* the slice or its share is over */
     fi
  od;
  if
  :: answer == MORE && !leave -> atomic { enqueue (i) }
  :: else -> take_answer (i, before, after); settle (i, before, after)
  fi
}

inline run_slice (before, after)
{
  do
  :: if
     :: nempty (posted) -> settle_one (before, after)
     :: empty (posted)
     fi;
     if
     :: nempty (queue) ->
        atomic { queue?popped; stream[popped].queued = false };
        turn (popped, before, after);
        popped = 0
     :: empty (queue) && empty (posted) -> break
     :: empty (queue) && nempty (posted)
     fi;
     if
     :: true /* there is time left */
     :: true -> break
     fi
  od
}

#define has_work (len (posted) > 0 || len (queue) > 0)

inline keep_or_let_go ()
{
#ifdef BUG_LET_GO_UNLOCKED
  leave = !has_work;
#endif
  atomic {
#ifndef BUG_LET_GO_UNLOCKED
    leave = !has_work;
#endif
    if
    :: leave -> source = 0
    :: !leave && source == 0 -> attach ()
    :: else
    fi;
    me = 0;
    leave = false
  }
}

#define is_over(i) (stream[i].told > 0 || stream[i].abandoned)
#define all_over (is_over (0) && is_over (N_STREAMS - 1))

/* A main loop. The nested one runs one dispatch, or none. */
proctype Loop (byte depth)
{
  byte me, posted_one, popped, answer;
  bool leave;
  short before, after, seen;

  do
  :: atomic { source != 0 -> me = source; assert (depth > 0 || has_work) };
     run_slice (before, after);
     keep_or_let_go ();
     if
     :: depth > 0 -> break
     :: else
     fi
  :: depth > 0 -> break
  :: depth == 0 && all_over && callers == 0 && source == 0 -> break
  od;

  if
  :: depth > 0 -> nested_done!1
  :: else ->
     assert (empty (posted) && empty (queue));
     assert (stream[0].refs == 0 && stream[N_STREAMS - 1].refs == 0);
     assert (stream[0].told == (stream[0].abandoned -> 0 : 1));
     assert (stream[N_STREAMS - 1].told == (stream[N_STREAMS - 1].abandoned -> 0 : 1))
  fi
}

/* ---- Those who call ---- */

/* Gives the producer something, and says so. One that breaks never says that this was all. */
proctype Filler (byte i)
{
  byte n;
  short before, after;

  do
  :: n < N_ITEMS + 1 - N_BREAKERS ->
     atomic {
       if
       :: n < N_ITEMS -> stream[i].items++
       :: else -> stream[i].last = true
       fi;
       n++
     };
     tell_ready (i, before, after)
  :: else -> break
  od;
  callers--
}

proctype Pauser (byte i; short flag)
{
  byte n;
  short before, after;

  do
  :: n < N_TOGGLES ->
     n++;
     pause (i, flag, before, after);
     stream[i].forbidden++;
#ifndef STAYS_PAUSED
     stream[i].forbidden--;
     resume (i, flag, before, after)
#endif
  :: n == N_TOGGLES -> break
  od;
  unref (i);
  callers--
}

proctype Stopper (byte i)
{
  short before, after;

  end (i, CAUSE_STOP, before, after);
  stream[i].forbidden++;
  unref (i);
  callers--
}

/* Says that the source broke; it has no reference to the stream. */
proctype Breaker (byte i)
{
  short before, after;

  tell_broken (i, before, after);
  callers--
}

#ifdef CONSUMER
#ifdef STUBBORN
#define is_asked(i) (stream[i].phase == PHASE_ABORTING || stream[i].phase == PHASE_ABORT_PENDING)
#else
#define is_asked(i) is_pending (i)
#endif

/* The consumer's own thread: says once how it went, if it was asked. */
proctype Settler (byte i)
{
  byte who;
  short before, after;

  if
  :: is_asked (i) -> record_settle (i, who, before, after)
  :: stream[i].phase == PHASE_SETTLED || is_over (i)
  fi;
  callers--
}
#endif

/* Drops one that nobody has started. */
proctype Abandoner (byte i)
{
  end_unstarted (i);
  unref (i);
  callers--
}

/* Whoever made it, and drops the reference at once. */
proctype Starter (byte i)
{
  short before, after;

  start (i, before, after);
  unref (i);
  callers--
}

init
{
  byte i, n;

  atomic {
    callers = 0;
    for (i : 0 .. N_STREAMS - 1) {
      stream[i].refs = 1;
      if
      :: N_ABANDONERS > 0 -> run Abandoner (i)
      :: else -> run Starter (i)
      fi;
      run Filler (i);
      callers = callers + 2;
#ifdef CONSUMER
      stream[i].registered = true;
      run Settler (i);
      callers++;
#endif
      if
      :: N_BREAKERS > 0 -> run Breaker (i); callers++
      :: else
      fi;
      n = 0;
      do
      :: n < N_PAUSERS ->
         stream[i].refs++;
         run Pauser (i, (n == 0 -> PAUSED : HELD));
         callers++;
         n++
      :: else -> break
      od;
      n = 0;
      do
      :: n < N_STOPPERS ->
         stream[i].refs++;
         run Stopper (i);
         callers++;
         n++
      :: else -> break
      od
    }
    run Loop (0)
  }
}
