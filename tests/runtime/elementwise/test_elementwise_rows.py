"""Element-wise operations over rows with gaps, or repeated: by fours where they lie so."""

import helpers
import numpy as np
import pytest

WIDTH = 40  # of the rows in memory
DTYPES = ["float32", "float16", "float64", "int8", "int16", "int64", "bool"]


def rows(device, array, start=0):
    """`array` within rows of WIDTH elements, from element `start` of each."""
    height, width = array.shape
    whole = device.empty((height, WIDTH), array.dtype)
    return whole[:, start : start + width].write(array)


def select(device, condition, x, y, output):
    before = device.statistics()["launches"]
    device.elementwise("SELECT", [condition, x, y], output)
    assert device.statistics()["launches"] == before + 1


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("width", [1, 4, 7, 12, 36])
@pytest.mark.parametrize("start", [0, 1, 4])
def test_rows(device, dtype, width, start):
    """Every input starts elsewhere; a start of 1 is no multiple of four."""
    if start + width > WIDTH:
        pytest.skip("longer than a row")
    condition = helpers.random((9, width), "bool", seed=1)
    x, y = (helpers.random((9, width), dtype, seed=seed) for seed in (2, 3))
    inputs = [rows(device, condition), rows(device, x, start), device.tensor(y)]
    output = rows(device, np.zeros_like(x), start=WIDTH - width)
    select(device, *inputs, output)
    helpers.check(output, np.where(condition, x, y))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("width", [1, 4, 7, 12])
@pytest.mark.parametrize("kinds", ["rec", "cre", "ecr", "ere", "ccr", "1ce"])
def test_repeated(device, dtype, width, kinds):
    """Of each input a row, a column, one element, or everything."""
    shape = (2, 5, width)
    shapes = {"r": (width,), "c": (2, 5, 1), "1": (1,), "e": shape}
    dtypes = ("bool", dtype, dtype)
    arrays = [
        helpers.random(shapes[kind], each, seed=seed)
        for seed, (kind, each) in enumerate(zip(kinds, dtypes))
    ]
    output = device.empty(shape, dtype)
    select(device, *(device.tensor(array).broadcast_to(shape) for array in arrays), output)
    helpers.check(output, np.where(*arrays))


@pytest.mark.parametrize("offset", range(4))
def test_rows_that_start_anywhere(device, offset):
    """Rows of four that lie `offset` elements off, each 6 from the last: no vectors there."""
    x = helpers.random((8, 4))
    source = device.empty((8 * 6 + offset,)).view((8, 4), (6, 1), offset).write(x)
    output = device.empty((8 * 8 + offset,)).view((8, 4), (8, 1), offset)
    device.elementwise("SQUARE", [source], output)
    helpers.check(output, np.square(x.astype(np.float64)))


def test_gaps_keep_what_they_hold(device):
    whole = device.tensor(np.full((6, 12), 7, np.float32))
    x = helpers.random((6, 8))
    device.elementwise("NEGATE", [device.tensor(x)], whole[:, :8])
    expected = np.full((6, 12), 7, np.float32)
    expected[:, :8] = -x
    helpers.check(whole, expected, 0)


def test_rows_in_place(device):
    x, row = helpers.random((6, 8), seed=1), helpers.random((8,), seed=2)
    target = rows(device, x)
    device.elementwise("ADD", [target, device.tensor(row).broadcast_to((6, 8))], target)
    helpers.check(target, x.astype(np.float64) + row)
