/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-cli-format-private.h"

#include <gio/gio.h>

/* A bar that is shorter than this shows nothing. */
#define MIN_BAR (10)

/* Columns of the fields that would otherwise make the line jump about. */
#define PERCENT_COLUMNS (4)
#define BYTES_COLUMNS   (9)
#define RATE_COLUMNS    (11)

static const char gap[] = "  ";

char *
ptp_cli_format_bytes (guint64 bytes)
{
  g_autofree char *text = g_format_size_full (bytes, G_FORMAT_SIZE_IEC_UNITS);
  g_auto (GStrv) parts = NULL;

  if (bytes < 1024)
    return g_strdup_printf ("%u B", (guint) bytes);

  /* GLib puts a no-break space there, which not every terminal knows. */
  parts = g_strsplit (text, "\302\240", 2);
  return g_strjoinv (" ", parts);
}

char *
ptp_cli_format_rate (double rate)
{
  g_autofree char *text = NULL;

  if (!(rate > 0))
    rate = 0;
  if (rate > (double) G_MAXINT64)
    rate = (double) G_MAXINT64;

  text = ptp_cli_format_bytes ((guint64) rate);
  return g_strconcat (text, "/s", NULL);
}

/* As in 0:05, 12:34 or 1:02:03. */
char *
ptp_cli_format_time (double seconds)
{
  guint64 all = seconds > 0 ? (guint64) MIN (seconds, 1e15) : 0;
  guint64 days = all / (24 * 60 * 60);
  guint hours = (guint) (all / (60 * 60) % 24);
  guint minutes = (guint) (all / 60 % 60);
  guint rest = (guint) (all % 60);

  if (days > 0)
    return g_strdup_printf ("%" G_GUINT64_FORMAT "d %02u:%02u:%02u", days, hours, minutes, rest);
  if (hours > 0)
    return g_strdup_printf ("%u:%02u:%02u", hours, minutes, rest);

  return g_strdup_printf ("%u:%02u", minutes, rest);
}

/* The size of a source may be wrong: some grow while they are read. */
static gboolean
knows_total (const PtpCliSample *sample)
{
  return sample->total > 0 && sample->bytes <= (guint64) sample->total;
}

static double
get_fraction (const PtpCliSample *sample)
{
  return (double) sample->bytes / (double) sample->total;
}

static char *
format_percent (const PtpCliSample *sample)
{
  return g_strdup_printf ("%3u%%", (guint) (get_fraction (sample) * 100));
}

/* The time left while it runs and the end is known, the time it took otherwise. */
static char *
format_clock (const PtpCliSample *sample)
{
  g_autofree char *text = NULL;

  if (!sample->done && knows_total (sample))
    {
      double left = (double) sample->total - (double) sample->bytes;

      if (!(sample->rate >= 1))
        return g_strdup ("-:-- left");

      text = ptp_cli_format_time (left / sample->rate + 0.5);
      return g_strconcat (text, " left", NULL);
    }

  text = ptp_cli_format_time (sample->seconds);
  return sample->done ? g_strconcat ("in ", text, NULL) : g_strconcat (text, " so far", NULL);
}

static char *
format_holders (const PtpCliSample *sample)
{
  if (sample->done || sample->holders == NULL || *sample->holders == '\0')
    return NULL;

  return g_strconcat ("paused by ", sample->holders, NULL);
}

static guint
count_columns (const char *text)
{
  return (guint) g_utf8_strlen (text, -1);
}

static void
append_field (GString *line, const char *field, guint columns)
{
  guint n = count_columns (field);

  if (line->len > 0)
    g_string_append (line, gap);
  for (; n < columns; n++)
    g_string_append_c (line, ' ');
  g_string_append (line, field);
}

/* Appends what fits. */
static gboolean
append_if_room (GString *line, const char *field, guint columns, guint max)
{
  guint wanted = MAX (columns, count_columns (field)) + (line->len > 0 ? (guint) strlen (gap) : 0);

  if (count_columns (line->str) + wanted > max)
    return FALSE;

  append_field (line, field, columns);
  return TRUE;
}

static char *
format_bar (double fraction, guint columns)
{
  GString *bar = g_string_sized_new (columns);
  guint inner = columns - 2;
  guint filled = (guint) (fraction * inner);

  g_string_append_c (bar, '[');
  for (guint i = 0; i < inner; i++)
    g_string_append_c (bar, i < filled ? '=' : i == filled ? '>' : ' ');
  g_string_append_c (bar, ']');
  return g_string_free (bar, FALSE);
}

static void
insert_bar (GString *line, const PtpCliSample *sample, guint max)
{
  guint used = count_columns (line->str) + 1;
  g_autofree char *bar = NULL;

  if (!knows_total (sample) || used + MIN_BAR > max)
    return;

  bar = format_bar (get_fraction (sample), max - used);
  g_string_insert_c (line, PERCENT_COLUMNS, ' ');
  g_string_insert (line, PERCENT_COLUMNS + 1, bar);
}

/* One line for a terminal, at most @columns wide: what matters most comes first, what does not fit
 * is left out, and the bar gets the rest.
 */
char *
ptp_cli_format_line (const PtpCliSample *sample, guint columns)
{
  GString *line = g_string_new (NULL);
  g_autofree char *bytes = ptp_cli_format_bytes (sample->bytes);
  g_autofree char *rate = ptp_cli_format_rate (sample->rate);
  g_autofree char *clock = format_clock (sample);
  g_autofree char *holders = format_holders (sample);

  if (knows_total (sample))
    {
      g_autofree char *percent = format_percent (sample);

      append_if_room (line, percent, PERCENT_COLUMNS, columns);
    }

  if (append_if_room (line, bytes, BYTES_COLUMNS, columns)
      && append_if_room (line, rate, RATE_COLUMNS, columns)
      && append_if_room (line, clock, 0, columns) && holders != NULL)
    append_if_room (line, holders, 0, columns);

  insert_bar (line, sample, columns);
  return g_string_free (line, FALSE);
}

/* One line for a log. */
char *
ptp_cli_format_plain (const PtpCliSample *sample)
{
  GString *line = g_string_new (NULL);
  g_autofree char *bytes = ptp_cli_format_bytes (sample->bytes);
  g_autofree char *rate = ptp_cli_format_rate (sample->rate);
  g_autofree char *clock = format_clock (sample);
  g_autofree char *holders = format_holders (sample);

  if (knows_total (sample))
    {
      g_autofree char *percent = format_percent (sample);

      append_field (line, g_strchug (percent), 0);
    }

  append_field (line, bytes, 0);
  append_field (line, rate, 0);
  append_field (line, clock, 0);
  if (holders != NULL)
    append_field (line, holders, 0);

  return g_string_free (line, FALSE);
}
