/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

GOutputStream *ptp_cli_prompt_output_new (GOutputStream *base);

G_END_DECLS
