/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The suite itself: its hints, what it says without them, how it prints, and what becomes of a
 * factory that cannot keep its word.
 */

#include "ptp-broken.h"

#include <string.h>
#include <sys/wait.h>

/* In milliseconds. */
#define PATIENCE 20

/* What makes this program one that runs a suite as its test cases. */
#define AS_GTEST "as-gtest"

static const PtpTestingKind kinds[] = {
  PTP_TESTING_KIND_PULL_PRODUCER,
  PTP_TESTING_KIND_PUSH_PRODUCER,
  PTP_TESTING_KIND_CONSUMER,
};
static const char *const kind_names[] = { "pull", "push", "consumer" };

static GObject *
make_kind (PtpTestingKind kind, const char *sin, PtpConsumer *consumer)
{
  switch (kind)
    {
    case PTP_TESTING_KIND_PUSH_PRODUCER:
      return ptp_broken_push_new (sin, consumer);
    case PTP_TESTING_KIND_CONSUMER:
      return ptp_broken_consumer_new (sin);
    case PTP_TESTING_KIND_PULL_PRODUCER:
    default:
      return ptp_broken_pull_new (sin);
    }
}

static GObject *
make_innocent (PtpConsumer *consumer, gpointer user_data)
{
  return make_kind (*(const PtpTestingKind *) user_data, "", consumer);
}

static void
add_hooks (PtpTestingSuite *suite)
{
  gboolean consumes = ptp_testing_suite_get_kind (suite) == PTP_TESTING_KIND_CONSUMER;

  ptp_testing_suite_set_any_thread (suite, TRUE);
  ptp_testing_suite_set_hook (suite, PTP_TESTING_HOOK_BREAK, ptp_broken_pull_break, NULL, NULL);
  ptp_testing_suite_set_probe (suite, ptp_broken_pull_probe, NULL, NULL);
  ptp_testing_suite_set_hook (suite, PTP_TESTING_HOOK_START,
                              consumes ? NULL : ptp_broken_push_start, NULL, NULL);
  ptp_testing_suite_set_hook (suite, PTP_TESTING_HOOK_FAIL,
                              consumes ? ptp_broken_consumer_fail : ptp_broken_push_fail, NULL,
                              NULL);
  if (!consumes)
    return;

  ptp_testing_suite_set_hook (suite, PTP_TESTING_HOOK_CLOSE, ptp_broken_consumer_close, NULL, NULL);
  ptp_testing_suite_set_hook (suite, PTP_TESTING_HOOK_ENOUGH, ptp_broken_consumer_have_enough, NULL,
                              NULL);
  ptp_testing_suite_set_reader (suite, ptp_broken_consumer_read, NULL, NULL);
  ptp_testing_suite_set_undoes (suite, TRUE);
  ptp_testing_suite_set_limit (suite, PTP_BROKEN_LIMIT);
}

/* Hints */

static void
count_cb (GObject *suite, GParamSpec *pspec, gpointer user_data)
{
  ++*(guint *) user_data;
}

/* A change is told once, and what changes nothing is not told. */
static void
test_hints (void)
{
  PtpTestingSuite *suite = ptp_testing_suite_new (PTP_TESTING_KIND_PUSH_PRODUCER, "hinted",
                                                  make_innocent, (gpointer) &kinds[1], NULL);
  g_autoptr (GBytes) expected = g_bytes_new_static ("abc", 3);
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "Too late");
  guint n_told = 0;

  g_signal_connect (suite, "notify", G_CALLBACK (count_cb), &n_told);
  for (guint i = 0; i < 2; i++)
    {
      ptp_testing_suite_set_expected (suite, expected);
      ptp_testing_suite_set_endless (suite, TRUE);
      ptp_testing_suite_set_any_thread (suite, TRUE);
      ptp_testing_suite_set_undoes (suite, TRUE);
      ptp_testing_suite_set_limit (suite, 4096);
      ptp_testing_suite_set_longest_step (suite, 7);
      ptp_testing_suite_set_max_steps (suite, 8);
      ptp_testing_suite_set_patience (suite, 9);
      ptp_testing_suite_set_linger (suite, 10);
      g_assert_cmpuint (n_told, ==, 9);
    }
  g_assert_true (ptp_testing_suite_get_expected (suite) == expected);
  g_assert_true (ptp_testing_suite_get_endless (suite));
  g_assert_true (ptp_testing_suite_get_any_thread (suite));
  g_assert_true (ptp_testing_suite_get_undoes (suite));
  g_assert_cmpuint (ptp_testing_suite_get_limit (suite), ==, 4096);
  g_assert_cmpuint (ptp_testing_suite_get_longest_step (suite), ==, 7);
  g_assert_cmpuint (ptp_testing_suite_get_max_steps (suite), ==, 8);
  g_assert_cmpuint (ptp_testing_suite_get_patience (suite), ==, 9);
  g_assert_cmpuint (ptp_testing_suite_get_linger (suite), ==, 10);

  /* An error is copied, so that the same one again is another. */
  ptp_testing_suite_set_expected_error (suite, NULL);
  g_assert_cmpuint (n_told, ==, 9);
  ptp_testing_suite_set_expected_error (suite, error);
  g_assert_error (ptp_testing_suite_get_expected_error (suite), G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  ptp_testing_suite_set_expected_error (suite, NULL);
  ptp_testing_suite_set_expected (suite, NULL);
  g_assert_null (ptp_testing_suite_get_expected_error (suite));
  g_assert_null (ptp_testing_suite_get_expected (suite));
  g_assert_cmpuint (n_told, ==, 12);

  g_assert_cmpint (ptp_testing_suite_get_kind (suite), ==, PTP_TESTING_KIND_PUSH_PRODUCER);
  g_assert_cmpstr (ptp_testing_suite_get_name (suite), ==, "hinted");
  g_assert_null (ptp_testing_suite_run_check (suite, "L99/nobodys"));
  g_assert_finalize_object (suite);
}

static const struct
{
  PtpTestingKind kind;
  const char *check;
  const char *hint;
} needs[] = {
  { PTP_TESTING_KIND_PULL_PRODUCER, "L12/empty", "`expected`" },
  { PTP_TESTING_KIND_PULL_PRODUCER, "T4/dropped-elsewhere", "`any-thread`" },
  { PTP_TESTING_KIND_PULL_PRODUCER, "E1/fails", "`expected-error`" },
  { PTP_TESTING_KIND_PULL_PRODUCER, "S1/short-steps", "`longest-step`" },
  { PTP_TESTING_KIND_PUSH_PRODUCER, "E1/fails", "hook FAIL" },
  { PTP_TESTING_KIND_CONSUMER, "L11/closed", "hook CLOSE" },
  { PTP_TESTING_KIND_PULL_PRODUCER, "E12/breaks", "hook BREAK" },
  { PTP_TESTING_KIND_PULL_PRODUCER, "L7/closes", "probe" },
  { PTP_TESTING_KIND_CONSUMER, "L18/never-finished", "hook FAIL" },
  { PTP_TESTING_KIND_CONSUMER, "L20/enough", "hook ENOUGH" },
  { PTP_TESTING_KIND_CONSUMER, "E10/undoes", "`undoes`" },
  { PTP_TESTING_KIND_CONSUMER, "E11/breaks", "hook FAIL" },
  { PTP_TESTING_KIND_CONSUMER, "B5/drains", "reader" },
  { PTP_TESTING_KIND_CONSUMER, "B2/limit", "`limit`" },
  { PTP_TESTING_KIND_CONSUMER, "B3/every-byte", "reader" },
  { PTP_TESTING_KIND_CONSUMER, "T4/dropped-elsewhere", "`any-thread`" },
  { PTP_TESTING_KIND_CONSUMER, "S1/short-writes", "`longest-step`" },
};

/* Without any hint, those checks that need one are skipped and say which; the others pass. */
static void
test_no_hints (gconstpointer user_data)
{
  PtpTestingKind kind = *(const PtpTestingKind *) user_data;
  g_autoptr (PtpTestingSuite) suite
    = ptp_testing_suite_new (kind, "unhinted", make_innocent, &kind, NULL);
  GPtrArray *results;

  if (kind == PTP_TESTING_KIND_PUSH_PRODUCER)
    ptp_testing_suite_set_hook (suite, PTP_TESTING_HOOK_START, ptp_broken_push_start, NULL, NULL);
  results = ptp_testing_suite_run (suite);
  for (guint i = 0; i < results->len; i++)
    {
      PtpTestingResult *result = g_ptr_array_index (results, i);
      const char *hint = NULL;

      for (gsize n = 0; n < G_N_ELEMENTS (needs); n++)
        if (needs[n].kind == kind
            && g_str_equal (needs[n].check, ptp_testing_result_get_name (result)))
          hint = needs[n].hint;

      g_test_message ("%s: %s", ptp_testing_result_get_name (result),
                      ptp_testing_result_get_seen (result));
      if (hint == NULL)
        {
          g_assert_cmpint (ptp_testing_result_get_status (result), ==, PTP_TESTING_STATUS_PASSED);
          continue;
        }

      g_assert_cmpint (ptp_testing_result_get_status (result), ==, PTP_TESTING_STATUS_SKIPPED);
      g_assert_nonnull (strstr (ptp_testing_result_get_seen (result), hint));
    }
}

/* What never ends by itself is seen to go on well, and what never writes has no write to fail. */
typedef struct
{
  PtpTestingKind kind;
  const char *mode;
  const char *content;
  const char *const *skipped;
} Mode;

static const char *const skipped_endless_pull[]
  = { "L12/empty", "L8/quiet-after-end", "E1/fails", "S1/short-steps", NULL };
static const char *const skipped_endless_push[]
  = { "L17/finishes", "L17/stopped-while-finishing", NULL };
static const char *const skipped_silent_push[]
  = { "R3/stopped-inside-write", "R4/unregistered-inside-write", "E5/write-fails", NULL };
static const Mode modes[] = {
  { PTP_TESTING_KIND_PULL_PRODUCER, PTP_BROKEN_ENDLESS, PTP_BROKEN_CONTENT, skipped_endless_pull },
  { PTP_TESTING_KIND_PUSH_PRODUCER, PTP_BROKEN_ENDLESS, PTP_BROKEN_CONTENT, skipped_endless_push },
  { PTP_TESTING_KIND_PUSH_PRODUCER, PTP_BROKEN_SILENT, "", skipped_silent_push },
};

static GObject *
make_mode (PtpConsumer *consumer, gpointer user_data)
{
  const Mode *mode = user_data;

  return make_kind (mode->kind, mode->mode, consumer);
}

static void
test_mode (gconstpointer user_data)
{
  Mode mode = *(const Mode *) user_data;
  g_autoptr (PtpTestingSuite) suite
    = ptp_testing_suite_new (mode.kind, "unusual", make_mode, &mode, NULL);
  g_autoptr (GBytes) content = g_bytes_new_static (mode.content, strlen (mode.content));
  GPtrArray *results;

  add_hooks (suite);
  ptp_testing_suite_set_expected (suite, content);
  ptp_testing_suite_set_endless (suite, g_str_equal (mode.mode, PTP_BROKEN_ENDLESS));
  ptp_testing_suite_set_max_steps (suite, 200);
  results = ptp_testing_suite_run (suite);
  for (guint i = 0; i < results->len; i++)
    {
      PtpTestingResult *result = g_ptr_array_index (results, i);
      gboolean skipped = g_strv_contains (mode.skipped, ptp_testing_result_get_name (result));
      g_autofree char *text = ptp_testing_result_to_string (result);

      g_test_message ("%s", text);
      g_assert_cmpint (ptp_testing_result_get_status (result), ==,
                       skipped ? PTP_TESTING_STATUS_SKIPPED : PTP_TESTING_STATUS_PASSED);
    }
}

/* Factories */

/* Gives good objects, a number of them, and then what it should not. */
typedef struct
{
  PtpTestingKind kind;
  GObject *(*give) (PtpTestingKind kind, PtpConsumer *consumer);
  const char *says;
  guint n_good;
  guint n_given;
} Factory;

static GObject *
make_some (PtpConsumer *consumer, gpointer user_data)
{
  Factory *factory = user_data;

  if (factory->n_given++ < factory->n_good)
    return make_kind (factory->kind, "", consumer);

  return factory->give (factory->kind, consumer);
}

static GObject *
give_nothing (PtpTestingKind kind, PtpConsumer *consumer)
{
  return NULL;
}

static GObject *
give_another (PtpTestingKind kind, PtpConsumer *consumer)
{
  return make_kind (kind == PTP_TESTING_KIND_CONSUMER ? PTP_TESTING_KIND_PULL_PRODUCER
                                                      : PTP_TESTING_KIND_CONSUMER,
                    "", NULL);
}

/* Each check that wants one object more than there are good ones says what it was given. */
static void
run_short (Factory *factory)
{
  g_autoptr (PtpTestingSuite) suite
    = ptp_testing_suite_new (factory->kind, "short", make_some, factory, NULL);
  g_auto (GStrv) checks = ptp_testing_suite_list_checks (factory->kind);

  add_hooks (suite);
  ptp_testing_suite_set_linger (suite, 0);
  for (gsize i = 0; checks[i] != NULL; i++)
    {
      g_autoptr (PtpTestingResult) result = NULL;

      factory->n_given = 0;
      result = ptp_testing_suite_run_check (suite, checks[i]);
      if (factory->n_given > factory->n_good)
        {
          g_assert_cmpint (ptp_testing_result_get_status (result), ==, PTP_TESTING_STATUS_FAILED);
          g_assert_nonnull (strstr (ptp_testing_result_get_seen (result), factory->says));
        }
      else
        {
          g_assert_cmpint (ptp_testing_result_get_status (result), !=, PTP_TESTING_STATUS_FAILED);
        }
    }
}

static void
test_factory (gconstpointer user_data)
{
  const PtpTestingKind *kind = user_data;

  for (guint n_good = 0; n_good < 6; n_good++)
    {
      Factory nothing = { *kind, give_nothing, "gave nothing", n_good, 0 };
      Factory another = { *kind, give_another, "which is no", n_good, 0 };

      run_short (&nothing);
      run_short (&another);
    }
}

/* Printing */

static GString *printed;
static const char *program;

static void
print_cb (const char *text)
{
  g_string_append (printed, text);
}

static GObject *
make_liar (PtpConsumer *consumer, gpointer user_data)
{
  return ptp_broken_pull_new ("E2/result-and-error:both");
}

static guint
count_lines (char **lines, const char *prefix, const char *part)
{
  guint n = 0;

  for (gsize i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], prefix) && strstr (lines[i], part) != NULL)
      n++;

  return n;
}

/* What is printed is TAP: a plan, a line for each check, and the four words about each that failed.
 */
static void
test_tap (void)
{
  g_autoptr (PtpTestingSuite) suite
    = ptp_testing_suite_new (PTP_TESTING_KIND_PULL_PRODUCER, "liar", make_liar, NULL, NULL);
  g_auto (GStrv) checks = ptp_testing_suite_list_checks (PTP_TESTING_KIND_PULL_PRODUCER);
  g_auto (GStrv) lines = NULL;
  g_autofree char *plan = g_strdup_printf ("1..%u", g_strv_length (checks));
  GPrintFunc former;
  guint n_failed;

  printed = g_string_new (NULL);
  ptp_testing_suite_set_patience (suite, PATIENCE);
  former = g_set_print_handler (print_cb);
  n_failed = ptp_testing_suite_run_tap (suite);
  g_set_print_handler (former);
  lines = g_strsplit (printed->str, "\n", -1);
  g_string_free (printed, TRUE);

  g_assert_cmpuint (n_failed, >, 0);
  g_assert_cmpstr (lines[0], ==, "TAP version 13");
  g_assert_cmpstr (lines[1], ==, "# liar");
  g_assert_cmpstr (lines[2], ==, plan);
  g_assert_cmpuint (count_lines (lines, "not ok ", ""), ==, n_failed);
  g_assert_cmpuint (count_lines (lines, "ok ", ""), ==, g_strv_length (checks) - n_failed);
  g_assert_cmpuint (count_lines (lines, "ok ", " # SKIP needs "), >=, 3);
  g_assert_cmpuint (count_lines (lines, "not ok 2 - E2/result-and-error ", ""), ==, 1);
  g_assert_cmpuint (count_lines (lines, "  rule: \"", ""), ==, n_failed);
  g_assert_cmpuint (count_lines (lines, "  expected: \"", ""), ==, n_failed);
  g_assert_cmpuint (count_lines (lines, "  seen: \"", "And yet it went well"), >, 0);
  g_assert_cmpuint (count_lines (lines, "  advice: \"", ""), ==, n_failed);
}

/* In a program of its own: here each failure would be one of this test. */
static int
run_as_gtest (void)
{
  g_autoptr (PtpTestingSuite) suite
    = ptp_testing_suite_new (PTP_TESTING_KIND_PULL_PRODUCER, "liar", make_liar, NULL, NULL);

  ptp_testing_suite_set_patience (suite, PATIENCE);
  ptp_testing_suite_add_to_gtest (suite);
  return g_test_run ();
}

static void
test_gtest (void)
{
  const char *const argv[] = { program, AS_GTEST, "--tap", "-k", NULL };
  g_auto (GStrv) checks = ptp_testing_suite_list_checks (PTP_TESTING_KIND_PULL_PRODUCER);
  g_auto (GStrv) lines = NULL;
  g_autofree char *output = NULL;
  g_autoptr (GError) error = NULL;
  int status = 0;

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, NULL, &status,
                &error);
  g_assert_no_error (error);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 1);

  lines = g_strsplit (output, "\n", -1);
  g_assert_cmpuint (count_lines (lines, "ok ", "") + count_lines (lines, "not ok ", ""), ==,
                    g_strv_length (checks));
  g_assert_cmpuint (count_lines (lines, "not ok ", " /liar/E2/result-and-error "), ==, 1);
  g_assert_cmpuint (count_lines (lines, "not ok ", "And yet it went well"), >, 0);
  g_assert_cmpuint (count_lines (lines, "ok ", " /liar/E3/implemented"), ==, 1);
  g_assert_cmpuint (count_lines (lines, "ok ", " /liar/E1/fails # SKIP needs "), ==, 1);
}

/* A hook that is called for nothing would hide that the producer is ready by itself. */
static void
count_ready_cb (GObject *producer, gpointer user_data)
{
  ++*(guint *) user_data;
}

static GObject *
make_ready_later (PtpConsumer *consumer, gpointer user_data)
{
  PtpTestingProducer *producer = ptp_testing_producer_new ();

  ptp_testing_producer_add_text (producer, "one");
  ptp_testing_producer_add_pending_then_ready (producer);
  ptp_testing_producer_add_text (producer, "two");
  return G_OBJECT (producer);
}

static void
test_ready_hook (void)
{
  g_autoptr (PtpTestingSuite) suite
    = ptp_testing_suite_new (PTP_TESTING_KIND_PULL_PRODUCER, "ready", make_ready_later, NULL, NULL);
  g_autoptr (PtpTestingResult) result = NULL;
  guint n_called = 0;

  ptp_testing_suite_set_hook (suite, PTP_TESTING_HOOK_READY, count_ready_cb, &n_called, NULL);
  result = ptp_testing_suite_run_check (suite, "R7/pending-then-ready");
  g_assert_cmpint (ptp_testing_result_get_status (result), ==, PTP_TESTING_STATUS_PASSED);
  g_assert_cmpuint (n_called, ==, 0);
}

/* A limit may be smaller than any chunk. */
static GObject *
make_small (PtpConsumer *consumer, gpointer user_data)
{
  g_autoptr (GOutputStream) stream = g_memory_output_stream_new_resizable ();
  PtpOutputStreamConsumer *small = ptp_output_stream_consumer_new (stream);

  g_assert_true (ptp_output_stream_consumer_set_marks (small, 1, 2, 3, NULL));
  return G_OBJECT (small);
}

static GBytes *
read_small (GObject *consumer, gpointer user_data)
{
  GOutputStream *stream
    = ptp_output_stream_consumer_get_stream (PTP_OUTPUT_STREAM_CONSUMER (consumer));

  return g_bytes_new (g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (stream)),
                      g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (stream)));
}

static void
test_small_limit (void)
{
  g_autoptr (PtpTestingSuite) suite
    = ptp_testing_suite_new (PTP_TESTING_KIND_CONSUMER, "small", make_small, NULL, NULL);
  const char *const checks[]
    = { "B1/large-chunk", "R2/leads-on", "L15/leaves-alone", "L21/full", "B5/drains", "B2/limit" };

  ptp_testing_suite_set_reader (suite, read_small, NULL, NULL);
  ptp_testing_suite_set_limit (suite, 3);
  for (gsize i = 0; i < G_N_ELEMENTS (checks); i++)
    {
      g_autoptr (PtpTestingResult) result = ptp_testing_suite_run_check (suite, checks[i]);

      g_assert_cmpint (ptp_testing_result_get_status (result), ==, PTP_TESTING_STATUS_PASSED);
    }
}

/* A consumer that is closed by its end says CLOSED to the next, and may. */
static GObject *
make_closing (PtpConsumer *consumer, gpointer user_data)
{
  return ptp_broken_consumer_new (PTP_BROKEN_CLOSING);
}

static void
test_closing (void)
{
  const char *const checks[] = { "L16/after-the-end", "E1/producer-fails" };
  g_autoptr (PtpTestingSuite) suite
    = ptp_testing_suite_new (PTP_TESTING_KIND_CONSUMER, "closing", make_closing, NULL, NULL);

  add_hooks (suite);
  for (gsize i = 0; i < G_N_ELEMENTS (checks); i++)
    {
      g_autoptr (PtpTestingResult) result = ptp_testing_suite_run_check (suite, checks[i]);

      g_assert_cmpint (ptp_testing_result_get_status (result), ==, PTP_TESTING_STATUS_PASSED);
    }
}

/* One that is past its point of no return lets the finish run when it is told to abort, and may. */
static GObject *
make_past_return (PtpConsumer *consumer, gpointer user_data)
{
  PtpTestingConsumer *past = ptp_testing_consumer_new ();

  ptp_testing_consumer_set_finish_answer (past, PTP_TESTING_ANSWER_SETTLED_LATER);
  ptp_testing_consumer_set_abort_answer (past, PTP_TESTING_ANSWER_PENDING);
  return G_OBJECT (past);
}

static void
test_past_return (void)
{
  g_autoptr (PtpTestingSuite) suite
    = ptp_testing_suite_new (PTP_TESTING_KIND_CONSUMER, "past", make_past_return, NULL, NULL);
  g_autoptr (PtpTestingResult) result
    = ptp_testing_suite_run_check (suite, "L17/aborts-while-finishing");

  g_assert_cmpint (ptp_testing_result_get_status (result), ==, PTP_TESTING_STATUS_PASSED);
}

/* A producer may break by itself while a suite asks it, and fails with that error. */
static GObject *
make_breaking (PtpConsumer *consumer, gpointer user_data)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, "gone");
  PtpTestingProducer *producer = ptp_testing_producer_new ();

  ptp_testing_producer_add_text (producer, "one");
  ptp_testing_producer_add_pending_then_broken (producer, error);
  ptp_testing_producer_add_pending (producer);
  return G_OBJECT (producer);
}

static void
test_breaking (void)
{
  g_autoptr (PtpTestingSuite) suite
    = ptp_testing_suite_new (PTP_TESTING_KIND_PULL_PRODUCER, "breaking", make_breaking, NULL, NULL);
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, "gone");
  GPtrArray *results;

  ptp_testing_suite_set_expected_error (suite, error);
  results = ptp_testing_suite_run (suite);
  for (guint i = 0; i < results->len; i++)
    {
      g_autofree char *text = ptp_testing_result_to_string (g_ptr_array_index (results, i));

      g_test_message ("%s", text);
      g_assert_cmpint (ptp_testing_result_get_status (g_ptr_array_index (results, i)), !=,
                       PTP_TESTING_STATUS_FAILED);
    }
}

int
main (int argc, char **argv)
{
  program = argv[0];
  g_test_init (&argc, &argv, NULL);
  if (argc > 1 && g_str_equal (argv[1], AS_GTEST))
    return run_as_gtest ();

  g_test_add_func ("/suite/hints/notify", test_hints);
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *hints = g_strdup_printf ("/suite/hints/none/%s", kind_names[i]);
      g_autofree char *factory = g_strdup_printf ("/suite/factory/%s", kind_names[i]);

      g_test_add_data_func (hints, &kinds[i], test_no_hints);
      g_test_add_data_func (factory, &kinds[i], test_factory);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autofree char *path
        = g_strdup_printf ("/suite/mode/%s/%s", kind_names[modes[i].kind], modes[i].mode);

      g_test_add_data_func (path, &modes[i], test_mode);
    }
  g_test_add_func ("/suite/hints/limit/rules/B1/small", test_small_limit);
  g_test_add_func ("/suite/hooks/rules/R7/ready-by-itself", test_ready_hook);
  g_test_add_func ("/suite/checks/rules/L16/closing", test_closing);
  g_test_add_func ("/suite/checks/rules/L17/past-return", test_past_return);
  g_test_add_func ("/suite/checks/rules/E12/breaking", test_breaking);
  g_test_add_func ("/suite/tap", test_tap);
  g_test_add_func ("/suite/gtest", test_gtest);

  return g_test_run ();
}
