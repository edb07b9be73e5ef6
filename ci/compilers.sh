#!/bin/bash
# What the real compilers of AMD's, Intel's and NVIDIA's drivers make of the programs,
# without a GPU; see docs/compilers/README.md.
#
#   ci/compilers.sh [ARGUMENTS OF ci/compilers/check.py]
source "$(dirname "$0")/common.sh"
ci/install_deps.sh
[[ -e build/configuration.json ]] || python3 configure.py --yes
tools_venv
"$(setting bazel)" build //tensorflow:libdml_runtime.so
exec build/tools-venv/bin/python ci/compilers/check.py "$@"
