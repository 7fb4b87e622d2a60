#!/bin/sh
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# cppcheck as we want it; what to look at comes as arguments.

here=$(dirname "$0")
exec cppcheck --quiet --error-exitcode=1 --std=c11 --library=gtk --library=posix \
  --enable=warning,style,performance,portability --inline-suppr \
  --suppressions-list="$here/cppcheck.supp" --template=gcc "$@"
