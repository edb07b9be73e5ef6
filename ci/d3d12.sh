#!/bin/bash
# Direct3D 12 on this machine: vkd3d behind the interface that WSL has, on the machine's
# Vulkan driver (tests/d3d12/stand_in/stand_in.h).
#
#   ci/d3d12.sh [ARGUMENTS OF PYTEST]  the tests of it and of the runtime
#   ci/d3d12.sh prepare                makes the folder for LD_LIBRARY_PATH, and prints it
source "$(dirname "$0")/common.sh"
if [[ ${1:-} == prepare ]]; then
  ci/install_deps.sh >&2
  exec python3 ci/d3d12/prepare.py
fi
build_runtime
"$(setting bazel)" build //tensorflow:libdml_runtime_vkd3d.so
exec build/tools-venv/bin/python ci/d3d12/run_tests.py "$@"
