"""Counting values, packing bits, products of vectors of 3."""

import helpers
import numpy as np
import pytest

NUMBERS = ["float32", "float16", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16",
           "uint32", "uint64"]


def count(device, x, bins, layout="contiguous"):
    y = helpers.empty(device, (bins,), "int32", layout)
    device.count_values(helpers.upload(device, x, layout), y)
    inside = x[(x >= 0) & (x < bins)]
    helpers.check(y, np.bincount(inside, minlength=bins))


# Some fit into a group's shared memory, some do not.
@pytest.mark.parametrize("size,bins", [
    (0, 3), (1, 1), (5, 0), (10, 4), (20000, 3), (70001, 4096), (3000, 4097), (9000, 100000)])
def test_count_values(device, size, bins):
    count(device, helpers.random((size,), "int32", -3, bins + 5), bins)


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_count_layouts(device, layout):
    count(device, helpers.random((300,), "int32", 0, 20), 21, layout)


def pack(device, x, layout="contiguous"):
    y = helpers.empty(device, x.shape[:1], "uint8", layout)
    device.pack_bits(helpers.upload(device, x, layout), y)
    helpers.check(y, np.packbits(x, axis=1)[:, 0] if len(x) else np.zeros(0))


@pytest.mark.parametrize("size", [0, 1, 7, 1030])
def test_pack_bits(device, size):
    pack(device, helpers.random((size, 8), "bool"))


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_pack_layouts(device, layout):
    pack(device, helpers.random((31, 8), "bool"), layout)


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
    ("count_values", [((3,), "int64"), ((3,), "int32")], "INVALID_ARGUMENT", "takes int32"),
    ("count_values", [((3,), "int32"), ((3, 1), "int32")], "INVALID_ARGUMENT", "gives int32"),
    ("pack_bits", [((3, 7), "bool"), ((3,), "uint8")], "INVALID_ARGUMENT", "takes bool"),
    ("pack_bits", [((3, 8), "bool"), ((4,), "uint8")], "INVALID_ARGUMENT", "gives uint8"),
    ("cross", [((3, 3), "float32"), ((3, 3), "float32"), ((3, 4), "float32")],
     "INVALID_ARGUMENT", "of one type"),
    ("cross", [((3, 3), "bool")] * 3, "UNIMPLEMENTED", "takes numbers"),
])
def test_says_what_is_wrong(device, dml, operator, shapes, code, message):
    with pytest.raises(dml.DmlError, match=message) as error:
        getattr(device, operator)(*[device.empty(*shape) for shape in shapes])
    assert error.value.code == getattr(dml.Code, code)
