#!/bin/bash
# Runs tests under the Vulkan validation layer, and fails if it finds anything:
#
#   ci/validate.sh [LAYER...]        (default: runtime device kernels training)
#
# Uses what ci/test.sh has built.
source "$(dirname "$0")/common.sh"
layers=("$@")
((${#layers[@]})) || layers=(runtime device kernels training)

export TF_DIRECTML_DEBUG=1
# Uncaptured, since a test that passes would swallow what the layer says.
export PYTEST_ADDOPTS="${PYTEST_ADDOPTS:-} --capture=no"
log=build/validation.log
mkdir -p build  # a fresh clone has none yet
failed=0
ci/test.sh "${layers[@]}" 2>&1 | tee "$log" | grep --line-buffered -E '^===|passed|failed' || failed=1
findings=$(grep -c -E 'DML validation error|VK_LAYER_KHRONOS_validation is not installed' "$log" || true)
echo "validation errors: $findings (see $log)"
((failed == 0 && findings == 0))
