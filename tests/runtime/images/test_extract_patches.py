"""Sliding windows as elements."""

import helpers
import numpy as np
import pytest


def extract(x, window, stride, dilation, pad, outputs):
    """By NumPy, all of 3 spatial dimensions."""
    y = np.zeros((x.shape[0], *outputs, *window, x.shape[4]), x.dtype)
    for place in np.ndindex(*outputs, *window):
        o, k = np.array(place[:3]), np.array(place[3:])
        at = o * stride - pad + k * np.array(dilation)
        if (at >= 0).all() and (at < x.shape[1:4]).all():
            y[(slice(None), *place)] = x[(slice(None), *at)]
    return y


GEOMETRIES = [
    # sizes in space, window, stride, dilation, padding before, outputs
    ((1, 5, 6), (1, 3, 2), (1, 1, 1), (1, 1, 1), (0, 0, 0), (1, 3, 5)),
    ((1, 5, 6), (1, 3, 3), (1, 2, 2), (1, 1, 1), (0, 1, 1), (1, 3, 3)),
    ((1, 9, 7), (1, 2, 3), (1, 3, 1), (1, 2, 3), (0, 1, 2), (1, 3, 5)),
    ((4, 3, 5), (2, 1, 3), (2, 1, 1), (1, 1, 2), (0, 0, 2), (2, 3, 5)),
    ((1, 2, 2), (1, 2, 2), (1, 1, 1), (1, 1, 1), (0, 0, 0), (1, 0, 1)),
    ((1, 0, 2), (1, 2, 1), (1, 1, 1), (1, 1, 1), (0, 1, 0), (1, 1, 2)),
]


def check_patches(device, x, geometry, layout="contiguous"):
    _, window, stride, dilation, pad, outputs = geometry
    y = device.tensor(np.full((x.shape[0], *outputs, *window, x.shape[4]), 1, x.dtype))
    device.extract_patches(stride, dilation, pad, helpers.upload(device, x, layout), y)
    helpers.check(y, extract(x, window, stride, dilation, pad, outputs))


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
def test_extract_patches(device, geometry, channels):
    check_patches(device, helpers.random((2, *geometry[0], channels)), geometry)


@pytest.mark.parametrize("dtype", ["float16", "int8", "int64", "bool"])
def test_patches_types(device, dtype):
    check_patches(device, helpers.random((2, 1, 9, 7, 3), dtype), GEOMETRIES[2])


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_patches_of_an_empty_input_are_zero(device, dtype):
    check_patches(device, np.zeros((2, 1, 0, 2, 3), dtype), GEOMETRIES[5])


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_patches_layouts(device, layout):
    check_patches(device, helpers.random((2, 1, 9, 7, 3)), GEOMETRIES[2], layout)


def test_patches_say_what_is_wrong(device, dml):
    x, y = device.empty((1, 1, 3, 3, 2)), device.empty((1, 1, 3, 3, 1, 1, 1, 2))
    ones, zeros = (1, 1, 1), (0, 0, 0)
    with pytest.raises(dml.DmlError, match="takes input"):
        device.extract_patches(ones, ones, zeros, x, device.empty((1, 1, 3, 3, 1, 1, 1, 3)))
    with pytest.raises(dml.DmlError, match="out of range"):
        device.extract_patches((1, 0, 1), ones, zeros, x, y)
