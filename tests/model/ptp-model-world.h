/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-model.h"
#include "ptp-model-doubles.h"

G_BEGIN_DECLS

/* The library and the model, side by side: every call is made on both, and after each the two are
 * compared.
 *
 *   ptp-model-world.c      objects; answers and hooks; comparing
 *   ptp-model-world-seen.c what is seen to happen: virtual functions, signals, waits
 *   ptp-model-world-turn.c turns of the main loop; how it all ends
 *   ptp-model-ops.c        the calls, by number
 */

/* When a call is made: now, or from inside what happens next of that kind. */
typedef enum
{
  PTP_MODEL_NOW,
  PTP_MODEL_IN_PRODUCE,  /* before its writes */
  PTP_MODEL_IN_PRODUCED, /* before it answers */
  PTP_MODEL_IN_WRITE,
  PTP_MODEL_IN_REGISTER,
  PTP_MODEL_IN_UNREGISTER,
  PTP_MODEL_IN_FINISH,
  PTP_MODEL_IN_ABORT,
  PTP_MODEL_IN_CANCEL,
  PTP_MODEL_IN_NOTIFY,
  PTP_MODEL_IN_END,
  PTP_MODEL_IN_WAITED,
  PTP_MODEL_IN_DESTROY,
  PTP_MODEL_N_WHERES
} PtpModelWhere;

/* What the observer says though it is wrong: for the tests of whoever must find that out. */
typedef enum
{
  PTP_MODEL_TRUTH,
  PTP_MODEL_LIE_PAUSE,     /* a paused stream is said to be streaming */
  PTP_MODEL_LIE_SIGNAL,    /* each signal of the end is said to come twice */
  PTP_MODEL_LIE_WRITE,     /* a chunk written beside a hold is lost */
  PTP_MODEL_LIE_CRASH,     /* the second stop crashes */
  PTP_MODEL_LIE_HANG,      /* the second stop never returns */
  PTP_MODEL_LIE_REFERENCE, /* a reference is left behind after cancelling */
  PTP_MODEL_LIE_WARNING,   /* a second registration warns */
  PTP_MODEL_LIE_SETTLED,   /* a settlement is not told of to the model */
  PTP_MODEL_LIE_REASON,    /* every abort is said to have another reason */
} PtpModelLie;

typedef enum
{
  PTP_MODEL_ALIKE_SHARED, /* the cooperator */
  PTP_MODEL_ALIKE_OWN,
  PTP_MODEL_ALIKE_URGENT,
  PTP_MODEL_ALIKE_LATE,
} PtpModelAlike;

/* The bytes that a tape begins with. */
typedef struct
{
  gboolean task; /* the first of them is a task */
  PtpModelAlike cooperator;
  gboolean long_slice;
  gboolean still; /* the clock goes only when it is told to */
  gboolean mute;
  gboolean unable;
  PtpModelSinkKind sink;
  PtpPullToPushFlags flags; /* of the first of them */
  gboolean drops_early;     /* at the end: without stopping what never started */
  guint rest;               /* what a producer without an answer answers */
  gboolean finish_pending;  /* without an answer finish is pending, or done */
  gboolean abort_pending;
  gboolean small; /* the consumer would like to have little at once */
} PtpModelConfig;

typedef struct
{
  PtpModelWhere where;
  gboolean joined; /* with the one before it of the same kind: at the same time */
  guint op;
  guint8 arg;
  void (*func) (PtpModelWorld *world); /* (nullable): instead of @op */
} PtpModelRecord;

typedef struct
{
  gpointer object; /* (unowned) (nullable): alive */
  gboolean owned;
  PtpModelProducer *producer; /* (unowned) (nullable): alive */
  gboolean owns_producer;
  guint serial; /* of the stream in this slot */
} PtpModelSlot;

struct _PtpModelWorld
{
  PtpModel model;
  PtpModelConfig config;
  PtpModelLie lie;

  GMainContext *context;     /* (owned) */
  PtpCooperator *shared;     /* (owned) */
  PtpCooperator *cooperator; /* (owned) */
  gint64 now;
  guint n_clocks; /* that are not destroyed yet */
  guint n_turning;

  PtpModelSlot slots[PTP_MODEL_SLOTS];
  PtpModelConsumer *consumer; /* (unowned) (nullable): alive */
  gboolean owns_consumer;
  gboolean closed;
  int arriving; /* the slot whose stream is being registered; -1: none */
  guint n_alive;

  GCancellable *cancellables[2];
  guint cancellable_ids[2];
  guint n_cancellables;

  GQueue hooks[PTP_MODEL_N_WHERES]; /* (element-type PtpModelRecord) */
  GQueue answers;                   /* of produce */
  GQueue write_answers;
  GQueue register_answers;
  GQueue end_answers; /* of finish and abort */
  guint n_rests_left;
  guint n_ops_left;
  int n_errors;       /* each has a code of its own */
  GBytes *chunk;      /* (unowned) (nullable): that is being written */
  GError *reasons[2]; /* (owned): for sequences that are printed: STOPPED, and an error */

  GPtrArray *waits;
  guint n_steps, n_stops;
};

/* What the function of a task is given. */
typedef struct
{
  PtpModelWorld *world;
  int slot;
} PtpModelTask;

#define PTP_MODEL_CONFIG_BYTES 3

PtpModelConfig ptp_model_config_decode (const guint8 bytes[PTP_MODEL_CONFIG_BYTES]);

PtpModelWorld *
ptp_model_world_new (const PtpModelConfig *config, PtpModelBelief belief, PtpModelLie lie);
/* For calls that the model is not told of; it says nothing then. */
PtpModelWorld *ptp_model_world_new_bare (const PtpModelConfig *config);
/* Ends everything that lives in it, and judges that, too. Returns the finding, or null. */
char *ptp_model_world_free (PtpModelWorld *self);

/* Objects */

void ptp_model_world_add_stream (PtpModelWorld *self,
                                 int slot,
                                 PtpCooperator *cooperator,
                                 PtpPullToPushFlags flags);
void ptp_model_world_add_task (PtpModelWorld *self, int slot);
void ptp_model_world_add_producer (PtpModelWorld *self, int slot);
void ptp_model_world_adopt (PtpModelWorld *self, int slot, gpointer object);
void ptp_model_world_watch (PtpModelWorld *self, gpointer object);
void ptp_model_world_forget (PtpModelWorld *self, int slot);
void ptp_model_world_drop (PtpModelWorld *self, int slot);
void ptp_model_world_drop_producer (PtpModelWorld *self, int slot);
void ptp_model_world_drop_consumer (PtpModelWorld *self);
void ptp_model_world_renew_cancellable (PtpModelWorld *self, guint i);
int ptp_model_world_find (PtpModelWorld *self, gpointer object);
gint64 ptp_model_world_read_clock (gpointer world);
void ptp_model_world_set_clock (PtpModelWorld *self, PtpCooperator *cooperator);

/* What is to be done and said, in the order in which it is asked for */

void ptp_model_world_do (PtpModelWorld *self, const PtpModelRecord *record);
void ptp_model_world_on (PtpModelWorld *self,
                         PtpModelWhere where,
                         gboolean joined,
                         void (*func) (PtpModelWorld *world));
void ptp_model_world_run_hooks (PtpModelWorld *self, PtpModelWhere where);
void ptp_model_world_answer (PtpModelWorld *self, guint8 arg);
void ptp_model_world_answer_write (PtpModelWorld *self, guint8 arg);
void ptp_model_world_answer_register (PtpModelWorld *self, guint8 arg);
void ptp_model_world_answer_end (PtpModelWorld *self, guint8 arg);
gboolean
ptp_model_world_take_boolean (PtpModelWorld *self, GQueue *answers, int *result, GError **error);
PtpStepResult ptp_model_world_step (gpointer task, GError **error);
void ptp_model_world_task_gone (gpointer task);

/* Every error is another one, so that none can be taken for it. */
GError *ptp_model_world_make_error (PtpModelWorld *self);
/* In another thread, which is waited for. */
void ptp_model_world_run_elsewhere (GFunc func, gpointer object, gpointer data);

/* Seeing */

void ptp_model_world_connect (PtpModelWorld *self, int slot);
void ptp_model_world_wait (PtpModelWorld *self, int slot, guint cancellable);
void ptp_model_world_wait_settled (PtpModelWorld *self, guint cancellable);
gboolean ptp_model_world_is_waited_settled (PtpModelWorld *self);
void ptp_model_world_check (PtpModelWorld *self);
void ptp_model_world_check_waits (PtpModelWorld *self);

/* Turns */

void ptp_model_world_turn (PtpModelWorld *self, guint n);
void ptp_model_world_drain (PtpModelWorld *self);

/* The calls */

#define PTP_MODEL_MAX_NESTED 3

void ptp_model_op_run (PtpModelWorld *self, guint op, guint8 arg);
guint ptp_model_op_decode (guint8 byte);
guint8 ptp_model_op_encode (guint op);
const char *ptp_model_op_name (guint op);
guint ptp_model_op_find (const char *name);

G_END_DECLS
