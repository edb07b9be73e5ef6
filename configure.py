#!/usr/bin/env python3
"""Finds what the build needs and writes .tf_configure.bazelrc.

    ./configure.py            asks, with what it found as the default
    ./configure.py --yes      takes what it found

For each thing it says what it found, or what is missing and which command
installs it; what only `bazel test` needs may be missing. A flag beats an
environment variable, which beats the search.
--tensorflow2 has libraries built for versions of TensorFlow 2.x, too (docs/tensorflow2.md).
Downloads (the base wheels; glslang; DXC; Bazel, unless bazelisk works here) go to build/.
Run it again after installing something, or to change an answer.
"""

import argparse
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent
BUILD = ROOT / "build"
BAZELRC = ROOT / ".tf_configure.bazelrc"
CONFIGURATION = BUILD / "configuration.json"
BASE_REQUIREMENTS = ROOT / "third_party/tensorflow/requirements.txt"
# One file a version of TensorFlow 2.x, as versions.bzl names them.
TENSORFLOW2_REQUIREMENTS = ROOT / "third_party/tensorflow"
BAZEL_PACKAGE = ROOT / "third_party/bazel/package.json"
GLSLANG_REQUIREMENTS = ROOT / "third_party/glslang/requirements.txt"
DXC_REQUIREMENTS = ROOT / "third_party/dxc/requirements.txt"

PYTHONS = ("3.7", "3.6")

SHADER = """#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_scalar_block_layout : require
#extension GL_EXT_shader_16bit_storage : require
layout(buffer_reference, scalar) buffer Halves { float16_t at[]; };
layout(push_constant) uniform Push { Halves halves; };
layout(local_size_x = 1) in;
void main() {}
"""

MATRIX_SHADER = """#version 460
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_EXT_shader_explicit_arithmetic_types : require
#pragma use_vulkan_memory_model
layout(constant_id = 0) const uint M = 16;
layout(local_size_x = 32) in;
void main() {
  coopmat<float16_t, gl_ScopeSubgroup, M, 16, gl_MatrixUseA> a;
}
"""

HLSL_SHADER = """#version 460
#extension GL_EXT_scalar_block_layout : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
layout(local_size_x_id = 0) in;
layout(binding = 0, scalar) readonly buffer Parameters { uvec2 x; uint count; } p;
layout(binding = 1) buffer Memory { uint at[]; } memory;
void main() { memory.at[gl_LocalInvocationID.x] = uint(int64_t(p.count) >> 32); }
"""

PROGRAM = """#include <optional>
#include <string_view>
int main() { return std::optional<std::string_view>("")->size(); }
"""


class Missing(Exception):
    """Something that the build needs is not there; says how to get it."""

    def __init__(self, what, how):
        super().__init__(f"{what}\n    {how}")


def run(*command, timeout=600, cwd=None, env=None):
    """The command's output, or None when it cannot run or fails."""
    try:
        result = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            cwd=cwd,
            env=env,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return result.stdout if result.returncode == 0 else None


# ---- The searches: each returns candidates, best first ---------------------


def python_version(path):
    """("3.7", real path) of a Python that really runs (a pyenv shim may not)."""
    code = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2], sys.executable)"
    output = run(path, "-c", code, timeout=60)
    return output.strip().split(" ", 1) if output else (None, None)


def python_candidates(version):
    found = shutil.which(f"python{version}")
    if found:
        yield found
    pyenv = os.environ.get("PYENV_ROOT") or (run("pyenv", "root") or "").strip()
    for root in filter(None, [pyenv, os.path.expanduser("~/.pyenv")]):
        versions = pathlib.Path(root, "versions").glob(f"{version}.*")
        for folder in sorted(
            versions, key=lambda p: [int(n) for n in re.findall(r"\d+", p.name)], reverse=True
        ):
            yield str(folder / f"bin/python{version}")
    # ci/install_deps.sh may have put uv into build/.
    for uv in ("uv", BUILD / "uv/bin/uv"):
        found = run(uv, "python", "find", version, timeout=60)
        if found:
            yield found.strip()


def find_python(_):
    for version in PYTHONS:
        for candidate in python_candidates(version):
            if python_version(candidate)[0] == version:
                return candidate
    raise Missing(
        "Python 3.7 (or 3.6) to target, with venv: TensorFlow 1.15 runs on no newer one.",
        "Install it by: uvx uv@0.6.17 python install 3.7    or: pyenv install 3.7\n"
        "    or name it: ./configure.py --python PATH",
    )


def check_python(path):
    version, executable = python_version(path)
    if version not in PYTHONS:
        raise Missing(
            f"{path} is not a working Python 3.7 or 3.6 with venv"
            + (f" but {version}." if version else "."),
            "Name one by --python PATH.",
        )
    return executable


def find_base(version):
    """The base wheel for a Python, downloaded unless it is there."""
    tag = "cp" + version.replace(".", "")
    folder = BUILD / "base"
    pattern = f"tensorflow-1.15.5-{tag}-*.whl"
    if not list(folder.glob(pattern)):
        print(f"  downloading the base wheel for Python {version} (110 MB) ...", flush=True)
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--require-hashes",
            "--only-binary=:all:",
            "--implementation=cp",
            f"--python-version={version}",
            f"--abi={tag}m",
            "--platform=manylinux2010_x86_64",
            "--dest",
            folder,
            "-r",
            BASE_REQUIREMENTS,
        ]
        run(*command, timeout=1800)
    found = sorted(folder.glob(pattern))
    if not found:
        name = "TF_DIRECTML_BASE_WHEEL" + ("" if version == "3.7" else "_CP36")
        raise Missing(
            f"the base wheel tensorflow-1.15.5-{tag}-{tag}m-manylinux2010_x86_64.whl.",
            "Download it by: " + f"{sys.executable} -m pip download --no-deps --only-binary=:all: "
            f"--python-version={version} --abi={tag}m --platform=manylinux2010_x86_64 "
            f"tensorflow==1.15.5\n    and name it in {name}, or by a flag.",
        )
    return str(found[0])


def check_base(path, way_out="Name one by --base-wheel PATH."):
    if not os.path.isfile(path) or not path.endswith(".whl"):
        raise Missing(f"the base wheel {path} is no wheel file.", way_out)
    return os.path.abspath(path)


def base2(version):
    """The wheel of TensorFlow 2.x that the environment names, or the one of find_base2()."""
    variable = base2_variable(version)
    if variable in os.environ:
        return check_base(os.environ[variable], f"Name one in {variable}, or unset it.")
    return check_base(find_base2(version))


def tensorflow2_versions():
    """The versions of TensorFlow 2.x that there can be a library for: "2.15", ..."""
    files = TENSORFLOW2_REQUIREMENTS.glob("requirements-2.*.txt")
    names = [file.stem.partition("-")[2] for file in files]
    return sorted(names, key=lambda name: [int(part) for part in name.split(".")])


def find_base2(version):
    """The wheel of TensorFlow 2.x to compile against, downloaded unless it is there."""
    folder = BUILD / "base"
    pattern = f"tensorflow_cpu-{version}.*.whl"
    requirements = TENSORFLOW2_REQUIREMENTS / f"requirements-{version}.txt"
    if not list(folder.glob(pattern)):
        print(f"  downloading TensorFlow {version} (200 to 300 MB) ...", flush=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--require-hashes", "--only-binary=:all:", "--implementation=cp"]
        command += ["--python-version=3.11", "--abi=cp311"]
        # Its headers and core library are the same for all Pythons.
        command += [f"--platform=manylinux_2_{glibc}_x86_64" for glibc in (27, 17)]
        run(*command, "--dest", folder, "-r", requirements, timeout=1800)
    found = sorted(folder.glob(pattern))
    if not found:
        variable = base2_variable(version)
        raise Missing(
            f"the wheel of TensorFlow {version} to compile against.",
            f"Download one of tensorflow-cpu=={version}.* for Linux x86-64, and name it in "
            f"{variable}.",
        )
    return str(found[0])


def base2_variable(version):
    return "TF_DIRECTML_BASE_WHEEL_" + version.replace(".", "_")


def choose_tensorflow2(flags):
    """The versions of TensorFlow 2.x to build for; none unless somebody says so."""
    known = tensorflow2_versions()
    text = flags.tensorflow2
    if text is None:
        text = os.environ.get("TF_DIRECTML_TENSORFLOW2")
    if text is None:
        text = "" if flags.yes else input(
            f"For which versions of TensorFlow 2.x too ({', '.join(known)}; or all)? [none] "
        )
    if text.strip() == "all":
        return known
    wanted = [version for version in re.split(r"[,\s]+", text.strip()) if version]
    for version in wanted:
        if version not in known:
            sys.exit(
                f"There can be no library for TensorFlow {version}: versions are "
                f"{', '.join(known)}. Say one of those, several with commas between, or all."
            )
    return wanted


def find_compiler(_):
    for name in ("gcc", "clang"):
        if shutil.which(name):
            return shutil.which(name)
    raise Missing("a C++ compiler.", "Install it by: apt-get install g++")


def check_compiler(path):
    path = shutil.which(path) or path
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "program.cc")
        source.write_text(PROGRAM)
        if run(path, "-std=c++17", source, "-lstdc++", "-o", source.with_suffix("")) is None:
            raise Missing(
                f"{path} does not compile and link C++17.",
                "Install one that does by: apt-get install g++",
            )
    return path


def find_glslc(_):
    sdk = os.environ.get("VULKAN_SDK")
    found = (sdk and shutil.which("glslc", path=f"{sdk}/bin")) or shutil.which("glslc")
    if not found:
        raise Missing(
            "glslc, the shader compiler.",
            "Install it by: apt-get install glslc    (or the Vulkan SDK)",
        )
    return found


def check_glslc(path):
    path = shutil.which(path) or path
    with tempfile.TemporaryDirectory() as folder:
        shader = pathlib.Path(folder, "shader.comp")
        shader.write_text(SHADER)
        if run(path, "--target-env=vulkan1.2", shader, "-o", f"{shader}.spv") is None:
            raise Missing(
                f"{path} does not compile Vulkan 1.2 shaders with buffer references.",
                "Install shaderc 2020.1 or newer: apt-get install glslc",
            )
    return path


def find_glslang(_):
    """The pinned one, installed unless it is there."""
    folder = BUILD / "glslang"
    stamp = folder / "requirements.txt"
    wanted = GLSLANG_REQUIREMENTS.read_text()
    if not stamp.exists() or stamp.read_text() != wanted:
        print("  installing glslang ...", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        command += ["--require-hashes", "--only-binary=:all:", "--target", folder]
        if run(*command, "-r", GLSLANG_REQUIREMENTS, timeout=600) is None:
            raise Missing(
                "glslang, which compiles shaders with cooperative matrices.",
                "See what this says: " + " ".join(map(str, command))
                + f" -r {GLSLANG_REQUIREMENTS}\n"
                "    or name one of 13.1 or newer (the Vulkan SDK has it) by --glslang PATH",
            )
        stamp.write_text(wanted)
    # Its libraries lie where the linker does not look.
    prefix = folder / "cmeel.prefix"
    wrapper = folder / "glslang"
    wrapper.write_text(
        f'#!/bin/sh\nLD_LIBRARY_PATH="{prefix}/lib" exec "{prefix}/bin/glslang" "$@"\n'
    )
    wrapper.chmod(0o755)
    return str(wrapper)


def check_glslang(path):
    path = shutil.which(path) or path
    with tempfile.TemporaryDirectory() as folder:
        shader = pathlib.Path(folder, "shader.comp")
        shader.write_text(MATRIX_SHADER)
        if run(path, "--target-env", "vulkan1.2", shader, "-o", f"{shader}.spv") is None:
            raise Missing(
                f"{path} does not compile shaders with GL_KHR_cooperative_matrix.",
                "Let this script install one that does: ./configure.py without --glslang",
            )
    return path


def find_spirv_cross(_):
    sdk = os.environ.get("VULKAN_SDK")
    name = "spirv-cross"
    found = (sdk and shutil.which(name, path=f"{sdk}/bin")) or shutil.which(name)
    if not found:
        raise Missing(
            "spirv-cross, which makes HLSL of shaders.",
            "Install it by: apt-get install spirv-cross    (or the Vulkan SDK)",
        )
    return found


def check_spirv_cross(path):
    path = shutil.which(path) or path
    glslc = shutil.which("glslc")
    with tempfile.TemporaryDirectory() as folder:
        shader = pathlib.Path(folder, "shader.comp")
        shader.write_text(HLSL_SHADER)
        if not glslc or run(glslc, "--target-env=vulkan1.2", shader, "-o", f"{shader}.spv") is None:
            # What glslc lacks is said where that is checked.
            works = run(path, "--help") is not None
        else:
            text = run(path, f"{shader}.spv", "--hlsl", "--shader-model", "60") or ""
            works = "ByteAddressBuffer p" in text
    if not works:
        raise Missing(
            f"{path} does not make HLSL of shaders.",
            "Install one that does by: apt-get install spirv-cross",
        )
    return path


def find_dxc(_):
    """The folder of the pinned one, downloaded unless it is there."""
    folder = BUILD / "dxc"
    stamp = folder / "requirements.txt"
    wanted = DXC_REQUIREMENTS.read_text()
    if stamp.exists() and stamp.read_text() == wanted:
        return str(folder)
    print("  downloading DXC (15 MB) ...", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "include").mkdir(parents=True)
    with tempfile.TemporaryDirectory() as temporary:
        # The package's own part of Python is not for the one that runs this.
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        command += ["--require-hashes", "--only-binary=:all:", "--implementation=cp"]
        command += ["--python-version=311", "--abi=cp311", "--platform=manylinux_2_28_x86_64"]
        command += ["--target", temporary, "-r", DXC_REQUIREMENTS]
        if run(*command, timeout=600) is None:
            raise Missing(
                "DXC, which compiles HLSL.",
                "See what this says: " + " ".join(map(str, command))
                + "\n    or name a folder with libdxcompiler.so and include/dxcapi.h by --dxc PATH",
            )
        backends = pathlib.Path(temporary, "compushady/backends")
        shutil.copy(backends / "libdxcompiler_x86_64.so", folder / "libdxcompiler.so")
        for header in ("dxcapi.h", "WinAdapter.h"):
            shutil.copy(backends / header, folder / "include")
    stamp.write_text(wanted)
    return str(folder)


def check_dxc(path):
    """That the library loads: which versions fit together only the build can tell."""
    library = pathlib.Path(path, "libdxcompiler.so")
    code = "import ctypes, sys; ctypes.CDLL(sys.argv[1]).DxcCreateInstance"
    if run(sys.executable, "-c", code, library) is None:
        raise Missing(
            f"{library} is no DXC that loads here.",
            "Let this script download one: ./configure.py without --dxc",
        )
    if not pathlib.Path(path, "include/dxcapi.h").exists():
        raise Missing(
            f"{path} has no include/dxcapi.h, of the library's version.",
            "Let this script download both: ./configure.py without --dxc",
        )
    return os.path.abspath(path)


def find_vulkan(_):
    sdk = os.environ.get("VULKAN_SDK")
    for folder in filter(None, [sdk and f"{sdk}/include", "/usr/include", "/usr/local/include"]):
        if os.path.exists(f"{folder}/vulkan/vulkan.h"):
            return folder
    raise Missing("the Vulkan headers.", "Install them by: apt-get install libvulkan-dev")


def check_vulkan(path):
    core = pathlib.Path(path, "vulkan/vulkan_core.h")
    if not core.exists() or "VK_API_VERSION_1_2" not in core.read_text():
        raise Missing(
            f"{path} has no Vulkan headers of 1.2 or newer.",
            "Install them by: apt-get install libvulkan-dev",
        )
    return path


def find_directx(_):
    for folder in ("/usr/include", "/usr/local/include"):
        if os.path.exists(f"{folder}/directx/d3d12.h"):
            return folder
    raise Missing(
        "the Direct3D 12 headers.", "Install them by: apt-get install directx-headers-dev"
    )


def check_directx(path):
    for name in ("directx/d3d12.h", "directx/dxcore_interface.h", "wsl/stubs/unknwn.h"):
        if not os.path.exists(f"{path}/{name}"):
            raise Missing(
                f"{path} has no {name} of the Direct3D 12 headers.",
                "Install them by: apt-get install directx-headers-dev",
            )
    return path


def find_googletest(_):
    for folder in ("/usr/src/googletest/googletest", "/usr/src/gtest"):
        if os.path.exists(f"{folder}/src/gtest-all.cc"):
            return folder
    raise Missing(
        "the sources of GoogleTest, for `bazel test`.",
        "Install them by: apt-get install googletest",
    )


def check_googletest(path):
    if not os.path.exists(f"{path}/src/gtest_main.cc"):
        raise Missing(
            f"{path} has no sources of GoogleTest.",
            "Install them by: apt-get install googletest",
        )
    return os.path.abspath(path)


def find_bazel(_):
    """A bazelisk that brings up Bazel's pinned version, by npm if need be."""
    found = shutil.which("bazelisk")
    if found and run(found, "version", cwd=ROOT, timeout=180) is not None:
        return found
    folder = BUILD / "npm"
    native = folder / "node_modules/@bazel"
    if not (native / "bazelisk").exists():
        if not shutil.which("npm"):
            raise Missing(
                "Bazel: there is no bazelisk that works, and no npm to get it with.",
                "Install npm by: apt-get install npm    or put bazelisk on PATH",
            )
        print("  installing Bazel's npm packages ...", flush=True)
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(BAZEL_PACKAGE, folder)
        run("npm", "install", "--no-audit", "--no-fund", cwd=folder, timeout=1200)
    version = (ROOT / ".bazelversion").read_text().strip()
    bazelisk = native / "bazelisk/bazelisk-linux_amd64"
    bazel = native / f"bazel-linux_x64/bazel-{version}-linux-x86_64"
    if not (bazelisk.exists() and bazel.exists()):
        raise Missing(
            "Bazel: its npm packages could not be installed.",
            f"See what this says: cd {folder} && npm install",
        )
    wrapper = BUILD / "bazel"
    wrapper.write_text(f'#!/bin/sh\nUSE_BAZEL_VERSION="{bazel}" exec "{bazelisk}" "$@"\n')
    wrapper.chmod(0o755)
    return str(wrapper)


def check_bazel(path):
    path = shutil.which(path) or path
    expected = (ROOT / ".bazelversion").read_text().strip()
    output = run(path, "version", cwd=ROOT, timeout=600) or ""
    if f"Build label: {expected}" not in output:
        raise Missing(
            f"{path} does not run Bazel {expected}.",
            "Let this script install it: ./configure.py without --bazel",
        )
    return path


# (key and flag, environment, what it is, the search's argument, search, check)
QUESTIONS = (
    (
        "python",
        "TF_DIRECTML_PYTHON",
        "the Python 3.7 or 3.6 to target",
        None,
        find_python,
        check_python,
    ),
    (
        "base_wheel",
        "TF_DIRECTML_BASE_WHEEL",
        "the base wheel for Python 3.7",
        "3.7",
        find_base,
        check_base,
    ),
    (
        "base_wheel_cp36",
        "TF_DIRECTML_BASE_WHEEL_CP36",
        "the base wheel for Python 3.6",
        "3.6",
        find_base,
        check_base,
    ),
    ("compiler", "CC", "the C++ compiler", None, find_compiler, check_compiler),
    ("glslc", "TF_DIRECTML_GLSLC", "the shader compiler glslc", None, find_glslc, check_glslc),
    (
        "glslang",
        "TF_DIRECTML_GLSLANG",
        "the shader compiler glslang",
        None,
        find_glslang,
        check_glslang,
    ),
    (
        "spirv_cross",
        "TF_DIRECTML_SPIRV_CROSS",
        "spirv-cross, which makes HLSL of shaders",
        None,
        find_spirv_cross,
        check_spirv_cross,
    ),
    (
        "dxc",
        "TF_DIRECTML_DXC",
        "the folder of DXC, the compiler of HLSL",
        None,
        find_dxc,
        check_dxc,
    ),
    (
        "vulkan_include",
        "TF_DIRECTML_VULKAN_INCLUDE",
        "the folder of Vulkan headers",
        None,
        find_vulkan,
        check_vulkan,
    ),
    (
        "directx_include",
        "TF_DIRECTML_DIRECTX_INCLUDE",
        "the folder of Direct3D 12 headers",
        None,
        find_directx,
        check_directx,
    ),
    ("bazel", "TF_DIRECTML_BAZEL", "Bazel, or bazelisk", None, find_bazel, check_bazel),
    (
        "googletest",
        "TF_DIRECTML_GOOGLETEST",
        "the folder of GoogleTest's sources",
        None,
        find_googletest,
        check_googletest,
    ),
)
# Builds do without.
OPTIONAL = {"googletest"}


def answer(key, variable, what, argument, search, check, flags):
    """The checked value of one question: flag, environment, asked, or searched."""
    value = getattr(flags, key) or os.environ.get(variable)
    if not value:
        try:
            value = search(argument)
        except Missing:
            if flags.yes:
                raise
            value = ""
        if not flags.yes:
            value = input(f"Where is {what}? [{value or 'not found'}] ").strip() or value
            value = value or search(argument)
    return check(os.path.expanduser(value))


def write_bazelrc(found, optimization):
    environment = {
        **{base2_variable(version): wheel for version, wheel in found["tensorflow2"].items()},
        "CC": found["compiler"],
        "TF_DIRECTML_BASE_WHEEL": found["base_wheel"],
        "TF_DIRECTML_BUILD_PYTHON": sys.executable,
        "TF_DIRECTML_DIRECTX_INCLUDE": found["directx_include"],
        "TF_DIRECTML_DXC": found["dxc"],
        "TF_DIRECTML_GLSLANG": found["glslang"],
        "TF_DIRECTML_GLSLC": found["glslc"],
        "TF_DIRECTML_GOOGLETEST": found.get("googletest"),
        "TF_DIRECTML_SPIRV_CROSS": found["spirv_cross"],
        "TF_DIRECTML_VULKAN_INCLUDE": found["vulkan_include"],
    }
    lines = ["# Written by configure.py; run it again instead of editing."]
    lines += [
        f'build --repo_env="{name}={value}"' for name, value in environment.items() if value
    ]
    lines += [f"build --copt={flag}" for flag in optimization.split()]
    BAZELRC.write_text("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--yes", action="store_true", help="ask nothing")
    for key, variable, what, *_ in QUESTIONS:
        parser.add_argument(
            "--" + key.replace("_", "-"), metavar="PATH", help=f"{what} (environment: {variable})"
        )
    parser.add_argument(
        "--optimization",
        metavar="FLAGS",
        default=os.environ.get("CC_OPT_FLAGS"),
        help="more compiler flags, such as -march=native (environment: CC_OPT_FLAGS); the "
        "default, none, makes libraries that run on every x86-64 processor",
    )
    parser.add_argument(
        "--tensorflow2",
        metavar="VERSIONS",
        help="versions of TensorFlow 2.x to build libraries for, too, such as 2.21,2.18, or all "
        "(environment: TF_DIRECTML_TENSORFLOW2); the default is none",
    )
    parser.add_argument(
        "--find",
        choices=[key for key, *_ in QUESTIONS],
        help="only look for this, and print where it is",
    )
    flags = parser.parse_args()
    flags.yes = flags.yes or bool(flags.find)
    flags.yes = flags.yes or not sys.stdin.isatty()

    if sys.version_info < (3, 8):
        sys.exit("The build itself needs Python 3.8 or newer: run python3 configure.py with one.")
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        sys.exit(
            "tensorflow-directml 1.15 builds on Linux x86-64 only: its base wheel exists "
            "for no other machine that it can be linked on."
        )

    BUILD.mkdir(exist_ok=True)
    if flags.find:
        question = next(question for question in QUESTIONS if question[0] == flags.find)
        try:
            print(answer(*question, flags))
        except Missing as problem:
            sys.exit(str(problem))
        return
    found, missing = {}, []
    for key, variable, what, argument, search, check in QUESTIONS:
        try:
            found[key] = answer(key, variable, what, argument, search, check, flags)
            print(f"found    {what}: {found[key]}", flush=True)
        except Missing as problem:
            if key in OPTIONAL:
                print(f"without  {problem}", flush=True)
                continue
            missing.append(problem)
            print(f"MISSING  {problem}", flush=True)
    versions = choose_tensorflow2(flags)
    found["tensorflow2"] = {}
    for version in versions:
        try:
            wheel = base2(version)
            found["tensorflow2"][version] = wheel
            print(f"found    TensorFlow {version}: {wheel}", flush=True)
        except Missing as problem:
            missing.append(problem)
            print(f"MISSING  {problem}", flush=True)
    if missing:
        things = len(QUESTIONS) + len(versions)
        sys.exit(f"{len(missing)} of {things} things are missing; see above.")

    optimization = flags.optimization
    if optimization is None:
        optimization = "" if flags.yes else input("More compiler flags? [none] ").strip()
    write_bazelrc(found, optimization)
    CONFIGURATION.write_text(json.dumps(found, indent=2) + "\n")
    print(f"wrote    {BAZELRC.name}\n\nBuild the wheel by: ./build_pip_package.sh")


if __name__ == "__main__":
    main()
