/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How calls from any thread reach a stream: what is wanted, the post, the wake-up, and the
 * hand-over of PENDING and ready. check.sh has spin look at every interleaving.
 *
 * The words are those of the C code: the bits of `wanted` are PtpWanted, and each inline below
 * bears the name of the function that it stands for.
 *
 *   ptp-runnable-wanted.c    with_call, change, post_if_new, start, ready, end
 *   ptp-cooperator-slice.c   post, take_post, settle_one, run_slice
 *   ptp-cooperator-source.c  attach, dispatch, keep_or_let_go
 *   ptp-runnable-turn.c      turn, must_leave, take_answer, settle
 *   ptp-runnable-end.c       finish, let_go
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
 *   L8 one end         told once
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
#define N_INSIDE 0 /* calls made from inside a step or a handler */
#endif

/* PtpWanted */
#define STARTED 1
#define PAUSED 2
#define HELD 4
#define WAITING 8
#define READY_SEEN 16
#define HOLDERS_CHANGED 32
#define ATTENTION 64
#define POSTED 128
#define ABANDONED 256
#define END 512

#define CALL (ATTENTION | POSTED)
#define SEEN (ATTENTION | READY_SEEN | HOLDERS_CHANGED)
#define NOT_STREAMING (PAUSED | HELD | WAITING | END)

#define with_call(w) ((w) | (((w) & STARTED) -> CALL : 0))
#define must_settle(w) \
  (!is_streaming (w) || ((w) & (HOLDERS_CHANGED | POSTED)) == HOLDERS_CHANGED)
#define is_streaming(w) (((w) & STARTED) && !((w) & NOT_STREAMING))

typedef Stream {
  short wanted;
  byte refs;
  /* The context's own */
  bool queued;
  bool running;
  bool listening;
  bool over;
  byte told;
  /* The producer's */
  byte items;
  bool last;
  /* What the callers know: their call has returned */
  byte forbidden;
  bool in_post;
};

Stream stream[N_STREAMS];

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
    :: before & (STARTED | END) -> after = before; unref (i)
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
    :: (before & END) || (before & flag) -> after = before
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
    :: (before & END) || !(before & flag) -> after = before
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
    :: before & END -> after = before
    :: !(before & END) && (before & WAITING) -> after = with_call (before & ~WAITING)
    :: else -> after = before | READY_SEEN | ATTENTION
    fi;
    stream[i].wanted = after
  };
  post_if_new (i, before, after)
}

/* decide_end() and ptp_runnable_end() */
inline end (i, before, after)
{
  atomic {
    touch (i);
    stream[i].refs++;
    before = stream[i].wanted;
    if
    :: before & END -> after = before
    :: else -> after = before | CALL | END
    fi;
    stream[i].wanted = after
  };
  atomic {
    stream[i].refs = stream[i].refs - ((before & (STARTED | END)) -> 1 : 0)
  };
  post_if_new (i, before, after)
}

/* ---- The context ---- */

inline enqueue (i)
{
  assert (!stream[i].queued);
  stream[i].queued = true;
  queue!i
}

inline let_go (i)
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

/* What a handler or a step may do: call, or run a main loop. */
inline inside (i, before, after)
{
  if
  :: skip
  :: inside_left > 0 -> inside_left--;
     if
     :: pause (i, PAUSED, before, after); resume (i, PAUSED, before, after)
     :: ready (i, before, after)
     :: end (i, before, after)
     fi
  :: depth == 0 && nested_left > 0 -> nested_left--; run Loop (1); nested_done?_
  fi
}

inline finish (i, before, after)
{
  stream[i].over = true;
  stream[i].refs++;
  stream[i].listening = false;
  inside (i, before, after);
  assert (stream[i].told == 0);
  stream[i].told++;
  inside (i, before, after);
  let_go (i);
  unref (i)
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
     if
     :: before & END -> before = 0; finish (i, before, after)
     :: !(before & END) && (before & HOLDERS_CHANGED) ->
        before = 0;
        atomic { stream[i].refs++ };
        inside (i, before, after);
        unref (i)
     :: else -> before = 0
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
inline take_answer (i)
{
  if
  :: answer == FINISHED ->
     atomic { stream[i].wanted = stream[i].wanted | ATTENTION | END }
  :: answer == PENDING && !stream[i].listening -> stream[i].listening = true
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
  :: else -> take_answer (i); settle (i, before, after)
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

#define all_over (stream[0].told > 0 && stream[N_STREAMS - 1].told > 0)

/* A main loop. The nested one runs one dispatch, or none. */
proctype Loop (byte depth)
{
  byte me, posted_one, popped, answer;
  bool leave;
  short before, after;

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
     assert (stream[0].told == 1 && stream[N_STREAMS - 1].told == 1)
  fi
}

/* ---- Those who call ---- */

/* Gives the producer something, and says so to whoever listens at that moment. */
proctype Filler (byte i)
{
  byte n;
  bool heard;
  short before, after;

  do
  :: n <= N_ITEMS ->
     atomic {
       if
       :: n < N_ITEMS -> stream[i].items++
       :: else -> stream[i].last = true
       fi;
       n++
     };
     atomic {
       heard = stream[i].listening;
       if
       :: heard -> stream[i].refs++ /* the closure's */
       :: else
       fi
     };
     if
     :: heard -> ready (i, before, after); unref (i)
     :: else
     fi
  :: n > N_ITEMS -> break
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
     stream[i].forbidden--;
     resume (i, flag, before, after)
  :: n == N_TOGGLES -> break
  od;
  unref (i);
  callers--
}

proctype Stopper (byte i)
{
  short before, after;

  end (i, before, after);
  stream[i].forbidden++;
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
      run Starter (i);
      run Filler (i);
      callers = callers + 2;
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
