import numpy as np
import tensorflow.compat.v1 as tf
from harness import compare, covered, run

covered.add("EagerPyFunc")


def test_py_function_computes_on_the_device():
    devices = []

    def double(x):
        devices.append(x.backing_device)
        y = x + x
        devices.append(y.backing_device)
        return y

    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    compare("2x", 2 * x, run(lambda x: tf.py_function(double, [x], tf.float32), [x]), "float32")
    assert len(devices) == 2 and all("DML" in device for device in devices)
