/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-testing-run-private.h"

/**
 * PtpTestingSuite:
 *
 * Checks whether an object of your own keeps the rules of a stream.
 *
 * It is given a factory, makes as many fresh objects as it needs, treats each of them as a stream
 * might (pauses it, cancels it, drops it, lets its writes fail, at every step) and says which rules
 * it breaks, by their numbers. What it cannot know is told with hints: what should be written, how
 * to close a consumer, whether the last reference may be dropped on another thread. A check that
 * lacks a hint is skipped, and says which.
 *
 * There are three ways to run it, on the thread-default context:
 *
 * - [method@PullToPushTesting.Suite.run] returns a [class@PullToPushTesting.Result] for each check,
 *   for any framework;
 * - [method@PullToPushTesting.Suite.run_tap] prints them, for a program of its own;
 * - [method@PullToPushTesting.Suite.add_to_gtest] makes each check a test case of GLib's.
 *
 * ## Threads
 *
 * It is used by one thread, and calls the factory, the hooks and all that the factory makes there;
 * only with [property@PullToPushTesting.Suite:any-thread] does another one emit `ready` and drop a
 * last reference.
 *
 * Since: 1.0
 */

G_DEFINE_ENUM_TYPE (PtpTestingKind,
                    ptp_testing_kind,
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_KIND_PULL_PRODUCER, "pull-producer"),
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_KIND_PUSH_PRODUCER, "push-producer"),
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_KIND_CONSUMER, "consumer"))

G_DEFINE_ENUM_TYPE (PtpTestingHook,
                    ptp_testing_hook,
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_HOOK_START, "start"),
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_HOOK_READY, "ready"),
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_HOOK_FAIL, "fail"),
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_HOOK_CLOSE, "close"),
                    G_DEFINE_ENUM_VALUE (PTP_TESTING_HOOK_COLLECT, "collect"))

G_DEFINE_FINAL_TYPE (PtpTestingSuite, ptp_testing_suite, G_TYPE_OBJECT)

void
ptp_testing_callback_clear (PtpTestingCallback *callback)
{
  PtpTestingCallback old = *callback;

  *callback = (PtpTestingCallback){ 0 };
  if (old.destroy != NULL)
    old.destroy (old.user_data);
}

static void
ptp_testing_suite_finalize (GObject *object)
{
  PtpTestingSuite *self = PTP_TESTING_SUITE (object);

  ptp_testing_callback_clear (&self->factory);
  ptp_testing_callback_clear (&self->reader);
  for (gsize i = 0; i < G_N_ELEMENTS (self->hooks); i++)
    ptp_testing_callback_clear (&self->hooks[i]);
  g_clear_pointer (&self->expected, g_bytes_unref);
  g_clear_error (&self->expected_error);
  g_clear_pointer (&self->results, g_ptr_array_unref);
  g_free (self->name);

  G_OBJECT_CLASS (ptp_testing_suite_parent_class)->finalize (object);
}

static void
ptp_testing_suite_class_init (PtpTestingSuiteClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = ptp_testing_suite_finalize;
  ptp_testing_suite_install_properties (object_class);
}

static void
ptp_testing_suite_init (PtpTestingSuite *self)
{
  self->max_steps = 10000;
  self->patience = 30000;
  self->linger = 5;
  self->results = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * ptp_testing_suite_new:
 * @kind: which interface the objects implement
 * @name: what to call them, such as `line-producer`
 * @factory: (scope notified) (closure user_data) (destroy destroy): makes one
 * @user_data: data for @factory
 * @destroy: (nullable): frees @user_data
 *
 * Makes a suite for objects of your own.
 *
 * Returns: (transfer full): a new suite
 *
 * Since: 1.0
 */
PtpTestingSuite *
ptp_testing_suite_new (PtpTestingKind kind,
                       const char *name,
                       PtpTestingFactory factory,
                       gpointer user_data,
                       GDestroyNotify destroy)
{
  PtpTestingSuite *self;

  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (factory != NULL, NULL);

  self = g_object_new (PTP_TESTING_TYPE_SUITE, NULL);
  self->kind = kind;
  self->name = g_strdup (name);
  self->factory = (PtpTestingCallback){ (gpointer) factory, user_data, destroy };

  return self;
}

/**
 * ptp_testing_suite_get_kind:
 * @self: a suite
 *
 * Gets which interface its objects implement.
 *
 * Returns: the kind
 *
 * Since: 1.0
 */
PtpTestingKind
ptp_testing_suite_get_kind (PtpTestingSuite *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_SUITE (self), PTP_TESTING_KIND_PULL_PRODUCER);

  return self->kind;
}

/**
 * ptp_testing_suite_get_name:
 * @self: a suite
 *
 * Gets what its objects are called.
 *
 * Returns: the name
 *
 * Since: 1.0
 */
const char *
ptp_testing_suite_get_name (PtpTestingSuite *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_SUITE (self), NULL);

  return self->name;
}

/**
 * ptp_testing_suite_set_hook:
 * @self: a suite
 * @hook: which
 * @func: (nullable) (scope notified) (closure user_data) (destroy destroy): does it; %NULL takes
 *   the hook away
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data
 *
 * Tells how to do something to an object.
 *
 * Since: 1.0
 */
void
ptp_testing_suite_set_hook (PtpTestingSuite *self,
                            PtpTestingHook hook,
                            PtpTestingHookFunc func,
                            gpointer user_data,
                            GDestroyNotify destroy)
{
  g_return_if_fail (PTP_TESTING_IS_SUITE (self));
  g_return_if_fail ((guint) hook < PTP_TESTING_N_HOOKS);

  ptp_testing_callback_clear (&self->hooks[hook]);
  self->hooks[hook] = (PtpTestingCallback){ (gpointer) func, user_data, destroy };
}

/**
 * ptp_testing_suite_set_reader:
 * @self: a suite
 * @func: (nullable) (scope notified) (closure user_data) (destroy destroy): tells what has arrived
 *   behind a consumer; %NULL if nobody knows
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data
 *
 * Tells how to see what a consumer has done with what it was given.
 *
 * Since: 1.0
 */
void
ptp_testing_suite_set_reader (PtpTestingSuite *self,
                              PtpTestingReadFunc func,
                              gpointer user_data,
                              GDestroyNotify destroy)
{
  g_return_if_fail (PTP_TESTING_IS_SUITE (self));

  ptp_testing_callback_clear (&self->reader);
  self->reader = (PtpTestingCallback){ (gpointer) func, user_data, destroy };
}

const PtpTestingCheck *
ptp_testing_get_checks (PtpTestingKind kind)
{
  switch (kind)
    {
    case PTP_TESTING_KIND_PUSH_PRODUCER:
      return ptp_testing_push_checks;
    case PTP_TESTING_KIND_CONSUMER:
      return ptp_testing_consumer_checks;
    case PTP_TESTING_KIND_PULL_PRODUCER:
    default:
      return ptp_testing_pull_checks;
    }
}

/**
 * ptp_testing_suite_list_checks:
 * @kind: which interface
 *
 * Lists what is checked of an object of that kind.
 *
 * Returns: (transfer full): the names: the rule, a slash, and what about it
 *
 * Since: 1.0
 */
GStrv
ptp_testing_suite_list_checks (PtpTestingKind kind)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (const PtpTestingCheck *check = ptp_testing_get_checks (kind); check->name != NULL; check++)
    g_strv_builder_add (names, check->name);

  return g_strv_builder_end (names);
}

static void
look_at_watched (PtpTestingRun *run)
{
  if (run->watched->len == 0)
    return;

  ptp_testing_run_linger (run);
  for (guint i = 0; i < run->watched->len; i++)
    {
      PtpTestingConsumer *consumer = g_ptr_array_index (run->watched, i);

      if (consumer->barred_rule != NULL)
        ptp_testing_run_take_violations (run, ptp_testing_consumer_dup_violations (consumer),
                                         consumer->barred_rule);
    }
}

/* It is the thread that owns the context by which a double knows who may call it. */
static PtpTestingResult *
run_check (PtpTestingSuite *self, const PtpTestingCheck *check)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  PtpTestingRun run = { .suite = self };
  gboolean acquired = g_main_context_acquire (context);
  PtpTestingStatus status = PTP_TESTING_STATUS_PASSED;
  g_autofree char *skipped = NULL;

  run.watched = g_ptr_array_new_with_free_func (g_object_unref);
  check->func (&run);
  if (!ptp_testing_run_is_over (&run))
    look_at_watched (&run);
  g_ptr_array_unref (run.watched);
  ptp_testing_run_drain (&run);
  if (acquired)
    g_main_context_release (context);

  skipped = run.skipped;
  if (run.fault != NULL)
    status = PTP_TESTING_STATUS_FAILED;
  else if (skipped != NULL)
    status = PTP_TESTING_STATUS_SKIPPED;

  return ptp_testing_result_new (check, status,
                                 run.fault != NULL ? run.fault : g_steal_pointer (&skipped));
}

/**
 * ptp_testing_suite_run:
 * @self: a suite
 *
 * Runs all checks.
 *
 * Returns: (transfer none) (element-type PtpTestingResult): what came of each; it is the suite's,
 * and renewed by the next run
 *
 * Since: 1.0
 */
GPtrArray *
ptp_testing_suite_run (PtpTestingSuite *self)
{
  g_return_val_if_fail (PTP_TESTING_IS_SUITE (self), NULL);

  g_ptr_array_set_size (self->results, 0);
  for (const PtpTestingCheck *check = ptp_testing_get_checks (self->kind); check->name != NULL;
       check++)
    g_ptr_array_add (self->results, run_check (self, check));

  return self->results;
}

/**
 * ptp_testing_suite_run_check:
 * @self: a suite
 * @name: which check, as in [func@PullToPushTesting.Suite.list_checks]
 *
 * Runs one check.
 *
 * Returns: (transfer full) (nullable): what came of it; %NULL if there is no such check
 *
 * Since: 1.0
 */
PtpTestingResult *
ptp_testing_suite_run_check (PtpTestingSuite *self, const char *name)
{
  g_return_val_if_fail (PTP_TESTING_IS_SUITE (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  for (const PtpTestingCheck *check = ptp_testing_get_checks (self->kind); check->name != NULL;
       check++)
    if (g_str_equal (check->name, name))
      return run_check (self, check);

  return NULL;
}

/* What was seen may be anything; what YAML would make something of stands in quotes. */
static void
print_diagnostic (const char *key, const char *text)
{
  g_autofree char *escaped = g_strescape (text, NULL);

  g_print ("  %s: \"%s\"\n", key, escaped);
}

static void
print_result (PtpTestingResult *result, guint number)
{
  g_autofree char *line
    = g_strdup_printf ("%u - %s %s", number, ptp_testing_result_get_name (result),
                       ptp_testing_result_get_title (result));

  switch (ptp_testing_result_get_status (result))
    {
    case PTP_TESTING_STATUS_PASSED:
      g_print ("ok %s\n", line);
      break;

    case PTP_TESTING_STATUS_SKIPPED:
      g_print ("ok %s # SKIP %s\n", line, ptp_testing_result_get_seen (result));
      break;

    case PTP_TESTING_STATUS_FAILED:
    default:
      g_print ("not ok %s\n  ---\n", line);
      print_diagnostic ("rule", ptp_testing_result_get_rule (result));
      print_diagnostic ("expected", ptp_testing_result_get_title (result));
      print_diagnostic ("seen", ptp_testing_result_get_seen (result));
      print_diagnostic ("advice", ptp_testing_result_get_advice (result));
      g_print ("  ...\n");
    }
}

/**
 * ptp_testing_suite_run_tap:
 * @self: a suite
 *
 * Runs all checks and prints what came of them, as the Test Anything Protocol, version 13.
 *
 * Returns: how many failed, which makes a good exit status
 *
 * Since: 1.0
 */
guint
ptp_testing_suite_run_tap (PtpTestingSuite *self)
{
  const PtpTestingCheck *checks;
  guint n_checks = 0, n_failed = 0;

  g_return_val_if_fail (PTP_TESTING_IS_SUITE (self), 1);

  checks = ptp_testing_get_checks (self->kind);
  while (checks[n_checks].name != NULL)
    n_checks++;

  g_print ("TAP version 13\n# %s\n1..%u\n", self->name, n_checks);
  for (guint i = 0; i < n_checks; i++)
    {
      g_autoptr (PtpTestingResult) result = run_check (self, &checks[i]);

      print_result (result, i + 1);
      if (ptp_testing_result_get_status (result) == PTP_TESTING_STATUS_FAILED)
        n_failed++;
    }

  return n_failed;
}

typedef struct
{
  PtpTestingSuite *suite; /* (owned) */
  const PtpTestingCheck *check;
} Case;

static void
run_case_cb (gconstpointer user_data)
{
  const Case *a_case = user_data;
  g_autoptr (PtpTestingResult) result = run_check (a_case->suite, a_case->check);
  g_autofree char *text = ptp_testing_result_to_string (result);

  switch (ptp_testing_result_get_status (result))
    {
    case PTP_TESTING_STATUS_PASSED:
      break;
    case PTP_TESTING_STATUS_SKIPPED:
      g_test_skip (ptp_testing_result_get_seen (result));
      break;
    case PTP_TESTING_STATUS_FAILED:
    default:
      g_test_fail_printf ("%s", text);
    }
}

static void
free_case_cb (gpointer user_data)
{
  Case *a_case = user_data;

  g_object_unref (a_case->suite);
  g_free (a_case);
}

/**
 * ptp_testing_suite_add_to_gtest:
 * @self: a suite; each test case keeps a reference
 *
 * Makes each check a test case of GLib's own framework, named `/NAME/RULE/what`.
 *
 * Call it between g_test_init() and g_test_run().
 *
 * Since: 1.0
 */
void
ptp_testing_suite_add_to_gtest (PtpTestingSuite *self)
{
  g_return_if_fail (PTP_TESTING_IS_SUITE (self));

  for (const PtpTestingCheck *check = ptp_testing_get_checks (self->kind); check->name != NULL;
       check++)
    {
      g_autofree char *path = g_strdup_printf ("/%s/%s", self->name, check->name);
      Case *a_case = g_new0 (Case, 1);

      a_case->suite = g_object_ref (self);
      a_case->check = check;
      g_test_add_data_func_full (path, a_case, run_case_cb, free_case_cb);
    }
}
