"""Cumsum, Cumprod and CumulativeLogsumexp."""

import numpy as np
import pytest
from harness import FLOATS, Row, check, error_of, ints, name, raw, variants, zeros

TYPES = FLOATS + ("int8", "int32", "int64", "uint8", "float64")
SAMPLES = [[(3, 5), ints(1)], [(4, 3), ints(0)], [(2, 7, 3), ints(-2)], [(1,), ints(0)],
           [(0, 3), ints(1)], [(2, 300), ints(1)]]
ATTRIBUTES = [{"exclusive": exclusive, "reverse": reverse}
              for exclusive in (False, True) for reverse in (False, True)]
# float16: sums of hundreds, rounded once.
SUMS = {"float32": (1e-4, 1e-4), "float16": (4e-3, 4e-3), "float64": (1e-12, 1e-12)}
GRADIENTS = {"float32": (1e-3, 1e-3), "float16": (2e-2, 2e-2)}

ROWS = [
    Row("Cumsum", TYPES, SAMPLES, attrs=attrs, tolerance=SUMS) for attrs in ATTRIBUTES
] + [
    Row("Cumprod", TYPES, SAMPLES[:5], attrs=attrs, tolerance=SUMS) for attrs in ATTRIBUTES
] + [
    Row("Cumsum", FLOATS, SAMPLES[:3], attrs=ATTRIBUTES[0], gradient=True, tolerance=SUMS),
    Row("Cumprod", FLOATS, SAMPLES[:3], attrs=ATTRIBUTES[0], gradient=True, tolerance=GRADIENTS,
        domain=(0.5, 1.5), also=("Cumsum",)),
    Row("Cumsum", ("float32",), [[(3, 5), np.array(1, np.int64)]]),
] + [
    # The logarithm of nothing is the lowest number of the type itself, or minus infinity in
    # TensorFlow 2.x.
    Row("CumulativeLogsumexp", FLOATS + ("float64",), SAMPLES, attrs=attrs, domain=(-20, 20),
        same_type=attrs["exclusive"], tolerance={"float16": (1e-2, 1e-2)})
    for attrs in ATTRIBUTES
] + [
    Row("CumulativeLogsumexp", ("float32", "float64"), SAMPLES[:2], attrs=ATTRIBUTES[0],
        gradient=True, tolerance=SUMS),
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_scans(row, dtype):
    check(row, dtype)


@pytest.mark.parametrize("op, attrs, inputs, message", [
    ("Cumsum", {}, [zeros(2, 3), ints(2)], "Expected scan axis in the range [-2, 2), but got 2"),
    ("Cumsum", {}, [zeros(2, 3), ints([0, 1])], "axis must be a scalar"),
    ("CumulativeLogsumexp", {}, [zeros(2, 3), ints(-3)], "Expected scan axis in the range"),
])
def test_errors(op, attrs, inputs, message):
    assert message in error_of(raw(op, attrs), inputs)
