"""Counts of values."""

import helpers
import numpy as np
import pytest


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


@pytest.mark.parametrize("operator,shapes,code,message", [
    ("count_values", [((3,), "int64"), ((3,), "int32")], "INVALID_ARGUMENT", "takes int32"),
    ("count_values", [((3,), "int32"), ((3, 1), "int32")], "INVALID_ARGUMENT", "gives int32"),
])
def test_says_what_is_wrong(device, dml, operator, shapes, code, message):
    with pytest.raises(dml.DmlError, match=message) as error:
        getattr(device, operator)(*[device.empty(*shape) for shape in shapes])
    assert error.value.code == getattr(dml.Code, code)
