"""tf.parallel_stack, of which a pass of TensorFlow makes ops that write rows in place."""

import numpy as np
import pytest
import tensorflow.compat.v1 as tf
import tensorflow_directml as directml
from harness import covered
from tensorflow.python.eager import context

covered.update(["ParallelConcat", "_ParallelConcatStart", "_ParallelConcatUpdate"])


@pytest.mark.parametrize("dtype", ["float32", "float16", "int32", "int64", "bool", "complex64"])
def test_rows_arrive_on_the_device(dtype):
    data = np.random.RandomState(1).randint(0, 2, (5, 3, 7)).astype(dtype)
    before = directml.statistics()["device_copies"]
    with tf.Graph().as_default():
        rows = [tf.placeholder(dtype, (3, 7)) for _ in data]
        stacked = tf.parallel_stack(rows)
        with tf.Session() as session:
            for _ in range(3):
                got = session.run(stacked, dict(zip(rows, data)))
                np.testing.assert_array_equal(got, data)
    # TensorFlow keeps the others in host memory.
    on_device = dtype not in ("int32", "bool")
    assert (directml.statistics()["device_copies"] > before) == on_device


def test_it_is_an_error_without_the_pass():
    """As on other devices: eager execution runs no pass, and the op itself says so."""
    with context.eager_mode(), tf.device("/device:DML:0"):
        with pytest.raises(tf.errors.InternalError, match="could not be properly replaced"):
            tf.raw_ops.ParallelConcat(values=[tf.zeros([1, 3]), tf.ones([1, 3])], shape=[2, 3])
