"""Conversions between all types."""

import helpers
import numpy as np
import pytest

FLOATS = ["float32", "float16"]
INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
ALL = [*FLOATS, "float64", *INTEGERS, "bool"]


def samples(dtype):
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        return np.array([0, -0.0, 0.4, 0.6, 1, 1.5, 2.5, 100.7, 126.9, 3.14159, 1e-4], dtype)
    if dtype.kind == "b":
        return np.array([0, 1, 1, 0, 1], dtype)
    info = np.iinfo(dtype)
    return np.array([0, 1, 2, 77, 127, info.max, info.min, info.max // 3, info.max - 1], dtype)


@pytest.mark.parametrize("target", ALL)
@pytest.mark.parametrize("source", ALL)
def test_all_pairs(device, source, target):
    x = samples(source)
    y = device.empty(x.shape, target)
    device.cast(device.tensor(x), y)
    with np.errstate(over="ignore"):
        helpers.check(y, x.astype(target), 0)


@pytest.mark.parametrize("target", ["int8", "int16", "int32", "int64"])
@pytest.mark.parametrize("source", FLOATS)
def test_negative_floats_truncate(device, source, target):
    x = np.array([-0.9, -1.0, -1.5, -100.9], source)
    y = device.empty(x.shape, target)
    device.cast(device.tensor(x), y)
    helpers.check(y, np.array([0, -1, -1, -100]))


def test_out_of_range_is_as_on_x86(device):
    x = np.array([3e9, -3e9, np.inf, -np.inf, np.nan, 2147483648.0], np.float32)
    expected = {
        "int32": [-(2**31)] * 6,
        "int8": [0] * 6,
        "uint8": [0] * 6,
        "int64": [3000000000, -3000000000, *[-(2**63)] * 3, 2147483648],
        "uint32": [3000000000, 2**32 - 3000000000, 0, 0, 0, 2147483648],
    }
    for target, numbers in expected.items():
        y = device.empty(x.shape, target)
        device.cast(device.tensor(x), y)
        np.testing.assert_array_equal(y.numpy(), np.array(numbers, target), target)
    x = np.array([-1, -2.5, 300.7, 1e19], np.float32)
    expected = {
        "uint8": [255, 254, 44],
        "uint16": [65535, 65534, 300],
        "uint32": [2**32 - 1, 2**32 - 2, 300],
        "uint64": [2**64 - 1, 2**64 - 2, 300, int(np.float32(1e19))],
    }
    for target, numbers in expected.items():
        part = x[: len(numbers)]
        y = device.empty(part.shape, target)
        device.cast(device.tensor(part), y)
        np.testing.assert_array_equal(y.numpy(), np.array(numbers, target), target)


def test_float16_rounds_to_nearest_even(device):
    every = np.arange(2**16, dtype=np.uint16).view(np.float16)
    finite = np.sort(every[np.isfinite(every)].astype(np.float32))
    middles = (finite[1:] + finite[:-1]) / 2
    x = np.concatenate(
        [
            finite,
            middles,
            np.nextafter(middles, np.float32(np.inf)),
            np.nextafter(middles, np.float32(-np.inf)),
            np.float32([65519.996, 65520, 1e6, -1e6, np.inf, -np.inf, np.nan]),
        ]
    )
    # Drivers may take float32 below the smallest normal number for zero.
    x = x[(np.abs(x) >= 2.0**-126) | (x == 0) | np.isnan(x)]
    y = device.empty(x.shape, "float16")
    device.cast(device.tensor(x), y)
    with np.errstate(over="ignore"):
        expected = x.astype(np.float16)
    numbers = ~np.isnan(x)
    np.testing.assert_array_equal(
        y.numpy().view(np.uint16)[numbers], expected.view(np.uint16)[numbers]
    )
    assert np.isnan(y.numpy()[~numbers]).all()


def test_to_bool(device):
    x = np.array([0, -0.0, 1e-30, -3, np.nan, np.inf], np.float32)
    y = device.empty(x.shape, "bool")
    device.cast(device.tensor(x), y)
    helpers.check(y, x.astype(bool))


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
@pytest.mark.parametrize("target", ["float16", "int64", "float32"])
def test_layouts(device, layout, target):
    for shape in [(), (0,), (1,), (1027,), (3, 5, 2)]:
        x = helpers.random(shape, "float32", -9, 9)
        y = helpers.empty(device, shape, target, layout)
        device.cast(helpers.upload(device, x, layout), y)
        helpers.check(y, x.astype(target), 0)


def test_errors(device, dml):
    with pytest.raises(dml.DmlError, match="differ in sizes"):
        device.cast(device.empty((2, 3)), device.empty((3, 2), "int32"))
    memory = device.empty((9,))
    with pytest.raises(dml.DmlError, match="overlaps"):
        device.cast(memory.view((4,)), memory.as_type("int32").view((4,), offset=2))


def test_more_groups_than_one_grid_dimension_holds(device):
    count = 65535 * 1024 + 5000
    x = device.empty((count,), "int8")
    y = device.empty((count,), "bool")
    device.fill(x, 0)
    device.fill(x[count - 3 :], 9)
    device.fill(y, 1)
    device.cast(x, y)
    assert np.flatnonzero(y.numpy()).tolist() == [count - 3, count - 2, count - 1]


def to_bfloat16(x, truncate):
    """The bits, by way of integers."""
    bits = x.view(np.uint32).astype(np.uint64)
    if not truncate:
        bits = bits + 0x7FFF + (bits >> 16 & 1)
    return np.where(np.isnan(x), 0x7FC0, bits >> 16).astype(np.uint16)


@pytest.mark.parametrize("truncate", [0, 1])
def test_bfloat16(device, truncate):
    every = np.arange(2**16, dtype=np.uint32) << 16
    x = np.concatenate([every, every + 0x7FFF, every + 0x8000, every + 0x8001]).view(np.float32)
    y = device.empty(x.shape, "uint16")
    device.cast_bfloat16(device.tensor(x), truncate, y)
    np.testing.assert_array_equal(y.numpy(), to_bfloat16(x, truncate))


def test_bfloat16_to_float32(device):
    x = np.arange(2**16, dtype=np.uint16)
    y = device.empty(x.shape)
    device.cast_bfloat16(device.tensor(x), 0, y)
    np.testing.assert_array_equal(y.numpy().view(np.uint32), x.astype(np.uint32) << 16)
    with pytest.raises(Exception, match="takes contiguous float32 and uint16"):
        device.cast_bfloat16(device.tensor(x), 0, device.empty(x.shape, "uint16"))
