# shellcheck shell=bash disable=SC2154
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The checkers behind ./run, which sources this file and brings the helpers. Each command works in
# a build directory of its own and ends with one line that says how it went. A checker that finds
# nothing may be a checker that looks at nothing: first of all, each has to find a planted fault.
# What run has set, build, python, options and packages_all, is not known here.

# What is installed for which checker.
packages_clang=(clang clang-tidy clang-tools cppcheck)
packages_fuzz=(clang libclang-rt-14-dev afl++)
packages_protocol=(spin gcc libc6-dev)

# Python and GJS are not built with a sanitizer, so that the bindings stay out.
sanitizer_options=(
  -Dwerror=true
  -Dintrospection=disabled
  -Dcli=enabled
  -Ddocs=disabled
  -Dgtk_demo=disabled
  -Dtests=true
)

# The library and the program without any test, as clang sees them.
clang_options=(
  -Dwerror=true
  -Dintrospection=disabled
  -Dcli=enabled
  -Ddocs=disabled
  -Dgtk_demo=disabled
  -Dtests=false
)

# What is compiled in a build directory, each file once.
sources() {
  sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' "$1/compile_commands.json" |
    (cd "$1" && xargs realpath) | LC_ALL=C sort -u
}

count_sources() {
  sources "$1" | wc -l
}

# Removes what tests and gcov have left, so that nothing old is counted.
forget_results() {
  find "$1" \( -name '*.junit.xml' -o -name 'testlog*' -o -name '*.gcda' \) -delete
}

# Runs a Meson setup of a build directory: the C tests, or the suites that are named.
run_setup() {
  local dir=$1 setup=$2 status=0 suite suites=()
  shift 2
  for suite in "$@"; do
    suites+=(--suite "$suite")
  done
  meson test -C "$dir" --no-rebuild --setup "$setup" "${suites[@]}" </dev/null || status=1
  "$python" tests/summary.py --only-run --setup "$setup" "$dir" || status=1
  return "$status"
}

# The last line: what, and how it went.
verdict() {
  local name=$1 status=$2 good=$3
  if [[ $status = 0 ]]; then
    say "$name: $good"
  else
    say "$name: faults were found, see above."
  fi
  exit "$status"
}

known_suites() {
  local dir=$1 suite
  shift
  for suite in "$@"; do
    "$python" tests/checks/suites.py "$dir" "$suite" || fail "there is no suite $suite"
  done
}

# Address and undefined behaviour: the C tests, then the program.
run_sanitize() {
  local dir="$build-asan" status=0
  [[ $# -eq 0 ]] || fail "sanitize takes no argument"
  need "${packages_all[@]}"
  configure "$dir" "${sanitizer_options[@]}" -Db_sanitize=address,undefined &&
    quietly "build in $dir" ninja -C "$dir" || exit 1
  tests/checks/planted.sh sanitize || exit 1
  forget_results "$dir"
  run_setup "$dir" asan || status=1
  # The slow unwinder goes through GLib, which is what it takes to know the leaks that are not ours.
  run_setup "$dir" asan_slow integration model || status=1
  verdict sanitize "$status" "no wrong access, no leak, nothing undefined."
}

run_tsan() {
  local dir="$build-tsan" status=0
  need "${packages_all[@]}"
  configure "$dir" "${sanitizer_options[@]}" -Db_sanitize=thread -Db_lundef=false &&
    quietly "build in $dir" ninja -C "$dir" || exit 1
  known_suites "$dir" "$@"
  forget_results "$dir"
  run_setup "$dir" tsan "$@" || status=1
  verdict tsan "$status" "no data race."
}

run_valgrind() {
  local status=0
  need "${packages_all[@]}"
  build || exit 1
  known_suites "$build" "$@"
  rm -f "$build"/meson-logs/testlog-valgrind*
  tests/checks/planted.sh valgrind || exit 1
  run_setup "$build" valgrind "$@" || status=1
  verdict valgrind "$status" "no wrong access and no leak."
}

# The same tests, longer.
run_thorough() {
  local status=0
  need "${packages_all[@]}"
  build || exit 1
  known_suites "$build" "$@"
  rm -f "$build"/meson-logs/testlog-thorough*
  run_setup "$build" thorough "$@" || status=1
  verdict thorough "$status" "every test passed, at length."
}

build_with_clang() {
  CC=clang configure "$build-clang" "${clang_options[@]}" &&
    quietly "build in $build-clang" ninja -C "$build-clang"
}

run_clang_tidy() {
  local status=0
  [[ $# -eq 0 ]] || fail "clang-tidy takes no argument"
  need "${packages_all[@]}" "${packages_clang[@]}"
  build_with_clang || exit 1
  tests/checks/planted.sh clang-tidy || exit 1
  # The compiler's own warnings have been given by the compiler. What comes on standard error is how
  # many were suppressed.
  sources "$build-clang" |
    xargs -P "$(nproc)" -n 4 clang-tidy -p "$build-clang" --quiet --extra-arg=-w \
      2>"$build-clang/tidy.log" || status=1
  [[ $status = 0 ]] || grep -E 'error:' "$build-clang/tidy.log" || true
  verdict clang-tidy "$status" "nothing to say about $(count_sources "$build-clang") files."
}

run_cppcheck() {
  local status=0
  [[ $# -eq 0 ]] || fail "cppcheck takes no argument"
  need "${packages_all[@]}" "${packages_clang[@]}"
  build_with_clang || exit 1
  tests/checks/planted.sh cppcheck || exit 1
  tests/checks/cppcheck.sh --project="$build-clang/compile_commands.json" -j "$(nproc)" || status=1
  verdict cppcheck "$status" "nothing to say about $(count_sources "$build-clang") files."
}

run_scan_build() {
  local dir="$build-scan" status=0
  [[ $# -eq 0 ]] || fail "scan-build takes no argument"
  need "${packages_all[@]}" "${packages_clang[@]}"
  tests/checks/planted.sh scan-build || exit 1
  rm -rf "$dir"
  quietly "configure $dir" tests/checks/scan-build.sh "$dir/reports" meson setup "${clang_options[@]}" "$dir" || exit 1
  rm -rf "$dir/reports"
  quietly "analyse in $dir" tests/checks/scan-build.sh "$dir/reports" ninja -C "$dir" || exit 1
  "$python" tests/checks/scan_build.py "$dir/reports" || status=1
  verdict scan-build "$status" "nothing to say that is not explained."
}

# How much of the library and of the program the tests run.
run_coverage() {
  local dir="$build-coverage" status=0 report
  [[ $# -eq 0 ]] || fail "coverage takes no argument"
  need "${packages_all[@]}"
  configure "$dir" "${options[@]}" -Ddocs=disabled -Db_coverage=true -Dbuildtype=debug &&
    quietly "build in $dir" ninja -C "$dir" || exit 1
  forget_results "$dir"
  # A test runs the program as somebody else, who has to add to what is counted.
  find "$dir" -name '*.gcno' | sed 's/gcno$/gcda/' | (umask 0 && xargs -d '\n' touch)
  meson test -C "$dir" --no-rebuild --quiet --print-errorlogs --no-suite lint --no-suite instructions \
    --no-suite benchmarks --timeout-multiplier 3 </dev/null || fail "coverage: the tests fail"
  find "$dir" -name '*.gcda' -empty -delete
  report=$dir/coverage
  mkdir -p "$report"
  gcovr --config tests/checks/gcovr.cfg --root . --filter pulltopush/ --object-directory "$dir" \
    --txt "$report/lines.txt" --html-details "$report/index.html" --json "$report/coverage.json" \
    --print-summary "$dir" || status=1
  say "What no test runs is in $(realpath "$report")/index.html"
  verdict coverage "$status" "at least 97 % of the lines and 90 % of the branches."
}

run_abi() {
  [[ $# -eq 0 || $* = --update ]] || fail "abi takes nothing but --update"
  need "${packages_all[@]}"
  build || exit 1
  "$python" tests/abi/abi.py "$@" "$build"
}

is_number() {
  [[ $1 =~ ^[0-9]+([.][0-9]+)?$ ]]
}

# The models with everything at random, for as long as is wanted.
run_soak() {
  is_number "${1:-}" || fail "soak needs to know for how many minutes: ./run soak 60"
  need "${packages_all[@]}"
  build || exit 1
  "$python" tests/model/soak.py "$build" "$@"
}

run_fuzz() {
  local engine=${1:-libfuzzer} minutes=${2:-5}
  [[ $engine = libfuzzer || $engine = afl ]] || fail "fuzz: the engine is libfuzzer or afl, not $engine"
  [[ $minutes =~ ^[1-9][0-9]*$ ]] || fail "fuzz: $minutes is no whole number of minutes"
  shift $(($# < 2 ? $# : 2))
  need "${packages_all[@]}" "${packages_fuzz[@]}"
  tests/fuzz/fuzz.sh "$engine" "$minutes" "$build-fuzz-$engine" "$@"
}

run_protocol() {
  need "${packages_protocol[@]}"
  [[ $# -eq 0 ]] || fail "protocol takes no argument"
  tests/protocol/check.sh "$build-protocol"
}

run_mutate() {
  need "${packages_all[@]}"
  "$python" tests/mutation/mutate.py "$@"
}
