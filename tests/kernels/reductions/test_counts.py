"""Bincount, HistogramFixedWidth, CompareAndBitpack, Cross."""

import numpy as np
import pytest
from harness import FLOATS, Row, check, error_of, ints, name, raw, run, tf, variants

NUMBERS = np.array([3, 0, 3, 9, 1, 3], np.int32)
NONE = (0,)
MANY = np.random.RandomState(0).randint(0, 5000, 20000).astype(np.int32)


def limit(rng, dtype):
    return np.array(1, dtype)


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
    Row("CompareAndBitpack", FLOATS + ("float64", "int8", "int16", "int32", "int64", "bool"), [
        [(8,), limit], [(3, 16), limit], [(2, 3, 24), limit], [(2, 0), limit], [(0, 8), limit],
    ], domain=(-3, 4)),
    Row("Cross", FLOATS + ("float64", "int8", "int16", "int32", "int64", "uint8", "uint16"), [
        [(3,), (3,)], [(7, 3), (7, 3)], [(2, 300, 3), (2, 300, 3)], [(0, 3), (0, 3)],
    ], domain=(-9, 9)),
    Row("Cross", ("float32",), [[(7, 3), (7, 3)]], gradient=True),
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_vectors(row, dtype):
    check(row, dtype)


def zeros(*shape):
    return np.zeros(shape, np.float32)


def test_cross_of_bfloat16():
    short = tf.bfloat16.as_numpy_dtype
    a, b = np.random.RandomState(1).uniform(-2, 2, (2, 7, 3)).astype(short)
    got = run(raw("Cross"), [a, b])
    assert got.dtype == short
    want = np.cross(a.astype(np.float64), b.astype(np.float64))
    np.testing.assert_allclose(got.astype(np.float32), want, rtol=2**-8, atol=1e-6)


@pytest.mark.parametrize("op, inputs, message", [
    ("Bincount", [NUMBERS, ints(-1), zeros(0)], "size (-1) must be non-negative"),
    ("Bincount", [NUMBERS, ints(4), zeros(5)], "weights must be empty or have the size of arr"),
    ("HistogramFixedWidth", [zeros(8), zeros(2), ints(3)], "value_range[0] < value_range[1]"),
    ("HistogramFixedWidth", [zeros(8), zeros(3), ints(3)], "a vector of 2 elements"),
    ("HistogramFixedWidth", [zeros(8), zeros(2), ints(0)], "nbins should be a positive number"),
    ("CompareAndBitpack", [zeros(8), zeros(1)], "Compare must be a scalar"),
    ("CompareAndBitpack", [zeros(), zeros()], "at least a vector"),
    ("CompareAndBitpack", [zeros(2, 9), zeros()], "divisible by 8"),
    ("Cross", [zeros(2, 3), zeros(3)], "Both inputs must be of same shape"),
    ("Cross", [zeros(2, 2), zeros(2, 2)], "only defined for 3-element vectors"),
    ("Cross", [zeros(), zeros()], "at least 1D"),
])
def test_errors(op, inputs, message):
    assert message in error_of(raw(op), inputs)
