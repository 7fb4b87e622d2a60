/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-fuzz.h"

#include <pulltopush/cli/ptp-cli-options-private.h>
#include <pulltopush/cli/ptp-cli-place-private.h>
#include <pulltopush/cli/ptp-cli-size-private.h>

#include "ptp-model-trials.h"

#include <string.h>

/* Success has no error; a failure has one that can be shown. */
static char *
judge (gboolean success, const GError *error)
{
  if (success != (error == NULL))
    return g_strdup ("result and error disagree");
  if (error != NULL && (error->message == NULL || *error->message == '\0'))
    return g_strdup ("an error without a message");
  return NULL;
}

static char *
fuzz_size (const char *text)
{
  g_autoptr (GError) error = NULL;
  guint64 size = 0;
  gboolean success = ptp_cli_parse_size (text, &size, &error);

  if (success && (size == 0 || size > G_MAXSSIZE))
    return g_strdup_printf ("a size of %" G_GUINT64_FORMAT, size);
  if (success && !g_ascii_isdigit (*text))
    return g_strdup ("a size without a digit");
  return judge (success, error);
}

/* A place has what is needed to open it, and nothing else. */
static char *
judge_place (const PtpCliPlace *place)
{
  gboolean file = FALSE, connection = FALSE, address = place->address != NULL;

  switch (place->kind)
    {
    case PTP_CLI_PLACE_FILE:
      file = TRUE;
      break;
    case PTP_CLI_PLACE_TCP:
    case PTP_CLI_PLACE_TLS:
    case PTP_CLI_PLACE_UNIX:
      connection = TRUE;
      break;
    case PTP_CLI_PLACE_TCP_LISTEN:
      if (place->side == PTP_CLI_SIDE_SOURCE)
        return g_strdup ("a source that listens");
      address = FALSE;
      break;
    case PTP_CLI_PLACE_STANDARD:
    default:
      break;
    }

  if (address || file != (place->file != NULL) || connection != (place->connection != NULL))
    return g_strdup_printf ("a place of kind %d with something else", (int) place->kind);
  if (!g_utf8_validate (place->name, -1, NULL))
    return g_strdup ("a name that cannot be shown");
  return NULL;
}

static char *
fuzz_place (const char *text, PtpCliSide side)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PtpCliPlace) place = ptp_cli_place_new (text, side, &error);
  char *finding = judge (place != NULL, error);

  if (finding == NULL && place != NULL)
    finding = judge_place (place);
  return finding;
}

/* GOption shows the help by itself, and exits. */
static gboolean
asks_for_help (const char *arg)
{
  return g_str_has_prefix (arg, "--help")
         || (arg[0] == '-' && arg[1] != '-' && strpbrk (arg, "h?") != NULL);
}

static char *
fuzz_options (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PtpCliOptions) options = NULL;
  g_auto (GStrv) words = g_strsplit (text, "\n", -1);
  g_autoptr (GPtrArray) args = g_ptr_array_new ();

  g_ptr_array_add (args, (gpointer) "pulltopush");
  for (guint i = 0; words[i] != NULL; i++)
    if (!asks_for_help (words[i]))
      g_ptr_array_add (args, words[i]);
  g_ptr_array_add (args, NULL);

  options = ptp_cli_options_new_from_args ((char **) args->pdata, &error);
  if (options != NULL && !options->version
      && (options->source == NULL || options->destination == NULL || options->low >= options->high))
    return g_strdup ("options that are not complete");
  return judge (options != NULL, error);
}

/* The first byte says which; the rest is the text. */
char *
ptp_fuzz_cli (const guint8 *data, gsize size)
{
  g_autofree char *text = NULL;
  g_autofree char *warning = NULL;
  char *finding;

  if (size == 0)
    return NULL;

  text = g_strndup ((const char *) data + 1, size - 1);
  switch (data[0] % 4)
    {
    case 0:
      finding = fuzz_size (text);
      break;
    case 1:
      finding = fuzz_place (text, PTP_CLI_SIDE_SOURCE);
      break;
    case 2:
      finding = fuzz_place (text, PTP_CLI_SIDE_DESTINATION);
      break;
    default:
      finding = fuzz_options (text);
      break;
    }

  warning = ptp_model_take_warning ();
  if (warning == NULL)
    return finding;
  g_free (finding);
  return g_steal_pointer (&warning);
}
