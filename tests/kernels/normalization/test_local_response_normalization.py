"""Local response normalization with its gradient."""

import pytest
from harness import FLOATS, Row, check, error_of, name, raw, variants, zeros

TOLERANCES = {"float32": (1e-4, 1e-5), "float16": (1e-2, 1e-2)}
LRN_ROWS = [
    Row("LRN", FLOATS, [[(2, 3, 4, 7)], [(1, 1, 1, 1)], [(0, 2, 2, 3)]], attrs=attrs, gradient=True,
        tolerance=TOLERANCES, also=("LRNGrad",))
    for attrs in ({}, {"depth_radius": 2, "bias": 1.5, "alpha": 0.1, "beta": 0.75},
                  {"depth_radius": 1, "bias": 2.0, "beta": 1.0})
]


@pytest.mark.parametrize("row, dtype", variants(LRN_ROWS), ids=name)
def test_local_response_normalization(row, dtype):
    check(row, dtype)


@pytest.mark.parametrize("op, attrs, inputs, message", [
    ("LRNGrad", {}, [zeros(1, 1, 1, 2), zeros(1, 1, 1, 3), zeros(1, 1, 1, 3)], "have one shape"),
])
def test_errors(op, attrs, inputs, message):
    assert message in error_of(raw(op, attrs), inputs)
