/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-debug-private.h"

#include "ptp-cooperator-private.h"

/* Whoever sets PTP_DEBUG wants to see something, so that these are messages, which GLib shows by
 * itself, and not debug lines, which G_MESSAGES_DEBUG has to ask for.
 */

static const GDebugKey keys[] = {
  { "states", PTP_DEBUG_STATES },
  { "steps", PTP_DEBUG_STEPS },
  { "stalls", PTP_DEBUG_STALLS },
};

guint ptp_debug_flags;

/* (owned) (nullable) (element-type utf8): does not change after ptp_debug_init() */
static GPtrArray *complaints;
static int complaints_told; /* atomic */

static gboolean
is_known (const char *word)
{
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_ascii_strcasecmp (word, keys[i].key) == 0)
      return TRUE;

  return *word == '\0' || g_ascii_strcasecmp (word, "all") == 0
         || g_ascii_strcasecmp (word, "help") == 0;
}

/* GLib ignores a word that it does not know, and whoever misspelt one waits in vain. */
static void
complain_about_unknown (const char *asked)
{
  g_auto (GStrv) words = g_strsplit_set (asked, ":;, \t", -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (!is_known (words[i]))
      ptp_debug_complain (g_strdup_printf (
        "PTP_DEBUG: nothing is called “%s”; there are states, steps, stalls, all and help",
        words[i]));
}

void
ptp_debug_complain (char *line)
{
  if (complaints == NULL)
    complaints = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (complaints, line);
}

void
ptp_debug_tell_complaints (void)
{
  if (complaints == NULL || !g_atomic_int_compare_and_exchange (&complaints_told, FALSE, TRUE))
    return;

  for (guint i = 0; i < complaints->len; i++)
    g_message ("%s", (const char *) g_ptr_array_index (complaints, i));
}

void
ptp_debug_init (void)
{
  static gsize once;
  const char *asked;

  if (!g_once_init_enter (&once))
    return;

  asked = g_getenv ("PTP_DEBUG");
  if (asked != NULL)
    {
      ptp_debug_flags = g_parse_debug_string (asked, keys, G_N_ELEMENTS (keys));
      complain_about_unknown (asked);
    }
  if (ptp_debug_wants (PTP_DEBUG_STALLS))
    ptp_debug_watch_init ();

  g_once_init_leave (&once, 1);
}

char *
ptp_debug_name (PtpRunnable *self)
{
  g_autofree char *what = ptp_runnable_get_vtable (self)->describe (self);

  return g_strdup_printf ("%s (%p)", what, (void *) self);
}

char *
ptp_debug_join_holders (PtpRunnable *self)
{
  g_auto (GStrv) holders = ptp_runnable_dup_holders (self);

  return g_strjoinv (", ", holders);
}

/* The end of the sentence that a name begins. */
static char *
say_state (PtpRunnable *self, PtpStreamState state)
{
  const GError *error;
  g_autofree char *holders = NULL;

  switch (state)
    {
    case PTP_STREAM_STATE_IDLE:
      return g_strdup ("has not started");
    case PTP_STREAM_STATE_STREAMING:
      return g_strdup ("runs");
    case PTP_STREAM_STATE_PAUSED:
      holders = ptp_debug_join_holders (self);
      return g_strconcat ("is paused by ", holders, NULL);
    case PTP_STREAM_STATE_WAITING:
      return g_strdup ("waits for ready");
    case PTP_STREAM_STATE_ENDING:
      return g_strdup ("is ending");
    case PTP_STREAM_STATE_FINISHED:
      return g_strdup ("finished");
    case PTP_STREAM_STATE_STOPPED:
      return g_strdup ("was stopped");
    case PTP_STREAM_STATE_FAILED:
    default:
      error = ptp_runnable_peek_reason (self);
      return g_strconcat ("failed: ", error != NULL ? error->message : "for no reason", NULL);
    }
}

void
ptp_debug_tell_state (PtpRunnable *self, PtpStreamState state)
{
  g_autofree char *name = ptp_debug_name (self);
  g_autofree char *says = say_state (self, state);

  g_message ("%s %s; steps so far: %" G_GUINT64_FORMAT, name, says, self->n_steps);
}

/* One step, since those that take as long are not run in blocks. */
void
ptp_debug_tell_long_step (PtpRunnable *self, gint64 used)
{
  g_autofree char *name = ptp_debug_name (self);

  g_message ("%s kept the main loop for %" G_GINT64_FORMAT
             " µs in one go; its slice has %" G_GINT64_FORMAT " µs",
             name, used, self->cooperator->slice);
}
