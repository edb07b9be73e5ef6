"""Bincount and HistogramFixedWidth."""

import numpy as np
import pytest
from harness import (
    CPU,
    Row,
    check,
    error_of,
    ints,
    lacks,
    name,
    raw,
    run,
    tf,
    variants,
    zeros,  # fmt: skip
)

NUMBERS = np.array([3, 0, 3, 9, 1, 3], np.int32)
NONE = (0,)
MANY = np.random.RandomState(0).randint(0, 5000, 20000).astype(np.int32)


def bounds(rng, dtype):
    return np.array([-1, 3], dtype)


# The bins of numbers that binary fractions hold do not depend on rounding.
def eighths(*shape):
    return lambda rng, dtype: (rng.randint(-40, 40, shape) / 8).astype(dtype)


ROWS = [
    Row("HistogramFixedWidth", ("float32", "float64"), [
        [eighths(300), bounds, ints(16)], [eighths(3, 5), bounds, ints(1)],
        [eighths(0), bounds, ints(4)], [eighths(), bounds, ints(4)],
    ], attrs={"dtype": tf.int32}),
    Row("Bincount", ("int32", "int64", "float32", "float64"), [
        [NUMBERS, ints(5), NONE], [NUMBERS, ints(12), (6,)], [NUMBERS.reshape(2, 3), ints(4), NONE],
        [NUMBERS, ints(0), NONE], [np.zeros(0, np.int32), ints(3), NONE],
        [MANY, ints(6), NONE], [MANY, ints(5000), NONE],
    ], domain=(0, 9)),
    Row("DenseBincount", ("int32", "int64", "float32", "float64"), [
        [NUMBERS, ints(5), NONE], [NUMBERS, ints(12), (6,)], [NUMBERS, ints(0), NONE],
        [np.zeros(0, np.int32), ints(3), NONE], [MANY, ints(5000), NONE],
        [NUMBERS.astype(np.int64), np.array(12, np.int64), (6,)],
    ], domain=(0, 9)),
    Row("DenseBincount", ("float32",), [[NUMBERS, ints(7), NONE], [NUMBERS, ints(12), (6,)]],
        attrs={"binary_output": True}, domain=(0, 9)),
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_counts(row, dtype):
    check(row, dtype)


@pytest.mark.skipif(lacks("DenseBincount"), reason="came after TensorFlow 1.15")
def test_rows_of_a_matrix_are_counted_on_the_host():
    def count(x):
        return tf.raw_ops.DenseBincount(input=x, size=ints(5), weights=zeros(0))

    numbers = NUMBERS.reshape(2, 3)
    np.testing.assert_array_equal(run(count, [numbers]), run(count, [numbers], CPU))


@pytest.mark.parametrize("op, inputs, message", [
    ("Bincount", [NUMBERS, ints(-1), zeros(0)], "size (-1) must be non-negative"),
    ("Bincount", [NUMBERS, ints(4), zeros(5)], "weights must be empty or have the size of arr"),
    ("HistogramFixedWidth", [zeros(8), zeros(2), ints(3)], "value_range[0] < value_range[1]"),
    ("HistogramFixedWidth", [zeros(8), zeros(3), ints(3)], "a vector of 2 elements"),
    ("HistogramFixedWidth", [zeros(8), zeros(2), ints(0)], "nbins should be a positive number"),
])
def test_errors(op, inputs, message):
    assert message in error_of(raw(op), inputs)
