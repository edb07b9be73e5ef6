"""A plugin of pytest: which programs the runtime's tests ask for, whatever they compute.

    python -O -m pytest --assert=plain -p programs_of_tests tests/runtime/...

on the null backend with an adapter's profile, which chooses programs as the adapter would,
and runs nothing. So there are no results, and nothing looks at them: -O leaves assertions
out, the helpers that compare do nothing, and what a test reads are ones, which may be a
size. Tests in processes of their own are of no use here and end at once.
$PROGRAMS_OF_TESTS gets a JSON list of
[shader, [constants], file of the tests that asked first].
"""

import json
import os
import pathlib
import subprocess

import numpy as np
import pytest


def _nothing(*_, **__):
    """In the place of a comparison."""


def _ones(tensor):
    return np.ones(tensor.shape, tensor.dtype)


def _no_process(*_, **__):
    raise OSError("no process of its own")


def pytest_configure():
    import helpers  # by conftest.py
    from tensorflow_directml import runtime

    runtime.Tensor.numpy = _ones
    subprocess.Popen = _no_process
    helpers.check = helpers.check_complex = _nothing
    for name in dir(np.testing):
        if name.startswith("assert_"):
            setattr(np.testing, name, _nothing)


@pytest.fixture(scope="session")
def found(device):
    programs = {}
    yield programs
    rows = [[shader, constants, use] for (shader, constants), use in programs.items()]
    pathlib.Path(os.environ["PROGRAMS_OF_TESTS"]).write_text(json.dumps(rows))


@pytest.fixture(scope="module", autouse=True)
def programs_of_a_file(request, device, found):
    yield
    use = f"tests: {request.path.stem.replace('test_', '', 1)}"
    for program in device.programs():
        found.setdefault((program.shader, program.constants), use)
