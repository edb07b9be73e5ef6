"""Empty."""

import numpy as np
import pytest
from harness import Row, axes, check, error_of, ints, name, raw, run, tf, variants

ROWS = [
    Row("Empty", (dtype,), [[axes(2, 3)], [np.zeros(0, np.int32)], [axes(2, 0)]],
        call=lambda shape, dtype=dtype: tf.raw_ops.Empty(shape=shape, dtype=dtype, init=True))
    for dtype in ("float32", "float16", "float64", "int32", "int64", "uint8", "bool")
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_empty(row, dtype):
    check(row, dtype)


def test_empty_has_the_shape_asked_for():
    shape = run(lambda s: tf.raw_ops.Empty(shape=s, dtype=tf.float32), [axes(2, 3)]).shape
    assert shape == (2, 3)


@pytest.mark.parametrize("op, inputs, message", [
    ("Empty", [ints(2)], "shape must be a vector of int32"),
])
def test_errors(op, inputs, message):
    assert message in error_of(raw(op, {"dtype": tf.float32}), inputs)
