/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-fault-test.h"

/* One fault on each side, at every pair of calls. */

static const struct
{
  const char *name;
  PtpFault in;
  PtpFault out;
} pairs[] = {
  { "/rules/E4/faults/both-fail", PTP_FAULT_FAIL, PTP_FAULT_FAIL },
  { "/rules/E9/faults/ends-and-write-fails", PTP_FAULT_END, PTP_FAULT_FAIL },
  { "/rules/E9/faults/stalls-and-write-fails", PTP_FAULT_STALL, PTP_FAULT_FAIL },
  { "/rules/E9/faults/fails-and-write-stalls", PTP_FAULT_FAIL, PTP_FAULT_STALL },
  { "/rules/E9/faults/fails-and-write-is-short", PTP_FAULT_FAIL, PTP_FAULT_SHORT_HALF },
  { "/rules/B3/faults/both-short", PTP_FAULT_SHORT_HALF, PTP_FAULT_SHORT_ONE },
  { "/rules/B3/faults/both-stall", PTP_FAULT_STALL, PTP_FAULT_STALL },
  { "/rules/B6/faults/short-and-write-hangs-up", PTP_FAULT_SHORT_ONE, PTP_FAULT_HUP },
  { "/rules/B6/faults/stalls-and-write-hangs-up", PTP_FAULT_STALL, PTP_FAULT_HUP },
};

static const struct
{
  PtpFaultInputWay in;
  PtpFaultOutputWay out;
} ways[] = {
  { PTP_FAULT_INPUT_ASYNC, PTP_FAULT_OUTPUT_ASYNC },
  { PTP_FAULT_INPUT_ASYNC, PTP_FAULT_OUTPUT_POLLABLE_FD },
  { PTP_FAULT_INPUT_POLLABLE, PTP_FAULT_OUTPUT_UNIX },
  { PTP_FAULT_INPUT_POLLABLE, PTP_FAULT_OUTPUT_POLLABLE },
  { PTP_FAULT_INPUT_THREAD, PTP_FAULT_OUTPUT_THREAD },
};

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (ways); j++)
      {
        PtpFaultCase what = { .in_way = ways[j].in, .out_way = ways[j].out };

        what.in = (PtpFaultPoint){ ptp_fault_input_way_get_call (ways[j].in), 0, pairs[i].in };
        what.out = (PtpFaultPoint){ ptp_fault_output_way_get_call (ways[j].out), 0, pairs[i].out };
        ptp_fault_test_add (pairs[i].name, &what);
      }

  return ptp_fault_test_run ();
}
