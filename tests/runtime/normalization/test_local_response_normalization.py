"""Local response normalization and its gradient against their formulas."""

import helpers
import numpy as np
import pytest

# radius, bias, alpha, beta
ATTRIBUTES = [(5, 1.0, 1.0, 0.5), (0, 2.0, 0.3, 1.0), (2, 1.5, 1e-2, 0.75), (100, 1.0, 0.1, 2.0)]
CASES = [(shape, ATTRIBUTES[2]) for shape in [(1, 1), (3, 5), (70, 33), (2, 300), (0, 4), (4, 0)]]
CASES += [((6, 9), attributes) for attributes in ATTRIBUTES]


def window_sums(x, radius):
    padded = np.pad(x, ((0, 0), (radius, radius)), "constant")
    width = 2 * radius + 1
    return sum(padded[:, i : i + x.shape[1]] for i in range(width))


def norm_of(x, radius, bias, alpha):
    return bias + alpha * window_sums(x**2, radius)


def output(x, radius, bias, alpha, beta):
    return x * norm_of(x, radius, bias, alpha) ** -beta


def gradient(x, y, dy, radius, bias, alpha, beta):
    norm = norm_of(x, radius, bias, alpha)
    shares = window_sums(dy * y / norm, radius)
    return dy * norm**-beta - 2 * alpha * beta * x * shares


def check(device, shape, attributes, dtype, layout):
    x, dy = helpers.random(shape, dtype), helpers.random(shape, dtype, seed=1)
    wide = [a.astype(np.float64) for a in (x, dy)]
    y = helpers.empty(device, shape, dtype, layout)
    uploaded = helpers.upload(device, x, layout)
    device.local_response_normalization(uploaded, *attributes, y)
    helpers.check(y, output(wide[0], *attributes))
    dx = helpers.empty(device, shape, dtype, layout)
    rounded = y.numpy().astype(np.float64)
    device.local_response_normalization_gradient(
        uploaded, y, helpers.upload(device, dy, layout), *attributes, dx
    )
    tolerance = 4e-3 if dtype == "float16" else None
    helpers.check(dx, gradient(wide[0], rounded, wide[1], *attributes), tolerance)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("shape,attributes", CASES, ids=str)
def test_values(device, shape, attributes, dtype):
    check(device, shape, attributes, dtype, "contiguous")


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_layouts(device, layout):
    check(device, (5, 9), ATTRIBUTES[2], "float32", layout)


def test_the_gradient_is_the_derivative():
    """Of the reference itself, by differences."""
    x, dy = helpers.random((2, 7), "float64"), helpers.random((2, 7), "float64", seed=1)
    attributes = ATTRIBUTES[2]
    dx = gradient(x, output(x, *attributes), dy, *attributes)
    for place in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[place] = 1e-6
        change = output(x + step, *attributes) - output(x - step, *attributes)
        np.testing.assert_allclose((change * dy).sum() / 2e-6, dx[place], rtol=1e-6)


@pytest.mark.parametrize(
    "x,y,radius,message",
    [
        ((2, 3), (2, 4), 1, "of one type and size"),
        ((2, 3, 4), (2, 3, 4), 1, r"must be \[rows, channels\]"),
        ((2, 3), (2, 3), -1, "must not be negative"),
    ],
)
def test_says_what_is_wrong(device, dml, x, y, radius, message):
    with pytest.raises(dml.DmlError, match=message) as error:
        device.local_response_normalization(
            device.empty(x), radius, 1.0, 1.0, 0.5, device.empty(y)
        )
    assert error.value.code == dml.Code.INVALID_ARGUMENT


def test_not_in_place(device, dml):
    x = device.empty((2, 3))
    with pytest.raises(dml.DmlError, match="overlap"):
        device.local_response_normalization(x, 1, 1.0, 1.0, 0.5, x)
