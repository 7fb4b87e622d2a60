/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-cli-socket-private.h"

/* What is known of a connection while it is made. */
typedef struct
{
  PtpCliSide side;
  char *tls_ca;                    /* (owned) (nullable) (type filename) */
  GTlsDatabase *database;          /* (owned) (nullable) */
  GTlsCertificateFlags tls_errors; /* why the certificate was refused */
} Connecting;

static void
connecting_free (Connecting *connecting)
{
  g_free (connecting->tls_ca);
  g_clear_object (&connecting->database);
  g_free (connecting);
}

static const struct
{
  GTlsCertificateFlags flag;
  const char *why;
} certificate_faults[] = {
  { G_TLS_CERTIFICATE_UNKNOWN_CA, "nobody who is trusted here has signed it" },
  { G_TLS_CERTIFICATE_BAD_IDENTITY, "it belongs to another host" },
  { G_TLS_CERTIFICATE_NOT_ACTIVATED, "it is not valid yet" },
  { G_TLS_CERTIFICATE_EXPIRED, "it has expired" },
  { G_TLS_CERTIFICATE_REVOKED, "it was revoked" },
  { G_TLS_CERTIFICATE_INSECURE, "its algorithm is not secure" },
};

static char *
describe_certificate (GTlsCertificateFlags faults)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) parts = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (certificate_faults); i++)
    if ((faults & certificate_faults[i].flag) != 0)
      g_strv_builder_add (builder, certificate_faults[i].why);

  parts = g_strv_builder_end (builder);
  return g_strjoinv (" and ", parts);
}

static gboolean
accept_certificate_cb (GTlsConnection *connection,
                       GTlsCertificate *certificate,
                       GTlsCertificateFlags faults,
                       gpointer user_data)
{
  Connecting *connecting = g_task_get_task_data (G_TASK (user_data));

  connecting->tls_errors = faults;
  return FALSE;
}

static void
event_cb (GSocketClient *client,
          GSocketClientEvent event,
          GSocketConnectable *connectable,
          GIOStream *connection,
          gpointer user_data)
{
  const Connecting *connecting = g_task_get_task_data (G_TASK (user_data));

  if (event != G_SOCKET_CLIENT_TLS_HANDSHAKING)
    return;

  if (connecting->database != NULL)
    g_tls_connection_set_database (G_TLS_CONNECTION (connection), connecting->database);
  g_signal_connect_object (connection, "accept-certificate", G_CALLBACK (accept_certificate_cb),
                           user_data, 0);
}

static void
return_connection (GTask *task, GSocketConnection *connection)
{
  const Connecting *connecting = g_task_get_task_data (task);
  gboolean output = connecting->side == PTP_CLI_SIDE_DESTINATION;

  g_task_return_pointer (task, ptp_cli_opened_new_for_connection (connection, output),
                         (GDestroyNotify) ptp_cli_opened_free);
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection
    = g_socket_client_connect_finish (G_SOCKET_CLIENT (source), result, &error);
  const Connecting *connecting = g_task_get_task_data (task);

  if (connection != NULL)
    {
      return_connection (task, connection);
      return;
    }

  if (connecting->tls_errors != 0)
    {
      g_autofree char *why = describe_certificate (connecting->tls_errors);

      g_clear_error (&error);
      g_set_error (&error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
                   "the certificate was refused: %s", why);
    }
  g_task_return_error (task, g_steal_pointer (&error));
}

static gboolean
prepare_tls (GSocketClient *client, Connecting *connecting, GError **error)
{
  if (!g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    {
      g_set_error_literal (error, G_TLS_ERROR, G_TLS_ERROR_UNAVAILABLE,
                           "GIO has no TLS here; install glib-networking");
      return FALSE;
    }
  if (connecting->tls_ca != NULL)
    {
      connecting->database = g_tls_file_database_new (connecting->tls_ca, error);
      if (connecting->database == NULL)
        {
          g_prefix_error (error, "--tls-ca: ");
          return FALSE;
        }
    }

  g_socket_client_set_tls (client, TRUE);
  return TRUE;
}

static void
connect_to (const PtpCliPlace *place, GTask *task)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  Connecting *connecting = g_task_get_task_data (task);
  GError *error = NULL;

  if (place->kind == PTP_CLI_PLACE_TLS && !prepare_tls (client, connecting, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  g_signal_connect_object (client, "event", G_CALLBACK (event_cb), task, 0);
  g_socket_client_connect_async (client, place->connection, g_task_get_cancellable (task),
                                 connected_cb, g_object_ref (task));
}

static void
accepted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GSocketConnection) connection
    = g_socket_listener_accept_finish (G_SOCKET_LISTENER (source), result, NULL, &error);

  /* There is one reader; others are refused from now on. */
  g_socket_listener_close (G_SOCKET_LISTENER (source));
  if (connection != NULL)
    return_connection (task, connection);
  else
    g_task_return_error (task, error);
}

static guint16
listen_on (const PtpCliPlace *place, GSocketListener *listener, GError **error)
{
  g_autoptr (GSocketAddress) effective = NULL;

  if (place->address != NULL)
    {
      if (!g_socket_listener_add_address (listener, place->address, G_SOCKET_TYPE_STREAM,
                                          G_SOCKET_PROTOCOL_TCP, NULL, &effective, error))
        return 0;

      return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (effective));
    }
  if (place->port == 0)
    return g_socket_listener_add_any_inet_port (listener, NULL, error);

  return g_socket_listener_add_inet_port (listener, place->port, NULL, error) ? place->port : 0;
}

static void
listen_for (const PtpCliPlace *place, const PtpCliOptions *options, GTask *task)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  GError *error = NULL;
  guint16 port = listen_on (place, listener, &error);

  if (port == 0)
    {
      g_task_return_error (task, error);
      return;
    }

  if (!options->quiet)
    g_printerr ("Listening on port %u\n", port);
  g_socket_listener_accept_async (listener, g_task_get_cancellable (task), accepted_cb,
                                  g_object_ref (task));
}

/* Connects, or listens until somebody has connected. */
void
ptp_cli_socket_open_async (const PtpCliPlace *place,
                           const PtpCliOptions *options,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Connecting *connecting = g_new0 (Connecting, 1);

  connecting->side = place->side;
  /* The database takes an absolute path only. */
  if (options->tls_ca != NULL)
    connecting->tls_ca = g_canonicalize_filename (options->tls_ca, NULL);
  g_task_set_source_tag (task, ptp_cli_socket_open_async);
  g_task_set_task_data (task, connecting, (GDestroyNotify) connecting_free);

  if (place->kind == PTP_CLI_PLACE_TCP_LISTEN)
    listen_for (place, options, task);
  else
    connect_to (place, task);
}

PtpCliOpened *
ptp_cli_socket_open_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
