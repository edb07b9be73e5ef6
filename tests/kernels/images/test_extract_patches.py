"""Sliding windows as elements."""

import pytest
from harness import FLOATS, Row, check, name, tf, variants


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


ROWS = [
    Row("ExtractImagePatches", FLOATS + ("int64", "uint8"), IMAGES, call=patches_of(attrs),
        domain=(0, 100))
    for attrs in WINDOWS
] + [
    Row("ExtractVolumePatches", FLOATS + ("int32",), [[(2, 4, 5, 3, 2)]],
        call=patches_of(patches((2, 3, 2), (1, 2, 1), None, padding), volume=True))
    for padding in ("SAME", "VALID")
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_patches(row, dtype):
    check(row, dtype)
