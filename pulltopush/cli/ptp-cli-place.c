/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-cli-place-private.h"

#include <gio/gunixsocketaddress.h>
#include <sys/un.h>

static gboolean
parse_host (PtpCliPlace *place, const char *text, GError **error)
{
  const char *scheme = g_uri_peek_scheme (text);
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_NONE, error);
  const char *host;

  if (uri == NULL)
    return FALSE;

  host = g_uri_get_host (uri);
  if (host == NULL || *host == '\0' || g_uri_get_port (uri) <= 0)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "it lacks a host or a port; write %s://HOST:PORT", scheme);
      return FALSE;
    }
  if ((*g_uri_get_path (uri) != '\0' && !g_str_equal (g_uri_get_path (uri), "/"))
      || g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL
      || g_uri_get_userinfo (uri) != NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "it says more than host and port; write %s://HOST:PORT", scheme);
      return FALSE;
    }

  place->connection
    = G_SOCKET_CONNECTABLE (g_network_address_new (host, (guint16) g_uri_get_port (uri)));
  return TRUE;
}

static gboolean
parse_unix (PtpCliPlace *place, const char *path, GError **error)
{
  /* GUnixSocketAddress cuts off what does not fit, which would be another socket. */
  const gsize max = sizeof (((struct sockaddr_un *) NULL)->sun_path) - 1;

  if (*path == '\0' || strlen (path) > max)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   *path == '\0' ? "it lacks a path; write unix:PATH, at most %" G_GSIZE_FORMAT
                                   " bytes long"
                                 : "the path is too long for a socket; at most %" G_GSIZE_FORMAT
                                   " bytes are possible",
                   max);
      return FALSE;
    }

  place->connection = G_SOCKET_CONNECTABLE (g_unix_socket_address_new (path));
  return TRUE;
}

static gboolean
parse_listen (PtpCliPlace *place, const char *text, GError **error)
{
  g_autoptr (GSocketConnectable) address = NULL;
  guint64 port;

  if (place->side == PTP_CLI_SIDE_SOURCE)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           "tcp-listen serves a reader, so it can only be the destination");
      return FALSE;
    }
  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT16, &port, NULL))
    {
      place->port = (guint16) port;
      return TRUE;
    }

  address = strchr (text, ':') != NULL ? g_network_address_parse (text, 0, NULL) : NULL;
  if (address != NULL)
    place->address = g_inet_socket_address_new_from_string (
      g_network_address_get_hostname (G_NETWORK_ADDRESS (address)),
      g_network_address_get_port (G_NETWORK_ADDRESS (address)));
  if (place->address == NULL)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                         "write tcp-listen:PORT, with a port from 0 to 65535, or "
                         "tcp-listen:IP:PORT with the IP address of this computer to listen on");

  return place->address != NULL;
}

static gboolean
parse_file (PtpCliPlace *place, const char *text, GError **error)
{
  const char *scheme = g_uri_peek_scheme (text);
  const char *const *schemes = g_vfs_get_supported_uri_schemes (g_vfs_get_default ());

  if (*text == '\0')
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "the name is empty");
      return FALSE;
    }

  if (scheme == NULL || g_strv_contains (schemes, scheme) || g_str_equal (scheme, "resource"))
    {
      place->file = g_file_new_for_commandline_arg (text);
      return TRUE;
    }

  /* Colons are legal in file names, too. */
  if (g_file_test (text, G_FILE_TEST_EXISTS))
    {
      place->file = g_file_new_for_path (text);
      return TRUE;
    }

  g_set_error (
    error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
    "nothing here can handle URIs of the scheme “%s”; for a file of that name write ./%s", scheme,
    place->name);
  return FALSE;
}

static gboolean
parse (PtpCliPlace *place, const char *text, GError **error)
{
  const char *scheme = g_uri_peek_scheme (text);

  place->kind = PTP_CLI_PLACE_FILE;
  if (g_str_equal (text, "-"))
    place->kind = PTP_CLI_PLACE_STANDARD;
  else if (g_strcmp0 (scheme, "tcp") == 0)
    place->kind = PTP_CLI_PLACE_TCP;
  else if (g_strcmp0 (scheme, "tls") == 0)
    place->kind = PTP_CLI_PLACE_TLS;
  else if (g_strcmp0 (scheme, "unix") == 0)
    place->kind = PTP_CLI_PLACE_UNIX;
  else if (g_strcmp0 (scheme, "tcp-listen") == 0)
    place->kind = PTP_CLI_PLACE_TCP_LISTEN;

  switch (place->kind)
    {
    case PTP_CLI_PLACE_TCP:
    case PTP_CLI_PLACE_TLS:
      return parse_host (place, text, error);
    case PTP_CLI_PLACE_UNIX:
      return parse_unix (place, text + strlen ("unix:"), error);
    case PTP_CLI_PLACE_TCP_LISTEN:
      return parse_listen (place, text + strlen ("tcp-listen:"), error);
    case PTP_CLI_PLACE_FILE:
      return parse_file (place, text, error);
    case PTP_CLI_PLACE_STANDARD:
    default:
      return TRUE;
    }
}

/* Fails with a GOptionError if @text makes no sense, and with another error if it does, but
 * nothing here can open it.
 */
PtpCliPlace *
ptp_cli_place_new (const char *text, PtpCliSide side, GError **error)
{
  g_autoptr (PtpCliPlace) place = g_new0 (PtpCliPlace, 1);
  g_autoptr (GError) local = NULL;

  place->side = side;
  place->name = g_filename_display_name (text);
  if (parse (place, text, &local))
    return g_steal_pointer (&place);

  if (local->domain == G_URI_ERROR)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, local->message);
  else
    g_propagate_error (error, g_steal_pointer (&local));

  return NULL;
}

void
ptp_cli_place_free (PtpCliPlace *place)
{
  g_free (place->name);
  g_clear_object (&place->file);
  g_clear_object (&place->connection);
  g_clear_object (&place->address);
  g_free (place);
}
