/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-fault-test.h"

/* What can go wrong with the stream that is written, at every call. */

typedef struct
{
  const char *name;
  PtpFault fault;
} Entry;

static const Entry writes[] = {
  { "/rules/E9/faults/write-fails", PTP_FAULT_FAIL },
  { "/rules/B6/faults/write-hangs-up", PTP_FAULT_HUP },
  { "/rules/B3/faults/write-one-byte", PTP_FAULT_SHORT_ONE },
  { "/rules/B3/faults/write-half", PTP_FAULT_SHORT_HALF },
  { "/rules/B3/faults/write-nothing", PTP_FAULT_ZERO },
  { "/rules/B1/faults/write-stalls", PTP_FAULT_STALL },
  { "/rules/B3/faults/write-at-once", PTP_FAULT_AT_ONCE },
  { "/rules/B3/faults/write-when-idle", PTP_FAULT_IDLE },
  { "/rules/B3/faults/write-blocks-and-does-not", PTP_FAULT_BLOCK },
};

static const Entry flushes[] = {
  { "/rules/B5/faults/flush-fails", PTP_FAULT_FAIL },
  { "/rules/B5/faults/flush-stalls", PTP_FAULT_STALL },
};

static const Entry closes[] = {
  { "/rules/B5/faults/close-fails", PTP_FAULT_FAIL },
  { "/rules/B5/faults/close-stalls", PTP_FAULT_STALL },
};

static void
add (PtpFaultCase *what, PtpFaultCall call, const Entry *entries, gsize n_entries)
{
  what->out.call = call;
  for (gsize i = 0; i < n_entries; i++)
    {
      what->out.fault = entries[i].fault;
      if (ptp_fault_test_suits (what->out.fault, call))
        ptp_fault_test_add (entries[i].name, what);
    }
}

/* The writer asks again for a while, which takes its time. */
static void
add_nothing_ever (PtpFaultOutputWay way)
{
  PtpFaultCase what = { .from_bytes = TRUE, .out_way = way };

  what.out.call = ptp_fault_output_way_get_call (way);
  what.out.fault = PTP_FAULT_ZEROS;
  ptp_fault_test_add ("/rules/E2/faults/write-nothing-ever", &what);
}

static void
add_all (PtpFaultCase *what)
{
  add (what, ptp_fault_output_way_get_call (what->out_way), writes, G_N_ELEMENTS (writes));
  add (what, PTP_FAULT_CALL_FLUSH, flushes, G_N_ELEMENTS (flushes));
  add (what, PTP_FAULT_CALL_CLOSE, closes, G_N_ELEMENTS (closes));
}

int
main (int argc, char *argv[])
{
  PtpFaultCase what = { 0 };

  g_test_init (&argc, &argv, NULL);

  for (what.out_way = 0; what.out_way < PTP_FAULT_N_OUTPUT_WAYS; what.out_way++)
    {
      what.from_bytes = FALSE;
      for (what.in_way = 0; what.in_way < PTP_FAULT_N_INPUT_WAYS; what.in_way++)
        if (what.in_way != PTP_FAULT_INPUT_THREAD)
          add_all (&what);
      what.from_bytes = TRUE;
      add_all (&what);
    }

  add_nothing_ever (PTP_FAULT_OUTPUT_ASYNC);
  add_nothing_ever (PTP_FAULT_OUTPUT_POLLABLE_VECTORED);

  return ptp_fault_test_run ();
}
