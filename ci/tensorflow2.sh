#!/bin/bash
# Builds the wheel beside TensorFlow 2.x for one version of it, and runs its tests: those of
# tests/tensorflow2, and the kernels' of 1.15 as they are.
#
#   ci/tensorflow2.sh [--all] [VERSION] [ARGUMENTS OF PYTEST]        (default: the newest)
#
# --all has the long tests as well: Keras' applications, and 20 steps of each model.
# Takes the machine's python3, which that version must run on: 2.21 on 3.10 to 3.13, 2.18 on 3.9
# to 3.12, 2.15 on 3.9 to 3.11. The newest version's environment is pinned.
source "$(dirname "$0")/common.sh"
newest=2.21
version=$newest
long=()
if [[ ${1:-} == --all ]]; then
  long=(--all)
  shift
fi
if [[ ${1:-} =~ ^2\.[0-9]+$ ]]; then
  version=$1
  shift
fi

step "Installing what the machine lacks"
ci/install_deps.sh
step "Configuring"
python3 configure.py --yes --tensorflow2 "$version"
step "Building the wheel"
./build_pip_package.sh --tensorflow2 dist/tensorflow2
wheel=$(ls dist/tensorflow2/tensorflow_directml-*-py3-none-*.whl)

step "Installing it beside TensorFlow $version"
venv=build/tensorflow2-$version-venv
pins=()
if [[ $version == "$newest" ]]; then pins=(--constraint ci/constraints-tensorflow2.txt); fi
new_venv() {
  python3 -m venv --clear "$venv"
  "$venv/bin/pip" install --quiet "${pins[@]}" --requirement ci/requirements-tensorflow2.txt \
    "tensorflow-cpu==$version.*" "tf-keras==$version.*" "$wheel"
}
unless_done "$venv.stamp" \
  "$(python3 --version) $(cat ci/*tensorflow2.txt | sha256sum) $(sha256sum "$wheel")" new_venv

failed=0
mkdir -p build/test-results
run_tests() {
  local layer=$1
  shift
  # From another folder, so that nothing of the checkout is imported by chance.
  (cd build && PYTHONPATH="$OLDPWD/tests/tensorflow2" "$OLDPWD/$venv/bin/python" -m pytest \
    --quiet -p no:cacheprovider --numprocesses "$(nproc)" --dist loadfile \
    --junitxml="test-results/tensorflow2-$layer.xml" "$@") || failed=1
}
step "Testing: the device in TensorFlow $version"
run_tests device "$PWD/tests/tensorflow2" "${long[@]}" "$@"
step "Testing: kernels in TensorFlow $version"
run_tests kernels -p as_tensorflow1 "$PWD/tests/kernels" "$@"
exit $failed
