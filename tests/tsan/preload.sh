#!/bin/sh
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Usage: preload.sh LIBRARY PROGRAM [ARG…]
#
# Runs a program that is built for the race detector so that it sees GLib's locks too. Any other
# program is run as it is.

library=$1
shift
if ldd "$1" 2>/dev/null | grep -q libtsan; then
  supp=$(dirname "$0")/tsan.supp
  # Objects of GLib's own slices would change hands without a word.
  export G_SLICE=always-malloc
  # Tests crash on purpose, and look at the signal.
  signals=handle_segv=0:handle_abort=0
  export TSAN_OPTIONS="suppressions=$supp:history_size=7:second_deadlock_stack=1:$signals:$TSAN_OPTIONS"
  export LD_PRELOAD="$library"
fi
exec "$@"
