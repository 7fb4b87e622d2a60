/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-test-gap.h"

static PtpStepResult
gap_produce (PtpPullProducer *self, PtpConsumer *consumer, GError **error)
{
  return PTP_STEP_RESULT_FINISHED;
}

static void
gap_cancel (PtpPullProducer *self, const GError *reason)
{
}

static void
pull_producer_iface_init (gpointer g_iface, gpointer missing)
{
  PtpPullProducerInterface *iface = g_iface;

  iface->produce = g_str_equal (missing, "produce") ? NULL : gap_produce;
  iface->cancel = g_str_equal (missing, "cancel") ? NULL : gap_cancel;
}

static void
gap_push (PtpPushProducer *self)
{
}

static void
gap_stop (PtpPushProducer *self, const GError *reason)
{
}

static void
gap_registered (PtpPushProducer *self, PtpConsumer *consumer)
{
}

static void
push_producer_iface_init (gpointer g_iface, gpointer missing)
{
  PtpPushProducerInterface *iface = g_iface;

  iface->pause_producing = g_str_equal (missing, "pause_producing") ? NULL : gap_push;
  iface->resume_producing = g_str_equal (missing, "resume_producing") ? NULL : gap_push;
  iface->stop_producing = g_str_equal (missing, "stop_producing") ? NULL : gap_stop;
  iface->registered = g_str_equal (missing, "registered") ? NULL : gap_registered;
  iface->unregistered = g_str_equal (missing, "unregistered") ? NULL : gap_push;
}

static gboolean
gap_register_push (PtpConsumer *self, PtpPushProducer *producer, GError **error)
{
  return TRUE;
}

static void
gap_unregister (PtpConsumer *self, PtpPushProducer *producer)
{
}

static gboolean
gap_write (PtpConsumer *self, GBytes *bytes, GError **error)
{
  return TRUE;
}

static PtpEndResult
gap_finish (PtpConsumer *self, GError **error)
{
  return PTP_END_RESULT_DONE;
}

static PtpEndResult
gap_abort (PtpConsumer *self, const GError *reason, GError **error)
{
  return PTP_END_RESULT_DONE;
}

static gsize
gap_get_desired_size (PtpConsumer *self)
{
  return G_MAXSIZE;
}

static void
consumer_iface_init (gpointer g_iface, gpointer missing)
{
  PtpConsumerInterface *iface = g_iface;

  iface->register_push_producer
    = g_str_equal (missing, "register_push_producer") ? NULL : gap_register_push;
  iface->unregister_producer = g_str_equal (missing, "unregister_producer") ? NULL : gap_unregister;
  iface->write = g_str_equal (missing, "write") ? NULL : gap_write;
  iface->finish = g_str_equal (missing, "finish") ? NULL : gap_finish;
  iface->abort = g_str_equal (missing, "abort") ? NULL : gap_abort;
  iface->get_desired_size = g_str_equal (missing, "get_desired_size") ? NULL : gap_get_desired_size;
}

static gpointer
gap_new (const char *kind, GType iface_type, GInterfaceInitFunc init, const char *missing)
{
  g_autofree char *name = g_strconcat ("PtpTestGap", kind, "-", missing, NULL);
  GType type = g_type_from_name (name);

  if (type == G_TYPE_INVALID)
    {
      const GTypeInfo info
        = { .class_size = sizeof (GObjectClass), .instance_size = sizeof (GObject) };
      /* A type is for ever, and so is its name for what it lacks. */
      const GInterfaceInfo iface
        = { .interface_init = init, .interface_data = (gpointer) g_intern_string (missing) };

      type = g_type_register_static (G_TYPE_OBJECT, name, &info, G_TYPE_FLAG_NONE);
      g_type_add_interface_static (type, iface_type, &iface);
    }

  return g_object_new (type, NULL);
}

PtpPullProducer *
ptp_test_gap_pull_producer_new (const char *missing)
{
  return gap_new ("PullProducer", PTP_TYPE_PULL_PRODUCER, pull_producer_iface_init, missing);
}

PtpPushProducer *
ptp_test_gap_push_producer_new (const char *missing)
{
  return gap_new ("PushProducer", PTP_TYPE_PUSH_PRODUCER, push_producer_iface_init, missing);
}

PtpConsumer *
ptp_test_gap_consumer_new (const char *missing)
{
  return gap_new ("Consumer", PTP_TYPE_CONSUMER, consumer_iface_init, missing);
}
