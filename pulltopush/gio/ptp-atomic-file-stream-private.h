/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Writes a file that appears under its name only when it is closed, whole; whatever else happens, a
 * file that was there stays as it was, and a new one is not there.
 *
 * g_file_replace() does not promise that: it writes into a file with a second name, a symbolic
 * link's target and one whose owner it cannot keep, and removes the old file first where it finds
 * no room for another one. So a local file is written under another name in the same folder and
 * then renamed. For a file that has no path, what its GVfs does is the best there is.
 *
 * Nothing is opened before the first write or the close. Closing it with a cancelled cancellable,
 * or dropping it, undoes it. Its functions block, so it is to be used with the asynchronous ones.
 */
#define PTP_TYPE_ATOMIC_FILE_STREAM (ptp_atomic_file_stream_get_type ())

G_DECLARE_FINAL_TYPE (PtpAtomicFileStream,
                      ptp_atomic_file_stream,
                      PTP,
                      ATOMIC_FILE_STREAM,
                      GOutputStream)

GOutputStream *ptp_atomic_file_stream_new (GFile *file);

G_END_DECLS
