"""Strided copies, fills, ranges and pads: bits moved, so equality throughout."""

import helpers
import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest

TYPES = ["int8", "float16", "float32", "int64", "complex128"]  # one of each size
REAL = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
REAL += ["float16", "float32"]
ALL = [*REAL, "float64", "bool", "complex64", "complex128"]


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("source", helpers.LAYOUTS)
@pytest.mark.parametrize("target", helpers.LAYOUTS)
def test_copy_layouts(device, dtype, source, target):
    for shape in [(), (0, 2), (1,), (9,), (1030,), (33, 65), (2, 3, 4, 5)]:
        x = helpers.random(shape, dtype)
        y = helpers.empty(device, shape, dtype, target)
        device.copy_tensor(helpers.upload(device, x, source), y)
        helpers.check(y, x, 0)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize(
    "shape,axes",
    [
        ((40, 70), (1, 0)),
        ((8, 8), (1, 0)),
        ((3, 33, 31), (0, 2, 1)),
        ((33, 3, 31), (2, 1, 0)),
        ((2, 9, 10, 11), (0, 3, 1, 2)),
        ((2, 9, 10, 11), (0, 2, 3, 1)),
        ((9, 2, 3, 10), (3, 1, 2, 0)),
        ((2, 3, 2, 9, 2, 2, 2, 17), (7, 1, 0, 2, 6, 5, 4, 3)),
        ((500, 3), (1, 0)),
    ],
    ids=str,
)
def test_transposes(device, dtype, shape, axes):
    x = helpers.random(shape, dtype, -99, 99)
    expected = x.transpose(axes)
    y = device.empty(expected.shape, dtype)
    device.copy_tensor(device.tensor(x).transpose(*axes), y)
    helpers.check(y, expected, 0)


@pytest.mark.parametrize("dtype", ALL)
def test_concatenate_and_broadcast(device, dtype):
    parts = [helpers.random((5, width), dtype, seed=width) for width in (3, 1, 8)]
    y = device.empty((5, 12), dtype)
    at = 0
    for part in parts:
        device.copy_tensor(device.tensor(part), y[:, at : at + part.shape[1]])
        at += part.shape[1]
    helpers.check(y, np.concatenate(parts, axis=1), 0)
    device.copy_tensor(device.tensor(parts[1]).broadcast_to((5, 12)), y)
    helpers.check(y, np.broadcast_to(parts[1], (5, 12)), 0)


def test_copy_between_interleaved_views(device):
    t = device.tensor(np.arange(20, dtype=np.int32))
    device.copy_tensor(t[0::2], t[1::2])
    helpers.check(t, np.repeat(np.arange(0, 20, 2), 2))


@hypothesis.settings(max_examples=80, deadline=None)
@hypothesis.given(data=st.data())
def test_any_slice(device, data):
    shape = data.draw(st.lists(st.integers(1, 12), min_size=1, max_size=5))
    dtype = data.draw(st.sampled_from(TYPES))
    x = helpers.random(tuple(shape), dtype, -99, 99)
    key = tuple(
        slice(
            data.draw(st.integers(0, size - 1)),
            None,
            data.draw(st.sampled_from([1, 1, 1, 2, -1, -2])),
        )
        for size in shape
    )
    axes = data.draw(st.permutations(range(len(shape))))
    expected = x[key].transpose(axes)
    y = device.empty(expected.shape, dtype)
    device.copy_tensor(device.tensor(x)[key].transpose(*axes), y)
    helpers.check(y, expected, 0)


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_fill(device, dtype, layout):
    value = 77 + 5j if np.dtype(dtype).kind == "c" else 1 if dtype == "bool" else 77
    for shape in [(), (0, 3), (1,), (3,), (1031,), (4, 6)]:
        y = helpers.empty(device, shape, dtype, layout)
        device.fill(y, value)
        helpers.check(y, np.full(shape, value, dtype), 0)


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_fill_touches_nothing_else(device, dtype):
    t = device.tensor(np.zeros((3, 10), dtype))
    device.fill(t[1, 1:8], 5)
    device.fill(t[2, ::3], 6)
    expected = np.zeros((3, 10), dtype)
    expected[1, 1:8] = 5
    expected[2, ::3] = 6
    helpers.check(t, expected, 0)


@pytest.mark.parametrize("dtype", REAL)
def test_range(device, dtype):
    y = device.empty((100,), dtype)
    device.range(y, 3, 1)
    helpers.check(y, 3 + np.arange(100), 0)
    if np.dtype(dtype).kind != "u":
        device.range(y[::-1], 90, -1)
        helpers.check(y, (90 - np.arange(100))[::-1], 0)


@pytest.mark.parametrize("start, delta", [
    (float("inf"), 1), (0, float("nan")), (2.0**63, 1), (0, -1e300),
])
def test_range_of_integers_that_are_none(device, dml, start, delta):
    with pytest.raises(dml.DmlError, match="an int64 holds") as error:
        device.range(device.empty(5, "int32"), start, delta)
    assert error.value.code == dml.Code.INVALID_ARGUMENT


def test_range_accuracy(device):
    y = device.empty((100001,))
    device.range(y, 0.1, 1e-3)
    # Equal to float64 rounded once, far from what adding up would give.
    np.testing.assert_array_equal(y.numpy(), (0.1 + np.arange(100001) * 1e-3).astype(np.float32))
    y = device.empty((5,), "int64")
    device.range(y, 2**40 + 1, -(2**33))
    helpers.check(y, 2**40 + 1 - np.arange(5) * 2**33)


PADS = [
    ((), ()),
    ((5,), ((2, 3),)),
    ((5,), ((0, 0),)),
    ((4, 6), ((1, 0), (0, 2))),
    ((4, 6), ((0, 0), (3, 3))),
    ((4, 6), ((2, 1), (0, 0))),
    ((2, 5, 6, 3), ((0, 0), (1, 2), (2, 1), (0, 0))),
    ((2, 3, 5, 6), ((0, 0), (0, 0), (1, 1), (3, 0))),
    ((2, 2, 2, 2, 2, 2, 2, 2), ((0, 1), (1, 0)) * 4),
    ((3, 2, 2, 3, 2), ((1, 1), (0, 0), (1, 0), (0, 0), (0, 1))),
]


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("mode", ["CONSTANT", "REFLECT", "SYMMETRIC"])
@pytest.mark.parametrize("shape,pads", PADS, ids=str)
def test_pad(device, dtype, mode, shape, pads):
    x = helpers.random(shape, dtype, -99, 99)
    options = {"constant_values": 7} if mode == "CONSTANT" else {}
    expected = np.pad(x, pads, mode.lower(), **options) if shape else x
    for layout in ("contiguous", "gaps"):
        y = helpers.empty(device, expected.shape, dtype, layout)
        source = helpers.upload(device, x, layout)
        device.pad(mode, source, [b for b, _ in pads], 7, y)
        helpers.check(y, expected, 0)


@pytest.mark.parametrize("dtype", TYPES)
def test_negative_pads_crop(device, dtype):
    x = helpers.random((6, 8), dtype, -99, 99)
    y = device.empty((5, 5), dtype)
    device.pad("CONSTANT", device.tensor(x), [1, -2], None, y)
    expected = np.zeros((5, 5), dtype)
    expected[1:] = x[:4, 2:7]
    helpers.check(y, expected, 0)


def test_pad_of_nothing(device):
    y = device.empty((3,), "float32")
    device.pad("CONSTANT", device.empty((0,), "float32"), [1], 2, y)
    helpers.check(y, np.full(3, 2.0))


def test_errors(device, dml):
    x = device.empty((4, 6))
    with pytest.raises(dml.DmlError, match="differ in type or sizes"):
        device.copy_tensor(x, device.empty((6, 4)))
    with pytest.raises(dml.DmlError, match="cannot take 4 before"):
        device.pad("REFLECT", x, [4, 0], None, device.empty((8, 6)))
    with pytest.raises(dml.DmlError, match="rank 1"):
        device.range(x, 0, 1)
    with pytest.raises(dml.DmlError, match="differ in type or rank"):
        device.pad("CONSTANT", x, [0, 0], None, device.empty((4, 6), "int32"))


def test_copy_from_host_takes_addresses_of_the_device(device, dml):
    x = device.tensor(np.arange(100, dtype=np.float32))
    y = device.empty(100)
    before = device.statistics()
    dml._lib().dml_copy_from_host(device.handle, y.data, x.data, 400)
    np.testing.assert_array_equal(y.numpy(), np.arange(100))
    after = device.statistics()
    assert after["device_copies"] == before["device_copies"] + 1
    assert after["host_to_device_copies"] == before["host_to_device_copies"]
