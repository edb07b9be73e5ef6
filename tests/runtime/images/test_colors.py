"""Colors of pixels, against Python's colorsys."""

import colorsys

import helpers
import numpy as np
import pytest

DTYPES = ["float32", "float16", "float64"]
# Hues are quotients of differences of rounded numbers.
TOLERANCE = {"float32": 1e-5, "float16": 1e-2, "float64": 1e-12}

CORNERS = np.array([[r, g, b] for r in (0, 0.5, 1) for g in (0, 0.5, 1) for b in (0, 0.5, 1)])


def pixels(count, dtype="float32", seed=0):
    return helpers.random((count, 3), dtype, 0, 1, seed)


def each(function, x):
    return np.array([function(*map(float, pixel)) for pixel in x]).reshape(-1, 3)


def turned(turns):
    def function(r, g, b):
        h, s, v = colorsys.rgb_to_hsv(r, g, b)
        return colorsys.hsv_to_rgb((h + turns) % 1, s, v)
    return function


def saturated(factor):
    def function(r, g, b):
        h, s, v = colorsys.rgb_to_hsv(r, g, b)
        return colorsys.hsv_to_rgb(h, min(max(s * factor, 0), 1), v)
    return function


def convert(device, op, x, amount=None, layout="contiguous"):
    y = helpers.empty(device, x.shape, x.dtype, layout)
    scalar = None if amount is None else device.tensor(np.float32(amount))
    device.convert_colors(op, helpers.upload(device, x, layout), scalar, y)
    return y


OPERATIONS = [
    ("RGB_TO_HSV", None, colorsys.rgb_to_hsv), ("HSV_TO_RGB", None, colorsys.hsv_to_rgb),
    *(("ADJUST_HUE", turns, turned(turns)) for turns in (0, 0.25, -0.75, 5.5)),
    *(("ADJUST_SATURATION", factor, saturated(factor)) for factor in (0, 0.5, 3, -1)),
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("op,amount,function", OPERATIONS)
def test_colors(device, op, amount, function, dtype):
    for x in (pixels(0, dtype), pixels(1, dtype), pixels(1030, dtype, 1), CORNERS.astype(dtype)):
        helpers.check(convert(device, op, x, amount), each(function, x), TOLERANCE[dtype])


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_layouts(device, layout):
    x = pixels(31)
    helpers.check(convert(device, "RGB_TO_HSV", x, None, layout), each(colorsys.rgb_to_hsv, x))
    helpers.check(convert(device, "ADJUST_HUE", x, 0.3, layout), each(turned(np.float32(0.3)), x))


def test_in_place(device):
    x = pixels(50)
    y = device.tensor(x)
    device.convert_colors("RGB_TO_HSV", y, None, y)
    device.convert_colors("HSV_TO_RGB", y, None, y)
    helpers.check(y, x)


def test_there_and_back_of_bright_colors(device):
    x = pixels(50) * 255
    hsv = convert(device, "RGB_TO_HSV", x)
    y = device.empty(x.shape)
    device.convert_colors("HSV_TO_RGB", hsv, None, y)
    helpers.check(y, x)


def test_negative_colors_turn_within_their_range(device):
    x = pixels(50) - 2
    helpers.check(convert(device, "ADJUST_HUE", x, 0.0), x)
    helpers.check(convert(device, "ADJUST_HUE", x, 1 / 3), np.roll(x, 1, axis=1))


def test_hues_are_not_wrapped(device):
    got = convert(device, "HSV_TO_RGB", np.array([[-0.5, 1, 1], [1.5, 1, 1]], np.float32))
    np.testing.assert_array_equal(got.numpy(), [[1, 0, 0], [1, 0, 0]])


def tensor(device, shape, dtype="float32"):
    return None if shape is None else device.empty(shape, dtype)


@pytest.mark.parametrize("op,x,amount,y,message", [
    ("RGB_TO_HSV", (5, 4), None, (5, 4), "takes float tensors"),
    ("RGB_TO_HSV", (5, 3), None, (4, 3), "takes float tensors"),
    ("ADJUST_HUE", (5, 3), None, (5, 3), "by an amount"),
    ("ADJUST_HUE", (5, 3), (1,), (5, 3), r"amount is float32 \[\]"),
    (9, (5, 3), None, (5, 3), "no operation 9"),
])
def test_says_what_is_wrong(device, dml, op, x, amount, y, message):
    with pytest.raises(dml.DmlError, match=message) as error:
        device.convert_colors(op, tensor(device, x), tensor(device, amount), tensor(device, y))
    assert error.value.code == dml.Code.INVALID_ARGUMENT


def test_overlaps(device, dml):
    x = device.empty((6, 3))
    with pytest.raises(dml.DmlError, match="overlaps"):
        device.convert_colors("RGB_TO_HSV", x[:5], None, x[1:])
