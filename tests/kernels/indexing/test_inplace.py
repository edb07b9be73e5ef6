"""Updates of rows in place."""

import numpy as np
import pytest
from harness import (
    FLOATS,
    MOVABLE,
    Row,
    axes,
    check,
    error_of,
    ints,
    name,
    raw,
    run,
    tf,
    variants,
    zeros,
)
from tensorflow.python.ops import while_v2

SAMPLES = [
    [(7, 3), axes(3), (1, 3)], [(7, 3), axes(-1, 0, 12), (3, 3)],
    [(5, 2, 3), axes(4, 1), (2, 2, 3)], [(9,), axes(2, -9), (2,)],
    [(4, 3), np.zeros(0, np.int32), (0, 3)], [(4, 0), axes(1), (1, 0)],
]
# Of rows named twice, the last wins.
TWICE = [[(4, 3), axes(1, -3, 1), (3, 3)]]


def on_a_copy(op):
    """As what is fed belongs to the caller."""
    return lambda x, i, v: getattr(tf.raw_ops, op)(x=tf.raw_ops.DeepCopy(x=x), i=i, v=v)


ROWS = [
    Row("InplaceUpdate", MOVABLE, SAMPLES + TWICE, call=on_a_copy("InplaceUpdate")),
] + [
    Row(op, FLOATS + ("float64", "int64"), SAMPLES + TWICE, call=on_a_copy(op))
    for op in ("InplaceAdd", "InplaceSub")
] + [
    # The type of shapes.
    Row(op, ("int32",), SAMPLES, call=on_a_copy(op), launches=False)
    for op in ("InplaceUpdate", "InplaceAdd", "InplaceSub")
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_inplace(row, dtype):
    check(row, dtype)


def test_output_is_the_input():
    def call(x, i, v):
        x = tf.raw_ops.DeepCopy(x=x)
        with tf.control_dependencies([tf.raw_ops.InplaceAdd(x=x, i=i, v=v)]):
            return tf.identity(x)

    got = run(call, [np.ones((2, 3), np.float32), axes(-1), np.full((1, 3), 2, np.float32)])
    np.testing.assert_array_equal(got, [[1, 1, 1], [3, 3, 3]])


def test_updates_may_be_the_tensor_itself():
    def call(x, i):
        x = tf.raw_ops.DeepCopy(x=x)
        return tf.raw_ops.InplaceUpdate(x=x, i=i, v=x)

    x = np.arange(6, dtype=np.float32).reshape(3, 2)
    np.testing.assert_array_equal(run(call, [x, axes(2, 1, 0)]), x[::-1])


@pytest.mark.parametrize("loop", [tf.while_loop, while_v2.while_loop], ids=["v1", "v2"])
def test_loop_body_on_the_device(loop):
    def call(x):
        def body(i, y):
            return i + 1, tf.raw_ops.InplaceUpdate(x=y, i=[i], v=tf.gather(x, [2 - i]))

        return loop(lambda i, y: i < 3, body, [0, tf.zeros([3, 2])])[1]

    x = np.arange(6, dtype=np.float32).reshape(3, 2)
    np.testing.assert_array_equal(run(call, [x]), x[::-1])


@pytest.mark.parametrize("op, inputs, message", [
    ("InplaceUpdate", [zeros(1, 1), axes(0), zeros(1, 2)], "x and v shape doesn't match"),
    ("InplaceUpdate", [zeros(1, 1), ints(0), zeros(1, 1)], "i must be a vector"),
    ("InplaceUpdate", [zeros(1, 1), axes(0), zeros(1)], "x and v shape doesn't match"),
    ("InplaceAdd", [zeros(1, 1), axes(0, 1), zeros(1, 1)], "i and x shape doesn't match"),
    ("InplaceSub", [zeros(0, 1), axes(0), zeros(1, 1)], "x has no rows"),
    ("InplaceSub", [zeros(), axes(0), zeros()], "x and v shape doesn't match"),
])
def test_errors(op, inputs, message):
    assert message in error_of(raw(op), inputs)
