#!/bin/bash
# Direct3D 12 on this machine: vkd3d behind the interface that WSL has, on Mesa's software
# driver (tests/d3d12/stand_in/stand_in.h).
#
#   ci/d3d12.sh [--smoke] [--mesa system|25.0|26.1|26.2] [ARGUMENTS OF PYTEST]
#       the HAL's conformance suite, the tests of the stand-in and of the runtime; with
#       --smoke a few minutes' worth of them
#   ci/d3d12.sh --wheel [--mesa ...] [ARGUMENTS OF PYTEST]
#       the tests of TensorFlow's device, kernels and training
#   ci/d3d12.sh --demo [--mesa ...] [ARGUMENTS OF demo/train_digits.py]
#       what ci/demo.sh does
#   ci/d3d12.sh --bench [--mesa ...] [ARGUMENTS OF benchmarks/backends.py]
#       against Vulkan
#   ci/d3d12.sh prepare
#       makes the folder for LD_LIBRARY_PATH, and prints it
source "$(dirname "$0")/common.sh"
if [[ ${1:-} == prepare ]]; then
  ci/install_deps.sh >&2
  exec python3 ci/d3d12/prepare.py
fi
if [[ ${1:-} == --wheel || ${1:-} == --demo ]]; then
  build_all
fi
build_runtime
"$(setting bazel)" build //tensorflow:libdml_runtime_vkd3d.so \
  //tensorflow/core/common_runtime/dml/runtime/hal/testing/conformance:d3d12_test
exec build/tools-venv/bin/python ci/d3d12/run_tests.py "$@"
