"""Systems of equations with triangular matrices against NumPy's."""

import helpers
import numpy as np
import pytest
from matrices import TYPES_AND_SIZES, adjoint, close, general, well_conditioned, wide


def triangle(a, lower):
    return np.tril(a) if lower else np.triu(a)


def solve(device, a, b, lower=1, conjugate=0, layout="contiguous", in_place=False):
    right = helpers.upload(device, b, layout)
    x = right if in_place else helpers.empty(device, b.shape, b.dtype, layout)
    singular = helpers.empty(device, a.shape[:1], "int32", layout)
    device.triangular_solve(lower, conjugate, helpers.upload(device, a, layout), right, x, singular)
    return x.numpy(), singular.numpy()


def with_nan(a, lower):
    """NaN in the triangle that must not be read."""
    other = np.triu_indices(a.shape[1], 1) if lower else np.tril_indices(a.shape[1], -1)
    a = a.copy()
    a[:, other[0], other[1]] = np.nan
    return a


def compare(device, a, b, lower, **more):
    x, singular = solve(device, with_nan(a, lower), b, lower, **more)
    matrices = triangle(wide(a), lower)
    if more.get("conjugate"):
        matrices = np.conj(matrices)
    close(x, np.linalg.solve(matrices, wide(b)), a.dtype.name, 60)
    np.testing.assert_array_equal(singular, np.zeros(a.shape[0]))


@pytest.mark.parametrize("lower", [0, 1])
@pytest.mark.parametrize("dtype, n", TYPES_AND_SIZES)
def test_triangular_solve(device, dtype, n, lower):
    compare(device, well_conditioned(2, n, dtype, seed=n), general(2, n, 3, dtype), lower)


@pytest.mark.parametrize("columns", [1, 63, 64, 65, 200])
def test_columns(device, columns):
    compare(device, well_conditioned(3, 40, "float32"), general(3, 40, columns, "float32"), 1)


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_conjugates(device, dtype):
    for n in (5, 40):
        compare(device, well_conditioned(2, n, dtype), general(2, n, 3, dtype), 0, conjugate=1)


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
@pytest.mark.parametrize("n", [7, 40])
def test_layouts(device, n, layout):
    compare(device, well_conditioned(2, n, "float32"), general(2, n, 5, "float32"), 0,
            layout=layout)


@pytest.mark.parametrize("n", [7, 70])
def test_in_place(device, n):
    compare(device, well_conditioned(2, n, "float64"), general(2, n, 5, "float64"), 1,
            in_place=True)


def test_matrices_of_511_rows(device):
    compare(device, well_conditioned(1, 511, "float32"), general(1, 511, 70, "float32"), 1)


def test_many_small_matrices(device):
    compare(device, well_conditioned(3000, 4, "float32"), general(3000, 4, 2, "float32"), 1)


def test_an_adjoint_is_strides_and_a_conjugate(device):
    a, b = well_conditioned(2, 40, "complex64"), general(2, 40, 3, "complex64")
    x = device.empty(b.shape, "complex64")
    device.triangular_solve(0, 1, helpers.upload(device, a).transpose(0, 2, 1),
                            helpers.upload(device, b), x, None)
    close(x.numpy(), np.linalg.solve(adjoint(np.tril(wide(a))), wide(b)), "complex64", 60)


def test_ill_conditioned(device):
    """Triangular solves have small residuals, whatever the condition: here above 1e4."""
    a = np.tril(general(2, 100, 100, "float32"))
    a += np.eye(100, dtype=np.float32) * np.where(a.diagonal(0, 1, 2)[:, None] < 0, -1, 1)
    b = general(2, 100, 3, "float32")
    x, _ = solve(device, a, b)
    residual = np.abs(wide(a) @ wide(x) - b)
    scale = np.abs(wide(a)) @ np.abs(wide(x))
    assert np.linalg.cond(wide(a)).min() > 1e4
    assert (residual <= 100 * 2.0**-23 * scale).all()


@pytest.mark.parametrize("n", [3, 40, 100])
def test_zeros_on_the_diagonal_are_told(device, n):
    a = np.tile(np.eye(n, dtype=np.float32), (4, 1, 1))
    a[1, 0, 0] = a[2, n - 1, n - 1] = 0
    a[3, n // 2, n // 2] = np.nan
    _, singular = solve(device, a, np.ones((4, n, 2), np.float32))
    np.testing.assert_array_equal(singular, [0, 1, 1, 1])


def test_nothing_to_solve(device):
    for n, columns in [(0, 3), (3, 0), (40, 0)]:
        x, singular = solve(device, well_conditioned(2, n, "float32") if n else
                            np.zeros((2, 0, 0), np.float32), np.zeros((2, n, columns), np.float32))
        assert x.shape == (2, n, columns)
        np.testing.assert_array_equal(singular, [0, 0])


@pytest.mark.parametrize("n, launches", [(1, 1), (32, 1), (33, 3), (96, 5), (512, 31)])
def test_launches(device, n, launches):
    """One for each 32 rows, and a product between each two of them."""
    a = helpers.upload(device, well_conditioned(1, n, "float32"))
    b, x = device.empty((1, n, 40)), device.empty((1, n, 40))
    b.write(general(1, n, 40, "float32"))
    work = lambda: device.triangular_solve(1, 0, a, b, x, None)  # noqa: E731
    assert helpers.launches(device, work) == launches


def test_what_does_not_fit(device, dml):
    a, b, x = device.empty((2, 3, 3)), device.empty((2, 3, 4)), device.empty((2, 3, 4))
    flags = device.empty(2, "int32")
    for arguments, message in [
        ((device.empty((2, 3, 4)), b, x, flags), "square"),
        ((a, device.empty((2, 4, 4)), x, flags), "of one type"),
        ((a[:1], b, x, flags), "of one type"),
        ((a, b, x, flags[:1]), "int32"),
        ((a, b, x, device.empty(2)), "int32"),
        ((device.empty((3, 3)), b, x, flags), "must be matrices"),
        ((x[:, :, :3], x[:, :, :3], x[:, :, :3], flags), "overlaps"),
        ((device.empty((2, 3, 3), "float16"), b, x, flags), "takes float32, float64 and complex"),
    ]:
        with pytest.raises(dml.DmlError, match=message):
            device.triangular_solve(1, 0, *arguments)
