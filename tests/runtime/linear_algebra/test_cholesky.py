"""Cholesky factors and their gradients against NumPy's."""

import helpers
import numpy as np
import pytest
from matrices import TYPES_AND_SIZES, adjoint, close, general, positive, wide


def cholesky(device, a, layout="contiguous", in_place=False):
    matrices = helpers.upload(device, a, layout)
    lower = matrices if in_place else helpers.empty(device, a.shape, a.dtype, layout)
    failed = helpers.empty(device, a.shape[:1], "int32", layout)
    device.cholesky(matrices, lower, failed)
    return lower.numpy(), failed.numpy()


def compare(device, a, **more):
    half = a.copy()
    above = np.triu_indices(a.shape[1], 1)
    half[:, above[0], above[1]] = np.nan  # not read
    lower, failed = cholesky(device, half, **more)
    close(lower, np.linalg.cholesky(wide(a)), a.dtype.name, 40)
    np.testing.assert_array_equal(failed, np.zeros(len(a)))
    assert not np.triu(lower, 1).any()


@pytest.mark.parametrize("dtype, n", TYPES_AND_SIZES)
def test_cholesky(device, dtype, n):
    compare(device, positive(3, n, dtype, seed=n))


def test_matrices_of_511_rows(device):
    compare(device, positive(1, 511, "float32"))


def test_many_small_matrices(device):
    compare(device, positive(3000, 4, "float32"))


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
@pytest.mark.parametrize("n", [7, 70])
def test_layouts(device, n, layout):
    compare(device, positive(2, n, "float32"), layout=layout)


@pytest.mark.parametrize("n", [7, 70, 130])
def test_in_place(device, n):
    compare(device, positive(2, n, "float64"), in_place=True)


def test_ill_conditioned(device):
    """The product is a to roundings, whatever the condition: here Hilbert's matrix, of 1e16."""
    n = 12
    i = np.arange(n)
    a = (1.0 / (i[:, None] + i + 1))[None]
    lower, failed = cholesky(device, a)
    assert not failed.any()
    close(lower @ adjoint(lower), a, "float64", 10)


@pytest.mark.parametrize("n", [3, 40, 100])
def test_not_positive(device, n):
    a = np.tile(np.eye(n, dtype=np.float32), (5, 1, 1))
    a[1, 0, 0] = 0
    a[2, n - 1, n - 1] = -1
    a[3, n // 2, n // 2] = -2
    a[4, n - 1, 0] = 2  # indefinite
    _, failed = cholesky(device, a)
    np.testing.assert_array_equal(failed, [0, 1, 1, 1, 1])


def test_empty(device):
    for shape in [(0, 3, 3), (2, 0, 0)]:
        lower, failed = cholesky(device, np.zeros(shape, np.float32))
        assert lower.shape == shape
        np.testing.assert_array_equal(failed, np.zeros(shape[0]))


@pytest.mark.parametrize("n, launches", [(1, 1), (32, 1), (33, 3), (96, 5), (512, 31)])
def test_launches(device, n, launches):
    """One for each 32 columns, and a product between each two of them."""
    a = helpers.upload(device, positive(40, n, "float32") if n < 512 else
                       np.eye(n, dtype=np.float32)[None])
    lower, failed = device.empty(a.shape), device.empty(a.shape[0], "int32")
    assert helpers.launches(device, lambda: device.cholesky(a, lower, failed)) == launches


def gradient(lower, dl):
    """I. Murray's formula (10), in float64."""
    lower, dl = np.tril(wide(lower)), np.tril(wide(dl))
    p = np.tril(np.swapaxes(lower, 1, 2) @ dl)
    n = lower.shape[1]
    p[:, np.arange(n), np.arange(n)] /= 2
    inverse = np.linalg.inv(lower)
    s = np.swapaxes(inverse, 1, 2) @ p @ inverse
    return (s + np.swapaxes(s, 1, 2)) / 2


@pytest.mark.parametrize("dtype, n", [("float32", 1), ("float32", 2), ("float32", 32),
                                      ("float32", 65), ("float64", 40)])
def test_gradient(device, dtype, n):
    lower = np.linalg.cholesky(positive(2, n, "float64")).astype(dtype)
    dl = general(2, n, n, dtype)
    y = device.empty(lower.shape, dtype)
    device.cholesky_gradient(helpers.upload(device, lower + np.triu(dl, 1)),
                             helpers.upload(device, dl),
                             y)
    close(y.numpy(), gradient(lower, dl), dtype, 60)
    np.testing.assert_array_equal(y.numpy(), np.swapaxes(y.numpy(), 1, 2))


def test_gradient_is_that_of_finite_differences(device):
    a, dl = positive(1, 5, "float64"), general(1, 5, 5, "float64")
    y = device.empty(a.shape, "float64")
    device.cholesky_gradient(helpers.upload(device, np.linalg.cholesky(a)),
                             helpers.upload(device, dl), y)
    direction = general(1, 5, 5, "float64", seed=3)
    direction += np.swapaxes(direction, 1, 2)
    step = 1e-6 * direction
    change = np.linalg.cholesky(a + step) - np.linalg.cholesky(a - step)
    np.testing.assert_allclose((y.numpy() * direction).sum(),
                               (np.tril(dl) * change).sum() / 2e-6, rtol=1e-7)


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_gradient_layouts(device, layout):
    lower = np.linalg.cholesky(positive(2, 40, "float32"))
    dl = general(2, 40, 40, "float32")
    y = helpers.empty(device, lower.shape, "float32", layout)
    device.cholesky_gradient(helpers.upload(device, lower, layout),
                             helpers.upload(device, dl, layout), y)
    close(y.numpy(), gradient(lower, dl), "float32", 60)


def test_what_does_not_fit(device, dml):
    a, lower, failed = device.empty((2, 3, 3)), device.empty((2, 3, 3)), device.empty(2, "int32")
    for arguments, message in [
        ((device.empty((2, 3, 4)), lower, failed), "square"),
        ((a, device.empty((2, 4, 4)), failed), "must be alike"),
        ((a, device.empty((2, 3, 3), "float64"), failed), "must be alike"),
        ((a, lower, failed[:1]), "int32"),
    ]:
        with pytest.raises(dml.DmlError, match=message):
            device.cholesky(*arguments)
    with pytest.raises(dml.DmlError, match="must be alike"):
        device.cholesky_gradient(a, lower[:1], a)
    c = device.empty((2, 3, 3), "complex64")
    with pytest.raises(dml.DmlError, match="takes float32 and float64"):
        device.cholesky_gradient(c, c, c)
