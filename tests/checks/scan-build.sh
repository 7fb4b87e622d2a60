#!/bin/sh
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Usage: scan-build.sh REPORTS COMMAND…
# Runs a build with clang's analyzer beside the compiler; scan_build.py reads the reports.

reports=$1
shift
exec scan-build --use-cc=clang -plist --keep-empty -o "$reports" "$@"
