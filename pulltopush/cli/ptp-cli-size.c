/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-cli-size-private.h"

static const struct
{
  const char *suffix;
  guint64 factor;
} units[] = {
  { "", 1 },
  { "B", 1 },
  { "K", G_GUINT64_CONSTANT (1) << 10 },
  { "KiB", G_GUINT64_CONSTANT (1) << 10 },
  { "kB", 1000 },
  { "M", G_GUINT64_CONSTANT (1) << 20 },
  { "MiB", G_GUINT64_CONSTANT (1) << 20 },
  { "MB", 1000 * 1000 },
  { "G", G_GUINT64_CONSTANT (1) << 30 },
  { "GiB", G_GUINT64_CONSTANT (1) << 30 },
  { "GB", 1000 * 1000 * 1000 },
};

static gboolean
get_factor (const char *suffix, guint64 *factor)
{
  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    if (g_ascii_strcasecmp (suffix, units[i].suffix) == 0)
      {
        *factor = units[i].factor;
        return TRUE;
      }

  return FALSE;
}

/* A number of bytes that is not zero, such as 65536, 64K, 1M, 1MiB or 1MB. */
gboolean
ptp_cli_parse_size (const char *text, guint64 *size, GError **error)
{
  g_autofree char *digits = NULL;
  gsize n_digits = strspn (text, "0123456789");
  guint64 number;
  guint64 factor;

  if (n_digits == 0 || !get_factor (text + n_digits, &factor))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "“%s” is not a size; write a number of bytes, with K, M or G after it for KiB, "
                   "MiB or GiB, such as 65536, 64K or 1MiB",
                   text);
      return FALSE;
    }

  digits = g_strndup (text, n_digits);
  if (!g_ascii_string_to_unsigned (digits, 10, 1, G_MAXSSIZE, &number, NULL)
      || !g_uint64_checked_mul (&number, number, factor) || number > G_MAXSSIZE)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "“%s” is out of range; a size is at least one byte and less than 8 EiB", text);
      return FALSE;
    }

  *size = number;
  return TRUE;
}
