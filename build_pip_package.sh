#!/bin/bash
# Builds the tensorflow-directml wheels, for Python 3.7 and 3.6:
#
#   ./build_pip_package.sh [OUT_DIR]        (default: dist)
#
# or, with the option first, the one beside TensorFlow 2.x, of the versions that
# ./configure.py --tensorflow2 chose:
#
#   ./build_pip_package.sh --tensorflow2 [OUT_DIR]
#
# Needs ./configure.py to have run; tools go to build/tools.
set -euo pipefail
tensorflow2=
if [[ ${1:-} == --tensorflow2 ]]; then
  tensorflow2=1
  shift
fi
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

targets=(//:all)
bases=(--base "$(setting base_wheel)" --base "$(setting base_wheel_cp36)")
builder=build_wheel.py
if [[ $tensorflow2 ]]; then
  builder=build_wheel2.py
  mapfile -t bases < <(python3 -c 'import json
for version in json.load(open("build/configuration.json")).get("tensorflow2", {}):
    print("--tensorflow=" + version)')
  if ((!${#bases[@]})); then
    echo "Run ./configure.py --tensorflow2 VERSIONS first." >&2
    exit 1
  fi
  targets=(//:all_but_plugin //tensorflow:libtensorflow_dml_loader.so)
  for version in "${bases[@]#--tensorflow=}"; do
    targets+=("//tensorflow:libtensorflow_dml_${version/./_}.so")
  done
fi

"$(setting bazel)" build "${targets[@]}"

if ! cmp -s $tools/requirements.txt build/tools/requirements.txt; then
  rm -rf build/tools
  python3 -m venv build/tools
  build/tools/bin/pip install --quiet --requirement $tools/requirements.txt
  cp $tools/requirements.txt build/tools/
fi

PATH="$PWD/build/tools/bin:$PATH" build/tools/bin/python "$tools/$builder" \
  --libraries bazel-bin/tensorflow \
  --package tensorflow/python/dml --api bazel-bin/tensorflow/python/dml/api.py \
  "${bases[@]}" \
  --vulkan "$(setting vulkan_include)" --directx "$(setting directx_include)" \
  --out "$out"
