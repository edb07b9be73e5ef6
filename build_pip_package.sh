#!/bin/bash
# Builds the tensorflow-directml wheels, for Python 3.7 and 3.6:
#
#   ./build_pip_package.sh [OUT_DIR]        (default: dist)
#
# Needs ./configure.py to have run; tools go to build/tools.
set -euo pipefail
out=$(realpath -m "${1:-dist}")
cd "$(dirname "$(realpath "$0")")"
tools=tensorflow/tools/pip_package

if [[ ! -e .tf_configure.bazelrc || ! -e build/configuration.json ]]; then
  echo "Run ./configure.py first." >&2
  exit 1
fi
setting() {
  python3 -c 'import json, sys; print(json.load(open("build/configuration.json"))[sys.argv[1]])' "$1"
}

"$(setting bazel)" build //:all

if ! cmp -s $tools/requirements.txt build/tools/requirements.txt; then
  rm -rf build/tools
  python3 -m venv build/tools
  build/tools/bin/pip install --quiet --requirement $tools/requirements.txt
  cp $tools/requirements.txt build/tools/
fi

PATH="$PWD/build/tools/bin:$PATH" build/tools/bin/python $tools/build_wheel.py \
  --libraries bazel-bin/tensorflow \
  --package tensorflow/python/dml --api bazel-bin/tensorflow/python/dml/api.py \
  --base "$(setting base_wheel)" --base "$(setting base_wheel_cp36)" \
  --vulkan "$(setting vulkan_include)" --directx "$(setting directx_include)" \
  --out "$out"
