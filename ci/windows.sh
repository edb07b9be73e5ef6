#!/bin/bash
# Builds the runtime for Windows by mingw-w64, and runs its tests under Wine:
#
#   ci/windows.sh [ARGUMENTS OF PYTEST]
#
# Where there is no Windows: see ci/windows/run_tests.py for what that can tell.
source "$(dirname "$0")/common.sh"
build_runtime
ci/install_deps.sh windows
bazel=$(setting bazel)
step "Building for Windows"
runtime=//tensorflow/core/common_runtime/dml/runtime
targets=(//tensorflow:dml_runtime.dll //tensorflow:dml_check_matrices
  "$runtime"/base/os:{os,windows}_test "$runtime"/base:all
  "$runtime"/hal/d3d12:{barriers,compile_log,dxil_container,features,program_store,removal}_test
  "$runtime"/hal/d3d12:{dxgi_adapters,windows_conformance}_test)
"$bazel" build --config=windows "${targets[@]}"
binaries=$("$bazel" info --config=windows bazel-bin)
exec build/tools-venv/bin/python ci/windows/run_tests.py "$binaries" "$@"
