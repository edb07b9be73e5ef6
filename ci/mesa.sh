#!/bin/bash
# The runtime's tests on a release of Mesa's software driver of your choice; the driver
# that the machine has stays as it is.
#
#   ci/mesa.sh system|25.0|26.1|26.2 [--lanes 4|8|16] [ARGUMENTS OF PYTEST]
source "$(dirname "$0")/common.sh"
build_runtime
exec build/tools-venv/bin/python ci/mesa/run_tests.py "$@"
