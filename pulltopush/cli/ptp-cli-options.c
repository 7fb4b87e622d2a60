/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-cli-options-private.h"

#include "ptp-cli-size-private.h"

/* Measured: with these a file in memory goes to another at the speed of cat(1), and both marks
 * together stay small beside the memory that is allowed.
 */
#define DEFAULT_HIGH (4 * 1024 * 1024)

/* What the library takes. */
#define MAX_CHUNK_SIZE (64 * 1024 * 1024)

static const char summary[]
  = "Copies a stream of bytes from SOURCE to DESTINATION, never faster than either can go.\n"
    "\n"
    "SOURCE and DESTINATION:\n"
    "  PATH                   a file, pipe, terminal or device\n"
    "  URI                    whatever GIO can name, such as file:///tmp/a\n"
    "  -                      standard input or output; DESTINATION may be left out\n"
    "  tcp://HOST:PORT        a TCP connection\n"
    "  tls://HOST:PORT        the same with TLS; the certificate is checked\n"
    "  unix:PATH              a Unix socket\n"
    "  tcp-listen:[IP:]PORT   DESTINATION only: serves one reader; port 0 picks a free one";

static const char description[] = "SIZE is a number of bytes, such as 65536, 64K, 1M or 1MiB.\n"
                                  "\n"
                                  "Exit status:\n"
                                  "  0    done\n"
                                  "  1    another failure\n"
                                  "  2    wrong usage\n"
                                  "  3    the source failed\n"
                                  "  4    the destination failed\n"
                                  "  130  interrupted (SIGINT)\n"
                                  "  143  terminated (SIGTERM)\n"
                                  "\n"
                                  "See pulltopush(1) for more.";

/* The texts as they come from GOption, before they are judged. */
typedef struct
{
  PtpCliOptions *options; /* (unowned) */
  char *chunk_size;       /* (owned) (nullable) */
  char *high;             /* (owned) (nullable) */
  char *low;              /* (owned) (nullable) */
  char **places;          /* (owned) (nullable) */
} Parsed;

static void
parsed_clear (Parsed *parsed)
{
  g_clear_pointer (&parsed->chunk_size, g_free);
  g_clear_pointer (&parsed->high, g_free);
  g_clear_pointer (&parsed->low, g_free);
  g_clear_pointer (&parsed->places, g_strfreev);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parsed, parsed_clear)

static gboolean
progress_cb (const char *name, const char *value, gpointer user_data, GError **error)
{
  Parsed *parsed = user_data;

  parsed->options->progress
    = g_str_equal (name, "--progress") ? PTP_CLI_PROGRESS_ON : PTP_CLI_PROGRESS_OFF;
  return TRUE;
}

static gboolean
parse_command_line (Parsed *parsed, char ***args, GError **error)
{
  PtpCliOptions *options = parsed->options;
  const GOptionEntry entries[]
    = { { "progress", 0, G_OPTION_FLAG_NO_ARG, G_OPTION_ARG_CALLBACK, progress_cb,
          "Show how far it is (default on a terminal)", NULL },
        { "no-progress", 0, G_OPTION_FLAG_NO_ARG, G_OPTION_ARG_CALLBACK, progress_cb,
          "Do not show how far it is", NULL },
        { "chunk-size", 0, 0, G_OPTION_ARG_STRING, &parsed->chunk_size,
          "Read at most so much at once (default: adapts)", "SIZE" },
        { "high", 0, 0, G_OPTION_ARG_STRING, &parsed->high,
          "Pause the source when so much waits to be written (default: 4MiB)", "SIZE" },
        { "low", 0, 0, G_OPTION_ARG_STRING, &parsed->low,
          "Resume the source when no more than this is left (default: half of --high)", "SIZE" },
        { "tls-ca", 0, 0, G_OPTION_ARG_FILENAME, &options->tls_ca,
          "Trust the certificates in this PEM file instead of the system's", "FILE" },
        { "partial", 0, 0, G_OPTION_ARG_NONE, &options->partial,
          "When it fails, keep what came as DESTINATION.part", NULL },
        { "stats", 0, 0, G_OPTION_ARG_NONE, &options->stats,
          "Write one line of JSON about the run to standard error at the end", NULL },
        { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options->quiet, "Write nothing but errors", NULL },
        { "version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Show the version", NULL },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &parsed->places, NULL,
          "SOURCE [DESTINATION]" },
        { NULL } };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  GOptionGroup *group = g_option_group_new ("main", NULL, NULL, parsed, NULL);

  g_option_group_add_entries (group, entries);
  g_option_context_set_main_group (context, group);
  g_option_context_set_summary (context, summary);
  g_option_context_set_description (context, description);
  return g_option_context_parse_strv (context, args, error);
}

static gboolean
get_size (const char *option, const char *text, guint64 max, guint64 *size, GError **error)
{
  if (!ptp_cli_parse_size (text, size, error))
    {
      g_prefix_error (error, "%s: ", option);
      return FALSE;
    }
  if (*size > max)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "%s: “%s” is too much; at most %" G_GUINT64_FORMAT " bytes are possible", option,
                   text, max);
      return FALSE;
    }

  return TRUE;
}

static gboolean
judge_sizes (PtpCliOptions *options, const Parsed *parsed, GError **error)
{
  guint64 chunk_size = 0;
  guint64 high = DEFAULT_HIGH;
  guint64 low;

  if (parsed->chunk_size != NULL
      && !get_size ("--chunk-size", parsed->chunk_size, MAX_CHUNK_SIZE, &chunk_size, error))
    return FALSE;
  if (parsed->high != NULL && !get_size ("--high", parsed->high, G_MAXSSIZE, &high, error))
    return FALSE;

  low = high / 2;
  if (parsed->low != NULL && g_strcmp0 (parsed->low, "0") == 0)
    low = 0;
  else if (parsed->low != NULL && !get_size ("--low", parsed->low, G_MAXSSIZE, &low, error))
    return FALSE;

  if (low >= high)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "--low (%" G_GUINT64_FORMAT
                   " bytes) must be less than --high (%" G_GUINT64_FORMAT " bytes%s)",
                   low, high, parsed->high == NULL ? ", the default" : "");
      return FALSE;
    }

  options->chunk_size = (guint) chunk_size;
  options->high = (gsize) high;
  options->low = (gsize) low;
  return TRUE;
}

static gboolean
judge_places (PtpCliOptions *options, const Parsed *parsed, GError **error)
{
  guint n_places = parsed->places != NULL ? g_strv_length (parsed->places) : 0;

  if (n_places == 0)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "no SOURCE was given");
      return FALSE;
    }
  if (n_places > 2)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                   "there is one SOURCE and one DESTINATION; what is “%s”?", parsed->places[2]);
      return FALSE;
    }

  options->source = g_strdup (parsed->places[0]);
  options->destination = g_strdup (n_places > 1 ? parsed->places[1] : "-");
  return TRUE;
}

/* @args are those of main(), and left alone. With --help it does not return. */
PtpCliOptions *
ptp_cli_options_new_from_args (char **args, GError **error)
{
  g_autoptr (PtpCliOptions) options = g_new0 (PtpCliOptions, 1);
  g_auto (Parsed) parsed = { .options = options };
  /* GOption takes out of the array what it knows. */
  g_auto (GStrv) rest = g_strdupv (args);

  if (!parse_command_line (&parsed, &rest, error))
    return NULL;
  if (options->version)
    return g_steal_pointer (&options);
  if (!judge_places (options, &parsed, error) || !judge_sizes (options, &parsed, error))
    return NULL;

  return g_steal_pointer (&options);
}

void
ptp_cli_options_free (PtpCliOptions *options)
{
  g_free (options->source);
  g_free (options->destination);
  g_free (options->tls_ca);
  g_free (options);
}
