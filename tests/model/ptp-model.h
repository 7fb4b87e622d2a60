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
 *   ptp-model-end.c     what happens at the end
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
  PTP_MODEL_RESUME_RELEASES,  /* resuming ends every hold, too */
  PTP_MODEL_FINISH_CANCELS,   /* a producer that finished is cancelled */
  PTP_MODEL_STOP_UNREGISTERS, /* a stopped stream unregisters itself */
  PTP_MODEL_PENDING_IS_MORE,  /* nothing ever waits */
  PTP_MODEL_NEVER_LATE,       /* what is due happens in the very next turn, also after a slice */
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

typedef struct
{
  PtpModelKind kind;
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
  gboolean listens;
  gboolean ready_in_step;
  gboolean ready_before;

  /* The end, IDLE until it is decided */
  PtpStreamState end;
  PtpModelError error;
  gboolean answered; /* a step said that it is finished or failed */
  guint n_cancels;
  gboolean told_failed;
  gboolean unregistered; /* the consumer has let go of it */
  gboolean destroyed;
  gboolean told_state;
  gboolean told_error;
  guint end_frame;  /* serial of the frame in which the end is told; 0 before */
  guint end_serial; /* of the registrations when it was decided */
  gboolean over;    /* the signal came, or never will */
  gboolean deaf;    /* somebody ran its dispose: it has no handlers any more */
  gboolean let_go;  /* of producer and consumer */

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
  PTP_MODEL_FRAME_SET_CANCELLABLE,
  PTP_MODEL_FRAME_CALLBACK, /* in which nothing may happen but what is called from it */
} PtpModelFrameKind;

typedef struct
{
  PtpModelFrameKind kind;
  guint serial;
  int slot;
  gboolean happened;   /* what the call is there for */
  gboolean by_pull;    /* a producer that the consumer wraps by hand */
  gboolean refused;    /* a registration that never got to the consumer */
  PtpModelError error; /* what the consumer answered */
} PtpModelFrame;

typedef struct
{
  PtpModelBelief belief;
  PtpModelStream streams[PTP_MODEL_SLOTS];

  int registered;          /* a slot, -1: none */
  gboolean by_pull;        /* it is the producer that is registered, not the stream */
  guint registered_serial; /* counts registrations */
  gboolean deaf_consumer;  /* implements no producer_failed() */

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
void ptp_model_end (PtpModel *self, int slot, PtpStreamState end, PtpModelError error);
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
void ptp_model_unregister (PtpModel *self);
void ptp_model_has_unregistered (PtpModel *self);

void ptp_model_write (PtpModel *self);
void ptp_model_has_written (PtpModel *self, gboolean result, const GError *error);

/* What happens: when it begins, and with what it ends */

void ptp_model_on_produce (PtpModel *self, int slot);
void ptp_model_on_produced (PtpModel *self, int slot, int result, PtpModelError error);
void ptp_model_on_write (PtpModel *self);
void ptp_model_on_written (PtpModel *self, int result, PtpModelError error);
void ptp_model_on_register (PtpModel *self, int slot, gboolean by_pull);
void ptp_model_on_registered (PtpModel *self, int result, PtpModelError error);
void ptp_model_on_unregister (PtpModel *self);
void ptp_model_on_failed (PtpModel *self, int slot, PtpModelError error);
void ptp_model_on_cancel (PtpModel *self, int slot);
void ptp_model_on_destroy (PtpModel *self, int slot);
void ptp_model_on_notify (PtpModel *self, int slot, const char *property, PtpStreamState state);
void ptp_model_on_signal (PtpModel *self, int slot, PtpStreamState end, PtpModelError error);

void ptp_model_on_notified (PtpModel *self, int slot);

/* What an answer of a virtual function comes to. */
PtpModelError ptp_model_heed_boolean (int result, PtpModelError error);
PtpModelError ptp_model_heed_step (int result, PtpModelError error);

/* What can be asked, at any time */

void ptp_model_check_state (PtpModel *self, int slot, PtpStreamState state);
void ptp_model_check_holders (PtpModel *self, int slot, const char *const *holders);
void ptp_model_check_n_steps (PtpModel *self, int slot, guint64 n_steps);
void ptp_model_check_error (PtpModel *self, int slot, const GError *error);
void ptp_model_check_ends (PtpModel *self, int slot, gboolean producer, gboolean consumer);

/* A wait returned; @cancelled: its own cancellable. */
void ptp_model_on_waited (PtpModel *self,
                          int slot,
                          gboolean cancelled,
                          gboolean result,
                          const GError *error);

/* What is due */

gboolean ptp_model_is_due (PtpModel *self, int slot);
void ptp_model_has_turned (PtpModel *self);
void ptp_model_has_rested (PtpModel *self);

extern const char *const ptp_model_names[PTP_MODEL_NAMES];

G_END_DECLS
