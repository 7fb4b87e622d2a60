/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stddef.h>

/* A function of GLib that is called through another one of ours. */
typedef struct
{
  void *ours;
  void *theirs;
} PtpTsanBinding;

/* Makes the calls that the libraries of GLib make to their own functions go to ours. Aborts, with a
 * word, if that cannot be done: a race detector that sees half is worse than none.
 */
void ptp_tsan_rebind (const PtpTsanBinding *bindings, size_t n_bindings);
