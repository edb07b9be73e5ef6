"""Bools, eight to a byte."""

import helpers
import numpy as np
import pytest


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


@pytest.mark.parametrize("operator,shapes,code,message", [
    ("pack_bits", [((3, 7), "bool"), ((3,), "uint8")], "INVALID_ARGUMENT", "takes bool"),
    ("pack_bits", [((3, 8), "bool"), ((4,), "uint8")], "INVALID_ARGUMENT", "gives uint8"),
])
def test_says_what_is_wrong(device, dml, operator, shapes, code, message):
    with pytest.raises(dml.DmlError, match=message) as error:
        getattr(device, operator)(*[device.empty(*shape) for shape in shapes])
    assert error.value.code == getattr(dml.Code, code)
