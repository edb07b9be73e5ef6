#!/bin/bash
# What the real compilers of AMD's, Intel's and NVIDIA's drivers make of the programs,
# without a GPU; see docs/compilers/README.md. Without arguments, also whether the lists of
# programs that the build compiles for Direct3D 12 are what the operators ask for.
#
#   ci/compilers.sh [ARGUMENTS OF ci/compilers/check.py]
source "$(dirname "$0")/common.sh"
build_runtime
(($#)) || build/tools-venv/bin/python ci/compilers/common_programs.py
exec build/tools-venv/bin/python ci/compilers/check.py "$@"
