"""Finding adapters: what the environment chooses, and what is said when there
is nothing to find. The list is made once per process, so each test has its own.
"""

import json
import os
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent

LIST = """
import json
result = {
    "adapters": [adapter.name for adapter in dml.adapters()],
    "types": [adapter.type.name for adapter in dml.adapters()],
    "apis": [adapter.api for adapter in dml.adapters()],
    "problem": dml.adapter_problem(),
    "left_out": [[adapter.name, adapter.cause, adapter.reason] for adapter in dml.left_out()],
}
"""

# Bytes to the device and back, by the first adapter.
ROUND_TRIP = """
import numpy as np
x = np.arange(100003, dtype=np.int32)
with dml.open(0) as device:
    result = bool((device.tensor(x).numpy() == x).all())
"""

ALLOW = "TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER"

WINDOWS = sys.platform == "win32"
# Wine's Vulkan is that of the machine, whose loader never sees what a test sets.
names_drivers = pytest.mark.skipif(
    WINDOWS, reason="drivers of Windows are named in its registry"
)


def run(code, **environment):
    """(`result` of `code` in a process of its own, its stderr); None unsets."""
    settings = {**os.environ, **environment}
    program = "\n".join(
        [
            "import json, os, sys",
            f"sys.path.insert(0, {str(HERE)!r})",
            "import conftest",
            # The import above gives some variables a default.
            f"for name in {[name for name in settings if settings[name] is None]!r}:",
            "    os.environ.pop(name, None)",
            "from tensorflow_directml import runtime as dml",
            code,
            "print(json.dumps(result))",
        ]
    )
    finished = subprocess.run(
        [sys.executable, "-c", program],
        env={name: value for name, value in settings.items() if value is not None},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        timeout=300,
    )
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout.splitlines()[-1]), finished.stderr


def adapters(**environment):
    return run(LIST, **environment)[0]


def drivers(manifest):
    """Makes the Vulkan loader see this driver manifest and no other."""
    return {"VK_DRIVER_FILES": str(manifest), "VK_ICD_FILENAMES": str(manifest)}


def write_manifest(folder, library):
    manifest = folder / "driver.json"
    manifest.write_text(
        json.dumps(
            {
                "file_format_version": "1.0.0",
                "ICD": {"library_path": library, "api_version": "1.3.0"},
            }
        )
    )
    return manifest


def check_unavailable(found, *words):
    assert found["adapters"] == []
    for word in words:
        assert word in found["problem"]


@names_drivers
@pytest.mark.usefixtures("on_vulkan")
def test_no_driver(tmp_path):
    found = adapters(**drivers(tmp_path / "absent.json"))
    check_unavailable(found, "no working Vulkan driver", "apt install", "vulkaninfo")


@names_drivers
@pytest.mark.usefixtures("on_vulkan")
@pytest.mark.parametrize("library", ["libabsent_driver.so", "libm.so.6"])
def test_driver_that_does_not_load(tmp_path, library):
    found = adapters(**drivers(write_manifest(tmp_path, library)))
    check_unavailable(found, "no working Vulkan driver", "vkCreateInstance", "apt install")


@names_drivers
@pytest.mark.usefixtures("on_vulkan")
@pytest.mark.parametrize("text", ["nonsense", "", "{}", '{"ICD": 3}'])
def test_manifest_that_is_damaged(tmp_path, text):
    manifest = tmp_path / "driver.json"
    manifest.write_text(text)
    found = adapters(**drivers(manifest))
    check_unavailable(found, "vkCreateInstance", "apt install")


@pytest.mark.usefixtures("on_vulkan")
def test_no_loader():
    found = adapters(TF_DIRECTML_VULKAN_LOADER="libabsent_loader.so.1")
    check_unavailable(found, "libabsent_loader.so.1", "TF_DIRECTML_VULKAN_LOADER")


@pytest.mark.usefixtures("on_vulkan")
def test_loader_that_is_none():
    other = "kernel32.dll" if WINDOWS else "libm.so.6"
    found = adapters(TF_DIRECTML_VULKAN_LOADER=other)
    check_unavailable(found, other, "vkGetInstanceProcAddr")


@pytest.mark.usefixtures("on_vulkan")
def test_loader_can_be_named():
    found = adapters(TF_DIRECTML_VULKAN_LOADER="vulkan-1.dll" if WINDOWS else "libvulkan.so.1")
    assert found["adapters"] == adapters()["adapters"] != []


def test_software_adapters_are_hidden():
    everything = adapters(**{ALLOW: "1"})
    for value in (None, "0"):
        found = adapters(**{ALLOW: value})
        assert "ADAPTER_SOFTWARE" not in found["types"]
        hidden = everything["types"].count("ADAPTER_SOFTWARE")
        assert len(found["adapters"]) == len(everything["adapters"]) - hidden
        if not found["adapters"]:
            assert ALLOW + "=1" in found["problem"]


def test_adapters_come_best_first():
    order = ["ADAPTER_DISCRETE", "ADAPTER_INTEGRATED", "ADAPTER_SOFTWARE"]
    types = adapters()["types"]
    assert types == sorted(types, key=order.index)


def test_visible_devices():
    everything = adapters(DML_VISIBLE_DEVICES=None)
    count = len(everything["adapters"])
    first = adapters(DML_VISIBLE_DEVICES="0")
    assert first["adapters"] == everything["adapters"][:1]
    assert first["problem"] == ""

    unknown = adapters(DML_VISIBLE_DEVICES=str(count))
    check_unavailable(unknown, "DML_VISIBLE_DEVICES", str(count))
    known_then_unknown = adapters(DML_VISIBLE_DEVICES="0,%d" % count)
    assert known_then_unknown["adapters"] == everything["adapters"][:1]
    assert "DML_VISIBLE_DEVICES" in known_then_unknown["problem"]


@pytest.mark.parametrize("value", ["", "-1", " -1"])
def test_cudas_variable_hides_all(value):
    everything = adapters(DML_VISIBLE_DEVICES=None)["adapters"]
    found = adapters(DML_VISIBLE_DEVICES=None, CUDA_VISIBLE_DEVICES=value)
    check_unavailable(found, f"CUDA_VISIBLE_DEVICES={value} hides every", "DML_VISIBLE_DEVICES")
    hidden = [(name, reason) for name, cause, reason in found["left_out"] if cause == "hidden"]
    assert hidden == [(name, f"is hidden by CUDA_VISIBLE_DEVICES={value}") for name in everything]


def test_cudas_variable_else_has_no_effect():
    everything = adapters(DML_VISIBLE_DEVICES=None)["adapters"]
    assert adapters(DML_VISIBLE_DEVICES=None, CUDA_VISIBLE_DEVICES="7")["adapters"] == everything
    both = adapters(DML_VISIBLE_DEVICES="0", CUDA_VISIBLE_DEVICES="-1")
    assert both["adapters"] == everything[:1] and both["problem"] == ""


def test_what_is_left_out_is_told():
    software = adapters(**{ALLOW: "0", "DML_VISIBLE_DEVICES": None})
    count = adapters(**{ALLOW: "1", "DML_VISIBLE_DEVICES": None})["types"].count("ADAPTER_SOFTWARE")
    assert [cause for _, cause, _ in software["left_out"]].count("software") == count
    assert all(ALLOW + "=1" in reason for _, cause, reason in software["left_out"]
               if cause == "software")


def test_unknown_variables_are_said_once():
    variables = {"TF_DIRECTML_TUNNING": "0", "TF_DIRECTML_TUNING": "FALSE"}
    _, stderr = run(LIST + ROUND_TRIP, TF_DIRECTML_BACKEND="null", **variables)
    assert stderr.count("TF_DIRECTML_TUNNING is no variable of tensorflow-directml") == 1
    assert "is TF_DIRECTML_TUNING meant?" in stderr
    assert "ignoring" not in stderr


def test_matrix_shapes():
    profile = "subgroup_size=32,matrix_shapes=8x16x16+16x16x8"
    found, _ = run(
        "result = [dml.matrix_shapes(0), dml.matrix_shapes(1)]",
        TF_DIRECTML_BACKEND="null", TF_DIRECTML_NULL_ADAPTER=profile,
    )
    assert found == [[[8, 16, 16], [16, 16, 8]], []]


def test_null_backend():
    environment = {"TF_DIRECTML_BACKEND": "null"}
    assert len(adapters(**environment)["adapters"]) == 1
    assert run(ROUND_TRIP, **environment)[0]


def test_null_backend_needs_no_vulkan():
    found = adapters(TF_DIRECTML_BACKEND="null", TF_DIRECTML_VULKAN_LOADER="libabsent.so")
    assert len(found["adapters"]) == 1


@pytest.mark.usefixtures("on_vulkan")
def test_missing_validation_layer_is_said(tmp_path):
    environment = {"TF_DIRECTML_DEBUG": "1", "VK_LAYER_PATH": str(tmp_path)}
    found, stderr = run(ROUND_TRIP, **environment)
    assert found
    assert "VK_LAYER_KHRONOS_validation is not installed" in stderr


def test_copies_are_valid():
    found, stderr = run(ROUND_TRIP, TF_DIRECTML_DEBUG="1")
    assert found
    if "VK_LAYER_KHRONOS_validation is not installed" in stderr:
        pytest.skip("the validation layer is not installed")
    assert "DML validation" not in stderr


@pytest.mark.skipif(not WINDOWS, reason="of Windows; tests/d3d12 has those of WSL")
def test_direct3d_is_usable_or_says_what_is_missing():
    found = adapters(TF_DIRECTML_BACKEND="d3d12")
    if found["adapters"]:
        assert all(api.startswith("Direct3D 12, shader model 6.") for api in found["apis"])
    else:
        check_unavailable(found, "lacks shader model 6.0 (its driver offers 5.1)", "newest driver")
        assert "wsl" not in found["problem"]
