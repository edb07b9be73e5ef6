"""Quotients: of huge numbers, of which Vulkan promises nothing, and beside whole ones."""

import helpers
import numpy as np
import pytest

HUGE = np.float32([8.6e37, 1e38, 1.7e38, 3e38, np.finfo(np.float32).max])
TOLERANCE = 4e-7  # 2.5 units in the last place, and one of scaling


def binary(device, operation, x, y):
    x, y = (np.ascontiguousarray(a) for a in np.broadcast_arrays(x, y))
    z = device.empty(x.shape, x.dtype)
    device.elementwise(operation, [device.tensor(x), device.tensor(y)], z)
    return z.numpy()


@pytest.mark.parametrize("operation", ["DIVIDE", "DIVIDE_NO_NAN", "XDIVY"])
def test_by_huge_divisors(device, operation):
    x = np.concatenate([HUGE, -HUGE, np.float32([1, 1e10, 0, np.inf, np.nan])])[:, None]
    y = np.concatenate([HUGE, -HUGE, np.float32([np.inf])])
    with np.errstate(all="ignore"):
        expected = x / y
    actual = binary(device, operation, x, y)
    expected[np.abs(expected) < np.finfo(np.float32).tiny] = 0  # may be flushed
    actual[np.abs(actual) < np.finfo(np.float32).tiny] = 0
    np.testing.assert_allclose(actual, expected, rtol=TOLERANCE)


def test_softsign_of_huge_numbers(device):
    x = np.concatenate([HUGE, -HUGE])
    y = device.empty(x.shape, "float32")
    device.elementwise("SOFTSIGN", [device.tensor(x)], y)
    np.testing.assert_allclose(y.numpy(), np.sign(x), rtol=TOLERANCE)


def test_huge_complex_numbers(device):
    z = np.complex64([1.5e38 + 1.5e38j, 3e38 - 1e38j, -1e38 + 9e37j, 2e38])
    size = device.empty(z.shape, "float32")
    device.elementwise("COMPLEX_ABS", [device.tensor(z)], size)
    np.testing.assert_allclose(size.numpy(), np.abs(z.astype(np.complex128)), rtol=TOLERANCE)
    quotient = binary(device, "DIVIDE", z / 4, z[::-1] / 4)
    expected = (z.astype(np.complex128) / z[::-1]).astype(np.complex64)
    np.testing.assert_allclose(quotient, expected, rtol=4 * TOLERANCE)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_floors_beside_whole_quotients(device, dtype):
    """One or two units below a multiple the quotient is below the whole number, or is it."""
    divisors = np.arange(1, 200, 0.5).astype(dtype)
    multiples = (divisors * np.arange(1, 40)[:, None].astype(dtype)).astype(dtype)
    zero = np.zeros((), dtype)
    below = np.nextafter(multiples, zero)
    for x in (multiples, below, np.nextafter(below, zero)):
        # The CPU's: the floor of the rounded quotient; of float16 it is rounded from float32.
        expected = np.floor(x.astype(np.float32) / divisors.astype(np.float32))
        np.testing.assert_array_equal(binary(device, "FLOOR_DIVIDE", x, divisors),
                                      expected.astype(dtype))
    random = helpers.random((10000,), "float32", seed=3) * 100
    other = helpers.random((10000,), "float32", seed=4)
    np.testing.assert_array_equal(binary(device, "FLOOR_DIVIDE", random, other),
                                  np.floor(random / other))
