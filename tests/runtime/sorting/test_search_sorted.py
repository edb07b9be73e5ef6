"""Places of values in sorted rows."""

import helpers
import numpy as np
import pytest

NUMBERS = ["float32", "float16", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16",
           "uint32", "uint64"]


def search(device, x, v, upper, dtype="int32", layout="contiguous"):
    y = helpers.empty(device, v.shape, dtype, layout)
    device.search_sorted(upper, helpers.upload(device, x, layout),
                         helpers.upload(device, v, layout), y)
    side = "right" if upper else "left"
    rows = [np.searchsorted(a, b, side) for a, b in zip(x, v)]
    helpers.check(y, np.array(rows, np.int64).reshape(v.shape))


@pytest.mark.parametrize("upper", [0, 1])
@pytest.mark.parametrize(
    "rows,n,m",
    [(1, 1, 1), (3, 10, 4), (2, 1000, 333), (130, 3, 7), (2, 0, 3), (2, 3, 0), (0, 1, 1)],
)
def test_search_sorted(device, rows, n, m, upper):
    # Integers: many ties.
    x = np.sort(helpers.random((rows, n), "int32", -9, 9), axis=1).astype(np.float32)
    v = helpers.random((rows, m), "int32", -11, 11, seed=1).astype(np.float32)
    search(device, x, v, upper)
    search(device, x, v, upper, "int64")


@pytest.mark.parametrize("dtype", NUMBERS)
def test_search_types(device, dtype):
    x = np.sort(helpers.random((2, 50), dtype, -100, 100), axis=1)
    v = helpers.random((2, 30), dtype, -100, 100, seed=1)
    info = (np.finfo if x.dtype.kind == "f" else np.iinfo)(dtype)
    x[:, 0], x[:, -1] = info.min, info.max
    v[:, :2] = info.min, info.max
    search(device, x, v, 0)
    search(device, x, v, 1)


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_search_layouts(device, layout):
    x = np.sort(helpers.random((3, 20)), axis=1)
    search(device, x, helpers.random((3, 11), seed=1), 0, "int64", layout)


def test_search_says_what_is_wrong(device, dml):
    x, v = device.empty((2, 3)), device.empty((3, 3))
    with pytest.raises(dml.DmlError, match="takes sorted") as error:
        device.search_sorted(0, x, v, device.empty((3, 3), "int32"))
    assert error.value.code == dml.Code.INVALID_ARGUMENT
