"""Places of values in sorted rows."""

import numpy as np
import pytest
from harness import Row, check, error_of, name, raw, tf, variants


def full(value, *shape):
    return lambda rng, dtype: np.full(shape, value, dtype)


def ordered(*shape):
    """Rows in order, with ties."""
    return lambda rng, dtype: np.sort(rng.randint(0, 9, shape), axis=-1).astype(dtype)


def near(*shape):
    return lambda rng, dtype: rng.randint(-1 if dtype[0] != "u" else 0, 11, shape).astype(dtype)


SORTED = [[ordered(1, 7), near(1, 5)], [ordered(3, 20), near(3, 40)], [ordered(2, 0), near(2, 3)],
          [ordered(4, 3), near(4, 0)]]

ROWS = [
    Row("Bucketize", ("float32", "float64", "int32", "int64"), [
        [near(3, 5)], [near(7)], [full(2, 0)], [full(4)]],
        attrs={"boundaries": [0.0, 2.0, 2.0, 4.5, 9.0]}),
    Row("Bucketize", ("float32",), [[near(3)]], attrs={"boundaries": []}),
] + [
    Row(op, ("float32", "float16", "float64", "int8", "int32", "int64", "uint8"), SORTED,
        attrs={"out_type": dtype}, same_type=True)
    for op in ("LowerBound", "UpperBound") for dtype in (tf.int32, tf.int64)
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_search_sorted(row, dtype):
    check(row, dtype)


@pytest.mark.parametrize("op, attrs, inputs, message", [
    ("LowerBound", {}, [np.zeros((2, 3)), np.zeros((3, 3))], "Leading dim_size of both"),
])
def test_errors(op, attrs, inputs, message):
    assert message in error_of(raw(op, attrs), inputs)
