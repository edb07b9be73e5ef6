#!/bin/bash
# Builds the wheel and runs all tests, on a machine with nothing prepared:
#
#   ci/test.sh [LAYER...]        (default: all, in the order below)
#
# tf2, which is not in "all", is ci/tensorflow2.sh: the wheel beside TensorFlow 2.x, and its tests.
# d3d12 is the part of ci/d3d12.sh that takes a few minutes; where Debian's archive no longer
# has the packages of its stand-in, it is left out, and says so.
# Arguments for pytest may be given in PYTEST_ADDOPTS. What an earlier run left in
# build/ is used again.
source "$(dirname "$0")/common.sh"
layers=("$@")
((${#layers[@]})) ||
  layers=(docs unit compilers tools runtime d3d12 bench packaging device kernels training upstream)

if [[ ${layers[*]} == tf2 ]]; then
  exec ci/tensorflow2.sh # needs none of what the other layers do
fi

# A process a core, a file of tests to a process, for layers that are large.
a_core=(--numprocesses "$(nproc)" --dist loadfile)

build_all
tools_venv
rm -rf build/test-results
mkdir -p build/test-results
failed=0
for layer in "${layers[@]}"; do
  step "Testing: $layer"
  if [[ $layer == tf2 ]]; then
    ci/tensorflow2.sh || failed=1
    continue
  fi
  # Also without a build: ci/docs.sh.
  if [[ $layer == docs ]]; then
    ci/docs.sh || failed=1
    build/docs-venv/bin/python -m pytest --quiet -p no:cacheprovider \
      --junitxml=build/test-results/docs.xml tests/docs || failed=1
    continue
  fi
  if [[ $layer == unit ]]; then
    unit_tests build/test-results/unit || failed=1
    continue
  fi
  # From the tables of docs/compilers; where a program has changed, drivers' packages are
  # fetched, and it is compiled.
  if [[ $layer == compilers ]]; then
    build/tools-venv/bin/python ci/compilers/common_programs.py || failed=1
    build/tools-venv/bin/python ci/compilers/check.py || failed=1
    continue
  fi
  if [[ $layer == d3d12 ]]; then
    status=0
    ci/d3d12.sh --smoke --quiet "${a_core[@]}" \
      --junitxml="$PWD/build/test-results/d3d12.xml" || status=$?
    if ((status == 77)); then
      echo "LEFT OUT: nothing was tested on Direct3D 12"
    elif ((status)); then
      failed=1
    fi
    continue
  fi
  case $layer in
    # Outside TensorFlow: the checkout's Python on Bazel's library.
    tools | runtime | bench | packaging) python=build/tools-venv/bin/python ;;
    *) python=build/venv/bin/python ;;
  esac
  if [[ $layer == runtime || $layer == bench ]]; then
    export TF_DIRECTML_RUNTIME_LIBRARY=$PWD/bazel-bin/tensorflow/libdml_runtime.so
  else
    unset TF_DIRECTML_RUNTIME_LIBRARY
  fi
  processes=()
  case $layer in
    runtime | device | kernels | training | upstream) processes=("${a_core[@]}") ;;
  esac
  # From another folder, so that nothing of the checkout is imported by chance.
  (cd build && "$OLDPWD/$python" -m pytest --quiet -p no:cacheprovider "${processes[@]}" \
    --junitxml="test-results/$layer.xml" "$OLDPWD/tests/$layer") || failed=1
done
step "Totals"
python3 ci/totals.py build/test-results || failed=1
exit $failed
