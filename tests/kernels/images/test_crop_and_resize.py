"""Sliding windows as elements, and boxes of images, with their gradients."""

import numpy as np
import pytest
from harness import FLOATS, Row, check, error_of, ints, name, raw, tf, variants


def patches(window, stride, rate, padding):
    attrs = {"ksizes": [1, *window, 1], "strides": [1, *stride, 1], "padding": padding}
    if len(window) == 2:
        attrs["rates"] = [1, *rate, 1]
    return attrs


IMAGES = [[(2, 7, 6, 3)], [(1, 5, 5, 1)], [(0, 5, 5, 2)]]
WINDOWS = [
    patches((3, 2), (1, 1), (1, 1), "VALID"),
    patches((3, 3), (2, 2), (1, 1), "SAME"),
    patches((2, 3), (1, 3), (2, 1), "SAME"),
    patches((1, 1), (2, 1), (1, 1), "VALID"),
]


def patches_of(attrs, volume=False):
    op = "ExtractVolumePatches" if volume else "ExtractImagePatches"
    tensor = "input" if volume else "images"
    return lambda x: getattr(tf.raw_ops, op)(**{tensor: x}, **attrs)


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
    Row("ExtractImagePatches", FLOATS + ("int64", "uint8"), IMAGES, call=patches_of(attrs),
        domain=(0, 100))
    for attrs in WINDOWS
] + [
    Row("ExtractVolumePatches", FLOATS + ("int32",), [[(2, 4, 5, 3, 2)]],
        call=patches_of(patches((2, 3, 2), (1, 2, 1), None, padding), volume=True))
    for padding in ("SAME", "VALID")
] + [
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
def test_patches(row, dtype):
    check(row, dtype)


def zeros(*shape):
    return np.zeros(shape, np.float32)


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
