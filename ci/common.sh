# Shell functions of the scripts in this folder, which source it.
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."

# The software driver stands in where there is no GPU.
export TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER=${TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER:-1}
export TF_CPP_MIN_LOG_LEVEL=${TF_CPP_MIN_LOG_LEVEL:-1}
# What is drawn from the registries is pinned; newer versions are no news.
export PIP_DISABLE_PIP_VERSION_CHECK=1

step() { printf '\n=== %s (%ds)\n' "$*" "$SECONDS"; }

setting() {
  python3 -c 'import json, sys; print(json.load(open("build/configuration.json"))[sys.argv[1]])' "$1"
}

# Runs "$@" unless it succeeded before with the same inputs.
#   unless_done STAMP "TEXT THAT DESCRIBES THE INPUTS" COMMAND...
unless_done() {
  local stamp=$1 inputs=$2
  shift 2
  if [[ ! -e $stamp || $(<"$stamp") != "$inputs" ]]; then
    "$@"
    printf '%s' "$inputs" >"$stamp"
  fi
}

# build/tools-venv: for tests without TensorFlow.
tools_venv() {
  new_tools_venv() {
    python3 -m venv --clear build/tools-venv
    build/tools-venv/bin/pip install --quiet --requirement ci/requirements-tools.txt
  }
  mkdir -p build
  unless_done build/tools-venv.stamp "$(python3 --version) $(sha256sum ci/requirements-tools.txt)" \
    new_tools_venv
}

# build/venv: tensorflow-directml as built, and what tests and demo need.
wheel_venv() {
  local python version constraints wheel
  python=$(setting python)
  version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  constraints=ci/constraints-$version.txt
  wheel=$(ls dist/tensorflow_directml-*-cp"${version/./}"-*.whl)
  new_wheel_venv() {
    "$python" -m venv --clear build/venv
    # Python 3.6 brings a pip that knows no platform tag of today.
    build/venv/bin/pip install --quiet 'pip==21.3.1'
    build/venv/bin/pip install --quiet --constraint "$constraints" \
      --requirement ci/requirements-tests.txt --requirement demo/requirements.txt "$wheel"
    sha256sum "$wheel" >build/wheel.stamp
  }
  unless_done build/venv.stamp \
    "$python $(sha256sum "$constraints" ci/requirements-tests.txt demo/requirements.txt)" \
    new_wheel_venv
  unless_done build/wheel.stamp "$(sha256sum "$wheel")" \
    build/venv/bin/pip install --quiet --force-reinstall --no-deps "$wheel"
}

# The tests in C++; their reports go to a new folder.
#   unit_tests FOLDER [OPTION OF BAZEL]...
unit_tests() {
  local folder=$1 bazel logs test verdict=0
  shift
  bazel=$(setting bazel)
  rm -rf "$folder"
  mkdir -p "$folder"
  "$bazel" test "$@" //... 2>&1 | tee "$folder/log" || verdict=$?
  logs=$("$bazel" info "$@" bazel-testlogs)
  # From the summary: a query would not know the paths that configure.py gives to builds.
  for test in $(sed -nE 's,^//(\S+) .*(PASSED|FAILED).*,\1,p' "$folder/log"); do
    cp -f "$logs/${test/://}/test.xml" "$folder/${test//[\/:]/_}.xml" || verdict=1
  done
  return "$verdict"
}

# The runtime alone, with the tools' environment: for what needs no TensorFlow.
build_runtime() {
  ci/install_deps.sh
  [[ -e build/configuration.json ]] || python3 configure.py --yes
  tools_venv
  "$(setting bazel)" build //tensorflow:libdml_runtime.so //tensorflow:dml_check_matrices
}

# Everything from a fresh clone to build/venv.
build_all() {
  step "Installing what the machine lacks"
  ci/install_deps.sh
  step "Configuring"
  python3 configure.py --yes
  step "Building the wheels"
  ./build_pip_package.sh dist
  step "Installing the wheel"
  wheel_venv
}
