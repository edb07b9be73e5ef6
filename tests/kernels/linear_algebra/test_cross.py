"""Cross: products of vectors of 3."""

import numpy as np
import pytest
from harness import FLOATS, Row, check, error_of, name, raw, run, tf, variants, zeros

ROWS = [
    Row("Cross", FLOATS + ("float64", "int8", "int16", "int32", "int64", "uint8", "uint16"), [
        [(3,), (3,)], [(7, 3), (7, 3)], [(2, 300, 3), (2, 300, 3)], [(0, 3), (0, 3)],
    ], domain=(-9, 9)),
    Row("Cross", ("float32",), [[(7, 3), (7, 3)]], gradient=True),
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_cross(row, dtype):
    check(row, dtype)


def test_cross_of_bfloat16():
    short = tf.bfloat16.as_numpy_dtype
    a, b = np.random.RandomState(1).uniform(-2, 2, (2, 7, 3)).astype(short)
    got = run(raw("Cross"), [a, b])
    assert got.dtype == short
    want = np.cross(a.astype(np.float64), b.astype(np.float64))
    np.testing.assert_allclose(got.astype(np.float32), want, rtol=2**-8, atol=1e-6)


@pytest.mark.parametrize("op, inputs, message", [
    ("Cross", [zeros(2, 3), zeros(3)], "Both inputs must be of same shape"),
    ("Cross", [zeros(2, 2), zeros(2, 2)], "only defined for 3-element vectors"),
    ("Cross", [zeros(), zeros()], "at least 1D"),
])
def test_errors(op, inputs, message):
    assert message in error_of(raw(op), inputs)
