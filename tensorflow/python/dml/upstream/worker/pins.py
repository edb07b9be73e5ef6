"""Moves to the device what tests pin to the CPU by default.

The sessions of tf.test.TestCase pin their graph to the CPU unless the test says
use_gpu=True or force_gpu=True. Most tests leave that default because nobody thought
of a device when they were written; they would prove nothing about one. Here the
default places the graph as tf.Session does. What a test pins by tf.device stays
where it is, on the CPU too.
"""

import functools
import sys
from typing import Any

_MODULE = "tensorflow.python.framework.test_util"
_METHOD = "_constrain_devices_and_set_default"


def lift() -> None:
    """To be called when a test file has been imported; no TensorFlow, no pins."""
    test_util = sys.modules.get(_MODULE)
    if test_util is None:
        return
    owner = test_util.TensorFlowTestCase  # type: ignore
    constrain = getattr(owner, _METHOD)

    @functools.wraps(constrain)
    def unpinned(self: Any, sess: Any, use_gpu: bool, force_gpu: bool) -> Any:
        return constrain(self, sess, True, force_gpu)

    setattr(owner, _METHOD, unpinned)
