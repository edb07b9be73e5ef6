"""What operations give where a slope is infinite, or two numbers lie just so far apart."""

import helpers
import numpy as np
import pytest


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "complex64"])
@pytest.mark.parametrize("op, at_0", [
    ("SQRT_GRADIENT", np.inf), ("RSQRT_GRADIENT", 0), ("RECIPROCAL_GRADIENT", 0)])
def test_no_gradient_is_passed_on_where_there_is_none(device, op, at_0, dtype):
    """Not NaN at 0 and infinity, as where a norm of zeros is masked."""
    y = np.array([0, np.inf, np.nan, 0], dtype)
    dy = np.array([0, 0, 0, 1], dtype)
    dx = device.empty(y.shape, dtype)
    device.elementwise(op, [device.tensor(y), device.tensor(dy)], dx)
    found = dx.numpy()
    np.testing.assert_array_equal(found[:3], 0)
    if dtype != "complex64":
        assert abs(found[3]) == at_0


@pytest.mark.parametrize("dtype", ["float32", "float64", "int8", "uint64"])
@pytest.mark.parametrize("tolerance", [0, 2, 2.5])
def test_approximate_equal(device, dtype, tolerance):
    x = np.array([1, 5, 100, 7], dtype)
    y = np.array([2, 5, 97, 9], dtype)
    z = device.empty(x.shape, "bool")
    device.elementwise(
        "APPROXIMATE_EQUAL", [device.tensor(x), device.tensor(y)], z, parameters=[tolerance]
    )
    helpers.check(z, np.array([1, 0, 3, 2]) <= tolerance)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_infinities_are_not_approximately_equal(device, dtype):
    """Their distance is no number."""
    x = np.array([np.inf, -np.inf, np.inf, np.nan], dtype)
    y = np.array([np.inf, -np.inf, -np.inf, np.nan], dtype)
    z = device.empty(x.shape, "bool")
    device.elementwise("APPROXIMATE_EQUAL", [device.tensor(x), device.tensor(y)], z,
                       parameters=[1.0])
    helpers.check(z, [False] * 4)
