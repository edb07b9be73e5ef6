"""The wheel files: complete, honest, and without traces of the machine."""

import base64
import csv
import email
import hashlib
import json
import pathlib
import re
import subprocess
import zipfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNTIME = "tensorflow_directml/libdml_runtime.so"
PLUGIN = "tensorflow-plugins/libtensorflow_dml.so"
CHECK = "tensorflow_directml/dml_check_matrices"
DXC = "tensorflow_directml/libdxcompiler.so"


@pytest.fixture
def archive(wheel):
    with zipfile.ZipFile(wheel) as opened:
        yield opened


@pytest.fixture
def libraries(archive, tmp_path):
    return {name: archive.extract(name, tmp_path) for name in (RUNTIME, PLUGIN)}


def dist_info(archive, name):
    return archive.read(f"tensorflow_directml-1.15.9.dist-info/{name}").decode()


def test_record_lists_every_file_with_its_hash(archive):
    rows = {
        name: (digest, size)
        for name, digest, size in csv.reader(dist_info(archive, "RECORD").splitlines())
    }
    assert sorted(rows) == sorted(archive.namelist())
    for info in archive.infolist():
        digest, size = rows[info.filename]
        if info.filename.endswith("/RECORD"):
            assert (digest, size) == ("", "")
            continue
        sha = hashlib.sha256(archive.read(info)).digest()
        assert digest == "sha256=" + base64.urlsafe_b64encode(sha).rstrip(b"=").decode()
        assert int(size) == info.file_size


def test_tensorflow_is_there_unchanged_but_for_the_hook(archive, base):
    changed = []
    with zipfile.ZipFile(base) as original:
        for info in original.infolist():
            if ".dist-info/" not in info.filename:
                name = info.filename.replace(
                    "tensorflow-1.15.5.data", "tensorflow_directml-1.15.9.data"
                )
                if archive.getinfo(name).CRC != info.CRC:
                    changed.append(name)
        assert changed == ["tensorflow_core/__init__.py"]
        stock, ours = original.read(changed[0]), archive.read(changed[0])
    assert ours.startswith(stock)
    added = ours[len(stock) :].decode().split("\n")
    assert [line for line in added if line and not line.startswith("#")] == [
        '__import__("tensorflow_directml.gpu_compat").gpu_compat.apply()'
    ]


def test_metadata(archive):
    metadata = email.message_from_string(dist_info(archive, "METADATA"))
    assert metadata["Name"] == "tensorflow-directml"
    assert metadata["Version"] == "1.15.9"
    assert metadata["Obsoletes-Dist"] == "tensorflow"
    assert metadata["Requires-Python"] == ">=3.6,<3.8"
    requirements = metadata.get_all("Requires-Dist")
    assert metadata["License"] == "Apache-2.0 AND NCSA"
    assert metadata["Author"] == "The tensorflow-directml authors"
    assert "tensorflow.org" not in str(metadata.items())  # nothing says that we are TensorFlow
    classifiers = metadata.get_all("Classifier")
    assert "Development Status :: 4 - Beta" in classifiers
    assert "License :: OSI Approved :: Apache Software License" in classifiers
    assert len(classifiers) == len(set(classifiers))
    for name in metadata.get_all("License-File"):
        assert dist_info(archive, name)
    for pin in (
        "protobuf (<3.21,>=3.6.1)",
        "numpy (<1.19.0,>=1.16.0)",
        "h5py (<=2.10.0)",
        "gast (==0.2.2)",
        "tensorflow-estimator (==1.15.1)",
        "Jinja2 (<4,>=3.0)",
        "rich (<14,>=12.6)",
    ):
        assert pin in requirements
    assert not [text for text in requirements if "python_version <" in text]


def test_templates(archive):
    for name in ("upstream/report.html", "trace/page.html"):
        assert archive.read(f"tensorflow_directml/{name}").startswith(b"<!DOCTYPE html>")


def test_commands(archive):
    commands = dist_info(archive, "entry_points.txt")
    assert "tensorflow-directml = tensorflow_directml.cli:main" in commands
    assert "saved_model_cli = " in commands


def test_the_package_says_what_it_was_built_from_and_that_it_has_types(archive):
    assert archive.read("tensorflow_directml/py.typed") == b""
    built = json.loads(archive.read("tensorflow_directml/build.json"))
    assert set(built) in ({"commit", "modified"}, set())  # without git, nothing is known
    assert re.fullmatch("[0-9a-f]{40}", built.get("commit", "0" * 40))


def test_licences(archive):
    assert "Apache License" in dist_info(archive, "LICENSE")
    assert "The TensorFlow Authors" in dist_info(archive, "LICENSE.tensorflow")
    assert "LLVM Release License" in dist_info(archive, "LICENSE.dxc")
    notice = dist_info(archive, "NOTICE")
    assert "TensorFlow" in notice
    # The one that test_tensorflow_is_there_unchanged_but_for_the_hook finds.
    assert "modified: tensorflow_core/__init__.py" in notice
    assert [name for name in archive.namelist() if name.endswith("com_google_protobuf/LICENSE")]


def test_both_wheels_hold_the_same_libraries(wheel, archive):
    for other in wheel.parent.glob(wheel.name.split("-cp3")[0] + "-*.whl"):
        with zipfile.ZipFile(other) as opened:
            for name in (RUNTIME, PLUGIN, CHECK, DXC):
                assert opened.getinfo(name).CRC == archive.getinfo(name).CRC


def test_the_runtime_exports_its_c_api_only(libraries):
    symbols = output("nm", "-D", "--defined-only", libraries[RUNTIME]).split("\n")
    names = [line.split()[-1] for line in symbols if line]
    assert "dml_device_open" in names
    assert [name for name in names if not name.startswith("dml_")] == []


def test_the_program_beside_the_runtime_may_run_and_needs_only_the_system(archive, tmp_path):
    assert archive.getinfo(CHECK).external_attr >> 16 & 0o111 == 0o111
    program = output("readelf", "-d", archive.extract(CHECK, tmp_path))
    assert "RUNPATH" not in program and "RPATH" not in program
    needed = set(re.findall(r"NEEDED.*\[(lib[\w+]+)\.", program))
    assert needed <= {"libc", "libdl", "libm", "libgcc_s", "libpthread", "libstdc++"}


def test_the_compiler_for_direct3d_lies_beside_the_runtime_unchanged(archive, tmp_path):
    built = ROOT / "bazel-bin/tensorflow/libdxcompiler.so"
    assert archive.read(DXC) == built.read_bytes()
    runtime = output("readelf", "-d", archive.extract(RUNTIME, tmp_path))
    assert "dxc" not in runtime and "d3d12" not in runtime  # opened at run time


def test_libraries_find_each_other_and_name_no_folder_of_the_build(libraries):
    runtime = output("readelf", "-d", libraries[RUNTIME])
    assert "RUNPATH" not in runtime and "RPATH" not in runtime
    assert "vulkan" not in runtime  # opened at run time, if it is there
    plugin = output("readelf", "-d", libraries[PLUGIN])
    assert "[$ORIGIN/../tensorflow_directml:$ORIGIN/../tensorflow_core]" in plugin
    assert set(re.findall(r"NEEDED.*\[(libt.*|libdml.*)\]", plugin)) == {
        "libtensorflow_framework.so.1",
        "libdml_runtime.so",
    }


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
