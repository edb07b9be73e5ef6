#!/bin/bash
# Installs what the build, the tests and the demo need and the machine lacks, on
# Debian or Ubuntu. Needs root, or sudo.
#
#   ci/install_deps.sh [windows|fuzz]   (also what ci/windows.sh or ci/fuzz.sh takes)
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/.."

packages=()
need() { dpkg-query --show --showformat='${Status}\n' "$1" 2>/dev/null |
  grep -q 'install ok installed' || packages+=("$1"); }
command -v g++ >/dev/null || packages+=(g++)
command -v strip >/dev/null || packages+=(binutils)
command -v git >/dev/null || packages+=(git)
command -v python3 >/dev/null || packages+=(python3)
python3 -c 'import ensurepip, venv' 2>/dev/null || packages+=(python3-venv python3-pip)
python3 -m pip --version >/dev/null 2>&1 || packages+=(python3-pip)
command -v bazelisk >/dev/null || command -v npm >/dev/null || packages+=(npm)
command -v glslc >/dev/null || packages+=(glslc)
command -v spirv-cross >/dev/null || packages+=(spirv-cross)
need ca-certificates
need directx-headers-dev
need googletest # its sources, for `bazel test`
need libvulkan-dev
need libvulkan1
need mesa-vulkan-drivers # lavapipe, the software driver of the tests
need vulkan-validationlayers
need spirv-tools
if [[ ${1:-} == windows ]]; then
  need g++-mingw-w64-x86-64-posix
  need wine64
  need xvfb
fi
if [[ ${1:-} == fuzz ]]; then
  need clang-14
  need libclang-rt-14-dev # libFuzzer and sanitizers
fi

if ((${#packages[@]})); then
  echo "installing: ${packages[*]}"
  as_root=()
  if ((EUID)); then as_root=(sudo); fi
  "${as_root[@]}" apt-get update -qq
  if [[ " ${packages[*]} " == *" glslc "* ]] && ! apt-cache show glslc >/dev/null 2>&1; then
    echo "This system's registry has no glslc, as Ubuntu 22.04's has none. Put the one" \
      "of the Vulkan SDK (https://vulkan.lunarg.com) on PATH, or build on a newer system:" \
      "the wheels run on older ones." >&2
    exit 1
  fi
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -qq --no-install-recommends \
    --yes "${packages[@]}" >/dev/null
fi

# TensorFlow 1.15 runs on Python 3.7 and 3.6, which today's systems lack; uv 0.6.17 is the last
# that knows where to get them.
if ! python3 configure.py --find python >/dev/null 2>&1; then
  echo "installing: Python 3.7, by uv"
  python3 -m venv build/uv
  build/uv/bin/pip install --quiet uv==0.6.17
  build/uv/bin/uv python install --quiet 3.7
fi
