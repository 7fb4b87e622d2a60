/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-test-util.h"

G_BEGIN_DECLS

#define PTP_TEST_TYPE_OUTPUT_STREAM (ptp_test_output_stream_get_type ())
G_DECLARE_FINAL_TYPE (PtpTestOutputStream,
                      ptp_test_output_stream,
                      PTP_TEST,
                      OUTPUT_STREAM,
                      GOutputStream)

typedef enum
{
  PTP_TEST_OUTPUT_ASYNC,    /* a write is over in a later turn */
  PTP_TEST_OUTPUT_AT_ONCE,  /* a write is over before writev_async returns */
  PTP_TEST_OUTPUT_HELD,     /* a write is over when the test says so */
  PTP_TEST_OUTPUT_POLLABLE, /* never blocks, and can be polled */
} PtpTestOutputWay;

/* An output stream that keeps what it takes, and does with each write what the test wants. */
struct _PtpTestOutputStream
{
  GOutputStream parent_instance;

  /* Set by the test. */
  PtpTestOutputWay way;
  gsize take;             /* so many bytes a write at most; 0: all */
  guint zero_every;       /* every n-th write takes nothing; 0: none */
  guint fail_at;          /* the n-th write fails, counted from 1; 0: none does */
  gboolean fail_mute;     /* without an error */
  gsize fail_after;       /* that write takes so many bytes, and then fails */
  gboolean fail_nonsense; /* takes nothing, and says it took more than there is */
  gsize more;             /* says it took so many bytes more than it was given */
  gboolean error_beside;  /* takes what it takes, and sets an error beside that */
  gboolean no_source;     /* pollable: there is nothing to wait with */
  gsize room;             /* pollable: so many bytes, then it would block */
  gboolean fail_flush;    /* read in a thread */
  gboolean fail_close;    /* read in a thread */
  PtpTestHook on_write;
  PtpTestHook on_create_source;
  PtpTestHook on_flush; /* in a thread, which then waits for go_on(); once */
  PtpTestHook on_close; /* the same */
  gpointer hook_data;

  /* Read by the test. */
  GByteArray *bytes; /* (owned) */
  guint n_writes;
  guint n_vectors; /* of the last write that got so far */
  guint n_finishes;
  int n_flushes; /* atomic, as these are in a thread */
  int n_closes;
  int n_cancelled_closes;

  GMutex lock;
  GCond cond;
  gboolean going_on; /* under the lock */

  GTask *held; /* (owned) (nullable) */
  const GOutputVector *vectors;
  gsize n_held;
  GSource *source; /* (owned) (nullable): the last one created */
  guint depth;
  guint max_depth; /* of callbacks inside callbacks */
};

PtpTestOutputStream *ptp_test_output_stream_new (PtpTestOutputWay way);
/* Ends the write that is held. */
void ptp_test_output_stream_release (PtpTestOutputStream *self);
/* Ends the flush or the close that waits. */
void ptp_test_output_stream_go_on (PtpTestOutputStream *self);
/* Makes room for so many bytes more. */
void ptp_test_output_stream_add_room (PtpTestOutputStream *self, gsize room);
/* Whether there is somebody to be told when there is room. */
gboolean ptp_test_output_stream_is_polled (PtpTestOutputStream *self);

/* A test of each way. */
#define PTP_TEST_ADD_WAYS(name, func)                                                              \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_test_add_data_func ("/output-stream-consumer/" name "/async",                                \
                          GUINT_TO_POINTER (PTP_TEST_OUTPUT_ASYNC), func);                         \
    g_test_add_data_func ("/output-stream-consumer/" name "/at-once",                              \
                          GUINT_TO_POINTER (PTP_TEST_OUTPUT_AT_ONCE), func);                       \
    g_test_add_data_func ("/output-stream-consumer/" name "/pollable",                             \
                          GUINT_TO_POINTER (PTP_TEST_OUTPUT_POLLABLE), func);                      \
  }                                                                                                \
  G_STMT_END

G_END_DECLS
