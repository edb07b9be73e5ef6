"""The same sources and outputs of Bazel make the same wheels, to the bit."""

import os
import pathlib
import subprocess
import zipfile

import pytest
from conftest import ROOT, find_wheel

LIBRARIES = ROOT / "bazel-bin/tensorflow"


def pack(configuration, out):
    """Packs one of the wheels as build_pip_package.sh does, and returns it."""
    python = ROOT / "build/tools/bin/python"
    command = [
        *(python, ROOT / "tensorflow/tools/pip_package/build_wheel.py"),
        *("--libraries", LIBRARIES),
        *("--package", ROOT / "tensorflow/python/dml"),
        *("--api", LIBRARIES / "python/dml/api.py"),
        *("--base", configuration["base_wheel_cp36"]),  # which has TensorFlow's licence
        *("--vulkan", configuration["vulkan_include"]),
        *("--directx", configuration["directx_include"]),
        *("--out", out),
    ]
    path = f"{python.parent}:{os.environ['PATH']}"
    subprocess.run(command, check=True, env={**os.environ, "PATH": path}, stdout=subprocess.PIPE)
    return next(out.glob("*.whl"))


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {(info.filename, info.CRC, info.date_time) for info in archive.infolist()}


def test_packing_again_gives_the_same_file(configuration, tmp_path):
    built = find_wheel("cp36")
    again = pack(configuration, tmp_path)
    assert again.name == built.name
    if again.read_bytes() != built.read_bytes():
        differing = sorted(members(again) ^ members(built))
        pytest.fail(f"of other sources (./build_pip_package.sh), or not reproducible: {differing}")
    again.unlink()


def test_libraries_name_no_folder_of_the_machine(wheel):
    folders = [str(ROOT), str(pathlib.Path.home()) + "/.cache"]
    with zipfile.ZipFile(wheel) as archive:
        for info in archive.infolist():
            if info.filename.startswith(("tensorflow_directml/", "tensorflow-plugins/")):
                data = archive.read(info)
                for folder in folders:
                    assert folder.encode() not in data, info.filename
