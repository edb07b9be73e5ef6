"""Resizing with its gradients."""

import pytest
from harness import FLOATS, Row, axes, check, error_of, ints, name, raw, variants, zeros

RESIZED = [[(2, 4, 5, 3), axes(*size)] for size in ((4, 5), (7, 11), (2, 3), (1, 1))]
COORDINATES = [{}, {"align_corners": True}, {"half_pixel_centers": True}]
# Gradients by rows of weights in float32, or rounded once for each dimension.
SHARES = {"float32": (1e-4, 1e-5), "float16": (1e-2, 1e-2)}


def resizes(op, attrs):
    # The CPU's gradient with half pixel centers is for float32 alone, as are
    # all gradients of ResizeBilinear.
    types = FLOATS if op == "ResizeNearestNeighbor" else ("float32",)
    return [
        Row(op, FLOATS, RESIZED, attrs=attrs, tolerance=SHARES),
        Row(op, types, RESIZED, attrs=attrs, tolerance=SHARES, gradient=True, also=(op + "Grad",)),
    ]


RESIZE_ROWS = [
    row
    for op in ("ResizeBilinear", "ResizeNearestNeighbor")
    for attrs in COORDINATES
    for row in resizes(op, attrs)
]

RESIZE_ROWS += [
    Row("ResizeArea", FLOATS + ("float64", "int8", "int16", "int32", "int64", "uint8", "uint16"),
        RESIZED + [[(0, 3, 3, 2), axes(2, 2)], [(1, 9, 7, 1), axes(4, 3)]], attrs=attrs,
        domain=(-100, 100), tolerance={"float64": (2e-5, 2e-5), "float16": (2e-5, 2e-5)})
    for attrs in COORDINATES[:2]
]


@pytest.mark.parametrize("row, dtype", variants(RESIZE_ROWS), ids=name)
def test_resize(row, dtype):
    check(row, dtype)


@pytest.mark.parametrize("op, attrs, inputs, message", [
    ("ResizeBilinear", {}, [zeros(1, 2, 2, 1), ints(0, 3)], "must be positive, not 0 x 3"),
    ("ResizeBilinear", {}, [zeros(1, 0, 2, 1), ints(2, 3)], "must be of non-zero size"),
    ("ResizeArea", {}, [zeros(1, 2, 2, 0), ints(2, 3)], "must be of non-zero size"),
    ("ResizeNearestNeighbor", {"align_corners": True, "half_pixel_centers": True},
     [zeros(1, 2, 2, 1), ints(2, 3)], "align_corners must be False"),
])
def test_errors(op, attrs, inputs, message):
    assert message in error_of(raw(op, attrs), inputs)
