"""Boxes of images, resized, with their gradients."""

import numpy as np
import pytest
from harness import FLOATS, Row, check, error_of, ints, name, raw, variants, zeros


def boxes(rng, dtype):
    made = rng.uniform(-0.1, 1.1, (5, 4)).astype(np.float32)
    made[0] = [0, 0, 1, 1]
    made[1] = [0.9, 0.7, 0.2, 0.1]
    return made


INDEX = np.array([0, 1, 1, 0, 1], np.int32)
NONE = [(2, 5, 6, 3), np.zeros((0, 4), np.float32), INDEX[:0], ints([3, 2])]
CROPPED = [[(2, 5, 6, 3), boxes, INDEX, ints([3, 4])], [(2, 5, 6, 1), boxes, INDEX, ints([1, 7])],
           NONE]

ROWS = [
    Row("CropAndResize", FLOATS + ("float64",), CROPPED,
        attrs={"method": method, "extrapolation_value": 2.5},
        tolerance={"float64": (1e-5, 1e-5)})  # crops are float32
    for method in ("bilinear", "nearest")
] + [
    Row("CropAndResize", ("float32", "float64"), CROPPED[:2], attrs={"method": "bilinear"},
        gradient=True, grad_inputs=[0, 1], tolerance={"float32": (1e-4, 1e-4),
                                                      "float64": (1e-4, 1e-4)},
        also=("CropAndResizeGradImage", "CropAndResizeGradBoxes")),
    Row("CropAndResize", ("float32",), CROPPED[:2], attrs={"method": "nearest"},
        gradient=True, grad_inputs=[0], also=("CropAndResizeGradImage",)),
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_crop_and_resize(row, dtype):
    check(row, dtype)


@pytest.mark.parametrize("inputs, message", [
    ([zeros(2, 3, 3, 1), zeros(2, 4), ints(0, 2), ints(2, 2)], "values outside [0, batch_size)"),
    ([zeros(2, 3, 3, 1), zeros(2, 4), ints(-1, 0), ints(2, 2)], "values outside [0, batch_size)"),
    ([zeros(2, 3, 3, 1), zeros(2, 3), ints(0, 0), ints(2, 2)], "boxes must have 4 columns"),
    ([zeros(2, 3, 3), zeros(2, 4), ints(0, 0), ints(2, 2)], "input image must be 4-D"),
    ([zeros(2, 3, 3, 1), zeros(2, 4), ints(0, 0), ints(0, 2)], "crop dimensions must be positive"),
    ([zeros(2, 3, 3, 3), zeros(2, 4), ints(0, 1), ints(2**31 - 1, 2**31 - 1)],
     "more than 2**63 - 1 elements"),
])
def test_errors(inputs, message):
    assert message in error_of(raw("CropAndResize"), inputs)
