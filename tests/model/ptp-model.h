/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <pulltopush/pulltopush.h>

G_BEGIN_DECLS

/* What a stream must be, as docs/rules.md has it: a model that accepts what is allowed.
 *
 * It knows nothing of the library but the enums of its headers, and calls nothing of it. Whoever
 * drives the library tells it of every call that is made and of everything that is seen to happen,
 * in that order; it says what must not have happened, and after each turn of the main loop what
 * should have. What the rules leave open it accepts either way.
 *
 *   ptp-model.c         the calls: what they want
 *   ptp-model-events.c  what happens: whether it may
 *   ptp-model-sink.c    what the consumer is told of its end, and what it settles
 *   ptp-model-end.c     what happens at the end of a stream
 *   ptp-model-now.c     what can be asked: whether it is right; what is due
 */

#define PTP_MODEL_SLOTS        4
#define PTP_MODEL_NAMES        4
#define PTP_MODEL_CANCELLABLES 16
#define PTP_MODEL_FRAMES       64

typedef enum
{
  PTP_MODEL_ABSENT,
  PTP_MODEL_STREAM,
  PTP_MODEL_TASK,
} PtpModelKind;

/* What the model believes though it is wrong: for the tests of whoever must find that out. */
typedef enum
{
  PTP_MODEL_RIGHT,
  PTP_MODEL_RESUME_RELEASES, /* resuming ends every hold, too */
  PTP_MODEL_FINISH_CANCELS,  /* a producer that finished is cancelled */
  PTP_MODEL_STOP_LEAVES,     /* a stopped stream does not tell its consumer to abort */
  PTP_MODEL_ENDS_AT_ONCE,    /* a stream ends without waiting for its consumer to settle */
  PTP_MODEL_PENDING_IS_MORE, /* nothing ever waits */
  PTP_MODEL_NEVER_LATE,      /* what is due happens in the very next turn, also after a slice */
} PtpModelBelief;

typedef enum
{
  PTP_MODEL_NO,
  PTP_MODEL_YES,
  PTP_MODEL_EITHER, /* the rules leave it open: what is seen next decides */
} PtpModelMaybe;

/* Domain 0: no error. */
typedef struct
{
  GQuark domain;
  int code;
} PtpModelError;

/* What decided on the end of a stream. What comes after that only cuts it short, from STOP on. */
typedef enum
{
  PTP_MODEL_CAUSE_NONE,
  PTP_MODEL_CAUSE_EXHAUSTED, /* a step said that it is finished */
  PTP_MODEL_CAUSE_BROKEN,    /* a step failed, or the source said that it broke */
  PTP_MODEL_CAUSE_ENOUGH,    /* the consumer let go */
  PTP_MODEL_CAUSE_STOP,      /* stop_streaming */
  PTP_MODEL_CAUSE_REASON,    /* stop_producing */
  PTP_MODEL_CAUSE_FAILED,    /* cancelled, or a write failed */
} PtpModelCause;

/* How far the telling of an end has come. */
typedef enum
{
  PTP_MODEL_STAGE_NEW,
  PTP_MODEL_STAGE_FINISHING,
  PTP_MODEL_STAGE_ABORTING,
  PTP_MODEL_STAGE_LEFT, /* the consumer is told nothing by this stream */
} PtpModelStage;

typedef enum
{
  PTP_MODEL_OUTCOME_NONE,
  PTP_MODEL_OUTCOME_FINISHED,
  PTP_MODEL_OUTCOME_ABORTED,
  PTP_MODEL_OUTCOME_FAILED,
} PtpModelSinkOutcome;

typedef struct
{
  PtpModelSinkOutcome outcome;
  PtpModelError error; /* of FAILED */
} PtpModelSettlement;

typedef enum
{
  PTP_MODEL_PHASE_OPEN,
  PTP_MODEL_PHASE_FINISHING, /* inside finish */
  PTP_MODEL_PHASE_FINISH_PENDING,
  PTP_MODEL_PHASE_ABORTING, /* inside abort */
  PTP_MODEL_PHASE_ABORT_PENDING,
  PTP_MODEL_PHASE_SETTLED,
} PtpModelPhase;

/* The end of what the consumer takes; a registration begins anew. */
typedef struct
{
  PtpModelPhase phase;
  gboolean finish_told;
  PtpModelSettlement said; /* from inside the call, or settled */
  PtpModelError write_error;
  gboolean abort_later; /* asked for inside finish */
  gboolean follows;     /* must be called now, since finish is pending */
  PtpModelError abort_reason;
  gboolean instead; /* abort was called though finish was wanted: a write had failed */
} PtpModelSink;

/* How the consumer implements finish and abort. */
typedef enum
{
  PTP_MODEL_SINK_TELLS,   /* they are seen */
  PTP_MODEL_SINK_DEFAULT, /* not at all: they are done */
  PTP_MODEL_SINK_UNABLE,  /* they are missing (E3) */
} PtpModelSinkKind;

typedef struct
{
  PtpModelKind kind;
  PtpPullToPushFlags flags;
  gboolean mute;   /* its producer implements no cancel() */
  gboolean unable; /* its producer implements no produce() */

  /* What is wanted */
  gboolean started;
  gboolean paused;
  guint holders[PTP_MODEL_NAMES]; /* in the order in which they came */
  guint n_holders;
  PtpModelMaybe waiting;
  guint cancellable; /* 0: none */
  gboolean watches;  /* the cancellable */

  /* The steps */
  guint n_steps;
  gboolean in_step;
  PtpModelMaybe listens;
  gboolean ready_in_step;
  gboolean ready_before;
  PtpModelError broken; /* what the source said before anybody listened */
  gboolean just_broken; /* that was heard of, when somebody did */

  /* What is decided */
  PtpModelCause cause;
  PtpModelError reason;
  gboolean abort_wanted;
  PtpModelError abort_reason;
  gboolean answered;  /* a step said that it is finished or failed */
  gboolean exhausted; /* finished, that is */

  /* The telling of the end */
  PtpModelStage stage;
  gboolean registered;     /* when it began */
  gboolean was_registered; /* ever */
  PtpModelSettlement settlement;
  guint n_cancels;
  gboolean destroyed;
  guint released_serial; /* of the registrations, when it unregistered itself; 0: never */
  guint end_frame;       /* serial of the frame in which the end was last told of; 0 before */
  gboolean vague;        /* how it ends depends on what cannot be seen */

  /* The end itself, IDLE before */
  PtpStreamState end;
  PtpModelError error;
  gboolean told_state;
  gboolean told_error;
  gboolean over;   /* the signal came, or never will */
  gboolean deaf;   /* somebody ran its dispose: it has no handlers any more */
  gboolean let_go; /* of producer and consumer */

  /* What was seen */
  PtpStreamState told; /* by the last notification */
  guint notifying;     /* handlers of notifications that are under way */
  gboolean may_repeat; /* a turn was taken inside of one */
  gboolean may_notify; /* changed inside of one, of which the handlers may have seen more or less */
  gboolean owes_holders;
  gboolean touched; /* something happened to it in this turn */
  guint idle;       /* turns in which something was due and nothing happened */
} PtpModelStream;

typedef enum
{
  PTP_MODEL_FRAME_TURN,
  PTP_MODEL_FRAME_CALL, /* in which nothing may happen */
  PTP_MODEL_FRAME_REGISTER,
  PTP_MODEL_FRAME_PULL, /* registers a pull producer, or streams */
  PTP_MODEL_FRAME_UNREGISTER,
  PTP_MODEL_FRAME_WRITE,
  PTP_MODEL_FRAME_FINISH,
  PTP_MODEL_FRAME_ABORT,
  PTP_MODEL_FRAME_SETTLE, /* in which nothing may happen but that waits return */
  PTP_MODEL_FRAME_SET_CANCELLABLE,
  PTP_MODEL_FRAME_CALLBACK, /* in which nothing may happen but what is called from it */
} PtpModelFrameKind;

typedef struct
{
  PtpModelFrameKind kind;
  guint serial;
  int slot;
  gboolean happened;    /* what the call is there for */
  gboolean refused;     /* it must never get to the consumer */
  gboolean answered;    /* by the consumer: this and no later answer counts */
  int result;           /* what finish or abort must return */
  PtpModelError error;  /* what the consumer answered */
  PtpModelError reason; /* of abort */
  guint serial_after;   /* of the registrations, when the consumer was asked */
  PtpModelSink before;  /* what is restored if it refuses */
} PtpModelFrame;

typedef struct
{
  PtpModelBelief belief;
  PtpModelStream streams[PTP_MODEL_SLOTS];

  int registered;          /* a slot, -1: none */
  guint registered_serial; /* counts registrations */
  PtpModelSink sink;
  PtpModelSinkKind sink_kind;
  GArray *settlements; /* (owned) (element-type PtpModelSettlement): all there were */

  gboolean cancelled[PTP_MODEL_CANCELLABLES];

  PtpModelFrame frames[PTP_MODEL_FRAMES];
  guint n_frames;
  guint n_serials;

  gboolean costly; /* a step took time: shares decide who runs */
  guint idle;      /* turns in which something was due and nothing happened at all */

  char *finding; /* (owned) (nullable): the first */
  gboolean silent;
} PtpModel;

void ptp_model_init (PtpModel *self, PtpModelBelief belief);
void ptp_model_clear (PtpModel *self);
void ptp_model_complain (PtpModel *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
gboolean ptp_model_same_error (const PtpModelError *a, const PtpModelError *b);
PtpModelError ptp_model_error (const GError *error);
const char *ptp_model_state_name (PtpStreamState state);

/* Around every call, turn and callback. */

PtpModelFrame *ptp_model_enter (PtpModel *self, PtpModelFrameKind kind, int slot);
void ptp_model_leave (PtpModel *self);
PtpModelFrame *ptp_model_top (PtpModel *self);
gboolean ptp_model_is_inside (PtpModel *self, PtpModelFrameKind kind);

/* The calls, before they are made */

void ptp_model_add (PtpModel *self, int slot, PtpModelKind kind);
void ptp_model_start (PtpModel *self, int slot);
void ptp_model_end (PtpModel *self, int slot, PtpModelCause cause, PtpModelError reason);
void ptp_model_break (PtpModel *self, int slot, PtpModelError error);
void ptp_model_unregistered (PtpModel *self, int slot);
void ptp_model_pause (PtpModel *self, int slot, gboolean paused);
void ptp_model_hold (PtpModel *self, int slot, guint name);
void ptp_model_release (PtpModel *self, int slot, guint name);
void ptp_model_ready (PtpModel *self, int slot);
void ptp_model_set_cancellable (PtpModel *self, int slot, guint cancellable);
void ptp_model_cancel (PtpModel *self, guint cancellable);
void ptp_model_dispose (PtpModel *self, int slot);

/* Calls in which something happens: before and after */

void ptp_model_register (PtpModel *self, PtpModelFrameKind kind, int slot);
void ptp_model_has_registered (PtpModel *self, gboolean result, const GError *error);
void ptp_model_unregister (PtpModel *self, int slot);
void ptp_model_has_unregistered (PtpModel *self);
void ptp_model_finish (PtpModel *self);
void ptp_model_has_finished (PtpModel *self, int result, const GError *error);
void ptp_model_abort (PtpModel *self, PtpModelError reason);
void ptp_model_has_aborted (PtpModel *self, int result, const GError *error);
void ptp_model_settle (PtpModel *self, PtpModelSinkOutcome outcome, PtpModelError error);
void ptp_model_has_settled (PtpModel *self);

void ptp_model_write (PtpModel *self);
void ptp_model_has_written (PtpModel *self, gboolean result, const GError *error);

/* What happens: when it begins, and with what it ends */

void ptp_model_on_produce (PtpModel *self, int slot);
void ptp_model_on_produced (PtpModel *self, int slot, int result, PtpModelError error);
void ptp_model_on_write (PtpModel *self);
void ptp_model_on_written (PtpModel *self, int result, PtpModelError error);
void ptp_model_on_register (PtpModel *self, int slot);
void ptp_model_on_registered (PtpModel *self, int result, PtpModelError error);
void ptp_model_on_unregister (PtpModel *self, int slot);
void ptp_model_on_finish (PtpModel *self);
void ptp_model_on_finished (PtpModel *self, int result, PtpModelError error);
void ptp_model_on_abort (PtpModel *self, PtpModelError reason);
void ptp_model_on_aborted (PtpModel *self, int result, PtpModelError error);
void ptp_model_on_cancel (PtpModel *self, int slot, PtpModelError reason);
void ptp_model_on_destroy (PtpModel *self, int slot);
void ptp_model_on_notify (PtpModel *self, int slot, const char *property, PtpStreamState state);
void ptp_model_on_signal (PtpModel *self, int slot, PtpStreamState end, PtpModelError error);

void ptp_model_on_notified (PtpModel *self, int slot);

/* What an answer of a virtual function comes to. */
PtpModelError ptp_model_heed_boolean (int result, PtpModelError error);
PtpModelError ptp_model_heed_step (int result, PtpModelError error);
PtpModelError ptp_model_heed_end (int result, PtpModelError error);

/* What can be asked, at any time */

void ptp_model_check_state (PtpModel *self, int slot, PtpStreamState state);
void ptp_model_check_holders (PtpModel *self, int slot, const char *const *holders);
void ptp_model_check_n_steps (PtpModel *self, int slot, guint64 n_steps);
void ptp_model_check_error (PtpModel *self, int slot, const GError *error);
void ptp_model_check_ends (PtpModel *self, int slot, gboolean producer, gboolean consumer);
void ptp_model_check_exhausted (PtpModel *self, int slot, gboolean exhausted);
void ptp_model_check_desired_size (PtpModel *self, gsize size, gsize hint);

/* A wait returned; @cancelled: its own cancellable. */
void ptp_model_on_waited (PtpModel *self,
                          int slot,
                          gboolean cancelled,
                          gboolean result,
                          const GError *error);

/* A wait for the consumer returned; @number is that of the settlement that it waited for. */
guint ptp_model_get_settlement (PtpModel *self);
void ptp_model_on_waited_settled (PtpModel *self,
                                  guint number,
                                  gboolean cancelled,
                                  PtpSettlement settlement,
                                  const GError *error);

/* What is due */

gboolean ptp_model_is_due (PtpModel *self, int slot);
void ptp_model_has_turned (PtpModel *self);
void ptp_model_has_rested (PtpModel *self);

/* Among the parts of the model */

static inline gboolean
ptp_model_is_terminal (PtpStreamState state)
{
  return state >= PTP_STREAM_STATE_FINISHED;
}

gboolean ptp_model_is_pending (const PtpModel *self);
void ptp_model_give_up (PtpModel *self, int slot, PtpModelError error);
void ptp_model_leave_others (PtpModel *self, int slot);
gboolean ptp_model_is_under_way (const PtpModel *self, guint serial);
/* By a stream, as far as nobody sees it. */
void ptp_model_sink_tell_finish (PtpModel *self);
void ptp_model_sink_tell_abort (PtpModel *self, PtpModelError reason);
void ptp_model_sink_restore (PtpModel *self, const PtpModelSink *before);
void ptp_model_note_write_error (PtpModel *self, PtpModelError error);
PtpModelError ptp_model_get_reason (const PtpModelStream *stream);
PtpModelStream *ptp_model_touch_at_end (PtpModel *self, int slot, const char *what);
void ptp_model_begin_end (PtpModel *self, int slot);
void ptp_model_notice_end (PtpModel *self, int slot, PtpStreamState state);
void ptp_model_note_change (PtpModelStream *stream);

extern const char *const ptp_model_names[PTP_MODEL_NAMES];

G_END_DECLS
