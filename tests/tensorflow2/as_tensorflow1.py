"""A pytest plugin: tests that are written for TensorFlow 1.15 run on 2.x as they are.

    PYTHONPATH=tests/tensorflow2 python -m pytest -p as_tensorflow1 tests/kernels

TensorFlow 2.x behaves as 1.15 does, and gets the names of Python's modules back that tests use.
"""

import os

os.environ.setdefault("TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
# Keras 2, which the functions of tf.compat.v1 are made of.
os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")

from tensorflow.core.framework import op_def_pb2  # noqa: E402
from tensorflow.python.client import pywrap_tf_session  # noqa: E402
from tensorflow.python.framework import op_def_registry  # noqa: E402

import tensorflow as tf  # noqa: E402


def registered_ops():
    """As op_def_registry.get_registered_ops() of TensorFlow 1.15: a dictionary by name."""
    serialized = pywrap_tf_session.TF_GetBuffer(pywrap_tf_session.TF_GetAllOpList())
    return {op.name: op for op in op_def_pb2.OpList.FromString(bytes(serialized)).op}


tf.compat.v1.disable_v2_behavior()
_ops = registered_ops()
op_def_registry.get_registered_ops = lambda: _ops

# Files of ops that TensorFlow 2.x no longer has.
DROPPED = {"test_compare_and_bitpack.py": "CompareAndBitpack was dropped"}


def pytest_ignore_collect(collection_path):
    return True if collection_path.name in DROPPED else None


def pytest_report_header():
    return ["left out: %s (%s)" % item for item in DROPPED.items()]
