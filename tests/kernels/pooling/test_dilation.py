"""Morphological dilation with its gradients."""

import pytest
from harness import Row, check, error_of, name, raw, variants, zeros


def dilation(strides, rates, padding, samples):
    return Row("Dilation2D", ("float32", "float64"), samples, attrs={
        "strides": [1, *strides, 1], "rates": [1, *rates, 1], "padding": padding,
    }, gradient=True, also=("Dilation2DBackpropInput", "Dilation2DBackpropFilter"))


ROWS = [
    dilation((1, 1), (1, 1), "VALID", [[(2, 6, 5, 3), (3, 2, 3)], [(1, 1, 1, 1), (1, 1, 1)],
                                       [(0, 4, 4, 2), (2, 2, 2)]]),
    dilation((1, 1), (1, 1), "SAME", [[(2, 6, 5, 3), (3, 2, 3)]]),
    dilation((2, 3), (1, 1), "SAME", [[(1, 7, 8, 4), (3, 3, 4)]]),
    dilation((1, 2), (3, 2), "SAME", [[(1, 9, 8, 2), (2, 3, 2)]]),
    dilation((2, 1), (2, 2), "VALID", [[(1, 9, 8, 2), (2, 3, 2)]]),
]
# Against the CPU's own float16: rounding decides which sums are equal.
HALF = Row("Dilation2D", ("float16",), [[(2, 6, 5, 3), (3, 2, 3)]], attrs={
    "strides": [1, 1, 1, 1], "rates": [1, 1, 1, 1], "padding": "SAME",
}, gradient=True, same_type=True)


@pytest.mark.parametrize("row, dtype", variants(ROWS + [HALF]), ids=name)
def test_dilation(row, dtype):
    check(row, dtype)


def attributes(strides=(1, 1, 1, 1), rates=(1, 1, 1, 1)):
    return {"strides": strides, "rates": rates, "padding": "VALID"}


@pytest.mark.parametrize("op, inputs, message", [
    ("Dilation2D", [zeros(1, 3, 3), zeros(1, 1, 2)], "input must be 4-dimensional"),
    ("Dilation2D", [zeros(1, 3, 3, 2), zeros(1, 2)], "filter must be 3-dimensional"),
    ("Dilation2D", [zeros(1, 3, 3, 2), zeros(1, 1, 3)],
     "input and filter must have the same depth: 2 vs 3"),
    ("Dilation2DBackpropInput", [zeros(1, 3, 3, 2), zeros(2, 2, 2), zeros(1, 3, 3, 2)],
     "out_backprop has incompatible size."),
    ("Dilation2DBackpropFilter", [zeros(1, 3, 3, 2), zeros(2, 2, 2), zeros(2)],
     "out_backprop has incompatible size."),
])
def test_errors(op, inputs, message):
    assert message in error_of(raw(op, attributes()), inputs)


@pytest.mark.parametrize("given, message", [
    ({"strides": (2, 1, 1, 1)}, "Stride is only supported across spatial dimensions."),
    ({"rates": (1, 1, 1, 2)}, "Rate is only supported across spatial dimensions."),
])
def test_attributes(given, message):
    call = raw("Dilation2D", attributes(**given))
    assert message in error_of(call, [zeros(1, 3, 3, 2), zeros(1, 1, 2)])
