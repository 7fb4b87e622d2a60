/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Each check of the kit finds the object that breaks its rule, and none of the others' fault in one
 * that keeps all of them.
 */

#include "ptp-broken.h"

#include <string.h>

/* How long a check waits for what these objects never do, in milliseconds. */
#define PATIENCE 60

/* Further ways to break a rule; every check has one of its own name. */
static const struct
{
  PtpTestingKind kind;
  const char *sin;
} more[] = {
  { PTP_TESTING_KIND_PULL_PRODUCER, "E2/result-and-error:number" },
  { PTP_TESTING_KIND_PULL_PRODUCER, "E2/result-and-error:both" },
  { PTP_TESTING_KIND_PULL_PRODUCER, "E2/result-and-error:write" },
  { PTP_TESTING_KIND_PULL_PRODUCER, "L13/everything-arrives:junk" },
  { PTP_TESTING_KIND_PULL_PRODUCER, "R6/nested-loop:writes" },
  { PTP_TESTING_KIND_PULL_PRODUCER, "L15/released:cancel" },
  { PTP_TESTING_KIND_PULL_PRODUCER, "E5/write-fails:own-error" },
  { PTP_TESTING_KIND_PULL_PRODUCER, "E5/write-fails:again" },
  { PTP_TESTING_KIND_PULL_PRODUCER, "E1/fails:otherwise" },
  { PTP_TESTING_KIND_PULL_PRODUCER, "L7/closes:cancel" },
  { PTP_TESTING_KIND_PULL_PRODUCER, "L7/ends-once:cancel" },
  { PTP_TESTING_KIND_PULL_PRODUCER, "E12/breaks:mutely" },
  { PTP_TESTING_KIND_PULL_PRODUCER, "E12/breaks:twice" },
  { PTP_TESTING_KIND_PULL_PRODUCER, "T4/dropped-elsewhere:held" },
  { PTP_TESTING_KIND_PUSH_PRODUCER, "L13/everything-arrives:fails" },
  { PTP_TESTING_KIND_PUSH_PRODUCER, "L13/everything-arrives:registers" },
  { PTP_TESTING_KIND_PUSH_PRODUCER, "L2/stopped-before-start:registers" },
  { PTP_TESTING_KIND_PUSH_PRODUCER, "E1/fails:stays" },
  { PTP_TESTING_KIND_PUSH_PRODUCER, "E1/fails:untold" },
  { PTP_TESTING_KIND_PUSH_PRODUCER, "E5/write-fails:own-error" },
  { PTP_TESTING_KIND_PUSH_PRODUCER, "L17/finishes:aborts" },
  { PTP_TESTING_KIND_PUSH_PRODUCER, "L17/aborts:finishes" },
  { PTP_TESTING_KIND_PUSH_PRODUCER, "L17/end-fails:at-once" },
  { PTP_TESTING_KIND_PUSH_PRODUCER, "L19/waits:never" },
  { PTP_TESTING_KIND_CONSUMER, "E2/result-and-error:both" },
  { PTP_TESTING_KIND_CONSUMER, "E2/result-and-error:register" },
  { PTP_TESTING_KIND_CONSUMER, "L9/unregister-twice:told" },
  { PTP_TESTING_KIND_CONSUMER, "L10/second-registration:error" },
  { PTP_TESTING_KIND_CONSUMER, "L10/second-registration:stops" },
  { PTP_TESTING_KIND_CONSUMER, "L11/closed:error" },
  { PTP_TESTING_KIND_CONSUMER, "L11/closed:pull" },
  { PTP_TESTING_KIND_CONSUMER, "L11/closed:stops" },
  { PTP_TESTING_KIND_CONSUMER, "L11/closed:write" },
  { PTP_TESTING_KIND_CONSUMER, "L14/empty-write:error" },
  { PTP_TESTING_KIND_CONSUMER, "B2/limit:error" },
  { PTP_TESTING_KIND_CONSUMER, "E2/result-and-error:finish" },
  { PTP_TESTING_KIND_CONSUMER, "E2/result-and-error:number" },
  { PTP_TESTING_KIND_CONSUMER, "E2/result-and-error:abort" },
  { PTP_TESTING_KIND_CONSUMER, "L17/finishes:fails" },
  { PTP_TESTING_KIND_CONSUMER, "L17/finishes:undoes" },
  { PTP_TESTING_KIND_CONSUMER, "L17/aborts:full" },
  { PTP_TESTING_KIND_CONSUMER, "L17/aborts-while-finishing:lies" },
  { PTP_TESTING_KIND_CONSUMER, "L20/enough:stops" },
  { PTP_TESTING_KIND_CONSUMER, "E1/producer-fails:lets-go" },
  { PTP_TESTING_KIND_CONSUMER, "E11/breaks:mutely" },
  { PTP_TESTING_KIND_CONSUMER, "E11/breaks:twice" },
  { PTP_TESTING_KIND_CONSUMER, "E11/breaks:lets-go" },
  { PTP_TESTING_KIND_CONSUMER, "T4/dropped-anytime:settles" },
  { PTP_TESTING_KIND_CONSUMER, "B3/every-byte:order" },
  { PTP_TESTING_KIND_CONSUMER, "R2/leads-on:fails" },
  { PTP_TESTING_KIND_CONSUMER, "R2/leads-on:lets-go" },
  { PTP_TESTING_KIND_CONSUMER, "R2/leads-on:stops" },
  { PTP_TESTING_KIND_CONSUMER, "T4/dropped-anytime:held" },
  { PTP_TESTING_KIND_CONSUMER, "T4/dropped-elsewhere:held" },
};

typedef struct
{
  PtpTestingKind kind;
  char *sin;
} Case;

static void
free_case (gpointer data)
{
  Case *a_case = data;

  g_free (a_case->sin);
  g_free (a_case);
}

static GObject *
make (PtpConsumer *consumer, gpointer user_data)
{
  Case *a_case = user_data;

  switch (a_case->kind)
    {
    case PTP_TESTING_KIND_PUSH_PRODUCER:
      return ptp_broken_push_new (a_case->sin, consumer);
    case PTP_TESTING_KIND_CONSUMER:
      return ptp_broken_consumer_new (a_case->sin);
    case PTP_TESTING_KIND_PULL_PRODUCER:
    default:
      return ptp_broken_pull_new (a_case->sin);
    }
}

static void
add_hooks (PtpTestingSuite *suite, PtpTestingKind kind)
{
  if (kind == PTP_TESTING_KIND_PULL_PRODUCER)
    {
      ptp_testing_suite_set_hook (suite, PTP_TESTING_HOOK_BREAK, ptp_broken_pull_break, NULL, NULL);
      ptp_testing_suite_set_probe (suite, ptp_broken_pull_probe, NULL, NULL);
    }
  if (kind == PTP_TESTING_KIND_PUSH_PRODUCER)
    {
      ptp_testing_suite_set_hook (suite, PTP_TESTING_HOOK_START, ptp_broken_push_start, NULL, NULL);
      ptp_testing_suite_set_hook (suite, PTP_TESTING_HOOK_FAIL, ptp_broken_push_fail, NULL, NULL);
    }
  if (kind == PTP_TESTING_KIND_CONSUMER)
    {
      ptp_testing_suite_set_limit (suite, PTP_BROKEN_LIMIT);
      ptp_testing_suite_set_undoes (suite, TRUE);
      ptp_testing_suite_set_reader (suite, ptp_broken_consumer_read, NULL, NULL);
      ptp_testing_suite_set_hook (suite, PTP_TESTING_HOOK_CLOSE, ptp_broken_consumer_close, NULL,
                                  NULL);
      ptp_testing_suite_set_hook (suite, PTP_TESTING_HOOK_FAIL, ptp_broken_consumer_fail, NULL,
                                  NULL);
      ptp_testing_suite_set_hook (suite, PTP_TESTING_HOOK_ENOUGH, ptp_broken_consumer_have_enough,
                                  NULL, NULL);
    }
}

static PtpTestingSuite *
create_suite (Case *a_case)
{
  PtpTestingSuite *suite = ptp_testing_suite_new (a_case->kind, "broken", make, a_case, NULL);
  g_autoptr (GBytes) content = g_bytes_new_static (PTP_BROKEN_CONTENT, strlen (PTP_BROKEN_CONTENT));
  g_autoptr (GBytes) nothing = g_bytes_new_static (NULL, 0);
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "wanted");

  ptp_testing_suite_set_patience (suite, PATIENCE);
  ptp_testing_suite_set_max_steps (suite, 500);
  ptp_testing_suite_set_any_thread (suite, TRUE);
  ptp_testing_suite_set_expected (suite, content);
  if (g_str_has_prefix (a_case->sin, "L12/"))
    ptp_testing_suite_set_expected (suite, nothing);
  if (g_str_equal (a_case->sin, "S1/short-steps") || g_str_equal (a_case->sin, "S1/short-writes"))
    ptp_testing_suite_set_longest_step (suite, 1000);
  if (a_case->kind == PTP_TESTING_KIND_PULL_PRODUCER && g_str_has_prefix (a_case->sin, "E1/fails"))
    ptp_testing_suite_set_expected_error (suite, error);
  add_hooks (suite, a_case->kind);

  return suite;
}

static void
test_sin (gconstpointer user_data)
{
  Case a_case = *(const Case *) user_data;
  g_autoptr (PtpTestingSuite) suite = create_suite (&a_case);
  g_autofree char *check = g_strndup (a_case.sin, strcspn (a_case.sin, ":"));
  g_autofree char *rule = g_strndup (check, strcspn (check, "/"));
  g_autoptr (PtpTestingResult) result = ptp_testing_suite_run_check (suite, check);
  g_autofree char *text = ptp_testing_result_to_string (result);

  g_test_message ("%s", text);
  g_assert_cmpint (ptp_testing_result_get_status (result), ==, PTP_TESTING_STATUS_FAILED);
  g_assert_cmpstr (ptp_testing_result_get_rule (result), ==, rule);
  g_assert_nonnull (ptp_testing_result_get_seen (result));
  g_assert_cmpuint (strlen (ptp_testing_result_get_advice (result)), >, 10);
  ptp_broken_free_leaked ();
}

/* Without its sin the object passes the very check that saw it, so that it was the sin. */
static void
test_innocent (gconstpointer user_data)
{
  Case a_case = *(const Case *) user_data;
  g_autoptr (PtpTestingSuite) suite = NULL;
  g_autoptr (PtpTestingResult) result = NULL;
  g_autofree char *text = NULL;
  char *sin = a_case.sin;

  /* The hints are those of the sin. */
  suite = create_suite (&a_case);
  ptp_testing_suite_set_patience (suite, 30000);
  ptp_testing_suite_set_longest_step (suite, 60 * G_USEC_PER_SEC);
  a_case.sin = g_str_has_prefix (sin, "L12/") ? (char *) "L12/" : (char *) "";
  if (a_case.kind == PTP_TESTING_KIND_PULL_PRODUCER && g_str_equal (sin, "E1/fails"))
    a_case.sin = (char *) "E1/fails:as-told";
  result = ptp_testing_suite_run_check (suite, sin);
  text = ptp_testing_result_to_string (result);
  g_test_message ("%s", text);
  g_assert_cmpint (ptp_testing_result_get_status (result), ==, PTP_TESTING_STATUS_PASSED);
}

/* Whoever uses the kit gives it all of its checks at once, whatever is wrong with the object. */
static void
test_whole (gconstpointer user_data)
{
  Case a_case = *(const Case *) user_data;
  g_autoptr (PtpTestingSuite) suite = create_suite (&a_case);
  g_autofree char *check = g_strndup (a_case.sin, strcspn (a_case.sin, ":"));
  GPtrArray *results;
  gboolean found = FALSE;

  ptp_testing_suite_set_patience (suite, PATIENCE / 3);
  ptp_testing_suite_set_linger (suite, 1);
  results = ptp_testing_suite_run (suite);
  for (guint i = 0; i < results->len; i++)
    {
      PtpTestingResult *result = g_ptr_array_index (results, i);
      gboolean passed = ptp_testing_result_get_status (result) == PTP_TESTING_STATUS_PASSED;

      g_assert_true ((ptp_testing_result_get_seen (result) == NULL) == passed);
      found |= ptp_testing_result_get_status (result) == PTP_TESTING_STATUS_FAILED
               && g_str_equal (ptp_testing_result_get_name (result), check);
    }
  g_assert_true (found);
  ptp_broken_free_leaked ();
}

static void
add_case (PtpTestingKind kind, const char *sin, GTestDataFunc func, const char *group)
{
  const char *const kinds[] = { "pull", "push", "consumer" };
  g_autofree char *path = g_strdup_printf ("/%s/%s/rules/%s", group, kinds[kind], sin);
  Case *a_case = g_new0 (Case, 1);

  a_case->kind = kind;
  a_case->sin = g_strdup (sin);
  g_test_add_data_func_full (path, a_case, func, free_case);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions ();

  for (guint kind = PTP_TESTING_KIND_PULL_PRODUCER; kind <= PTP_TESTING_KIND_CONSUMER; kind++)
    {
      g_auto (GStrv) checks = ptp_testing_suite_list_checks (kind);

      g_assert_cmpuint (g_strv_length (checks), >=, 15);
      for (gsize i = 0; checks[i] != NULL; i++)
        {
          add_case (kind, checks[i], test_sin, "broken");
          add_case (kind, checks[i], test_whole, "whole");
          add_case (kind, checks[i], test_innocent, "innocent");
        }
    }
  for (gsize i = 0; i < G_N_ELEMENTS (more); i++)
    {
      add_case (more[i].kind, more[i].sin, test_sin, "broken");
      add_case (more[i].kind, more[i].sin, test_whole, "whole");
    }

  return g_test_run ();
}
