"""Every DML kernel is tested: by a row of this folder, or as plumbing elsewhere."""

import importlib
import pathlib

import harness
from tensorflow.python.framework import kernels

# Ops that hold, pass on or shape values: tests/device and tests/training run them,
# and the gradients of the rows here are made of most of them.
PLUMBING = set("""
""".split())


def registered():
    return {kernel.op for kernel in kernels.get_all_registered_kernels().kernel
            if kernel.device_type == "DML"}


def test_every_op_is_tested():
    for path in pathlib.Path(__file__).parent.glob("test_*.py"):
        importlib.import_module(path.stem)
    assert sorted(registered() - harness.covered - PLUMBING) == []


def test_every_row_has_a_kernel():
    assert sorted(harness.covered - registered()) == []
