/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-fault-test.h"

/* The streams with the faults lie below streams of GIO's, as files lie below a decompressor and
 * sockets below TLS.
 */

static const struct
{
  const char *name;
  PtpFault fault;
} reads[] = {
  { "/rules/E1/faults/read-fails", PTP_FAULT_FAIL },
  { "/rules/L13/faults/read-ends", PTP_FAULT_END },
  { "/rules/B3/faults/read-one-byte", PTP_FAULT_SHORT_ONE },
  { "/rules/R7/faults/read-stalls", PTP_FAULT_STALL },
  { "/rules/R7/faults/read-blocks-and-does-not", PTP_FAULT_BLOCK },
};

static const struct
{
  const char *name;
  PtpFault fault;
} writes[] = {
  { "/rules/E9/faults/write-fails", PTP_FAULT_FAIL },
  { "/rules/B3/faults/write-one-byte", PTP_FAULT_SHORT_ONE },
  { "/rules/B3/faults/write-half", PTP_FAULT_SHORT_HALF },
  { "/rules/B1/faults/write-stalls", PTP_FAULT_STALL },
  { "/rules/B3/faults/write-blocks-and-does-not", PTP_FAULT_BLOCK },
};

static const char *
name_wrap (PtpFaultWrap wrap)
{
  static const char *const names[] = {
    [PTP_FAULT_WRAP_NONE] = "none",
    [PTP_FAULT_WRAP_BUFFERED] = "buffered",
    [PTP_FAULT_WRAP_CONVERTER] = "converter",
    [PTP_FAULT_WRAP_TRAILER] = "trailer",
  };

  return names[wrap];
}

static void
add_reads (PtpFaultWrap wrap, PtpFaultInputWay way, PtpFaultCall call)
{
  PtpFaultCase what = { .in_way = way, .in_wrap = wrap, .out_way = PTP_FAULT_OUTPUT_ASYNC };

  what.in.call = call;
  for (gsize i = 0; i < G_N_ELEMENTS (reads); i++)
    {
      g_autofree char *name = g_strdup_printf ("%s/%s", reads[i].name, name_wrap (wrap));

      what.in.fault = reads[i].fault;
      if (ptp_fault_test_suits (what.in.fault, call))
        ptp_fault_test_add (name, &what);
    }
}

static void
add_writes (PtpFaultWrap wrap, PtpFaultOutputWay way, PtpFaultCall call)
{
  PtpFaultCase what = { .in_way = PTP_FAULT_INPUT_ASYNC, .out_way = way, .out_wrap = wrap };

  what.out.call = call;
  for (gsize i = 0; i < G_N_ELEMENTS (writes); i++)
    {
      g_autofree char *name = g_strdup_printf ("%s/%s", writes[i].name, name_wrap (wrap));

      what.out.fault = writes[i].fault;
      if (ptp_fault_test_suits (what.out.fault, call))
        ptp_fault_test_add (name, &what);
    }
}

/* What is broken off, or fails on the other side, gets no trailer. */
static void
add_closing (PtpFaultWrap wrap)
{
  PtpFaultCase what = { .in_way = PTP_FAULT_INPUT_ASYNC, .out_way = PTP_FAULT_OUTPUT_THREAD };

  what.out_wrap = wrap;
  what.in.call = PTP_FAULT_CALL_READ_ASYNC;
  what.in.fault = PTP_FAULT_FAIL;
  ptp_fault_test_add ("/rules/E10/faults/read-fails/trailer", &what);

  what.in.fault = PTP_FAULT_ACT;
  what.action = PTP_FAULT_STOP_STREAMING;
  ptp_fault_test_add ("/rules/E10/faults/stop-streaming/trailer", &what);
  what.action = PTP_FAULT_CANCEL;
  ptp_fault_test_add ("/rules/E10/faults/cancel/trailer", &what);
  what.action = PTP_FAULT_HAVE_ENOUGH;
  ptp_fault_test_add ("/rules/E10/faults/dropped/trailer", &what);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add_reads (PTP_FAULT_WRAP_BUFFERED, PTP_FAULT_INPUT_THREAD, PTP_FAULT_CALL_READ);
  add_reads (PTP_FAULT_WRAP_CONVERTER, PTP_FAULT_INPUT_THREAD, PTP_FAULT_CALL_READ);
  add_reads (PTP_FAULT_WRAP_CONVERTER, PTP_FAULT_INPUT_POLLABLE, PTP_FAULT_CALL_READ_NONBLOCKING);
  add_writes (PTP_FAULT_WRAP_BUFFERED, PTP_FAULT_OUTPUT_THREAD, PTP_FAULT_CALL_WRITE);
  add_writes (PTP_FAULT_WRAP_CONVERTER, PTP_FAULT_OUTPUT_THREAD, PTP_FAULT_CALL_WRITE);
  add_writes (PTP_FAULT_WRAP_CONVERTER, PTP_FAULT_OUTPUT_POLLABLE,
              PTP_FAULT_CALL_WRITE_NONBLOCKING);
  add_writes (PTP_FAULT_WRAP_TRAILER, PTP_FAULT_OUTPUT_THREAD, PTP_FAULT_CALL_WRITE);
  add_closing (PTP_FAULT_WRAP_TRAILER);

  return ptp_fault_test_run ();
}
