/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Makes up that many MiB and serves them to one client. However slowly that reads, no more is
 * queued than the consumer's marks allow: what is not wanted yet is not made.
 */
#include <pulltopush/pulltopush.h>
#include <string.h>

#define CHUNK_SIZE (64 * 1024)
#define MEBIBYTE   (1024 * 1024)
#define LOW_MARK   (64 * 1024)
#define HIGH_MARK  (256 * 1024)
#define LIMIT      (1024 * 1024)

/* A producer: chunk number N is full of the byte N. */

#define SERVE_TYPE_GENERATOR (serve_generator_get_type ())
G_DECLARE_FINAL_TYPE (ServeGenerator, serve_generator, SERVE, GENERATOR, GObject)

struct _ServeGenerator
{
  GObject parent_instance;

  guint64 n_chunks;
  guint64 next;
};

static PtpStepResult
serve_generator_produce (PtpPullProducer *producer, PtpConsumer *consumer, GError **error)
{
  ServeGenerator *self = SERVE_GENERATOR (producer);
  g_autoptr (GBytes) bytes = NULL;
  guint8 *chunk;

  if (self->next == self->n_chunks)
    return PTP_STEP_RESULT_FINISHED;

  chunk = g_malloc (CHUNK_SIZE);
  memset (chunk, (int) (self->next++ % 256), CHUNK_SIZE);
  bytes = g_bytes_new_take (chunk, CHUNK_SIZE);
  if (!ptp_consumer_write (consumer, bytes, error))
    return PTP_STEP_RESULT_FAILED;

  return PTP_STEP_RESULT_MORE;
}

static void
serve_generator_cancel (PtpPullProducer *producer, const GError *reason)
{
  SERVE_GENERATOR (producer)->next = SERVE_GENERATOR (producer)->n_chunks;
}

static void
serve_generator_iface_init (PtpPullProducerInterface *iface)
{
  iface->produce = serve_generator_produce;
  iface->cancel = serve_generator_cancel;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (ServeGenerator,
                               serve_generator,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PTP_TYPE_PULL_PRODUCER,
                                                      serve_generator_iface_init))

static void
serve_generator_class_init (ServeGeneratorClass *klass)
{
}

static void
serve_generator_init (ServeGenerator *self)
{
}

/* The server. */

typedef struct
{
  GMainLoop *loop;
  ServeGenerator *generator;
  GSocketConnection *connection;
  PtpOutputStreamConsumer *consumer;
  GError *error;
} Serve;

/* Everything is sent, and the client knows that this was all; or the error says that it is gone. */
static void
ended_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Serve *serve = data;

  if (ptp_pull_to_push_wait_finish (PTP_PULL_TO_PUSH (source), result, &serve->error))
    g_print ("%" G_GUINT64_FORMAT " bytes, at most %" G_GSIZE_FORMAT " bytes queued\n",
             ptp_output_stream_consumer_get_bytes_written (serve->consumer),
             ptp_output_stream_consumer_get_peak_queued (serve->consumer));
  g_main_loop_quit (serve->loop);
}

static gboolean
stream_to_client (Serve *serve, GError **error)
{
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (serve->connection));
  g_autoptr (PtpPullToPush) stream = NULL;

  serve->consumer = ptp_output_stream_consumer_new (output);
  if (!ptp_output_stream_consumer_set_marks (serve->consumer, LOW_MARK, HIGH_MARK, LIMIT, error))
    return FALSE;

  stream = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (serve->generator),
                                    PTP_CONSUMER (serve->consumer), error);
  if (stream == NULL)
    return FALSE;

  ptp_pull_to_push_wait_async (stream, NULL, ended_cb, serve);
  return TRUE;
}

static void
accepted_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GSocketListener *listener = G_SOCKET_LISTENER (source);
  Serve *serve = data;

  serve->connection = g_socket_listener_accept_finish (listener, result, NULL, &serve->error);
  g_socket_listener_close (listener);
  if (serve->connection == NULL || !stream_to_client (serve, &serve->error))
    g_main_loop_quit (serve->loop);
}

static gboolean
listen_on_loopback (GSocketListener *listener, GError **error)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) address = NULL;

  if (!g_socket_listener_add_address (listener, wanted, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP,
                                      NULL, &address, error))
    return FALSE;

  g_print ("listening on %u\n", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
  return TRUE;
}

int
main (int argc, char *argv[])
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (ServeGenerator) generator = g_object_new (SERVE_TYPE_GENERATOR, NULL);
  Serve serve = { .loop = loop, .generator = generator };
  gboolean failed;
  guint64 size = 0;

  if (argc != 2 || !g_ascii_string_to_unsigned (argv[1], 10, 1, 1 << 20, &size, NULL))
    {
      g_printerr ("Usage: serve MEBIBYTES\n");
      return 2;
    }

  generator->n_chunks = size * (MEBIBYTE / CHUNK_SIZE);
  if (listen_on_loopback (listener, &serve.error))
    {
      g_socket_listener_accept_async (listener, NULL, accepted_cb, &serve);
      g_main_loop_run (loop);
    }

  failed = serve.error != NULL;
  if (failed)
    g_printerr ("serve: %s\n", serve.error->message);
  g_clear_error (&serve.error);
  g_clear_object (&serve.consumer);
  g_clear_object (&serve.connection);
  return failed ? 1 : 0;
}
