/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What holds for every property of every class, as bindings and builders find them. */

#include "ptp-test-stream.h"

#include <pulltopush/testing/pulltopush-testing.h>

/* No class has as many. */
#define NOBODYS_ID (1000)

static GObject *
create_pull_to_push (void)
{
  g_autoptr (PtpTestProducer) producer = ptp_test_producer_new_words ("a b");
  g_autoptr (PtpTestConsumer) consumer = ptp_test_consumer_new ();

  return G_OBJECT (ptp_pull_to_push_new (PTP_PULL_PRODUCER (producer), PTP_CONSUMER (consumer)));
}

static GObject *
create_cooperator (void)
{
  return G_OBJECT (ptp_cooperator_new (NULL, G_PRIORITY_LOW));
}

static PtpStepResult
finish_cb (gpointer user_data, GError **error)
{
  return PTP_STEP_RESULT_FINISHED;
}

static GObject *
create_task (void)
{
  g_autoptr (PtpCooperator) cooperator = ptp_cooperator_new (NULL, G_PRIORITY_DEFAULT_IDLE);

  return G_OBJECT (ptp_cooperator_cooperate (cooperator, finish_cb, NULL, NULL));
}

static GObject *
create_bytes_producer (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("abc", 3);

  return G_OBJECT (ptp_bytes_producer_new (bytes));
}

static GObject *
create_input_stream_producer (void)
{
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_data ("abc", 3, NULL);

  return G_OBJECT (ptp_input_stream_producer_new (stream));
}

static GObject *
create_output_stream_consumer (void)
{
  g_autoptr (GOutputStream) stream = g_memory_output_stream_new_resizable ();

  return G_OBJECT (ptp_output_stream_consumer_new (stream));
}

static GObject *
create_file_consumer (void)
{
  g_autoptr (GFile) file = g_file_new_for_path ("/nowhere/at/all");

  return G_OBJECT (ptp_file_consumer_new (file));
}

static GObject *
create_connection (void)
{
  g_autoptr (GInputStream) input = g_memory_input_stream_new ();
  g_autoptr (GOutputStream) output = g_memory_output_stream_new_resizable ();
  g_autoptr (GIOStream) both = g_simple_io_stream_new (input, output);

  return G_OBJECT (ptp_connection_new (both));
}

static GObject *
create_testing_clock (void)
{
  return G_OBJECT (ptp_testing_clock_new ());
}

static GObject *
create_testing_consumer (void)
{
  return G_OBJECT (ptp_testing_consumer_new ());
}

static GObject *
create_testing_push_producer (void)
{
  return G_OBJECT (ptp_testing_push_producer_new ());
}

static GObject *
make_nothing (PtpConsumer *consumer, gpointer user_data)
{
  return NULL;
}

static GObject *
create_testing_suite (void)
{
  return G_OBJECT (
    ptp_testing_suite_new (PTP_TESTING_KIND_PULL_PRODUCER, "nothing", make_nothing, NULL, NULL));
}

static GObject *
create_testing_result (void)
{
  g_autoptr (GObject) suite = create_testing_suite ();

  return G_OBJECT (ptp_testing_suite_run_check (PTP_TESTING_SUITE (suite), "E3/implemented"));
}

typedef struct
{
  const char *name;
  const char *domain;
  GObject *(*create) (void);
} Class;

static const Class classes[] = {
  { "pull-to-push", "PullToPush", create_pull_to_push },
  { "cooperator", "PullToPush", create_cooperator },
  { "cooperative-task", "PullToPush", create_task },
  { "bytes-producer", "PullToPush", create_bytes_producer },
  { "input-stream-producer", "PullToPush", create_input_stream_producer },
  { "output-stream-consumer", "PullToPush", create_output_stream_consumer },
  { "file-consumer", "PullToPush", create_file_consumer },
  { "connection", "PullToPush", create_connection },
  { "testing-clock", "PullToPushTesting", create_testing_clock },
  { "testing-consumer", "PullToPushTesting", create_testing_consumer },
  { "testing-push-producer", "PullToPushTesting", create_testing_push_producer },
  { "testing-suite", "PullToPushTesting", create_testing_suite },
  { "testing-result", "PullToPushTesting", create_testing_result },
};

/* Each is read, and what may be set later is set to what it is, which nobody notices. */
static void
test_round (gconstpointer user_data)
{
  const Class *tested = user_data;
  GObject *object = tested->create ();
  guint n = 0;
  g_autofree GParamSpec **pspecs = g_object_class_list_properties (G_OBJECT_GET_CLASS (object), &n);

  g_assert_cmpuint (n, >, 0);
  for (guint i = 0; i < n; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;
      g_auto (GValue) again = G_VALUE_INIT;

      g_assert_true ((pspecs[i]->flags & G_PARAM_READABLE) != 0);
      g_object_get_property (object, pspecs[i]->name, &value);
      g_assert_true (G_VALUE_HOLDS (&value, pspecs[i]->value_type));
      g_assert_false (g_param_value_validate (pspecs[i], &value));
      if ((pspecs[i]->flags & G_PARAM_WRITABLE) == 0
          || (pspecs[i]->flags & G_PARAM_CONSTRUCT_ONLY) != 0)
        continue;

      g_object_set_property (object, pspecs[i]->name, &value);
      g_object_get_property (object, pspecs[i]->name, &again);
      g_assert_cmpint (g_param_values_cmp (pspecs[i], &value, &again), ==, 0);
    }

  ptp_test_drain ();
  g_assert_finalize_object (object);
}

/* GObject asks the class that has the property; one that is derived has no such function. */
static GObjectClass *
class_with_properties (GObject *object)
{
  GObjectClass *klass = G_OBJECT_GET_CLASS (object);

  while (klass->get_property == NULL)
    klass = g_type_class_peek_parent (klass);

  return klass;
}

/* Somebody who makes up numbers is told so, and nothing else happens. */
static void
test_nobodys (gconstpointer user_data)
{
  const Class *tested = user_data;
  GObject *object = tested->create ();
  GObjectClass *klass = class_with_properties (object);
  g_autoptr (GParamSpec) pspec
    = g_param_spec_ref_sink (g_param_spec_int ("nobodys", NULL, NULL, 0, 1, 0, G_PARAM_READWRITE));
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_INT);
  g_test_expect_message (tested->domain, G_LOG_LEVEL_WARNING, "*invalid property id 1000*");
  klass->get_property (object, NOBODYS_ID, &value, pspec);
  g_test_assert_expected_messages ();
  if (klass->set_property != NULL)
    {
      g_test_expect_message (tested->domain, G_LOG_LEVEL_WARNING, "*invalid property id 1000*");
      klass->set_property (object, NOBODYS_ID, &value, pspec);
      g_test_assert_expected_messages ();
    }
  ptp_test_drain ();
  g_assert_finalize_object (object);
}

/* What is for reading cannot be set, whoever asks. */
static void
test_read_only (gconstpointer user_data)
{
  const Class *tested = user_data;
  GObject *object = tested->create ();
  GObjectClass *klass = class_with_properties (object);
  guint n = 0;
  g_autofree GParamSpec **pspecs = g_object_class_list_properties (klass, &n);

  for (guint i = 0; i < n; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      if ((pspecs[i]->flags & G_PARAM_WRITABLE) != 0)
        continue;

      g_object_get_property (object, pspecs[i]->name, &value);
      g_test_expect_message ("GLib-GObject", G_LOG_LEVEL_WARNING, "*is not writable*");
      g_object_set_property (object, pspecs[i]->name, &value);
      g_test_assert_expected_messages ();
      if (klass->set_property == NULL)
        continue;

      g_test_expect_message (tested->domain, G_LOG_LEVEL_WARNING, "*invalid property id*");
      klass->set_property (object, pspecs[i]->param_id, &value, pspecs[i]);
      g_test_assert_expected_messages ();
    }

  ptp_test_drain ();
  g_assert_finalize_object (object);
}

static void
add (const char *test, gsize i, GTestDataFunc func)
{
  g_autofree char *path = g_strdup_printf ("/properties/%s/%s", test, classes[i].name);

  g_test_add_data_func (path, &classes[i], func);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
    {
      add ("round", i, test_round);
      add ("nobodys", i, test_nobodys);
      add ("read-only", i, test_read_only);
    }

  return g_test_run ();
}
