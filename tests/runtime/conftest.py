"""Fixtures of the runtime's tests: NumPy in, NumPy out, no TensorFlow.

The library under test is the first of: $TF_DIRECTML_RUNTIME_LIBRARY, Bazel's
output in this checkout, the installed tensorflow_directml package. Python comes
from this checkout with the first two, from the package with the third.

A test looks like this (see helpers.py for layouts, references, tolerances):

    import helpers
    import numpy as np
    import pytest

    @pytest.mark.parametrize("dtype", ["float32", "float16"])
    @pytest.mark.parametrize("layout", helpers.LAYOUTS)
    @pytest.mark.parametrize("shape", [(), (0, 3), (1,), (5, 7)], ids=str)
    def test_relu(device, dtype, layout, shape):
        x = helpers.random(shape, dtype)
        y = device.empty(shape, dtype)
        device.elementwise("RELU", [helpers.upload(device, x, layout)], y)
        helpers.check(y, np.maximum(x.astype(np.float64), 0))

    def test_says_what_is_wrong(device, dml):
        x = device.empty((2, 3))
        with pytest.raises(dml.DmlError, match="sizes") as error:
            device.cast(x, device.empty((3, 2)))
        assert error.value.code == dml.Code.INVALID_ARGUMENT
"""

import importlib
import importlib.util
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PYTHON = ROOT / "tensorflow/python/dml"
GENERATE = ROOT / "tensorflow/core/common_runtime/dml/runtime/c_api/generate_api.py"
BAZEL_LIBRARY = ROOT / "bazel-bin/tensorflow/libdml_runtime.so"
VARIABLE = "TF_DIRECTML_RUNTIME_LIBRARY"

# The tests run on Mesa's software driver where there is no GPU.
os.environ.setdefault("TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER", "1")


def import_from_checkout():
    """Makes this checkout's Python importable as tensorflow_directml."""
    command = [sys.executable, "-B", GENERATE, "python", "--out", PYTHON / "api.py"]
    subprocess.run(command, check=True)
    spec = importlib.util.spec_from_file_location(
        "tensorflow_directml", PYTHON / "__init__.py", submodule_search_locations=[str(PYTHON)]
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)


# A family's tests may use another's helpers and references.
sys.path += [str(folder) for folder in pathlib.Path(__file__).parent.iterdir() if folder.is_dir()]

if VARIABLE not in os.environ and BAZEL_LIBRARY.exists():
    os.environ[VARIABLE] = str(BAZEL_LIBRARY)
if VARIABLE in os.environ:
    import_from_checkout()


@pytest.fixture(scope="session")
def dml():
    """The binding's module, tensorflow_directml.runtime."""
    module = importlib.import_module("tensorflow_directml.runtime")
    module.load()
    return module


@pytest.fixture(scope="session")
def device(dml):
    """The first adapter's device, shared by all tests of the session."""
    if not dml.adapters():
        pytest.exit(f"no adapter to test on: {dml.adapter_problem()}", 1)
    try:
        opened = dml.open(0)
    except dml.DmlError as error:
        pytest.exit(f"cannot open {dml.adapters()[0].name}: {error}", 1)
    # So that tests can count launches; those of merging merge.
    opened.merge_launches(False)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def device_still_works(request):
    """Fails the test that broke the shared device, not the one after it."""
    yield
    if "device" in request.fixturenames:
        shared = request.getfixturevalue("device")
        shared.sync()
        assert shared.status == 0
