#!/bin/bash
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Usage: planted.sh CHECKER
# Whether a checker, as we call it, finds the fault that was planted for it.

set -euo pipefail
cd "$(dirname "$0")"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

case $1 in
  clang-tidy)
    wanted=bugprone-suspicious-string-compare
    cp planted.c ../../.clang-tidy "$work"
    clang-tidy --quiet "$work/planted.c" -- >"$work/log" 2>&1 && status=0 || status=$?
    ;;
  cppcheck)
    wanted=arrayIndexOutOfBounds
    ./cppcheck.sh planted.c >"$work/log" 2>&1 && status=0 || status=$?
    ;;
  scan-build)
    wanted=core.NullDereference
    ./scan-build.sh "$work/reports" clang -c planted.c -o "$work/planted.o" >"$work/log" 2>&1
    /usr/bin/python3 ./scan_build.py "$work/reports" >"$work/log" 2>&1 && status=0 || status=$?
    ;;
  sanitize)
    wanted='LeakSanitizer: detected memory leaks'
    gcc -O0 -w -fsanitize=address,undefined -o "$work/planted" planted.c
    # A stale word on the stack or in a register hides a leak now and then: not three times.
    for _ in 1 2 3; do
      "$work/planted" >"$work/log" 2>&1 && status=0 || status=$?
      ! grep -q "$wanted" "$work/log" || break
    done
    ;;
  valgrind)
    wanted='definitely lost'
    gcc -O0 -w -o "$work/planted" planted.c
    ./valgrind.sh "$work/planted" >"$work/log" 2>&1 && status=0 || status=$?
    ;;
  *)
    echo "planted.sh: there is no fault for $1" >&2
    exit 2
    ;;
esac

if [[ $status = 0 ]] || ! grep -q "$wanted" "$work/log"; then
  cat "$work/log" >&2
  echo "$1 does not find the fault in tests/checks/planted.c: $wanted" >&2
  exit 1
fi
