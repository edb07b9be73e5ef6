"""Tridiagonal matrices against NumPy's dense ones."""

import helpers
import numpy as np
import pytest

DTYPES = ["float32", "float64", "complex64", "complex128"]
WIDE = {"f": np.float64, "c": np.complex128}
# Of the largest result: elimination amplifies roundings by the condition.
TOLERANCE = {"float32": 2e-5, "float64": 1e-12, "complex64": 2e-5, "complex128": 1e-12}


def dense(diagonals):
    """[batch, n, n] of [batch, 3, n]."""
    upper, middle, lower = np.moveaxis(diagonals, 1, 0)
    n = middle.shape[1]
    result = np.zeros((*middle.shape, n), WIDE[diagonals.dtype.kind])
    rows = np.arange(n)
    result[:, rows, rows] = middle
    result[:, rows[:-1], rows[1:]] = upper[:, :-1]
    result[:, rows[1:], rows[:-1]] = lower[:, 1:]
    return result


def matmul(device, shape, dtype, layout="contiguous"):
    diagonals = helpers.random((3, *shape[:2]), dtype, seed=1)
    x = helpers.random(shape, dtype, seed=2)
    y = helpers.empty(device, shape, dtype, layout)
    device.tridiagonal_matmul(*(helpers.upload(device, d, layout) for d in diagonals),
                              helpers.upload(device, x, layout), y)
    helpers.check(y, dense(np.moveaxis(diagonals, 0, 1)) @ x)


@pytest.mark.parametrize("dtype", DTYPES)
def test_matmul(device, dtype):
    for shape in [(1, 1, 1), (2, 1, 3), (2, 2, 1), (3, 5, 7), (0, 3, 2), (2, 3, 0), (2, 65, 33)]:
        matmul(device, shape, dtype)


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_matmul_layouts(device, layout):
    matmul(device, (2, 5, 3), "float32", layout)


def solve(device, diagonals, b, pivoting=1, layout="contiguous", in_place=False):
    right = helpers.upload(device, b, layout)
    x = right if in_place else helpers.empty(device, b.shape, b.dtype, layout)
    singular = helpers.empty(device, b.shape[:1], "int32", layout)
    device.tridiagonal_solve(pivoting, helpers.upload(device, diagonals, layout), right, x,
                             singular)
    return x.numpy(), singular.numpy()


def matrices(batch, n, dtype, dominant):
    diagonals = helpers.random((batch, 3, n), dtype, seed=n + 1)
    # The outermost elements are not read.
    diagonals[:, 0, -1:] = diagonals[:, 2, :1] = np.nan
    if dominant:
        diagonals[:, 1] += 5
    return diagonals


def compare(x, diagonals, b):
    want = np.linalg.solve(dense(diagonals), b.astype(WIDE[b.dtype.kind]))
    assert x.shape == want.shape
    if x.size:
        assert np.abs(x - want).max() <= TOLERANCE[b.dtype.name] * np.abs(want).max()


SHAPES = [(1, 1, 1), (2, 2, 3), (3, 3, 1), (2, 70, 2), (70, 4, 1), (2, 5, 40), (2, 3, 0), (2, 0, 3),
          (0, 3, 2)]  # fmt: skip


@pytest.mark.parametrize("pivoting", [0, 1])
@pytest.mark.parametrize("dtype", DTYPES)
def test_solve(device, dtype, pivoting):
    for batch, n, columns in SHAPES:
        diagonals = matrices(batch, n, dtype, dominant=True)
        b = helpers.random((batch, n, columns), dtype)
        x, singular = solve(device, diagonals, b, pivoting)
        compare(x, diagonals, b)
        np.testing.assert_array_equal(singular, np.zeros(batch))


@pytest.mark.parametrize("dtype", DTYPES)
def test_row_exchanges(device, dtype):
    """Where elimination without them would divide by small numbers, or by zero."""
    diagonals = matrices(40, 9, dtype, dominant=False)
    diagonals[:, 1] *= 1e-3
    diagonals[3:9, 1] = 0
    diagonals[:, :, 8] += 5
    b = helpers.random((40, 9, 2), dtype)
    x, singular = solve(device, diagonals, b)
    compare(x, diagonals, b)
    np.testing.assert_array_equal(singular, np.zeros(40))


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_solve_layouts(device, layout):
    diagonals = matrices(3, 6, "float32", dominant=True)
    b = helpers.random((3, 6, 2))
    compare(solve(device, diagonals, b, layout=layout)[0], diagonals, b)


def test_solve_in_place(device):
    diagonals = matrices(3, 20, "float64", dominant=False)
    diagonals[:, :, 19] += 3
    b = helpers.random((3, 20, 2), "float64")
    x, _ = solve(device, diagonals, b, in_place=True)
    compare(x, diagonals, b)


@pytest.mark.parametrize("n", [32767, 32768, 32769, 32770, 70000])
def test_more_rows_than_a_launch_walks(device, n):
    diagonals = matrices(1, n, "float32", dominant=False)
    diagonals[0, 1, ::2] += 4  # exchanges in some rows
    x, singular = solve(device, diagonals, helpers.random((1, n, 1)))
    assert not singular.any()
    upper, middle, lower = diagonals[0].astype(np.float64)
    wide = x[0, :, 0].astype(np.float64)
    product = middle * wide
    product[:-1] += upper[:-1] * wide[1:]
    product[1:] += lower[1:] * wide[:-1]
    scale = np.abs(wide).max()
    np.testing.assert_allclose(product, helpers.random((1, n, 1))[0, :, 0], atol=1e-5 * scale)


@pytest.mark.parametrize("dtype", DTYPES)
def test_singular_matrices_are_told(device, dtype):
    diagonals = np.zeros((5, 3, 4), dtype)
    diagonals[:, 1] = 2
    diagonals[1, 1, 0] = 0  # the first row, the last one, one in between
    diagonals[2, 1, 3] = 0
    diagonals[3, 1, 2] = 0
    diagonals[4] = [[2, -1, 1, 0], [1, 4, 1, -1], [0, 2, 0, 3]]
    _, singular = solve(device, diagonals, np.ones((5, 4, 1), dtype))
    np.testing.assert_array_equal(singular, [0, 1, 1, 1, 1])


def test_without_exchanges_a_zero_pivot_is_told(device):
    diagonals = np.array([[[1, 0], [0, 0], [0, 1]]], np.float32)
    b = np.ones((1, 2, 1), np.float32)
    assert solve(device, diagonals, b, pivoting=0)[1] == [1]
    assert solve(device, diagonals, b, pivoting=1)[1] == [0]


def test_what_does_not_fit(device, dml):
    d, b, s = device.empty((2, 3, 4)), device.empty((2, 4, 5)), device.empty(2, "int32")
    x = device.empty((2, 4, 5))
    for diagonals, right, singular, message in [
        (d, b[:, :3], s, "must be alike"),
        (d[:, :2], b, s, "is no matrix"),
        (d, b, s[:1], "singular must be int32"),
        (d, b, device.empty(2), "singular must be int32"),
    ]:
        with pytest.raises(dml.DmlError, match=message):
            device.tridiagonal_solve(1, diagonals, right, x, singular)
    with pytest.raises(dml.DmlError, match="is no diagonal"):
        device.tridiagonal_matmul(d[:, 0], d[:, 1], d[:, 2, :3], b, x)
    with pytest.raises(dml.DmlError, match="overlaps"):
        device.tridiagonal_matmul(d[:, 0], d[:, 1], d[:, 2], b, b)
    half, y = device.empty((2, 4, 5), "float16"), device.empty((2, 4), "float16")
    with pytest.raises(dml.DmlError, match="takes float32, float64 and complex"):
        device.tridiagonal_matmul(y, y, y, half, device.empty((2, 4, 5), "float16"))
