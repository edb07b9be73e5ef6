"""Morphological dilation and its gradients against a plain loop."""

import itertools

import helpers
import numpy as np
import pytest

DTYPES = ["float32", "float16", "float64"]


class Reference:
    """Values and gradients in float64; places of the largest sums in the inputs' type."""

    def __init__(self, x, taps, strides, rates, pads, sizes):
        lowest = np.finfo(x.dtype).min
        batch, height, width, depth = x.shape
        self.values = np.full((batch, *sizes, depth), lowest, np.float64)
        self.from_x = -np.ones(self.values.shape + (2,), int)
        self.from_taps = -np.ones(self.values.shape + (2,), int)
        for n, row, column, c in np.ndindex(*self.values.shape):
            here = (n, row, column, c)
            for i, j in np.ndindex(*taps.shape[:2]):
                y = row * strides[0] - pads[0] + i * rates[0]
                z = column * strides[1] - pads[1] + j * rates[1]
                if not (0 <= y < height and 0 <= z < width):
                    continue
                total = x[n, y, z, c] + taps[i, j, c]
                if total > self.values[here]:
                    self.values[here] = total
                    self.from_x[here] = y, z
                    self.from_taps[here] = i, j

    def gradients(self, dy, x, taps):
        dx, dtaps = np.zeros(x.shape), np.zeros(taps.shape)
        for here in np.ndindex(*dy.shape):
            y, z = self.from_x[here]
            if y >= 0:
                i, j = self.from_taps[here]
                dx[here[0], y, z, here[3]] += dy[here]
                dtaps[i, j, here[3]] += dy[here]
        return dx, dtaps


def run(device, x, taps, strides, rates, pads, sizes):
    shape = (x.shape[0], *sizes, x.shape[3])
    y = device.empty(shape, x.dtype)
    attributes = (strides, rates, pads)
    inputs = (device.tensor(x), device.tensor(taps))
    device.dilation(*attributes, *inputs, y)
    dy = helpers.random(shape, x.dtype, seed=9)
    dx, dtaps = device.empty(x.shape, x.dtype), device.empty(taps.shape, x.dtype)
    device.dilation_input_gradient(*attributes, *inputs, device.tensor(dy), dx)
    device.dilation_filter_gradient(*attributes, *inputs, device.tensor(dy), dtaps)
    return y, dx, dtaps, dy


def check(device, x, taps, strides=(1, 1), rates=(1, 1), pads=(0, 0), sizes=(1, 1)):
    want = Reference(x, taps, strides, rates, pads, sizes)
    y, dx, dtaps, dy = run(device, x, taps, strides, rates, pads, sizes)
    helpers.check(y, want.values)
    want_dx, want_dtaps = want.gradients(dy.astype(np.float64), x, taps)
    helpers.check(dx, want_dx)
    helpers.check(dtaps, want_dtaps)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape,window,geometry", [
    ((2, 6, 7, 3), (3, 2), {"sizes": (4, 6)}),
    ((2, 6, 7, 3), (3, 3), {"pads": (1, 1), "sizes": (6, 7)}),
    ((1, 9, 8, 1), (2, 3), {"strides": (2, 3), "pads": (0, 1), "sizes": (4, 3)}),
    ((1, 9, 8, 5), (3, 2), {"rates": (2, 4), "pads": (2, 2), "sizes": (9, 8)}),
    ((1, 1, 1, 1), (1, 1), {"sizes": (1, 1)}),
    ((1, 5, 5, 2), (2, 2), {"strides": (3, 3), "sizes": (2, 2)}),
])
def test_dilation(device, shape, window, geometry, dtype):
    taps = helpers.random((*window, shape[3]), dtype, seed=1)
    check(device, helpers.random(shape, dtype), taps, **geometry)


def test_equal_sums_give_the_first(device):
    x = np.zeros((1, 4, 4, 2), np.float32)
    check(device, x, np.zeros((2, 2, 2), np.float32), sizes=(3, 3))


def test_sums_that_are_equal_once_rounded(device):
    x = np.array([2048, 2048], np.float16).reshape(1, 1, 2, 1)
    taps = np.array([0, 1], np.float16).reshape(1, 2, 1)  # 2049 is no float16
    _, dx, dtaps, dy = run(device, x, taps, (1, 1), (1, 1), (0, 0), (1, 1))
    np.testing.assert_array_equal(dx.numpy().ravel(), [dy.item(), 0])
    np.testing.assert_array_equal(dtaps.numpy().ravel(), [dy.item(), 0])


@pytest.mark.parametrize("dtype", DTYPES)
def test_windows_beyond_the_input_and_no_numbers(device, dtype):
    x = np.array([np.nan, -np.inf, 3, np.inf], dtype).reshape(1, 4, 1, 1)
    taps = np.zeros((2, 1, 1), dtype)
    check(device, x, taps, rates=(1, 1), pads=(3, 0), sizes=(9, 1))
    check(device, x, taps, rates=(6, 1), pads=(4, 0), sizes=(4, 1))


@pytest.mark.parametrize("dtype", DTYPES)
def test_sums_of_many_parts(device, dtype):
    """A gradient of few taps and many pixels, which goes in two passes."""
    x = helpers.random((1, 160, 170, 1), dtype)
    taps = helpers.random((1, 2, 1), dtype, seed=1)
    y, dx, dtaps, dy = run(device, x, taps, (1, 1), (1, 1), (0, 0), (160, 169))
    sums = np.stack([x[:, :, :-1] + taps[0, 0], x[:, :, 1:] + taps[0, 1]])
    helpers.check(y, sums.max(axis=0), 0)
    second = sums[1] > sums[0]
    wide = dy.astype(np.float64)
    want = np.array([wide[~second].sum(), wide[second].sum()]).reshape(1, 2, 1)
    helpers.check(dtaps, want, 1e-4 if dtype == "float32" else None)
    want = np.zeros(x.shape)
    want[:, :, :-1] += np.where(second, 0, wide)
    want[:, :, 1:] += np.where(second, wide, 0)
    helpers.check(dx, want)


@pytest.mark.parametrize("shape,sizes", [((0, 3, 3, 2), (3, 3)), ((1, 3, 3, 0), (3, 3)),
                                         ((1, 3, 3, 2), (0, 3))])
def test_empty(device, shape, sizes):
    x, taps = helpers.random(shape), helpers.random((1, 1, shape[3]))
    y, dx, dtaps, _ = run(device, x, taps, (1, 1), (1, 1), (0, 0), sizes)
    assert y.numpy().size == 0
    np.testing.assert_array_equal(dx.numpy(), np.zeros(shape))
    np.testing.assert_array_equal(dtaps.numpy(), np.zeros(taps.shape))


GOOD = {"x": (1, 4, 4, 2), "taps": (2, 2, 2), "y": (1, 3, 3, 2), "strides": (1, 1),
        "rates": (1, 1), "pads": (0, 0)}


@pytest.mark.parametrize("change,message", [
    ({"x": (1, 4, 4, 3)}, "takes float input"), ({"taps": (2, 2)}, "takes float input"),
    ({"y": (2, 3, 3, 2)}, "takes float input"), ({"strides": (0, 1)}, "stride 0"),
    ({"rates": (1, -1)}, "rate -1"), ({"pads": (1 << 31, 0)}, "out of range"),
    ({"taps": (0, 2, 2)}, "nothing to choose from"),
    ({"taps": (300, 300, 2)}, "has more than about"),
])
def test_says_what_is_wrong(device, dml, change, message):
    given = {**GOOD, **change}
    with pytest.raises(dml.DmlError, match=message):
        device.dilation(given["strides"], given["rates"], given["pads"],
                        *(device.empty(given[name]) for name in ("x", "taps", "y")))


def test_gradients_are_like_what_they_are_of(device, dml):
    x, taps, y = (device.empty(GOOD[name]) for name in ("x", "taps", "y"))
    for function in (device.dilation_input_gradient, device.dilation_filter_gradient):
        with pytest.raises(dml.DmlError, match="must be like it"):
            function((1, 1), (1, 1), (0, 0), x, taps, y, y)


def test_gradients_repeat_to_the_bit(device):
    x, taps = helpers.random((2, 20, 20, 3)), helpers.random((3, 3, 3), seed=1)
    first, second = ([t.numpy() for t in run(device, x, taps, (1, 1), (1, 1), (1, 1), (20, 20))[:3]]
                     for _ in range(2))
    for a, b in itertools.zip_longest(first, second):
        np.testing.assert_array_equal(a, b)
