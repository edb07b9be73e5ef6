"""A step with the runtime alone, by its C API."""

import os
import sys

from faults import step as steps

# conftest.py finds the runtime and its Python.
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                                "runtime"))
import conftest  # noqa: E402, F401
from tensorflow_directml import runtime  # noqa: E402

Error = runtime.DmlError
CLEAR = {}


def rest():
    """Nothing is left of a step."""


def step():
    with runtime.open(0) as device:
        return steps.train(device)
