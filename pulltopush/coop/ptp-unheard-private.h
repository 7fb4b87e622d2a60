/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "ptp-unheard.h"

G_BEGIN_DECLS

/* The context of @object. */
void ptp_unheard_report (GObject *object, const GError *error);

G_END_DECLS
