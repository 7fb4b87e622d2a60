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
  g_autoptr (GByteArray) with_trailer = g_byte_array_new ();

  g_byte_array_append (with_trailer, accepted->data, accepted->len);
  if (self->what->out_wrap == PTP_FAULT_WRAP_TRAILER)
    g_byte_array_append (with_trailer, (const guint8 *) PTP_FAULT_TRAILER, PTP_FAULT_TRAILER_SIZE);
  assert_prefix (accepted->data, accepted->len, content,
                 self->what->from_bytes ? size : self->source->given);
  g_mutex_lock (&self->sink->plan.mutex);
  assert_prefix (self->sink->taken->data, self->sink->taken->len, with_trailer->data,
                 with_trailer->len);
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

/* A pipe, a device and a peer keep what they have. */
static gboolean
can_output_undo (PtpFaultRun *self)
{
  return self->what->out_way == PTP_FAULT_OUTPUT_ASYNC
         || self->what->out_way == PTP_FAULT_OUTPUT_THREAD
         || self->what->out_way == PTP_FAULT_OUTPUT_THREAD_VECTORED;
}

static void
assert_same_error (const GError *error, const GError *expected)
{
  g_assert_error (error, expected->domain, expected->code);
  g_assert_cmpstr (error->message, ==, expected->message);
}

/* The three ends */

static void
check_finished (PtpFaultRun *self)
{
  g_assert_cmpuint (self->ends->n_finished, ==, self->ends->n_ends);
  if (has_acted (self, PTP_FAULT_HAVE_ENOUGH) && self->spy.n_finish == 0)
    return;

  g_assert_true (self->spy.exhausted);
  g_assert_true (self->what->from_bytes || self->source->ended);
  g_assert_cmpuint (self->spy.accepted->len, ==,
                    self->what->from_bytes ? g_bytes_get_size (self->content)
                                           : self->source->given);
  g_assert_cmpint (self->settlement, ==, PTP_SETTLEMENT_FINISHED);
}

static void
check_stopped (PtpFaultRun *self)
{
  g_assert_cmpuint (self->ends->n_stopped, ==, self->ends->n_ends);
  g_assert_error (self->wait.error, PTP_ERROR, PTP_ERROR_STOPPED);
  g_assert_true (has_acted (self, PTP_FAULT_STOP) || has_acted (self, PTP_FAULT_STOP_STREAMING)
                 || has_acted (self, PTP_FAULT_DISPOSE));
}

/* What one has whom nobody told why. */
static gboolean
is_of_foreign_abort (const GError *error)
{
  return g_error_matches (error, PTP_ERROR, PTP_ERROR_CLOSED)
         || g_error_matches (error, PTP_ERROR, PTP_ERROR_FAILED);
}

/* Rules E1, E5, E6 and E11: the error is that of what went wrong, word for word. */
static void
check_failed (PtpFaultRun *self)
{
  const GError *error = self->wait.error;
  g_autoptr (GError) broken = ptp_fault_run_new_break_error ();

  g_assert_cmpuint (self->ends->n_failed, ==, self->ends->n_ends);
  if (has_acted (self, PTP_FAULT_CANCEL) && is_cancelled (error))
    return;
  if (has_acted (self, PTP_FAULT_BREAK) && g_error_matches (error, broken->domain, broken->code))
    {
      assert_same_error (error, broken);
      return;
    }
  if (has_acted (self, PTP_FAULT_ABORT) && is_of_foreign_abort (error))
    return;

  if (is_input_failed (self) && g_error_matches (error, G_IO_ERROR, self->source->plan.error->code))
    {
      assert_same_error (error, self->source->plan.error);
      return;
    }

  g_assert_true (is_output_failed (self) || is_output_given_up (self));
  g_assert_nonnull (self->consumer_error);
  assert_same_error (error, self->consumer_error);
}

static gboolean
is_broken_off (PtpFaultRun *self)
{
  return g_atomic_int_get (&self->acted) && self->what->action != PTP_FAULT_RELEASE
         && self->what->action != PTP_FAULT_DROP && self->what->action != PTP_FAULT_HAVE_ENOUGH;
}

/* Without anybody's doing the end follows from what the streams said; and nobody who broke it off
 * before its end hears that it is finished.
 */
static void
check_expected_end (PtpFaultRun *self)
{
  gboolean failed = is_output_failed (self) || self->consumer_error != NULL
                    || (self->what->in.call != PTP_FAULT_CALL_CLOSE && is_input_failed (self));

  if (is_broken_off (self))
    g_assert_true (self->state != PTP_STREAM_STATE_FINISHED || self->acted_on_ending
                   || !self->acted_on_context);
  else if (!g_atomic_int_get (&self->acted) || self->what->action == PTP_FAULT_DROP)
    g_assert_cmpint (self->state, ==, failed ? PTP_STREAM_STATE_FAILED : PTP_STREAM_STATE_FINISHED);
}

/* What was told */

/* The source broke while nobody asked it, which was the end of the stream: rule E12. */
static gboolean
is_broken (PtpFaultRun *self)
{
  return self->n_broken > 0 && self->state == PTP_STREAM_STATE_FAILED
         && g_error_matches (self->wait.error, G_IO_ERROR, self->source->plan.error->code);
}

/* Rules L7 and E11: the reason is the end of the stream. */
static void
check_reason (PtpFaultRun *self, const GError *reason)
{
  g_assert_nonnull (reason);
  if (self->state == PTP_STREAM_STATE_FAILED)
    assert_same_error (reason, self->wait.error);
  else
    g_assert_error (reason, PTP_ERROR, PTP_ERROR_STOPPED);
}

/* Rule L17 */
static void
check_consumer_told (PtpFaultRun *self)
{
  PtpFaultSpy *spy = &self->spy;

  g_assert_cmpuint (spy->n_finish, <=, 1);
  g_assert_cmpuint (spy->n_abort, <=, 1);
  g_assert_cmpuint (spy->n_told_too_late, ==, 0);
  g_assert_true (spy->n_told_too_early == 0 || has_acted (self, PTP_FAULT_ABORT)
                 || is_broken (self));
  g_assert_cmpuint (spy->n_late_writes, ==, 0);
  g_assert_true (spy->n_finish + spy->n_abort > 0 || has_acted (self, PTP_FAULT_HAVE_ENOUGH));

  /* Whoever aborted it by hand gave a reason of his own, and what was finishing may be done. */
  if (spy->n_abort > 0 && self->state != PTP_STREAM_STATE_FINISHED
      && !has_acted (self, PTP_FAULT_ABORT))
    check_reason (self, spy->abort_reason);
}

/* Each end of the stream is told what there is to tell, once: rules L7, L9 and E1. */
static void
check_told (PtpFaultRun *self)
{
  PtpFaultSpy *spy = &self->spy;

  g_assert_cmpuint (spy->n_too_late, ==, 0);
  g_assert_cmpuint (spy->n_cancel, ==, spy->answered || is_broken (self) ? 0 : 1);
  if (spy->n_cancel > 0)
    check_reason (self, spy->cancel_reason);

  g_assert_cmpuint (spy->n_register, ==, 1);
  g_assert_cmpuint (spy->n_unregister, ==, 1);
  check_consumer_told (self);
  if (self->ends->error != NULL)
    assert_same_error (self->ends->error, self->wait.error);
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

static gboolean
was_told (PtpFaultRun *self)
{
  return self->spy.n_finish + self->spy.n_abort > 0;
}

/* "Writing to the output stream after 12 bytes: the injected error" */
static void
check_output_error (PtpFaultRun *self)
{
  const GError *error = self->consumer_error;
  const GError *injected = self->sink->plan.error;
  gboolean ending
    = self->what->out.call == PTP_FAULT_CALL_FLUSH || self->what->out.call == PTP_FAULT_CALL_CLOSE;
  g_autofree char *message
    = g_strdup_printf ("%s the output stream after %" G_GUINT64_FORMAT " bytes: %s",
                       ending ? "Finishing" : "Writing to", self->n_written, injected->message);

  if (self->what->out.fault == PTP_FAULT_ZEROS)
    g_assert_error (error, PTP_ERROR, PTP_ERROR_FAILED);
  else
    g_assert_error (error, G_IO_ERROR, injected->code);
  if (is_output_failed (self) && is_output_direct (self))
    g_assert_cmpstr (error->message, ==, message);
  else if (is_output_failed (self))
    g_assert_true (g_str_has_suffix (error->message, injected->message));
}

/* Rule B5: what cannot be taken back is written, and what can be is left as it is. */
static void
check_aborted (PtpFaultRun *self)
{
  gboolean cancelled = is_cancelled (self->spy.abort_reason);
  gsize taken = ptp_fault_sink_get_taken (self->sink);

  /* Rule E10: there is no trailer. */
  g_assert_cmpuint (taken, <=, self->spy.accepted->len);

  if (can_output_undo (self) || cancelled)
    {
      /* The thread of one asynchronous write may make several. */
      if (!is_output_in_thread (self))
        g_assert_cmpuint (ptp_fault_plan_get_n_writes (&self->sink->plan), ==,
                          self->spy.n_writes_at_abort);
    }
  else if (self->consumer_error == NULL)
    {
      g_assert_cmpuint (self->n_written, ==, self->spy.accepted->len);
      g_assert_cmpuint (taken, ==, self->spy.accepted->len);
    }
}

/* It is the last thing that is written when the stream is closed. */
static gsize
get_trailer_size (PtpFaultRun *self)
{
  return self->what->out_wrap == PTP_FAULT_WRAP_TRAILER && !self->what->keep_open
           ? PTP_FAULT_TRAILER_SIZE
           : 0;
}

static void
check_whole (PtpFaultRun *self)
{
  g_assert_null (self->consumer_error);
  g_assert_cmpuint (self->spy.n_finish, ==, 1);
  g_assert_cmpuint (self->n_written, ==, self->spy.accepted->len);
  g_assert_cmpuint (ptp_fault_sink_get_taken (self->sink), ==,
                    self->spy.accepted->len + get_trailer_size (self));
  g_assert_true (self->sink->n_flushes > 0 || !is_output_direct (self));
}

/* Rules E9, L19 and B5: the consumer's number is that of the stream, and what became of the stream
 * is what it settles.
 */
static void
check_settlement (PtpFaultRun *self)
{
  gboolean whole = self->settlement == PTP_SETTLEMENT_FINISHED;

  g_assert_cmpuint (self->n_settled, ==, was_told (self) ? 1 : 0);
  if (!was_told (self))
    return;

  g_assert_cmpuint (self->n_ends_at_settlement, ==, 0);
  g_assert_true (whole == (self->state == PTP_STREAM_STATE_FINISHED));
  if (is_output_direct (self))
    g_assert_cmpuint (self->n_written, ==, ptp_fault_sink_get_taken (self->sink));

  if (whole)
    check_whole (self);
  else if (self->settlement == PTP_SETTLEMENT_ABORTED)
    check_aborted (self);
  else
    assert_same_error (self->settle_error, self->consumer_error);

  g_assert_cmpuint (self->n_failed, ==, self->consumer_error != NULL ? 1 : 0);
  if (self->consumer_error != NULL)
    check_output_error (self);
  else
    g_assert_false (is_output_failed (self) && self->spy.n_abort == 0);
  /* Nobody can finish without having got rid of everything. */
  if (self->what->out.fault == PTP_FAULT_ZEROS && is_output_given_up (self))
    g_assert_nonnull (self->consumer_error);
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

/* Streams are closed when they should be, once. What did not get all that it should must not look
 * whole, so it is closed in a way that says so: rule E10.
 */
static void
check_closes (PtpFaultRun *self)
{
  PtpFaultSink *sink = self->sink;
  gboolean keep_open = self->what->keep_open;
  gboolean whole = self->settlement == PTP_SETTLEMENT_FINISHED;
  gboolean close_failed = self->what->out.call == PTP_FAULT_CALL_CLOSE && is_output_failed (self);
  /* GIO flushes before it closes, and if that flush fails it closes all the same. */
  gboolean flush_failed = self->what->out.call == PTP_FAULT_CALL_FLUSH && is_output_failed (self)
                          && sink->n_flushes > 0;

  if (!self->what->from_bytes)
    g_assert_cmpuint (ptp_fault_source_get_n_closes (self->source), ==, keep_open ? 0 : 1);

  g_assert_cmpuint (sink->n_closes, ==, keep_open || !was_told (self) ? 0 : 1);
  if (!flush_failed)
    g_assert_cmpuint (sink->n_whole_closes, ==, whole ? sink->n_closes : 0);
  if (!close_failed && !flush_failed)
    g_assert_cmpuint (sink->n_worthless_closes, ==, whole ? 0 : sink->n_closes);
}

void
ptp_fault_run_check_all (PtpFaultRun *self)
{
  check_signal (self);
  check_told (self);
  check_content (self);
  check_settlement (self);
  check_no_more_calls (self);
  check_closes (self);
}

/* GIO closes what its owner keeps open, and the consumer what nobody has ended: rules E10 and T4.
 */
void
ptp_fault_run_check_dropped (PtpFaultRun *self)
{
  g_assert_cmpuint (self->sink->n_closes, ==, 1);
  if (!was_told (self) && !self->what->keep_open)
    {
      g_assert_cmpuint (self->sink->n_worthless_closes, ==, 1);
      g_assert_cmpuint (self->sink->n_whole_closes, ==, 0);
    }
}
