"""CompareAndBitpack: comparisons with a limit, eight to a byte."""

import numpy as np
import pytest
from harness import FLOATS, Row, check, error_of, name, raw, variants, zeros


def limit(rng, dtype):
    return np.array(1, dtype)


ROWS = [
    Row("CompareAndBitpack", FLOATS + ("float64", "int8", "int16", "int32", "int64", "bool"), [
        [(8,), limit], [(3, 16), limit], [(2, 3, 24), limit], [(2, 0), limit], [(0, 8), limit],
    ], domain=(-3, 4)),
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_compare_and_bitpack(row, dtype):
    check(row, dtype)


@pytest.mark.parametrize("op, inputs, message", [
    ("CompareAndBitpack", [zeros(8), zeros(1)], "Compare must be a scalar"),
    ("CompareAndBitpack", [zeros(), zeros()], "at least a vector"),
    ("CompareAndBitpack", [zeros(2, 9), zeros()], "divisible by 8"),
])
def test_errors(op, inputs, message):
    assert message in error_of(raw(op), inputs)
