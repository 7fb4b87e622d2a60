/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The table that stands for the type check and the look-up in the calls made with every chunk. */

#include "../../pulltopush/contract/ptp-iface-table-private.h"
#include "ptp-test-consumer.h"
#include "ptp-test-producer.h"

/* Far more classes than there is room for. */
#define N_CLASSES (4 * PTP_IFACE_TABLE_SIZE)

static gboolean
count_write (PtpConsumer *consumer, GBytes *bytes, GError **error)
{
  guint *n_writes = g_object_get_data (G_OBJECT (consumer), "n-writes");

  (*n_writes)++;
  return TRUE;
}

static void
consumer_iface_init (gpointer iface, gpointer data)
{
  ((PtpConsumerInterface *) iface)->write = count_write;
}

static const GInterfaceInfo consumer_info = { .interface_init = consumer_iface_init };

static const GTypeInfo type_info = {
  .class_size = sizeof (GObjectClass),
  .instance_size = sizeof (GObject),
};

static GType
register_consumer (guint i)
{
  g_autofree char *name = g_strdup_printf ("TestManyConsumer%u", i);
  GType type = g_type_register_static (G_TYPE_OBJECT, name, &type_info, 0);

  g_type_add_interface_static (type, PTP_TYPE_CONSUMER, &consumer_info);
  return type;
}

static gboolean
is_known (gpointer instance)
{
  for (gsize i = 0; i < PTP_IFACE_TABLE_SIZE; i++)
    if (ptp_consumer_classes.slots[i].klass == ((GTypeInstance *) instance)->g_class)
      return TRUE;

  return FALSE;
}

static void
test_many_classes (void)
{
  g_autoptr (GPtrArray) consumers = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GBytes) chunk = g_bytes_new_static ("x", 1);
  guint n_writes = 0, n_known = 0;

  for (guint i = 0; i < N_CLASSES; i++)
    {
      GObject *consumer = g_object_new (register_consumer (i), NULL);

      g_object_set_data (consumer, "n-writes", &n_writes);
      g_ptr_array_add (consumers, consumer);
    }

  /* The second time those that found room are known; the others work all the same. */
  for (guint round = 1; round <= 2; round++)
    {
      for (guint i = 0; i < N_CLASSES; i++)
        {
          PtpConsumer *consumer = g_ptr_array_index (consumers, i);

          g_assert_true (ptp_consumer_peek_iface (consumer) == PTP_CONSUMER_GET_IFACE (consumer));
          g_assert_true (ptp_consumer_write (consumer, chunk, NULL));
        }
      g_assert_cmpuint (n_writes, ==, round * N_CLASSES);
    }

  for (guint i = 0; i < N_CLASSES; i++)
    n_known += is_known (g_ptr_array_index (consumers, i)) ? 1 : 0;
  g_assert_cmpuint (n_known, >, 0);
  g_assert_cmpuint (n_known, <=, PTP_IFACE_TABLE_SIZE);
}

/* A class that derives is another class, also with its parent's implementation. */
static void
test_derived_class (void)
{
  GType parent = register_consumer (N_CLASSES);
  GType child = g_type_register_static (parent, "TestDerivedConsumer", &type_info, 0);
  g_autoptr (GObject) one = g_object_new (parent, NULL);
  g_autoptr (GObject) other = g_object_new (child, NULL);
  g_autoptr (GBytes) chunk = g_bytes_new_static ("x", 1);
  guint n_writes = 0, n_others = 0;

  g_object_set_data (one, "n-writes", &n_writes);
  g_object_set_data (other, "n-writes", &n_others);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (ptp_consumer_write ((PtpConsumer *) one, chunk, NULL));
      g_assert_true (ptp_consumer_write ((PtpConsumer *) other, chunk, NULL));
    }
  g_assert_cmpuint (n_writes, ==, 3);
  g_assert_cmpuint (n_others, ==, 3);
  g_assert_true (is_known (one));
  g_assert_true (is_known (other));
}

static void
test_no_consumer (void)
{
  g_autoptr (GBytes) chunk = g_bytes_new_static ("x", 1);
  g_autoptr (GObject) object = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (PtpTestProducer) producer = ptp_test_producer_new ();

  for (guint round = 0; round < 2; round++)
    {
      g_test_expect_message ("PullToPush", G_LOG_LEVEL_CRITICAL, "*PTP_IS_CONSUMER (self)*");
      g_assert_false (ptp_consumer_write ((PtpConsumer *) object, chunk, NULL));
      g_test_assert_expected_messages ();
      /* It implements another interface of ours. */
      g_test_expect_message ("PullToPush", G_LOG_LEVEL_CRITICAL, "*PTP_IS_CONSUMER (self)*");
      g_assert_false (ptp_consumer_write ((PtpConsumer *) producer, chunk, NULL));
      g_test_assert_expected_messages ();
      g_test_expect_message ("PullToPush", G_LOG_LEVEL_CRITICAL, "*PTP_IS_CONSUMER (self)*");
      g_assert_false (ptp_consumer_write (NULL, chunk, NULL));
      g_test_assert_expected_messages ();
      g_test_expect_message ("PullToPush", G_LOG_LEVEL_CRITICAL, "*PTP_IS_PUSH_PRODUCER (self)*");
      ptp_push_producer_pause_producing ((PtpPushProducer *) object);
      g_test_assert_expected_messages ();
      g_test_expect_message ("PullToPush", G_LOG_LEVEL_CRITICAL, "*PTP_IS_PULL_PRODUCER (self)*");
      ptp_pull_producer_produce ((PtpPullProducer *) object, NULL, NULL);
      g_test_assert_expected_messages ();
      g_test_expect_message ("PullToPush", G_LOG_LEVEL_CRITICAL, "*PTP_IS_CONSUMER (consumer)*");
      ptp_pull_producer_produce (PTP_PULL_PRODUCER (producer), (PtpConsumer *) object, NULL);
      g_test_assert_expected_messages ();
    }
  g_assert_false (is_known (object));
}

/* What a module may unload is looked up each time. */

#define TEST_TYPE_MODULE (test_module_get_type ())
G_DECLARE_FINAL_TYPE (TestModule, test_module, TEST, MODULE, GTypeModule)

struct _TestModule
{
  GTypeModule parent_instance;
};

G_DEFINE_FINAL_TYPE (TestModule, test_module, G_TYPE_TYPE_MODULE)

static gboolean
test_module_load (GTypeModule *module)
{
  GType type
    = g_type_module_register_type (module, G_TYPE_OBJECT, "TestLoadedConsumer", &type_info, 0);

  g_type_module_add_interface (module, type, PTP_TYPE_CONSUMER, &consumer_info);
  return TRUE;
}

static void
test_module_unload (GTypeModule *module)
{
}

static void
test_module_class_init (TestModuleClass *klass)
{
  GTypeModuleClass *module_class = G_TYPE_MODULE_CLASS (klass);

  module_class->load = test_module_load;
  module_class->unload = test_module_unload;
}

static void
test_module_init (TestModule *self)
{
}

static void
test_unloadable (void)
{
  /* A type module lives for ever. */
  static TestModule *module;
  g_autoptr (GObject) consumer = NULL;
  g_autoptr (GBytes) chunk = g_bytes_new_static ("x", 1);
  guint n_writes = 0;

  module = g_object_new (TEST_TYPE_MODULE, NULL);
  g_assert_true (g_type_module_use (G_TYPE_MODULE (module)));
  consumer = g_object_new (g_type_from_name ("TestLoadedConsumer"), NULL);
  g_object_set_data (consumer, "n-writes", &n_writes);

  g_assert_true (ptp_consumer_write ((PtpConsumer *) consumer, chunk, NULL));
  g_assert_true (ptp_consumer_write ((PtpConsumer *) consumer, chunk, NULL));
  g_assert_cmpuint (n_writes, ==, 2);
  g_assert_false (is_known (consumer));
  g_clear_object (&consumer);
  g_type_module_unuse (G_TYPE_MODULE (module));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  /* While there is room: the classes that are known stay so. */
  g_test_add_func ("/iface-table/unloadable", test_unloadable);
  g_test_add_func ("/iface-table/derived-class", test_derived_class);
  g_test_add_func ("/iface-table/no-consumer", test_no_consumer);
  g_test_add_func ("/iface-table/many-classes", test_many_classes);

  return g_test_run ();
}
