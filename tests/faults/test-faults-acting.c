/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-fault-test.h"

/* What the program itself may do, from inside every call and while it is kept: on the thread that
 * GIO makes the call in.
 */

static const struct
{
  const char *name;
  PtpFaultAction action;
} actions[] = {
  { "/rules/E6/faults/cancel", PTP_FAULT_CANCEL },
  { "/rules/R3/faults/stop-producing", PTP_FAULT_STOP },
  { "/rules/E11/faults/consumer-breaks", PTP_FAULT_BREAK },
  { "/rules/L18/faults/stop-streaming", PTP_FAULT_STOP_STREAMING },
  { "/rules/R4/faults/consumer-has-enough", PTP_FAULT_HAVE_ENOUGH },
  { "/rules/L15/faults/dispose", PTP_FAULT_DISPOSE },
  { "/rules/T4/faults/drop", PTP_FAULT_DROP },
  { "/rules/L19/faults/aborted-by-others", PTP_FAULT_ABORT },
};

static const struct
{
  const char *name;
  PtpFault fault;
} moments[] = {
  { "inside", PTP_FAULT_ACT },
  { "inside-failing", PTP_FAULT_ACT_AND_FAIL },
  { "stalled", PTP_FAULT_STALL },
  { "deaf", PTP_FAULT_DEAF },
  { "success-after-cancel", PTP_FAULT_LATE_SUCCESS },
  { "cancelled-later", PTP_FAULT_LATE_CANCELLED },
};

static void
add (PtpFaultCase *what, PtpFaultPoint *point, PtpFaultCall call, const char *of)
{
  point->call = call;
  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (moments); j++)
      {
        g_autofree char *name = g_strdup_printf ("%s/%s/%s", actions[i].name, of, moments[j].name);
        /* Nobody cancels a write, so that nothing can come after that. */
        gboolean suits = point == &what->in || moments[j].fault <= PTP_FAULT_STALL;

        what->action = actions[i].action;
        point->fault = moments[j].fault;
        if (suits && ptp_fault_test_suits (point->fault, call))
          ptp_fault_test_add (name, what);
      }
  point->fault = PTP_FAULT_NONE;
}

int
main (int argc, char *argv[])
{
  PtpFaultCase what = { 0 };

  g_test_init (&argc, &argv, NULL);

  what.out_way = PTP_FAULT_OUTPUT_POLLABLE_VECTORED;
  for (what.in_way = 0; what.in_way < PTP_FAULT_N_INPUT_WAYS; what.in_way++)
    add (&what, &what.in, ptp_fault_input_way_get_call (what.in_way), "read");

  for (what.out_way = 0; what.out_way < PTP_FAULT_N_OUTPUT_WAYS; what.out_way++)
    {
      what.in_way = what.out_way % 2 == 0 ? PTP_FAULT_INPUT_ASYNC : PTP_FAULT_INPUT_POLLABLE;
      add (&what, &what.out, ptp_fault_output_way_get_call (what.out_way), "write");
      add (&what, &what.out, PTP_FAULT_CALL_FLUSH, "flush");
      add (&what, &what.out, PTP_FAULT_CALL_CLOSE, "close");
    }

  return ptp_fault_test_run ();
}
