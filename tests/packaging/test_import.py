"""Installing the wheel and importing it: where it works, and where it refuses."""

import json
import shutil

import pytest

BUILD = b"v1.15.4-39-g3db52be"
COMPUTE = """
import tensorflow as tf
from tensorflow.python.client import device_lib
with tf.compat.v1.Session() as session:
    print("sum", session.run(tf.reduce_sum(tf.ones([3, 4]))))
print("devices", [device.name for device in device_lib.list_local_devices()])
"""
SOFTWARE = {"TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER": "1"}


def test_plain_install_imports_and_computes(installed):
    installed.pip("check")
    result = installed.run("-c", COMPUTE, **SOFTWARE)
    assert result.returncode == 0, result.stderr
    assert "sum 12.0" in result.stdout
    assert "/device:DML:0" in result.stdout


def test_command(installed):
    result = installed.run("bin/tensorflow-directml", "devices", **SOFTWARE)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("/device:DML:0")


def test_the_package_runs_as_a_module(installed):
    result = installed.run("-m", "tensorflow_directml", "--version")
    assert (result.returncode, result.stdout) == (0, "tensorflow-directml 1.15.9\n")


def failures(environment, *arguments):
    """What doctor finds to be broken, by check."""
    result = environment.run(
        "bin/tensorflow-directml", "doctor", "--json", "--no-self-test", *arguments, **SOFTWARE
    )
    found = json.loads(result.stdout)["findings"]
    broken = {finding["check"]: finding for finding in found if finding["status"] == "failure"}
    assert result.returncode == bool(broken), result.stderr
    return broken


def test_doctor_finds_a_plain_install_sound(installed):
    assert failures(installed) == {}


def test_the_package_alone_imports_no_tensorflow(installed):
    result = installed.run(
        "-c",
        "import sys, tensorflow_directml.runtime as r; r.load(); "
        "sys.exit('tensorflow' in sys.modules)",
        **SOFTWARE,
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    "variables",
    [
        {},  # software adapters are not asked for
        {"VK_DRIVER_FILES": "/nonexistent.json", "VK_ICD_FILENAMES": "/nonexistent.json"},
        {"DML_VISIBLE_DEVICES": "7", **SOFTWARE},
    ],
    ids=["no adapter", "no driver", "unknown adapter"],
)
def test_without_a_device_the_cpu_remains(installed, variables):
    result = installed.run("-c", COMPUTE, **variables)
    assert result.returncode == 0, result.stderr
    assert "sum 12.0" in result.stdout
    assert "/device:CPU:0" in result.stdout
    if "/device:DML" in result.stdout:
        # A machine with a GPU: only the last two can hide it.
        assert variables == {}
    else:
        said = [line for line in result.stderr.splitlines() if "DML" in line.upper()]
        assert said, result.stderr


def check_refused(environment, *words):
    result = environment.run("-c", "import tensorflow", **SOFTWARE)
    assert result.returncode == 1
    error = result.stderr.splitlines()[-1]
    for word in words:
        assert word in error, result.stderr


def test_refuses_stock_tensorflow_beside_it(environment, configuration):
    """pip does not know that two distributions are the same package."""
    key = "base_wheel" if "3.7" in str(environment.packages) else "base_wheel_cp36"
    environment.pip("install", "--no-deps", configuration[key])
    check_refused(environment, "tensorflow-1.15.5", "pip uninstall")
    found = failures(environment)
    assert set(found) >= {"packages", "TensorFlow"}
    assert "pip uninstall -y tensorflow tensorflow-directml" in found["packages"]["cure"]
    environment.pip("uninstall", "--yes", "tensorflow")


def test_refuses_another_build(environment):
    library = environment.packages / "tensorflow_core/libtensorflow_framework.so.1"
    other = BUILD.replace(b"3db52be", b"0000000")
    changed = library.read_bytes().replace(BUILD, other)
    library.unlink()
    library.write_bytes(changed)
    check_refused(environment, BUILD.decode(), other.decode(), "pip install")
    assert other.decode() in failures(environment)["TensorFlow"]["summary"]


def test_a_missing_runtime_is_named(environment):
    shutil.move(
        environment.packages / "tensorflow_directml/libdml_runtime.so",
        environment.folder / "elsewhere.so",
    )
    result = environment.run("-m", "tensorflow_directml.cli", "devices", **SOFTWARE)
    assert result.returncode == 1
    assert "libdml_runtime.so" in result.stderr and "Traceback" not in result.stderr
    found = failures(environment)
    assert set(found) == {"installation", "runtime", "TensorFlow"}
    assert "libdml_runtime.so is missing" in found["installation"]["details"][0]
    # And what comes on top is found as well.
    environment.pip("install", "--no-deps", "gast==0.3.3")
    found = failures(environment)
    assert "gast" in found["requirements"]["details"][0]
    assert "pip install 'gast==0.2.2'" in found["requirements"]["cure"]
