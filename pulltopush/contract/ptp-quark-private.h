/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A quark that is made when it is first needed, by any thread: @quark is a static that is zero. */
static inline GQuark
ptp_quark_get (guint *quark, const char *name)
{
  GQuark known = (GQuark) g_atomic_int_get (quark);

  if (G_UNLIKELY (known == 0))
    {
      known = g_quark_from_static_string (name);
      g_atomic_int_set (quark, known);
    }

  return known;
}

G_END_DECLS
