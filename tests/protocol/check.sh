#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Has spin look at every interleaving of protocol.pml, in several scenarios, and then at broken
# variants, in each of which it must find the fault: a model that cannot fail shows nothing.
#
# Usage: check.sh [WORK_DIR]. The last line is "N passed, N failed".

set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=${1:-$(mktemp -d)}
[[ $# -gt 0 ]] || trap 'rm -rf "$work"' EXIT
mkdir -p "$work"
work=$(cd "$work" && pwd)

# NAME WHAT-IS-ASKED OPTIONS
scenarios=(
  'ready|pause and resume against PENDING and ready|-DN_ITEMS=3 -DN_TOGGLES=2'
  'holders|a pause and a hold by two threads|-DN_PAUSERS=2 -DN_ITEMS=1'
  'ends|two threads stop it while it starts and runs|-DN_PAUSERS=0 -DN_STOPPERS=2 -DN_ITEMS=1'
  'stop-paused|one thread stops it while another pauses|-DN_STOPPERS=1 -DN_ITEMS=1'
  'nested|main loops and calls from inside steps and handlers|-DN_PAUSERS=0 -DN_NESTED=2 -DN_INSIDE=1 -DN_ITEMS=1'
  'two|two streams of one cooperator, and a main loop inside|-DN_STREAMS=2 -DN_PAUSERS=0 -DN_ITEMS=0 -DN_NESTED=1'
  'settle|a consumer that takes a while, and a stop|-DCONSUMER -DN_PAUSERS=0 -DN_ITEMS=0 -DN_STOPPERS=1'
  'settle-inside|main loops and calls from inside finish and abort|-DCONSUMER -DN_PAUSERS=0 -DN_ITEMS=0 -DN_NESTED=1 -DN_INSIDE=2'
  'stubborn|a consumer that finishes for ever, and a stop|-DCONSUMER -DSTUBBORN -DN_PAUSERS=0 -DN_ITEMS=0 -DN_STOPPERS=1 -DN_NESTED=1'
  'broken|a source that breaks while it is asked and waits|-DN_PAUSERS=0 -DN_ITEMS=1 -DN_BREAKERS=1 -DN_STOPPERS=1'
  'broken-paused|a source that breaks, and is paused for ever|-DSTAYS_PAUSED -DN_ITEMS=0 -DN_BREAKERS=1'
  'broken-settle|a source that breaks, and a consumer that takes a while|-DCONSUMER -DN_PAUSERS=0 -DN_ITEMS=0 -DN_BREAKERS=1 -DN_STOPPERS=1'
  'abandoned|dropped before the start, while it is stopped|-DN_PAUSERS=0 -DN_ITEMS=0 -DN_ABANDONERS=1 -DN_STOPPERS=2'
)

bugs=(
  'NO_WAKE_UP|a post attaches no source|-DN_ITEMS=1'
  'POST_ALWAYS|a post by everybody who changes something|-DN_ITEMS=1'
  'FORGET_READY|PENDING forgets a ready that came before|-DN_ITEMS=1'
  'CLEAR_POSTED_LATE|POSTED is cleared after the look at what is wanted|-DN_ITEMS=1'
  'LET_GO_UNLOCKED|the source goes without a look under the lock|-DN_ITEMS=1'
  'LET_GO_POSTED|the last reference goes while it is in the post|-DN_ITEMS=1'
  'LOSE_SAID_INSIDE|what a consumer settles inside the call is lost|-DCONSUMER -DN_PAUSERS=0 -DN_ITEMS=0'
  'LISTEN_LATE|a stream listens without a look at what was settled|-DCONSUMER -DN_PAUSERS=0 -DN_ITEMS=0'
  'QUIET_ABORT|a stop of what is finishing is not posted|-DCONSUMER -DSTUBBORN -DN_PAUSERS=0 -DN_ITEMS=0 -DN_STOPPERS=1'
  'UNREGISTER_EARLY|unregistered before the consumer has settled|-DCONSUMER -DN_PAUSERS=0 -DN_ITEMS=0'
  'FORGET_STATE|a stop after the end is posted|-DCONSUMER -DN_PAUSERS=0 -DN_ITEMS=0 -DN_STOPPERS=1'
  'LOSE_BROKEN|what broke before anybody listened is lost|-DSTAYS_PAUSED -DN_ITEMS=0 -DN_BREAKERS=1'
  'DETACH_UNLOCKED|the driver goes without the lock of those who tell it|-DN_PAUSERS=0 -DN_ITEMS=1'
  'ABANDON_BLINDLY|dropped without a look at what has ended it|-DN_PAUSERS=0 -DN_ITEMS=0 -DN_ABANDONERS=1 -DN_STOPPERS=1'
)

passed=0
failed=0

# Compiles and runs a verifier, in a subshell; its report is in NAME/report. A long search wants the
# optimizer, a short one is over before it.
verify() (
  local name=$1 optimize=$2
  shift 2
  mkdir -p "$work/$name"
  cd "$work/$name"
  if ! spin -a "$@" "$here/protocol.pml" >compile.log 2>&1 ||
    ! gcc "$optimize" -DSAFETY -DCOLLAPSE -o pan pan.c >>compile.log 2>&1; then
    cat compile.log >&2
    return 1
  fi
  ./pan -m2000000 -w26 >report 2>&1
)

say_states() {
  awk '/states, stored/ { print $1 " states" }' "$1"
}

tell() {
  local verdict=$1 name=$2 what=$3 detail=$4
  printf '%-7s %-18s %s (%s)\n' "$verdict" "$name" "$what" "$detail"
  if [[ $verdict = holds || $verdict = found ]]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
  fi
}

# Two at a time; a verifier takes up to 2 GiB.
run_all() {
  local -n entries=$1
  local prefix=$2 optimize=$3 entry name flags running=0
  for entry in "${entries[@]}"; do
    IFS='|' read -r name _ flags <<<"$entry"
    read -ra flags <<<"${prefix:+$prefix$name }$flags"
    verify "$name" "$optimize" "${flags[@]}" &
    running=$((running + 1))
    if [[ $running -ge 2 ]]; then
      wait -n || true
      running=$((running - 1))
    fi
  done
  wait
}

run_all scenarios '' -O2
for scenario in "${scenarios[@]}"; do
  IFS='|' read -r name what flags <<<"$scenario"
  read -ra flags <<<"$flags"
  report=$work/$name/report
  if grep -qs 'errors: 0$' "$report" && ! grep -q 'max search depth\|not completed' "$report"; then
    tell holds "$name" "$what" "$(say_states "$report")"
  else
    tell FAILS "$name" "$what" "$(grep -s -m 1 '^pan:' "$report" || echo 'no verdict')"
    # What led there, step by step.
    (cd "$work/$name" && spin -t -p "${flags[@]}" "$here/protocol.pml" 2>&1 | tail -n 60 >&2) || true
  fi
done

run_all bugs -DBUG_ -O0
for bug in "${bugs[@]}"; do
  IFS='|' read -r name what _ <<<"$bug"
  report=$work/$name/report
  if grep -qs 'errors: 1$' "$report"; then
    tell found "$name" "$what" "$(grep -m 1 -oE 'assertion violated|invalid end state' "$report")"
  else
    tell MISSED "$name" "$what" 'spin found nothing'
  fi
done

printf '%d passed, %d failed\n' "$passed" "$failed"
[[ $failed = 0 ]]
