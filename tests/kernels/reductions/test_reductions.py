"""Reductions over axes, and the indices of extreme elements."""

import numpy as np
import pytest
from harness import (
    FLOATS,
    FLOATS_AND_INT64,
    INDICES,
    Row,
    axes,
    check,
    error_of,
    ints,
    name,
    raw,
    variants,
)

SAMPLES = [
    [(4, 5), axes(1)], [(4, 5), axes(0)], [(4, 5), axes(0, 1)], [(4, 5), np.zeros(0, np.int32)],
    [(2, 3, 4, 5), axes(0, 2)], [(2, 3, 4, 5), axes(-1, 1)], [(), np.zeros(0, np.int32)],
    [(3, 0), axes(1)], [(0, 3), axes(1)], [(1, 5, 1), axes(0, 2)], [(3, 257), axes(1)],
    [(2, 2, 2, 2, 2, 2, 2, 2), axes(0, 2, 4, 6)], [(4, 5), ints(1)], [(1031,), axes(0)],
]
WITHOUT_EMPTY = [sample for sample in SAMPLES if sample[0] != (3, 0)]
# The CPU returns its input where there is one element to sum, whatever its sign.
NORMED = [sample for sample in WITHOUT_EMPTY if sample[1].size and sample[0] != (1, 5, 1)]
# A sum of n float16 differs from the float32 sum by its one rounding, but its
# gradients divide rounded numbers.
SUMS = {"float32": (1e-5, 1e-5), "float16": (4e-3, 1e-2)}


def reduction(op, types=FLOATS, samples=SAMPLES, keep_dims=False, **more):
    return Row(op, types, samples, attrs={"keep_dims": keep_dims}, tolerance=SUMS, **more)


ROWS = [
    reduction("Sum", FLOATS_AND_INT64), reduction("Sum", keep_dims=True),
    reduction("Mean"), reduction("Mean", keep_dims=True),
    reduction("Prod", domain=(0.8, 1.2), samples=SAMPLES[:-1]),
    reduction("Max", FLOATS_AND_INT64), reduction("Min", FLOATS_AND_INT64),
    reduction("Max", keep_dims=True),
    reduction("EuclideanNorm", samples=NORMED),
    reduction("All", ("bool",)), reduction("Any", ("bool",)),
    reduction("Sum", gradient=True, samples=SAMPLES[:3]),
    reduction("Mean", gradient=True, samples=SAMPLES[:3]),
    reduction("Max", gradient=True, samples=SAMPLES[:3]),
]
ARGUMENTS = [
    [(4, 5), ints(1)], [(4, 5), ints(0)], [(2, 3, 4), ints(-2)], [(7,), ints(0)], [(0, 3), ints(1)],
    [np.array([[1, 3, 3], [2, 2, 0]], np.float32), ints(1)], [(3, 1031), ints(1)],
]
ROWS += [
    Row(op, FLOATS, ARGUMENTS, attrs={"output_type": index})
    for op in ("ArgMax", "ArgMin") for index in INDICES
] + [
    Row(op, ("int8", "int16", "int32", "int64", "uint8", "uint16"), ARGUMENTS[:5], domain=(0, 99),
        attrs={"output_type": "int64"})
    for op in ("ArgMax", "ArgMin")
]
ROWS += [
    Row("L2Loss", FLOATS, [[(3, 4)], [()], [(0,)], [(1031,)]], gradient=True, domain=(-1, 1),
        tolerance={"float32": (1e-4, 1e-5), "float16": (1e-2, 1e-2)}),
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_reductions(row, dtype):
    check(row, dtype)


@pytest.mark.parametrize("op, inputs, message", [
    ("Sum", [np.zeros((2, 3), np.float32), axes(2)],
     "Invalid reduction dimension (2 for input with 2"),
    ("ArgMax", [np.zeros((2, 3), np.float32), ints(2)], "Expected dimension in the range [-2, 2)"),
    ("ArgMax", [np.zeros((2, 0), np.float32), ints(1)], "Reduction axis 1 is empty in shape [2,0]"),
])
def test_errors(op, inputs, message):
    assert message in error_of(raw(op), inputs)
