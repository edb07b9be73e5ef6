#!/bin/bash
# Has libFuzzer look for inputs that the runtime does not survive:
#
#   ci/fuzz.sh [--seconds N] [--keep] [TARGET...]
#
# Each target (environment, files, operators: all, unless named) runs for N seconds (300). What
# it starts from is runtime/fuzz/corpus; --keep adds what reached new code to that, as few
# inputs as reach as much. A finding is an input below build/fuzz/TARGET/found: it ends the
# script with status 1, and goes, by ci/fuzz/corpus.py add, to the corpus with its mend.
# Clang of Debian compiles, with AddressSanitizer and UndefinedBehaviorSanitizer; `bazel test`
# replays the corpora with any compiler.
source "$(dirname "$0")/common.sh"
seconds=300
keep=0
targets=()
while (($#)); do
  case $1 in
    --seconds) seconds=$2 && shift ;;
    --keep) keep=1 ;;
    -*) echo "unknown option: $1" >&2 && exit 2 ;;
    *) targets+=("$1") ;;
  esac
  shift
done
((${#targets[@]})) || targets=(environment files operators)
[[ $seconds =~ ^[1-9][0-9]*$ ]] || { echo "--seconds takes a whole number" >&2 && exit 2; }

ci/install_deps.sh fuzz
[[ -e build/configuration.json ]] || python3 configure.py --yes
bazel=$(setting bazel)
package=tensorflow/core/common_runtime/dml/runtime/fuzz

step "Building"
programs=()
for target in "${targets[@]}"; do programs+=("//$package:${target}_fuzz"); done
"$bazel" build --config=fuzz "${programs[@]}"
bin=$("$bazel" info --config=fuzz bazel-bin)/$package

# Leaks: of what stays open until the process ends there are some, on purpose.
export ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1
failed=0
for target in "${targets[@]}"; do
  step "Fuzzing: $target"
  folder=build/fuzz/$target
  rm -rf "$folder"
  mkdir -p "$folder"/{corpus,found,tmp,merged}
  python3 ci/fuzz/corpus.py unpack "$package/corpus/$target.txt" "$folder/corpus"
  TEST_TMPDIR=$PWD/$folder/tmp "$bin/${target}_fuzz" "$folder/corpus" \
    -max_total_time="$seconds" -timeout=20 -rss_limit_mb=3000 -max_len=512 \
    -artifact_prefix="$folder/found/" -print_final_stats=1 >"$folder/log" 2>&1 || failed=1
  grep -E "stat::number_of_executed_units|FOUND|ERROR|runtime error|SUMMARY" "$folder/log" || true
  if ((keep)); then
    TEST_TMPDIR=$PWD/$folder/tmp "$bin/${target}_fuzz" -merge=1 -timeout=20 \
      "$folder/merged" "$folder/corpus" >>"$folder/log" 2>&1
    python3 ci/fuzz/corpus.py pack "$folder/merged" "$package/corpus/$target.txt"
  fi
  ls "$folder/found"
done
exit $failed
