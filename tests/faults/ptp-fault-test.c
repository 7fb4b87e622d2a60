/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-fault-test.h"

static const struct
{
  guint chunk; /* bytes */
  guint n_chunks;
  guint n_chunks_for_pairs; /* the pairs of calls are as many as its square */
  gboolean ragged;
} shapes[] = {
  { 1000, 5, 3, FALSE },
  /* A chunk of this size is written from inside the write of the consumer. */
  { 64 * 1024, 3, 2, FALSE },
  { 300, 3, 1, TRUE },
};

static const char *
name_input (const PtpFaultCase *what)
{
  static const char *const names[] = {
    [PTP_FAULT_INPUT_ASYNC] = "async",
    [PTP_FAULT_INPUT_THREAD] = "thread",
    [PTP_FAULT_INPUT_POLLABLE] = "pollable",
  };

  return what->from_bytes ? "bytes" : names[what->in_way];
}

static const char *
name_output (const PtpFaultCase *what)
{
  static const char *const names[] = {
    [PTP_FAULT_OUTPUT_ASYNC] = "async",
    [PTP_FAULT_OUTPUT_UNIX] = "unix",
    [PTP_FAULT_OUTPUT_THREAD] = "thread",
    [PTP_FAULT_OUTPUT_THREAD_VECTORED] = "thread-vectored",
    [PTP_FAULT_OUTPUT_POLLABLE] = "pollable",
    [PTP_FAULT_OUTPUT_POLLABLE_VECTORED] = "pollable-vectored",
    [PTP_FAULT_OUTPUT_POLLABLE_FD] = "pollable-fd",
  };

  return names[what->out_way];
}

static void
run (gconstpointer data)
{
  PtpFaultCase what = *(const PtpFaultCase *) data;
  gboolean pair = what.in.fault != PTP_FAULT_NONE && what.out.fault != PTP_FAULT_NONE;

  /* Until the writer gives up it waits, for so long that one shape must do. */
  gsize n_shapes = what.out.fault == PTP_FAULT_ZEROS ? 1 : G_N_ELEMENTS (shapes);

  for (gsize i = 0; i < n_shapes; i++)
    {
      what.chunk = shapes[i].chunk;
      what.n_chunks = pair ? shapes[i].n_chunks_for_pairs : shapes[i].n_chunks;
      what.ragged = shapes[i].ragged;
      ptp_fault_case_run_all (&what);
    }
}

void
ptp_fault_test_add (const char *name, const PtpFaultCase *what)
{
  g_autofree char *path
    = g_strdup_printf ("%s/%s-to-%s", name, name_input (what), name_output (what));

  g_test_add_data_func_full (path, g_memdup2 (what, sizeof *what), run, g_free);
}

gboolean
ptp_fault_test_suits (PtpFault fault, PtpFaultCall call)
{
  gboolean nonblocking = call == PTP_FAULT_CALL_READ_NONBLOCKING
                         || call == PTP_FAULT_CALL_WRITE_NONBLOCKING
                         || call == PTP_FAULT_CALL_WRITEV_NONBLOCKING;
  gboolean async = call == PTP_FAULT_CALL_READ_ASYNC || call == PTP_FAULT_CALL_WRITE_ASYNC
                   || call == PTP_FAULT_CALL_WRITEV_ASYNC;

  switch (fault)
    {
    case PTP_FAULT_BLOCK:
      return nonblocking;
    case PTP_FAULT_AT_ONCE:
    case PTP_FAULT_IDLE:
      return async;
    case PTP_FAULT_DEAF:
    case PTP_FAULT_LATE_SUCCESS:
    case PTP_FAULT_LATE_CANCELLED:
      return !nonblocking;
    case PTP_FAULT_NONE:
    case PTP_FAULT_ACT:
    case PTP_FAULT_ACT_AND_FAIL:
    case PTP_FAULT_FAIL:
    case PTP_FAULT_STALL:
    case PTP_FAULT_SHORT_ONE:
    case PTP_FAULT_SHORT_HALF:
    case PTP_FAULT_END:
    case PTP_FAULT_ZERO:
    case PTP_FAULT_ZEROS:
    case PTP_FAULT_HUP:
    default:
      return TRUE;
    }
}

int
ptp_fault_test_run (void)
{
  int status = g_test_run ();

  ptp_fault_print_figures ();
  return status;
}
