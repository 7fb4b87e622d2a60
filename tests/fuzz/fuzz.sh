#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# fuzz.sh ENGINE MINUTES [BUILD_DIR] [--target model|cli] [--keep]
#
# Builds the fuzz targets for libfuzzer (with ASan and UBSan) or afl, gives each an equal share of the
# minutes, starting from the corpus, and reports what was found; exit status 1 if anything was. With
# --keep what is new goes into the corpus, which is made as small as it can be.

set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
max_inputs=150

usage() {
  echo "usage: fuzz.sh libfuzzer|afl MINUTES [BUILD_DIR] [--target model|cli] [--keep]" >&2
  exit 2
}

[[ $# -ge 2 ]] || usage
engine=$1 minutes=$2
shift 2
[[ $minutes =~ ^[0-9]+$ && $minutes -gt 0 ]] || usage
case $engine in
  libfuzzer | afl) build=$root/build-fuzz-$engine ;;
  *) usage ;;
esac
targets=(model cli)
keep=0
while [[ $# -gt 0 ]]; do
  case $1 in
    --keep) keep=1 ;;
    --target)
      [[ $# -ge 2 ]] || usage
      targets=("$2")
      shift
      ;;
    -*) usage ;;
    *) build=$1 ;;
  esac
  shift
done

options=(
  -Dwerror=true -Dintrospection=disabled -Dcli=enabled -Ddocs=disabled -Dtests=true -Dfuzz=true
  -Db_lundef=false
)

setup() {
  [[ ! -f $build/build.ninja ]] || return 0
  if [[ $engine = libfuzzer ]]; then
    CC=clang meson setup "${options[@]}" -Db_sanitize=address,undefined \
      -Dc_args=-fsanitize=fuzzer-no-link "$build" "$root"
  else
    CC=afl-clang-fast AFL_QUIET=1 meson setup "${options[@]}" "$build" "$root"
  fi
}

# What the fuzzer finds worth keeping is in $work/new, what it finds wrong in $work/found.
run_libfuzzer() {
  local program=$1 corpus=$2 work=$3 seconds=$4
  mkdir -p "$work/new" "$work/found"
  # A leak is looked for after each input that may have one; at the end GLib's own quarks are left.
  UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 LSAN_OPTIONS=leak_check_at_exit=0 \
    "$program" "-max_total_time=$seconds" -max_len=195 -timeout=30 -rss_limit_mb=2048 \
    -print_final_stats=1 "-artifact_prefix=$work/found/" "$work/new" "$corpus" \
    >"$work/log" 2>&1 || true
  grep -E '^stat::(number_of_executed_units|average_exec_per_sec)|cov: ' "$work/log" | tail -n 3 || true
}

run_afl() {
  local program=$1 corpus=$2 work=$3 seconds=$4 out=$3/out
  rm -rf "$out"
  AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 AFL_NO_AFFINITY=1 \
    afl-fuzz -i "$corpus" -o "$out" -V "$seconds" -t 10000 -- "$program" >"$work/log" 2>&1 ||
    { tail -n 20 "$work/log"; return 1; }
  mkdir -p "$work/new" "$work/found"
  cp "$out"/default/queue/id* "$work/new/"
  find "$out/default/crashes" "$out/default/hangs" -name 'id*' -exec cp {} "$work/found/" \;
  grep -E '^(execs_done|execs_per_sec|corpus_count|edges_found)' "$out/default/fuzzer_stats" || true
}

# The fewest inputs that reach all that is reached, by name of content.
keep_inputs() {
  local target=$1 program=$2 corpus=$3 work=$4 kept=$4/kept file
  rm -rf "$kept"
  mkdir -p "$kept"
  if [[ $engine = libfuzzer ]]; then
    LSAN_OPTIONS=leak_check_at_exit=0 "$program" -set_cover_merge=1 -use_counters=0 "$kept" "$corpus" "$work/new" >>"$work/log" 2>&1
  else
    cp -n "$corpus"/* "$work/new/"
    AFL_QUIET=1 AFL_ALLOW_TMP=1 afl-cmin -i "$work/new" -o "$kept" -- "$program" >>"$work/log" 2>&1
  fi
  [[ -n $(ls -A "$kept") ]] || return 1
  rm -f "$corpus"/*
  # The smallest first, and no more than a test can play.
  find "$kept" -type f -printf '%s %p\n' | sort -n | head -n "$max_inputs" | cut -d ' ' -f 2- |
    while read -r file; do
      cp "$file" "$corpus/$(sha1sum "$file" | cut -d ' ' -f 1)"
    done
  echo "$target: $(find "$corpus" -type f | wc -l) inputs are in the corpus"
}

report() {
  local target=$1 file=$2
  echo "finding in $target: $file"
  if [[ $target = model ]]; then
    "$build/tests/model/model-run" --replay "$file" || true
  else
    od -A x -t x1z "$file"
  fi
}

setup
programs=(tests/model/model-run)
for target in "${targets[@]}"; do
  programs+=("tests/fuzz/fuzz-$target")
done
AFL_QUIET=1 ninja -C "$build" "${programs[@]}"

n_found=0
for target in "${targets[@]}"; do
  work=$build/fuzz-$target corpus=$here/corpus/$target program=$build/tests/fuzz/fuzz-$target
  rm -rf "$work"
  mkdir -p "$work"
  echo "$target: $engine for $((minutes * 60 / ${#targets[@]})) seconds"
  "run_$engine" "$program" "$corpus" "$work" "$((minutes * 60 / ${#targets[@]}))"
  for file in "$work"/found/*; do
    [[ -f $file ]] || continue
    report "$target" "$file"
    n_found=$((n_found + 1))
  done
  [[ $keep = 0 ]] || keep_inputs "$target" "$program" "$corpus" "$work"
done
echo "$engine, $minutes minutes: $n_found findings"
[[ $n_found = 0 ]]
