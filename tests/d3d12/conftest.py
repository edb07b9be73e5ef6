"""Fixtures of the tests of Direct3D 12's stand-in, which need no runtime (see stand_in.h)."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "ci/d3d12"))
import prepare  # noqa: E402


@pytest.fixture(scope="session")
def libraries():
    """The folder with libd3d12.so and libdxcore.so; made, unless it is there."""
    return prepare.prepare()


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    """exercise.cc, built."""
    path = tmp_path_factory.mktemp("exercise") / "exercise"
    compiler = os.environ.get("CXX") or shutil.which("g++")
    subprocess.run(
        [compiler, "-std=c++17", "-O1", "-Wall", "-Wextra", "-Werror", "-Wno-unknown-pragmas",
         "-isystem", "/usr/include/wsl/stubs", HERE / "exercise.cc", "-o", path, "-ldl"],
        check=True)
    return path


@pytest.fixture
def exercise(program, libraries):
    """Runs exercise.cc; returns {name: [values, in order]} and what it wrote to stderr."""

    def run(*arguments, folder=libraries, adapters="", **variables):
        environment = {**os.environ, "LD_LIBRARY_PATH": str(folder), "VKD3D_DEBUG": "none",
                       "D3D12_ADAPTERS": adapters, **variables}
        # A release of Mesa that brings a C library of its own: this program has the machine's.
        environment.pop("VK_DRIVER_FILES", None)
        said = subprocess.run([program, *map(str, arguments)], env=environment, text=True,
                              capture_output=True, timeout=120, check=False)
        assert said.returncode == 0, (said.returncode, said.stdout, said.stderr)
        values = {}
        for line in said.stdout.splitlines():
            name, value = line.split(" ", 1)
            values.setdefault(name, []).append(value)
        # Nothing may keep the device, whatever failed.
        assert values.pop("left") == ["0"]
        values["stderr"] = said.stderr
        return values

    return run
