"""Joining parts along a dimension, and splitting into them: bits moved, so equality throughout."""

import helpers
import numpy as np
import pytest

TYPES = ["bool", "int8", "float16", "float32", "float64", "complex128"]


def launches(device, work):
    before = device.statistics()
    work()
    after = device.statistics()
    assert after["device_copies"] == before["device_copies"]
    return after["launches"] - before["launches"]


def parts_of(shape, axis, widths, dtype):
    shapes = [(*shape[:axis], width, *shape[axis + 1 :]) for width in widths]
    return [helpers.random(s, dtype, -99, 99, seed=i) for i, s in enumerate(shapes)]


def check_both_ways(device, parts, axis, layout="contiguous", whole_layout="contiguous"):
    """Returns how many launches joining and splitting took."""
    whole = np.concatenate(parts, axis)
    made = helpers.empty(device, whole.shape, whole.dtype, whole_layout)
    sources = [helpers.upload(device, part, layout) for part in parts]
    joining = launches(device, lambda: device.join_parts(sources, axis, made))
    helpers.check(made, whole, 0)
    source = helpers.upload(device, whole, whole_layout)
    targets = [helpers.empty(device, part.shape, part.dtype, layout) for part in parts]
    splitting = launches(device, lambda: device.split_parts(source, axis, targets))
    for target, part in zip(targets, parts):
        helpers.check(target, part, 0)
    return joining, splitting


# Widths that allow accesses of 16 bytes, and of fewer; empty parts.
WIDTHS = [(16, 32, 48), (2, 6), (1, 1, 1, 1), (3, 1, 7, 11), (0, 5, 0, 13), (1021, 4099)]


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("widths", WIDTHS, ids=str)
@pytest.mark.parametrize(
    "shape,axis", [((1,), 0), ((1, 5), 0), ((5, 1), 1), ((3, 1, 7), 1)], ids=str
)
def test_one_launch(device, dtype, widths, shape, axis):
    assert check_both_ways(device, parts_of(shape, axis, widths, dtype), axis) == (1, 1)


@pytest.mark.parametrize("count,expected", [(15, 1), (16, 2), (31, 3)])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_many_parts(device, count, expected, axis):
    # Each of several groups, but for some.
    widths = [400 if i % 4 else 1 for i in range(count)]
    parts = parts_of((4, 3, 5), axis, widths, "float32")
    assert check_both_ways(device, parts, axis) == (expected, expected)


@pytest.mark.parametrize("dtype", ["int8", "float32", "float64"])
@pytest.mark.parametrize("layout", helpers.LAYOUTS)
@pytest.mark.parametrize("whole_layout", helpers.LAYOUTS)
def test_layouts(device, dtype, layout, whole_layout):
    parts = parts_of((3, 1, 8), 1, (4, 2, 6), dtype)
    whole = np.concatenate(parts, 1)
    made = helpers.empty(device, whole.shape, dtype, whole_layout)
    device.join_parts([helpers.upload(device, part, layout) for part in parts], 1, made)
    helpers.check(made, whole, 0)
    targets = [helpers.empty(device, part.shape, dtype, layout) for part in parts]
    device.split_parts(helpers.upload(device, whole, whole_layout), 1, targets)
    for target, part in zip(targets, parts):
        helpers.check(target, part, 0)


def test_one_tensor_may_be_several_parts(device):
    x = helpers.random((7, 3))
    source, made = device.tensor(x), device.empty((7, 9))
    device.join_parts([source, source, source], 1, made)
    helpers.check(made, np.tile(x, (1, 3)), 0)


def test_parts_without_elements(device):
    made = device.empty((4, 0), "float32")
    empty = device.empty((4, 0), "float32")
    assert launches(device, lambda: device.join_parts([empty, empty], 1, made)) == 0
    assert launches(device, lambda: device.split_parts(made, 1, [empty])) == 0


def test_new_shapes_compile_nothing(device):
    for axis in (0, 1):
        check_both_ways(device, parts_of((1, 4), axis, (4, 8), "float32"), axis)
    before = device.statistics()["programs_compiled"]
    check_both_ways(device, parts_of((8, 12), 0, (4, 1, 9), "float32"), 0)
    check_both_ways(device, parts_of((3, 1, 16), 1, (2, 2, 2, 5), "float32"), 1)
    assert device.statistics()["programs_compiled"] == before


@pytest.mark.parametrize(
    "parts,axis,message",
    [
        ([((2, 3), "float32"), ((2, 2), "float32")], 1, "5 elements in dimension 1"),
        ([((2, 3), "float32"), ((2, 3), "float16")], 1, "type and sizes"),
        ([((2, 3), "float32"), ((3, 3), "float32")], 1, "type and sizes"),
        ([((2, 3), "float32"), ((6,), "float32")], 1, "type and sizes"),
        ([((2, 6), "float32")], 2, "no dimension 2"),
    ],
)
def test_says_what_is_wrong(device, dml, parts, axis, message):
    tensors = [device.empty(*part) for part in parts]
    whole = device.empty((2, 6))
    for wrong in (
        lambda: device.join_parts(tensors, axis, whole),
        lambda: device.split_parts(whole, axis, tensors),
    ):
        with pytest.raises(dml.DmlError, match=message) as error:
            wrong()
        assert error.value.code == dml.Code.INVALID_ARGUMENT


def test_refuses_overlaps(device, dml):
    whole = device.empty((4, 6))
    for wrong in (
        lambda: device.join_parts([whole[1:2], whole[:3]], 0, whole),
        lambda: device.split_parts(whole, 0, [whole[1:2], whole[:3]]),
    ):
        with pytest.raises(dml.DmlError, match="overlaps"):
            wrong()
