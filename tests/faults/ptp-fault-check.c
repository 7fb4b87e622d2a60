/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-fault-run.h"

#include <string.h>

/* Nothing here knows what ought to happen in one case; it looks at what really happened to the two
 * doubles, and at what the library made of it.
 */

static gboolean
is_input_failed (PtpFaultRun *self)
{
  return ptp_fault_plan_has_failed (&self->source->plan);
}

static gboolean
is_output_failed (PtpFaultRun *self)
{
  return ptp_fault_plan_has_failed (&self->sink->plan);
}

/* The stream has not said so itself: it hung up, or never took anything any more. */
static gboolean
is_output_given_up (PtpFaultRun *self)
{
  return self->sink->hung_up
         || (self->what->out.fault == PTP_FAULT_ZEROS
             && ptp_fault_plan_was_reached (&self->sink->plan));
}

static gboolean
has_acted (PtpFaultRun *self, PtpFaultAction action)
{
  return self->what->action == action && g_atomic_int_get (&self->acted);
}

static gboolean
is_cancelled (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* What was written to GIO's own stream need not have reached ours. */
static gboolean
is_output_direct (PtpFaultRun *self)
{
  return self->what->out_wrap == PTP_FAULT_WRAP_NONE;
}

static gboolean
is_output_in_thread (PtpFaultRun *self)
{
  return !is_output_direct (self) || self->what->out_way == PTP_FAULT_OUTPUT_THREAD
         || self->what->out_way == PTP_FAULT_OUTPUT_THREAD_VECTORED;
}

static void
assert_prefix (gconstpointer data, gsize size, gconstpointer whole, gsize whole_size)
{
  g_assert_cmpuint (size, <=, whole_size);
  g_assert_true (size == 0 || memcmp (data, whole, size) == 0);
}

/* Rule B3: all that got anywhere got there in order, and once. */
static void
check_content (PtpFaultRun *self)
{
  gsize size;
  const guint8 *content = g_bytes_get_data (self->content, &size);
  GByteArray *accepted = self->spy.accepted;

  assert_prefix (accepted->data, accepted->len, content,
                 self->what->from_bytes ? size : self->source->given);
  g_mutex_lock (&self->sink->plan.mutex);
  assert_prefix (self->sink->taken->data, self->sink->taken->len, accepted->data, accepted->len);
  g_mutex_unlock (&self->sink->plan.mutex);
}

static void
check_bytes_read (PtpFaultRun *self)
{
  if (self->producer == NULL)
    return;

  if (PTP_IS_INPUT_STREAM_PRODUCER (self->producer))
    g_assert_cmpuint (ptp_input_stream_producer_get_bytes_read (
                        PTP_INPUT_STREAM_PRODUCER (self->producer)),
                      ==, self->spy.accepted->len);
  else
    g_assert_cmpuint (ptp_bytes_producer_get_bytes_produced (PTP_BYTES_PRODUCER (self->producer)),
                      ==, self->spy.accepted->len);
}

void
ptp_fault_run_check_rest (PtpFaultRun *self)
{
  if (self->consumer != NULL && !is_output_in_thread (self))
    g_assert_cmpuint (ptp_output_stream_consumer_get_bytes_written (self->consumer), ==,
                      ptp_fault_sink_get_taken (self->sink));
  check_bytes_read (self);

  /* Rule B6: with nothing to write, and nothing to come. */
  if (self->what->out_way == PTP_FAULT_OUTPUT_POLLABLE_FD && self->consumer != NULL)
    g_assert_true (!self->sink->hung_up
                   || ptp_output_stream_consumer_get_error (self->consumer) != NULL);
}

/* The three ends */

static void
check_finished (PtpFaultRun *self)
{
  g_assert_cmpuint (self->ends->n_finished, ==, self->ends->n_ends);
  g_assert_true (self->spy.answered);
  g_assert_true (self->what->from_bytes || self->source->ended);
  g_assert_cmpuint (self->spy.accepted->len, ==,
                    self->what->from_bytes ? g_bytes_get_size (self->content)
                                           : self->source->given);
}

static void
check_stopped (PtpFaultRun *self)
{
  g_assert_cmpuint (self->ends->n_stopped, ==, self->ends->n_ends);
  g_assert_true (has_acted (self, PTP_FAULT_STOP) || has_acted (self, PTP_FAULT_DISPOSE)
                 || has_acted (self, PTP_FAULT_ABORT) || is_output_failed (self)
                 || is_output_given_up (self));
}

static void
check_failed (PtpFaultRun *self)
{
  const GError *error = self->wait.error;
  const GError *injected = self->source->plan.error;

  g_assert_cmpuint (self->ends->n_errors, ==, self->ends->n_ends);
  if (has_acted (self, PTP_FAULT_CANCEL) && is_cancelled (error))
    return;

  g_assert_true (is_input_failed (self));
  g_assert_error (error, G_IO_ERROR, injected->code);
  g_assert_cmpstr (error->message, ==, injected->message);
}

/* Without anybody's doing the end follows from what the streams said. */
static void
check_expected_end (PtpFaultRun *self)
{
  if (g_atomic_int_get (&self->acted) || is_output_failed (self) || is_output_given_up (self))
    return;

  g_assert_cmpint (self->state, ==,
                   self->source->plan.fault != PTP_FAULT_NONE && self->what->in.n > 0
                       && self->what->in.call != PTP_FAULT_CALL_CLOSE && is_input_failed (self)
                     ? PTP_STREAM_STATE_FAILED
                     : PTP_STREAM_STATE_FINISHED);
}

static void
assert_same_error (const GError *error, const GError *expected)
{
  g_assert_error (error, expected->domain, expected->code);
  g_assert_cmpstr (error->message, ==, expected->message);
}

/* Between a cancellation and the end; then the consumer is not told of what is not its producer. */
static gboolean
may_let_go_by_itself (PtpFaultRun *self)
{
  return is_output_failed (self) || is_output_given_up (self) || has_acted (self, PTP_FAULT_ABORT);
}

/* Each end of the stream is told what there is to tell, once: rules L7, L9 and E1. */
static void
check_told (PtpFaultRun *self)
{
  PtpFaultSpy *spy = &self->spy;
  gboolean failed = self->state == PTP_STREAM_STATE_FAILED;
  gboolean cancels = !spy->answered && self->state != PTP_STREAM_STATE_FINISHED;

  g_assert_cmpuint (spy->n_too_late, ==, 0);
  g_assert_cmpuint (spy->n_cancel, ==, cancels ? 1 : 0);
  g_assert_cmpuint (spy->n_register, ==, 1);
  g_assert_false (spy->failed_after_that);
  if (failed && may_let_go_by_itself (self))
    g_assert_cmpuint (spy->n_producer_failed, <=, 1);
  else
    g_assert_cmpuint (spy->n_producer_failed, ==, failed ? 1 : 0);
  if (spy->n_producer_failed > 0)
    {
      assert_same_error (spy->producer_error, self->wait.error);
      if (self->ends->n_ends > 0)
        assert_same_error (self->ends->error, self->wait.error);
    }
}

/* Running the dispose of an object by hand takes all its handlers away. */
static void
check_signal (PtpFaultRun *self)
{
  guint n_ends = self->ends->n_ends;

  g_assert_cmpuint (self->wait.n_calls, ==, 1);
  if (n_ends == 0)
    {
      g_assert_true (has_acted (self, PTP_FAULT_DISPOSE));
      self->state = ptp_pull_to_push_get_state (self->stream);
      return;
    }

  g_assert_cmpuint (n_ends, ==, 1);
  g_assert_true (self->ends->let_go);
  self->state = self->ends->state;
}

void
ptp_fault_run_check_end (PtpFaultRun *self)
{
  check_signal (self);
  g_assert_true (self->wait.result == (self->state == PTP_STREAM_STATE_FINISHED));

  if (self->state == PTP_STREAM_STATE_FINISHED)
    check_finished (self);
  else if (self->state == PTP_STREAM_STATE_STOPPED)
    check_stopped (self);
  else
    check_failed (self);

  check_expected_end (self);
  check_told (self);
  check_bytes_read (self);
}

/* The far side */

/* "Writing to the output stream after 12 bytes: the injected error" */
static void
check_output_error (PtpFaultRun *self)
{
  const GError *injected = self->sink->plan.error;
  gboolean ending
    = self->what->out.call == PTP_FAULT_CALL_FLUSH || self->what->out.call == PTP_FAULT_CALL_CLOSE;
  g_autofree char *message
    = g_strdup_printf ("%s the output stream after %" G_GUINT64_FORMAT " bytes: %s",
                       ending ? "Finishing" : "Writing to", self->n_written, injected->message);

  if (self->what->out.fault == PTP_FAULT_ZEROS)
    g_assert_error (self->error, PTP_ERROR, PTP_ERROR_FAILED);
  else
    g_assert_error (self->error, G_IO_ERROR, injected->code);
  if (is_output_failed (self) && is_output_direct (self))
    g_assert_cmpstr (self->error->message, ==, message);
  else if (is_output_failed (self))
    g_assert_true (g_str_has_suffix (self->error->message, injected->message));
}

static void
check_aborted (PtpFaultRun *self)
{
  g_autofree char *message
    = g_strdup_printf ("Closing the output stream was cancelled: %" G_GUINT64_FORMAT
                       " bytes were written, %" G_GUINT64_FORMAT " were dropped",
                       self->n_written, self->spy.accepted->len - self->n_written);

  g_assert_error (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpstr (self->error->message, ==, message);
}

/* Rules E9 and B5: the consumer's number is that of the stream, and what became of the stream is
 * what closing says.
 */
static void
check_closing (PtpFaultRun *self)
{
  gsize taken = ptp_fault_sink_get_taken (self->sink);
  gboolean aborted = has_acted (self, PTP_FAULT_ABORT);

  g_assert_cmpuint (self->n_closed, ==, 1);
  if (is_output_direct (self))
    g_assert_cmpuint (self->n_written, ==, taken);

  /* Whichever came first. */
  aborted = aborted && (!is_output_failed (self) || is_cancelled (self->error));
  if (aborted)
    check_aborted (self);
  else if (is_output_failed (self) || (is_output_given_up (self) && self->error != NULL))
    check_output_error (self);
  else
    g_assert_no_error (self->error);
  /* Nobody can finish without having got rid of everything. */
  if (self->what->out.fault == PTP_FAULT_ZEROS && is_output_given_up (self))
    g_assert_nonnull (self->error);

  g_assert_cmpuint (self->n_failed, ==, self->error != NULL && !aborted ? 1 : 0);
  if (self->error == NULL)
    {
      g_assert_cmpuint (self->n_written, ==, self->spy.accepted->len);
      g_assert_true (self->sink->n_flushes > 0 || !is_output_direct (self));
      g_assert_cmpuint (taken, ==, self->spy.accepted->len);
    }
}

/* A stream that has failed is left alone. */
static void
check_no_more_calls (PtpFaultRun *self)
{
  const PtpFaultPoint *in = &self->what->in;
  const PtpFaultPoint *out = &self->what->out;
  PtpFaultCall call = self->what->out_way != PTP_FAULT_OUTPUT_THREAD
                          && self->what->out_way != PTP_FAULT_OUTPUT_POLLABLE
                        ? ptp_fault_output_way_get_call (self->what->out_way)
                        : PTP_FAULT_N_CALLS;

  if (in->fault == PTP_FAULT_FAIL && self->what->in_wrap == PTP_FAULT_WRAP_NONE
      && is_input_failed (self))
    g_assert_cmpuint (ptp_fault_plan_get_n_calls (&self->source->plan, in->call), ==, in->n);
  if (out->fault == PTP_FAULT_FAIL && is_output_direct (self) && is_output_failed (self)
      && out->call == call)
    g_assert_cmpuint (ptp_fault_plan_get_n_calls (&self->sink->plan, call), ==, out->n);
}

/* Streams are closed when they should be, once. A file that did not get all that it should must not
 * look complete, so it is closed in a way that says so.
 */
static void
check_closes (PtpFaultRun *self)
{
  gboolean keep_open = self->what->keep_open;
  gboolean lost_before = self->error != NULL && self->what->out.call != PTP_FAULT_CALL_CLOSE
                         && self->what->out.call != PTP_FAULT_CALL_FLUSH;

  if (!self->what->from_bytes)
    g_assert_cmpuint (ptp_fault_source_get_n_closes (self->source), ==, keep_open ? 0 : 1);

  g_assert_cmpuint (self->sink->n_closes, ==, keep_open || self->dropped ? 0 : 1);
  if (self->error == NULL || keep_open)
    g_assert_cmpuint (self->sink->n_worthless_closes, ==, 0);
  else if (is_output_direct (self) && lost_before)
    g_assert_cmpuint (self->sink->n_worthless_closes, ==, 1);
}

void
ptp_fault_run_check_all (PtpFaultRun *self)
{
  check_signal (self);
  check_told (self);
  g_assert_cmpuint (self->spy.n_unregister, ==, 1);
  check_content (self);
  if (!self->dropped)
    check_closing (self);
  check_no_more_calls (self);
  check_closes (self);
}
