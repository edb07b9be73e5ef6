"""Bands and diagonals of matrices."""

import helpers
import numpy as np
import pytest

TYPES = ["int8", "float16", "float32", "float64", "bool"]
BANDS = [(0, 0), (-1, 2), (-4, -2), (1, 3), (-9, 9)]
SHAPES = [(2, 4, 5), (1, 5, 4), (3, 1, 1), (2, 30, 40), (0, 3, 3), (2, 0, 3)]


def keep(x, z, lower, upper):
    d = np.arange(x.shape[2])[None] - np.arange(x.shape[1])[:, None]
    return np.where((lower <= d) & (d <= upper), x, z)


def clip(lower, upper, rows, columns):
    """The band's part of the matrix, which packed forms must not exceed."""
    lower, upper = max(lower, 1 - rows), min(upper, columns - 1)
    return (0, 0) if lower > upper or rows == 0 else (lower, upper)


def pack(x, z, lower, upper):
    y = z.copy()
    for b in range(len(x)):
        for row, d in enumerate(range(upper, lower - 1, -1)):
            diagonal = np.diagonal(x[b], d)
            y[b, row, : len(diagonal)] = diagonal
    return y


def unpack(x, z, lower, upper):
    y = z.copy()
    for b, r, c in np.ndindex(*y.shape):
        if lower <= c - r <= upper:
            y[b, r, c] = x[b, upper - (c - r), min(r, c)]
    return y


def packed_shape(shape, lower, upper):
    length = min(shape[1] + min(upper, 0), shape[2] - max(lower, 0))
    return (shape[0], upper - lower + 1, max(length, 0))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("band", BANDS, ids=str)
def test_keep(device, dtype, band):
    for shape in SHAPES:
        x, z = (helpers.random(shape, dtype, -9, 9, seed) for seed in (1, 2))
        y = device.empty(shape, dtype)
        device.matrix_band("KEEP", device.tensor(x), device.tensor(z), *band, y)
        helpers.check(y, keep(x, z, *band), 0)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("band", BANDS, ids=str)
def test_pack_and_unpack(device, dtype, band):
    for shape in SHAPES:
        lower, upper = clip(*band, *shape[1:])
        packed = packed_shape(shape, lower, upper)
        x = helpers.random(shape, dtype, -9, 9, 1)
        z = helpers.random(packed, dtype, -9, 9, 2)
        y = device.empty(packed, dtype)
        device.matrix_band("PACK", device.tensor(x), device.tensor(z), lower, upper, y)
        helpers.check(y, pack(x, z, lower, upper), 0)
        back = device.empty(shape, dtype)
        device.matrix_band("UNPACK", device.tensor(z), device.tensor(x), lower, upper, back)
        helpers.check(back, unpack(z, x, lower, upper), 0)


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_layouts(device, layout):
    x, z = helpers.random((2, 3, 4), seed=1), helpers.random((2, 3, 4), seed=2)
    parts = [helpers.upload(device, part, layout) for part in (x, z)]
    y = helpers.empty(device, (2, 3, 4), "float32", layout)
    device.matrix_band("KEEP", *parts, -1, 0, y)
    helpers.check(y, keep(x, z, -1, 0), 0)


def test_in_place_and_broadcast(device):
    x = helpers.random((2, 3, 4))
    y = device.tensor(x)
    zero = device.tensor(np.zeros((1, 1, 1), np.float32)).broadcast_to((2, 3, 4))
    device.matrix_band("KEEP", y, zero, 0, 1, y)
    helpers.check(y, keep(x, 0, 0, 1), 0)
    ones = device.tensor(np.ones((2, 1, 3), np.float32))
    device.matrix_band("UNPACK", ones, y, 0, 0, y)
    helpers.check(y, unpack(np.ones((2, 1, 3)), keep(x, 0, 0, 1), 0, 0), 0)


def test_errors(device, dml):
    x, y = device.empty((2, 3, 4)), device.empty((2, 3, 4))
    with pytest.raises(dml.DmlError, match="no diagonals from 1 to 0"):
        device.matrix_band("KEEP", x, x, 1, 0, y)
    with pytest.raises(dml.DmlError, match="does not hold diagonals 0 to 1"):
        device.matrix_band("UNPACK", device.empty((2, 2, 4)), x, 0, 1, y)
    with pytest.raises(dml.DmlError, match="of one type"):
        device.matrix_band("KEEP", x, device.empty((2, 3, 5)), 0, 1, y)
    with pytest.raises(dml.DmlError, match="overlap"):
        device.matrix_band("PACK", x, x[:, :1, :3], 0, 0, x[:, :1, :3])
