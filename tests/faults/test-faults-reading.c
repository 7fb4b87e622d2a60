/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-fault-test.h"

/* What can go wrong with the stream that is read, at every call. */

static const struct
{
  const char *name;
  PtpFault fault;
} reads[] = {
  { "/rules/E1/faults/read-fails", PTP_FAULT_FAIL },
  { "/rules/E1/faults/read-hangs-up", PTP_FAULT_HUP },
  { "/rules/L13/faults/read-ends", PTP_FAULT_END },
  { "/rules/B3/faults/read-one-byte", PTP_FAULT_SHORT_ONE },
  { "/rules/B3/faults/read-half", PTP_FAULT_SHORT_HALF },
  { "/rules/R7/faults/read-stalls", PTP_FAULT_STALL },
  { "/rules/R7/faults/read-at-once", PTP_FAULT_AT_ONCE },
  { "/rules/R7/faults/read-when-idle", PTP_FAULT_IDLE },
  { "/rules/R7/faults/read-blocks-and-does-not", PTP_FAULT_BLOCK },
};

static const struct
{
  const char *name;
  PtpFault fault;
} closes[] = {
  { "/rules/E7/faults/close-of-input-fails", PTP_FAULT_FAIL },
  { "/rules/L8/faults/close-of-input-stalls", PTP_FAULT_STALL },
};

static const PtpFaultOutputWay out_ways[] = {
  PTP_FAULT_OUTPUT_ASYNC,
  PTP_FAULT_OUTPUT_THREAD_VECTORED,
  PTP_FAULT_OUTPUT_POLLABLE_VECTORED,
};

static void
add (PtpFaultInputWay in_way, PtpFaultOutputWay out_way)
{
  PtpFaultCase what = { .in_way = in_way, .out_way = out_way };

  what.in.call = ptp_fault_input_way_get_call (in_way);
  for (gsize i = 0; i < G_N_ELEMENTS (reads); i++)
    {
      what.in.fault = reads[i].fault;
      if (ptp_fault_test_suits (what.in.fault, what.in.call))
        ptp_fault_test_add (reads[i].name, &what);
    }

  what.in.call = PTP_FAULT_CALL_CLOSE;
  for (gsize i = 0; i < G_N_ELEMENTS (closes); i++)
    {
      what.in.fault = closes[i].fault;
      ptp_fault_test_add (closes[i].name, &what);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (PtpFaultInputWay in_way = 0; in_way < PTP_FAULT_N_INPUT_WAYS; in_way++)
    for (gsize i = 0; i < G_N_ELEMENTS (out_ways); i++)
      add (in_way, out_ways[i]);

  return ptp_fault_test_run ();
}
