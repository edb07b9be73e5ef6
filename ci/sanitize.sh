#!/bin/bash
# Runs the unit tests, and the runtime's with the runtime built under sanitizers:
#
#   ci/sanitize.sh [asan|tsan]... [-- ARGUMENTS OF PYTEST]
#
# asan (with UBSan) runs on the Vulkan driver. tsan runs on the null backend: a
# driver that was not built for it reports races where there are none.
source "$(dirname "$0")/common.sh"
sanitizers=()
while (($#)) && [[ $1 != -- ]]; do
  sanitizers+=("$1")
  shift
done
(($# == 0)) || shift
((${#sanitizers[@]})) || sanitizers=(asan tsan)

ci/install_deps.sh
[[ -e build/configuration.json ]] || python3 configure.py --yes
tools_venv
bazel=$(setting bazel)
for sanitizer in "${sanitizers[@]}"; do
  step "Unit tests under $sanitizer"
  unit_tests "build/sanitize/$sanitizer/unit" --config="$sanitizer"

  step "Building for $sanitizer"
  "$bazel" build --config="$sanitizer" //tensorflow:{libdml_runtime.so,dml_check_matrices}
  mkdir -p "build/sanitize/$sanitizer"
  cp -f "$("$bazel" info --config="$sanitizer" bazel-bin)"/tensorflow/{libdml_runtime.so,dml_check_matrices} \
    "build/sanitize/$sanitizer/"
  export TF_DIRECTML_RUNTIME_LIBRARY=$PWD/build/sanitize/$sanitizer/libdml_runtime.so

  step "Testing under $sanitizer"
  # Python is not built for the sanitizer, so its library comes first; leaks of
  # Python and of the driver are none of ours, and a host access to a device address
  # has to end as it does without a sanitizer. What it finds ends the process, and
  # must not be left in a file that pytest keeps of the process's own output.
  case $sanitizer in
    asan)
      LD_PRELOAD="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libubsan.so)" \
        ASAN_OPTIONS=detect_leaks=0:halt_on_error=1:handle_segv=0 UBSAN_OPTIONS=print_stacktrace=1 \
        build/tools-venv/bin/python -m pytest -q -p no:cacheprovider --capture=sys \
        tests/runtime "$@"
      ;;
    tsan)
      # The null backend computes nothing, so tests of values fail there: what
      # counts is that the tests ran to their end and what the sanitizer found.
      rm -f build/sanitize/tsan/report.*
      verdict=0
      LD_PRELOAD="$(gcc -print-file-name=libtsan.so)" TF_DIRECTML_BACKEND=null \
        TSAN_OPTIONS="handle_segv=0:second_deadlock_stack=1:suppressions=$PWD/ci/tsan_suppressions.txt:log_path=$PWD/build/sanitize/tsan/report" \
        build/tools-venv/bin/python -m pytest -q -p no:cacheprovider --tb=no \
        tests/runtime/test_stream.py tests/runtime/test_memory.py "$@" || verdict=$?
      cat build/sanitize/tsan/report.* 2>/dev/null && exit 1
      ((verdict <= 1)) || exit "$verdict"
      echo "no reports"
      ;;
    *) echo "unknown sanitizer: $sanitizer" >&2 && exit 2 ;;
  esac
done
