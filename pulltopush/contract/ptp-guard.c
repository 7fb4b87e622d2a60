/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-guard-private.h"

#include "ptp-error.h"

/* Language bindings reach C with a zero and no error when they threw something of their own. */
static void
set_silent_failure (gpointer instance, const char *vfunc, GError **error)
{
  g_set_error (error, PTP_ERROR, PTP_ERROR_FAILED,
               "%s failed in %s() without setting an error; in a language binding this means an "
               "exception of another kind, or no result",
               G_OBJECT_TYPE_NAME (instance), vfunc);
}

/* Always returns false, so that it can end an expression. */
gboolean
ptp_guard_missing (gpointer instance, const char *vfunc, GError **error)
{
  g_autoptr (GError) local = NULL;

  g_set_error (&local, PTP_ERROR, PTP_ERROR_NOT_IMPLEMENTED, "%s does not implement %s()",
               G_OBJECT_TYPE_NAME (instance), vfunc);
  g_debug ("%s", local->message);
  if (error != NULL)
    g_propagate_error (error, g_steal_pointer (&local));

  return FALSE;
}

gboolean
ptp_guard_disagreed_boolean (gpointer instance,
                             const char *vfunc,
                             gboolean result,
                             GError *local,
                             GError **error)
{
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  /* Any non-zero is true in C. */
  if (result)
    return TRUE;

  set_silent_failure (instance, vfunc, error);
  return FALSE;
}

PtpStepResult
ptp_guard_disagreed_step (gpointer instance,
                          const char *vfunc,
                          PtpStepResult result,
                          GError *local,
                          GError **error)
{
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return PTP_STEP_RESULT_FAILED;
    }

  switch (result)
    {
    case PTP_STEP_RESULT_MORE:
    case PTP_STEP_RESULT_FINISHED:
    case PTP_STEP_RESULT_PENDING:
      return result;

    case PTP_STEP_RESULT_FAILED:
      set_silent_failure (instance, vfunc, error);
      return PTP_STEP_RESULT_FAILED;

    default:
      g_set_error (error, PTP_ERROR, PTP_ERROR_FAILED,
                   "%s returned %d from %s(), which is not a step result",
                   G_OBJECT_TYPE_NAME (instance), (int) result, vfunc);
      return PTP_STEP_RESULT_FAILED;
    }
}

PtpEndResult
ptp_guard_end (gpointer instance,
               const char *vfunc,
               PtpEndResult result,
               GError *local,
               GError **error)
{
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return PTP_END_RESULT_FAILED;
    }

  switch (result)
    {
    case PTP_END_RESULT_DONE:
    case PTP_END_RESULT_PENDING:
      return result;

    case PTP_END_RESULT_FAILED:
      set_silent_failure (instance, vfunc, error);
      return PTP_END_RESULT_FAILED;

    default:
      g_set_error (error, PTP_ERROR, PTP_ERROR_FAILED,
                   "%s returned %d from %s(), which is not an end result",
                   G_OBJECT_TYPE_NAME (instance), (int) result, vfunc);
      return PTP_END_RESULT_FAILED;
    }
}
