"""Fourier transforms against NumPy's in complex128."""

import helpers
import numpy as np
import pytest

DTYPES = ["complex64", "complex128"]
# Of the largest result: each of log2(n) stages rounds.
TOLERANCE = {"complex64": 2e-6, "complex128": 4e-15}


def expected(x, inverse):
    function = np.fft.ifft if inverse else np.fft.fft
    return function(x.astype(np.complex128), axis=1)


def check(device, x, inverse=0, layout="contiguous"):
    y = helpers.upload(device, np.zeros_like(x), layout)
    before = device.statistics()["launches"]
    device.fft(inverse, helpers.upload(device, x, layout), y)
    assert device.statistics()["launches"] > before
    want = expected(x, inverse)
    error = np.abs(y.numpy() - want).max() / np.abs(want).max()
    assert error < TOLERANCE[x.dtype.name], error


# Powers of two, small factors, the largest prime of one pass, larger primes,
# lengths at and beyond what one group holds.
LENGTHS = [
    *range(1, 18), 30, 60, 61, 64, 67, 97, 100, 122, 128, 243, 255, 256, 343, 500, 512, 513, 521,
    720, 729, 961, 1000, 1009, 1023, 1024, 1025, 1031, 1536, 2048, 2310, 3721, 4096, 5000, 8192,
]  # fmt: skip


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", LENGTHS)
def test_length(device, n, dtype):
    x = helpers.random((3, n, 2), dtype, seed=n)
    check(device, x)
    check(device, x, inverse=1)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [65536, 10007, 1 << 20, 3 << 18, 1 << 21])
def test_long_lines(device, n, dtype):
    check(device, helpers.random((1, n, 1), dtype, seed=1), inverse=n % 2)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(300, 6, 1), (1, 6, 300), (7, 16, 33), (5, 96, 70), (2, 3000, 5),
                                   (40, 67, 3)])  # fmt: skip
def test_many_lines(device, shape, dtype):
    check(device, helpers.random(shape, dtype, seed=2))


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
@pytest.mark.parametrize("n", [12, 67, 2048])
def test_layouts(device, n, layout):
    check(device, helpers.random((3, n, 4), "complex64", seed=3), layout=layout)


@pytest.mark.parametrize("n", [12, 67, 1024, 2048])
def test_in_place(device, n):
    x = helpers.random((3, n, 4), "complex64", seed=4)
    y = device.tensor(x)
    device.fft(0, y, y)
    want = expected(x, 0)
    assert np.abs(y.numpy() - want).max() < TOLERANCE["complex64"] * np.abs(want).max()
    device.fft(1, y, y)
    helpers.check(y, x)


def test_one_frequency(device):
    """A pure tone is exact to the last bits, far from zero frequency as well."""
    n = 1 << 16
    for k in (1, 777, n // 2, n - 1):
        tone = np.exp(2j * np.pi * (k * np.arange(n, dtype=np.int64) % n) / n)
        y = device.empty((1, n, 1), "complex128")
        device.fft(0, device.tensor(tone.reshape(1, n, 1)), y)
        spectrum = y.numpy().reshape(n)
        spectrum[k] -= n
        assert np.abs(spectrum).max() < 1e-9


def test_what_does_not_fit(device, dml):
    x = device.empty((2, 4, 3), "complex64")
    device.fft(0, x, device.empty((2, 4, 3), "complex64"))
    device.fft(0, x[:0], x[:0])
    for y in (device.empty((2, 5, 3), "complex64"), device.empty((2, 4, 3), "complex128")):
        with pytest.raises(dml.DmlError, match="must be alike"):
            device.fft(0, x, y)
    with pytest.raises(dml.DmlError, match="must be alike"):
        device.fft(0, x[0], x[0])
    real = device.empty((2, 4, 3))
    with pytest.raises(dml.DmlError, match="takes complex numbers, not float32"):
        device.fft(0, real, real)
    three = device.empty((3, 4, 3), "complex64")
    with pytest.raises(dml.DmlError, match="overlaps"):
        device.fft(0, three[:2], three[1:])
