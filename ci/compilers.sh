#!/bin/bash
# What the real compilers of AMD's, Intel's and NVIDIA's drivers make of the programs,
# without a GPU; see docs/compilers/README.md.
#
#   ci/compilers.sh [ARGUMENTS OF ci/compilers/check.py]
source "$(dirname "$0")/common.sh"
build_runtime
exec build/tools-venv/bin/python ci/compilers/check.py "$@"
