"""bfloat16, which the device moves and casts, and does not compute in."""

import numpy as np
import pytest
from harness import Row, check, run, tf

MOVED_BFLOAT16 = {
    "concat": lambda x: tf.concat([x, x], 1),
    "split": lambda x: tf.split(x, 2, 1)[1],
    "stack": lambda x: tf.stack([x, x]),
    "transpose": lambda x: tf.transpose(x),
    "slice": lambda x: tf.slice(x, [1, 0], [1, 3]),
    "zeros": tf.zeros_like,
    "ones": tf.ones_like,
    "fill": lambda x: tf.fill([3], x[0, 0]),
    "pad": lambda x: tf.pad(x, [[1, 0], [0, 2]]),
    "unstack": lambda x: tf.unstack(x)[1],
    "tile": lambda x: tf.tile(x, [2, 1]),
}


@pytest.mark.parametrize("move", sorted(MOVED_BFLOAT16))
def test_bfloat16_moves(move):
    x = np.random.RandomState(0).randn(2, 4).astype(np.float32)

    def call(x):
        return tf.cast(MOVED_BFLOAT16[move](tf.cast(x, tf.bfloat16)), tf.float32)

    check(Row("Cast", (), [[x]], call=call), "float32")


@pytest.mark.parametrize("dtype", ["float16", "float64", "int32", "int64", "uint8", "bool"])
def test_bfloat16_casts(dtype):
    x = np.arange(200).reshape(2, 100).astype(dtype)

    def call(x):
        return [tf.cast(tf.cast(x, tf.bfloat16), x.dtype)]

    check(Row("Cast", (), [[x]], call=call, same_type=True), dtype)


def test_bfloat16_is_not_computed_in():
    def call(x):
        return tf.while_loop(lambda i, _: i < 1, lambda i, y: (i + 1, y),
                             [0, tf.cast(x, tf.bfloat16)])[1]

    x = np.ones(3, np.float32)
    np.testing.assert_array_equal(run(lambda x: tf.cast(call(x), tf.float32), [x]), x)
