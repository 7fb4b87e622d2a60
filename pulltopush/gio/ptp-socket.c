/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-socket-private.h"

#include "../contract/ptp-quark-private.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

static GMutex errors_lock;

static GQuark
error_quark (void)
{
  static guint quark;

  return ptp_quark_get (&quark, "ptp-socket-error");
}

/* The class of a GSocketConnection's stream is private to GIO; its property is not. */
GSocket *
ptp_socket_ref_of (gpointer stream)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (stream), "socket");
  GSocket *socket = NULL;

  if (pspec != NULL && g_type_is_a (pspec->value_type, G_TYPE_SOCKET)
      && (pspec->flags & G_PARAM_READABLE) != 0)
    g_object_get (stream, "socket", &socket, NULL);

  return socket;
}

/* When the peer had said its end before, the kernel says EPIPE, which GIO has one code with, but
 * not one text.
 */
static gboolean
is_loss (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE)
         || (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED)
             && g_str_has_suffix (error->message, g_strerror (ECONNRESET)));
}

void
ptp_socket_keep_error (gpointer output_stream, const GError *error)
{
  g_autoptr (GSocket) socket = ptp_socket_ref_of (output_stream);

  if (socket == NULL || !is_loss (error))
    return;

  g_mutex_lock (&errors_lock);
  if (g_object_get_qdata (G_OBJECT (socket), error_quark ()) == NULL)
    g_object_set_qdata_full (G_OBJECT (socket), error_quark (), g_error_copy (error),
                             (GDestroyNotify) g_error_free);
  g_mutex_unlock (&errors_lock);
}

GError *
ptp_socket_dup_error (gpointer input_stream)
{
  g_autoptr (GSocket) socket = ptp_socket_ref_of (input_stream);
  const GError *error;
  GError *copy = NULL;

  if (socket == NULL)
    return NULL;

  g_mutex_lock (&errors_lock);
  error = g_object_get_qdata (G_OBJECT (socket), error_quark ());
  if (error != NULL)
    copy = g_error_copy (error);
  g_mutex_unlock (&errors_lock);

  return copy;
}

void
ptp_socket_set_reset_fd (int fd)
{
  const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
  struct sockaddr_storage name = { .ss_family = AF_UNSPEC };
  socklen_t size = sizeof name;

  if (getsockname (fd, (struct sockaddr *) &name, &size) == 0
      && (name.ss_family == AF_INET || name.ss_family == AF_INET6))
    (void) setsockopt (fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void
ptp_socket_set_reset (GSocket *socket)
{
  if (!g_socket_is_closed (socket))
    ptp_socket_set_reset_fd (g_socket_get_fd (socket));
}
