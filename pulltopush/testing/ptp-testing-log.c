/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-testing-log-private.h"

void
ptp_testing_log_init (PtpTestingLog *self)
{
  g_mutex_init (&self->lock);
  self->events = g_ptr_array_new_with_free_func (g_free);
  self->violations = g_ptr_array_new_with_free_func (g_free);
  self->context = g_main_context_ref_thread_default ();
}

void
ptp_testing_log_clear (PtpTestingLog *self)
{
  g_mutex_clear (&self->lock);
  g_clear_pointer (&self->events, g_ptr_array_unref);
  g_clear_pointer (&self->violations, g_ptr_array_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
}

static void
add (PtpTestingLog *self, GPtrArray *words, char *word)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_add (words, word);
  g_mutex_unlock (&self->lock);
}

void
ptp_testing_log_event (PtpTestingLog *self, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  add (self, self->events, g_strdup_vprintf (format, args));
  va_end (args);
}

void
ptp_testing_log_violation (PtpTestingLog *self, const char *rule, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  add (self, self->violations, g_strconcat (rule, " ", text, NULL));
}

/* A thread that can acquire the context is the one that runs it, or nobody runs it. */
void
ptp_testing_log_check_context (PtpTestingLog *self, const char *what)
{
  if (g_main_context_acquire (self->context))
    g_main_context_release (self->context);
  else
    ptp_testing_log_violation (self, "T1", "%s was called on another thread than the context's",
                               what);
}

static GStrv
dup_words (PtpTestingLog *self, GPtrArray *words)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < words->len; i++)
    g_strv_builder_add (builder, g_ptr_array_index (words, i));
  g_mutex_unlock (&self->lock);

  return g_strv_builder_end (builder);
}

GStrv
ptp_testing_log_dup_events (PtpTestingLog *self)
{
  return dup_words (self, self->events);
}

GStrv
ptp_testing_log_dup_violations (PtpTestingLog *self)
{
  return dup_words (self, self->violations);
}

PtpTestingMoment
ptp_testing_moment_now (gpointer producer)
{
  PtpTestingMoment now = { .source = g_main_current_source () };

  if (now.source != NULL)
    now.time = g_source_get_time (now.source);
  if (PTP_IS_PULL_TO_PUSH (producer))
    now.n_steps = ptp_pull_to_push_get_n_steps (producer);

  return now;
}

gboolean
ptp_testing_moment_is_now (const PtpTestingMoment *self, gpointer producer)
{
  PtpTestingMoment now = ptp_testing_moment_now (producer);

  return now.source != NULL && now.source == self->source && now.time == self->time
         && now.n_steps == self->n_steps;
}
