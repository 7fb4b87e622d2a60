/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include <pulltopush/pulltopush.h>

#include "ptp-cli-format-private.h"
#include "ptp-cli-report-private.h"
#include "ptp-cli-size-private.h"

static void
assert_bytes (guint64 bytes, const char *expected)
{
  g_autofree char *text = ptp_cli_format_bytes (bytes);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_bytes (void)
{
  assert_bytes (0, "0 B");
  assert_bytes (1, "1 B");
  assert_bytes (1023, "1023 B");
  assert_bytes (1024, "1.0 KiB");
  assert_bytes (1536, "1.5 KiB");
  assert_bytes (G_GUINT64_CONSTANT (1) << 40, "1.0 TiB");
  assert_bytes (G_MAXUINT64, "16.0 EiB");
}

static void
assert_rate (double rate, const char *expected)
{
  g_autofree char *text = ptp_cli_format_rate (rate);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_rate (void)
{
  assert_rate (0, "0 B/s");
  assert_rate (-1, "0 B/s");
  assert_rate (0.0 / 0.0, "0 B/s");
  assert_rate (1e300, "8.0 EiB/s");
  assert_rate (2048, "2.0 KiB/s");
}

static void
assert_time (double seconds, const char *expected)
{
  g_autofree char *text = ptp_cli_format_time (seconds);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_time (void)
{
  assert_time (0, "0:00");
  assert_time (-5, "0:00");
  assert_time (59.9, "0:59");
  assert_time (61, "1:01");
  assert_time (3600, "1:00:00");
  assert_time (86399, "23:59:59");
  assert_time (90061, "1d 01:01:01");
}

static void
assert_line (const PtpCliSample *sample, guint columns, const char *expected)
{
  g_autofree char *line = ptp_cli_format_line (sample, columns);

  g_assert_cmpstr (line, ==, expected);
}

static void
test_line (void)
{
  const PtpCliSample sample = {
    .bytes = 512 * 1024,
    .total = 1024 * 1024,
    .rate = 64 * 1024,
    .holders = "consumer",
  };

  assert_line (&sample, 79,
               " 50% [========>        ]  512.0 KiB   64.0 KiB/s  0:08 left  paused by consumer");
  assert_line (&sample, 66, " 50%  512.0 KiB   64.0 KiB/s  0:08 left  paused by consumer");
  assert_line (&sample, 30, " 50%  512.0 KiB   64.0 KiB/s");
  assert_line (&sample, 15, " 50%  512.0 KiB");
  assert_line (&sample, 4, " 50%");
  assert_line (&sample, 3, "");
}

static void
test_line_without_total (void)
{
  const PtpCliSample sample = { .bytes = 100, .total = -1, .rate = 10, .seconds = 10 };

  assert_line (&sample, 79, "    100 B       10 B/s  0:10 so far");
}

/* Some sources grow while they are read. */
static void
test_line_beyond_total (void)
{
  const PtpCliSample sample = { .bytes = 200, .total = 100, .rate = 10, .seconds = 20 };

  assert_line (&sample, 79, "    200 B       10 B/s  0:20 so far");
}

static void
test_line_stalled (void)
{
  const PtpCliSample sample = { .bytes = 0, .total = 100 };

  assert_line (&sample, 50, "  0% [>       ]        0 B        0 B/s  -:-- left");
}

static void
test_line_done (void)
{
  const PtpCliSample sample
    = { .bytes = 100, .total = 100, .rate = 50, .seconds = 2, .holders = "x", .done = TRUE };

  assert_line (&sample, 50, "100% [==========]      100 B       50 B/s  in 0:02");
}

/* Whatever the numbers are, the line is not wider than it may be. */
static void
test_line_fits (void)
{
  const guint64 sizes[] = { 0, 1, 1023, 1024, 1048575, 123456789, G_MAXINT64 };

  for (guint columns = 0; columns < 200; columns++)
    for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
      for (gsize j = 0; j < G_N_ELEMENTS (sizes); j++)
        {
          const PtpCliSample sample = {
            .bytes = sizes[i],
            .total = (gint64) sizes[j],
            .rate = (double) sizes[j],
            .holders = "consumer, somebody else",
          };
          g_autofree char *line = ptp_cli_format_line (&sample, columns);

          g_assert_cmpuint (strlen (line), <=, columns);
        }
}

static void
test_plain (void)
{
  const PtpCliSample sample
    = { .bytes = 25, .total = 100, .rate = 5, .seconds = 5, .holders = "consumer" };
  g_autofree char *line = ptp_cli_format_plain (&sample);

  g_assert_cmpstr (line, ==, "25%  25 B  5 B/s  0:15 left  paused by consumer");
}

static void
test_size (void)
{
  const char *const wrong[] = { "", "K", "1X", "-1", "1.5M", " 1", "0", "0K", "9e9", "1KB2" };
  guint64 size = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (ptp_cli_parse_size (wrong[i], &size, &error));
      g_assert_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE);
    }

  g_assert_true (ptp_cli_parse_size ("3GiB", &size, NULL));
  g_assert_cmpuint (size, ==, G_GUINT64_CONSTANT (3) << 30);
}

static void
test_report (void)
{
  const PtpCliStats stats = {
    .source = "from\nhere",
    .destination = "there",
    .bytes_read = 1,
    .bytes_written = 0,
    .side = PTP_CLI_SIDE_SOURCE,
    .error = "gone",
  };
  g_autofree char *failure = ptp_cli_report_failure (&stats, "x.part");
  g_autofree char *interruption = ptp_cli_report_interruption (&stats, "SIGINT", NULL);

  g_assert_cmpstr (failure, ==,
                   "source 'from here': gone (1 byte read, 0 bytes written); what came is kept as "
                   "'x.part'");
  g_assert_cmpstr (interruption, ==, "interrupted by SIGINT: 1 byte read, 0 bytes written");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cli/progress/bytes", test_bytes);
  g_test_add_func ("/cli/progress/rate", test_rate);
  g_test_add_func ("/cli/progress/time", test_time);
  g_test_add_func ("/cli/progress/line", test_line);
  g_test_add_func ("/cli/progress/line/without-total", test_line_without_total);
  g_test_add_func ("/cli/progress/line/beyond-total", test_line_beyond_total);
  g_test_add_func ("/cli/progress/line/stalled", test_line_stalled);
  g_test_add_func ("/cli/progress/line/done", test_line_done);
  g_test_add_func ("/cli/progress/line/fits", test_line_fits);
  g_test_add_func ("/cli/progress/plain", test_plain);
  g_test_add_func ("/cli/size", test_size);
  g_test_add_func ("/cli/report", test_report);

  return g_test_run ();
}
