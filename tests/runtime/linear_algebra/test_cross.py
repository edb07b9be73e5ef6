"""Products of vectors of 3."""

import helpers
import numpy as np
import pytest

NUMBERS = ["float32", "float16", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16",
           "uint32", "uint64"]


def cross(device, x, y, layout="contiguous"):
    z = helpers.empty(device, x.shape, x.dtype, layout)
    device.cross(helpers.upload(device, x, layout), helpers.upload(device, y, layout), z)
    wide = np.float64 if x.dtype.kind == "f" else x.dtype
    with np.errstate(over="ignore"):  # integers wrap
        helpers.check(z, np.cross(x.astype(wide), y.astype(wide)))


@pytest.mark.parametrize("dtype", NUMBERS)
def test_cross(device, dtype):
    for rows in (0, 1, 1030):
        x = helpers.random((rows, 3), dtype, -9, 9)
        cross(device, x, helpers.random((rows, 3), dtype, -9, 9, seed=1))


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_cross_layouts(device, layout):
    cross(device, helpers.random((31, 3)), helpers.random((31, 3), seed=1), layout)


def test_cross_in_place(device):
    x, y = helpers.random((40, 3)), helpers.random((40, 3), seed=1)
    z = device.tensor(x)
    device.cross(z, device.tensor(y), z)
    helpers.check(z, np.cross(x, y))


def test_cross_of_itself_is_zero(device):
    x = device.tensor(helpers.random((40, 3)))
    z = device.empty((40, 3))
    device.cross(x, x, z)
    np.testing.assert_array_equal(z.numpy(), 0)


@pytest.mark.parametrize("operator,shapes,code,message", [
    ("cross", [((3, 3), "float32"), ((3, 3), "float32"), ((3, 4), "float32")],
     "INVALID_ARGUMENT", "of one type"),
    ("cross", [((3, 3), "bool")] * 3, "UNIMPLEMENTED", "takes numbers"),
])
def test_says_what_is_wrong(device, dml, operator, shapes, code, message):
    with pytest.raises(dml.DmlError, match=message) as error:
        getattr(device, operator)(*[device.empty(*shape) for shape in shapes])
    assert error.value.code == getattr(dml.Code, code)
