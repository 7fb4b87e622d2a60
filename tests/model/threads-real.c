/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "threads.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>

/* A stream from memory to an endpoint of ours, and a thread that ends it at some moment: a file is
 * whole or as it was, and the peer of a socket has what was sent from its beginning on.
 */

#define MAX_SIZE (400 * 1024)

static const char old_text[] = "what was there before";

typedef struct
{
  CrowdRandom random;        /* of the thread, from its start */
  PtpPullToPush *stream;     /* (owned) */
  GCancellable *cancellable; /* (owned) */

  guint8 *data; /* (owned) */
  gsize size;
  guint n_findings;
  guint n_waits; /* under way */
} Real;

static void
find (Real *self, const char *what)
{
  self->n_findings++;
  g_printerr ("FINDING with a real endpoint: %s; state %d, %" G_GSIZE_FORMAT " bytes\n", what,
              (int) ptp_pull_to_push_get_state (self->stream), self->size);
}

static gpointer
meddle (gpointer user_data)
{
  Real *self = user_data;
  PtpPushProducer *producer = PTP_PUSH_PRODUCER (self->stream);
  g_autoptr (GError) reason = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, "No more");

  for (guint n = crowd_random_below (&self->random, 2000); n > 0; n--)
    g_thread_yield ();
  if (crowd_random_one_in (&self->random, 3))
    {
      ptp_push_producer_pause_producing (producer);
      g_thread_yield ();
      ptp_push_producer_resume_producing (producer);
    }

  switch (crowd_random_below (&self->random, 4))
    {
    case 0:
      ptp_pull_to_push_stop_streaming (self->stream);
      break;
    case 1:
      ptp_push_producer_stop_producing (producer, reason);
      break;
    case 2:
      g_cancellable_cancel (self->cancellable);
      break;
    default:
      break;
    }
  return NULL;
}

static void
waited_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Real *self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean finished = ptp_pull_to_push_wait_finish (PTP_PULL_TO_PUSH (object), result, &error);

  if (finished
      != (ptp_pull_to_push_get_state (PTP_PULL_TO_PUSH (object)) == PTP_STREAM_STATE_FINISHED))
    find (self, "a wait told of another end");
  self->n_waits--;
}

static void
wait_for (Real *self, PtpPullToPush *stream)
{
  self->n_waits++;
  ptp_pull_to_push_wait_async (stream, NULL, waited_cb, self);
}

/* To its end, with everything that hangs on it, under the thread. */
static gboolean
run (Real *self, PtpConsumer *consumer, CrowdRandom *random)
{
  g_autoptr (GInputStream) input
    = g_memory_input_stream_new_from_data (self->data, (gssize) self->size, NULL);
  g_autoptr (PtpInputStreamProducer) producer = ptp_input_stream_producer_new (input);
  GThread *thread;

  self->random.state = crowd_random_next (random);
  self->stream = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (producer), consumer, NULL);
  ptp_pull_to_push_set_cancellable (self->stream, self->cancellable);
  wait_for (self, self->stream);
  thread = g_thread_new ("threads-real", meddle, self);
  while (self->n_waits > 0)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
  g_thread_join (thread);

  return ptp_pull_to_push_get_state (self->stream) == PTP_STREAM_STATE_FINISHED;
}

static gboolean
holds (const char *path, const void *data, gsize size)
{
  g_autofree char *contents = NULL;
  gsize length;

  return g_file_get_contents (path, &contents, &length, NULL) && length == size
         && memcmp (contents, data, size) == 0;
}

static guint
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
run_file (Real *self, CrowdRandom *random)
{
  g_autofree char *folder = g_dir_make_tmp ("threads-real-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "target", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  const gboolean old = crowd_random_one_in (random, 2);
  g_autoptr (PtpFileConsumer) consumer = NULL;
  gboolean finished;

  if (old)
    g_file_set_contents (path, old_text, -1, NULL);
  consumer = ptp_file_consumer_new (file);
  finished = run (self, PTP_CONSUMER (consumer), random);
  g_clear_object (&consumer);

  if (finished && !holds (path, self->data, self->size))
    find (self, "E10: finished, and the file is not what was streamed");
  else if (!finished && old && !holds (path, old_text, strlen (old_text)))
    find (self, "E10: not finished, and the old file is another");
  else if (!finished && !old && g_file_test (path, G_FILE_TEST_EXISTS))
    find (self, "E10: not finished, and there is a file");
  if (count_files (folder) != (finished || old ? 1 : 0))
    find (self, "B9: a file is left beside the target");

  g_unlink (path);
  g_rmdir (folder);
}

static PtpConnection *
connection_new (int fd)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, NULL);
  g_autoptr (GSocketConnection) connection = g_socket_connection_factory_create_connection (socket);

  return ptp_connection_new (G_IO_STREAM (connection));
}

/* The peer gets the end, whatever it was, and goes on to its own. */
static void
run_socket (Real *self, CrowdRandom *random)
{
  g_autoptr (GOutputStream) output = g_memory_output_stream_new_resizable ();
  g_autoptr (PtpOutputStreamConsumer) sink = ptp_output_stream_consumer_new (output);
  g_autoptr (PtpPullToPush) back = NULL;
  g_autoptr (PtpConnection) near = NULL;
  g_autoptr (PtpConnection) far = NULL;
  int fds[2];
  gboolean finished;
  gsize n;

  if (socketpair (AF_UNIX, SOCK_STREAM, 0, fds) != 0)
    g_error ("No sockets");
  near = connection_new (fds[0]);
  far = connection_new (fds[1]);
  back = ptp_pull_to_push_stream (PTP_PULL_PRODUCER (far), PTP_CONSUMER (sink), NULL);
  wait_for (self, back);
  finished = run (self, PTP_CONSUMER (near), random);

  n = g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (output));
  if (n > self->size
      || (n > 0
          && memcmp (g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (output)), self->data,
                     n)
               != 0))
    find (self, "B3: the peer has got something else");
  else if (finished && n != self->size)
    find (self, "L18: finished, and the peer has not got all of it");
  else if (finished && ptp_pull_to_push_get_state (back) != PTP_STREAM_STATE_FINISHED)
    find (self, "B8: finished, and the peer has not got the end");
}

guint
threads_real_run (guint64 seed)
{
  CrowdRandom random = { seed };
  g_autoptr (GMainContext) context = g_main_context_new ();
  Real self = { .cancellable = g_cancellable_new () };

  self.size = crowd_random_below (&random, MAX_SIZE);
  self.data = g_malloc (self.size + 1);
  for (gsize i = 0; i < self.size; i++)
    self.data[i] = (guint8) (i * 31 / 7);

  g_main_context_push_thread_default (context);
  if (crowd_random_one_in (&random, 2))
    run_file (&self, &random);
  else
    run_socket (&self, &random);
  g_clear_object (&self.stream);
  /* What closes, closes. */
  while (g_main_context_iteration (context, FALSE))
    ;
  g_main_context_pop_thread_default (context);

  g_object_unref (self.cancellable);
  g_free (self.data);
  return self.n_findings;
}
