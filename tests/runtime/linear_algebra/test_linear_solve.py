"""Systems of equations, inverses and determinants against NumPy's."""

import helpers
import numpy as np
import pytest
from matrices import (
    DTYPES,
    TYPES_AND_SIZES,
    adjoint,
    close,
    general,
    of_singular_values,
    well_conditioned,
    wide,
)  # fmt: skip


def solve(device, a, b=None, conjugate=0, layout="contiguous", in_place=False):
    matrices = helpers.upload(device, a, layout)
    right = None if b is None else helpers.upload(device, b, layout)
    like = a if b is None else b
    if in_place:
        x = matrices if right is None else right
    else:
        x = helpers.empty(device, like.shape, like.dtype, layout)
    singular = helpers.empty(device, a.shape[:1], "int32", layout)
    device.linear_solve(conjugate, matrices, right, x, singular)
    return x.numpy(), singular.numpy()


def shuffled(batch, n, dtype):
    """Well-conditioned, but elimination must exchange rows all the time."""
    a = well_conditioned(batch, n, dtype, seed=n)
    return a[:, np.random.RandomState(n).permutation(n)]


def compare(device, a, b, **more):
    x, singular = solve(device, a, b, **more)
    matrices = np.conj(wide(a)) if more.get("conjugate") else wide(a)
    expected = np.linalg.inv(matrices) if b is None else np.linalg.solve(matrices, wide(b))
    close(x, expected, a.dtype.name, 100)
    np.testing.assert_array_equal(singular, np.zeros(len(a)))


@pytest.mark.parametrize("dtype, n", TYPES_AND_SIZES)
def test_solve(device, dtype, n):
    compare(device, shuffled(3, n, dtype), general(3, n, 5, dtype))


@pytest.mark.parametrize("dtype, n", TYPES_AND_SIZES)
def test_inverse(device, dtype, n):
    compare(device, shuffled(2, n, dtype), None)


def test_matrices_of_511_rows(device):
    compare(device, shuffled(1, 511, "float32"), general(1, 511, 3, "float32"))


def test_many_small_matrices(device):
    compare(device, shuffled(2000, 4, "float32"), general(2000, 4, 2, "float32"))


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
@pytest.mark.parametrize("n", [7, 40])
def test_layouts(device, n, layout):
    compare(device, shuffled(2, n, "float32"), general(2, n, 70, "float32"), layout=layout)
    compare(device, shuffled(2, n, "float32"), None, layout=layout)


def test_in_place(device):
    compare(device, shuffled(2, 50, "float64"), general(2, 50, 3, "float64"), in_place=True)
    compare(device, shuffled(2, 50, "float64"), None, in_place=True)


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_conjugates(device, dtype):
    compare(device, shuffled(2, 40, dtype), general(2, 40, 3, dtype), conjugate=1)


def test_random_matrices_have_small_residuals(device):
    """Elimination with exchanges is stable, whatever the condition: here of 1e5."""
    a = of_singular_values(np.logspace(0, -5, 90), "float32")
    b = general(1, 90, 4, "float32")
    x, _ = solve(device, a, b)
    residual = np.abs(wide(a) @ wide(x) - b).max()
    assert residual <= 100 * 2.0**-23 * np.abs(wide(x)).max()


@pytest.mark.parametrize("n", [2, 33, 70])
def test_singular_matrices_are_told(device, n):
    a = np.tile(np.eye(n, dtype=np.float32), (5, 1, 1))
    a[1, 0, 0] = 0
    a[2, n - 1] = 0
    a[3, :, n // 2] = 0
    a[4] = 1
    _, singular = solve(device, a, np.ones((5, n, 2), np.float32))
    np.testing.assert_array_equal(singular, [0, 1, 1, 1, 1])


@pytest.mark.parametrize("n, launches", [(4, 1), (32, 1), (33, 11), (96, 16)])
def test_launches(device, n, launches):
    """Two copies; two for each block of rows and a product between two; the triangle's."""
    a = helpers.upload(device, well_conditioned(20, n, "float32"))
    b = helpers.upload(device, general(20, n, 40, "float32"))
    x, flags = device.empty(b.shape), device.empty(20, "int32")
    assert helpers.launches(device, lambda: device.linear_solve(0, a, b, x, flags)) == launches


def test_nothing_to_solve(device):
    for shape, columns in [((0, 3, 3), 2), ((2, 0, 0), 2), ((2, 3, 3), 0)]:
        a = np.zeros(shape, np.float32)
        x, singular = solve(device, a, np.zeros((*shape[:2], columns), np.float32))
        assert x.shape == (*shape[:2], columns)
        np.testing.assert_array_equal(singular, np.zeros(shape[0]))


def determinant(device, a, layout="contiguous"):
    matrices = helpers.upload(device, a, layout)
    y, sign, log = [helpers.empty(device, a.shape[:1], a.dtype, layout) for _ in range(3)]
    device.determinant(matrices, y, None)
    device.determinant(matrices, sign, log)
    return y.numpy(), sign.numpy(), log.numpy()


def compare_determinants(device, a, **more):
    y, sign, log = determinant(device, a, **more)
    want_sign, want_log = np.linalg.slogdet(wide(a))
    tolerance = 2e-5 if a.dtype.name in ("float32", "complex64") else 1e-13
    scale = a.shape[1]
    np.testing.assert_allclose(sign, want_sign, atol=tolerance * np.sqrt(scale))
    np.testing.assert_allclose(log, want_log, rtol=tolerance, atol=tolerance * np.sqrt(scale))
    small = np.abs(want_log) < 80
    np.testing.assert_allclose(wide(y)[small], (want_sign * np.exp(want_log))[small],
                               rtol=tolerance * scale)


@pytest.mark.parametrize("dtype, n", TYPES_AND_SIZES)
def test_determinant(device, dtype, n):
    compare_determinants(device, shuffled(5, n, dtype) / 3)


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_determinant_layouts(device, layout):
    compare_determinants(device, shuffled(3, 6, "float32"), layout=layout)


def test_signs_of_permutations(device):
    rng = np.random.RandomState(0)
    a = np.stack([np.eye(70, dtype=np.float32)[rng.permutation(70)] for _ in range(20)])
    y, sign, log = determinant(device, a)
    np.testing.assert_array_equal(sign, np.round(np.linalg.det(a)))
    np.testing.assert_array_equal(y, sign)
    np.testing.assert_array_equal(log, np.zeros(20))
    assert {-1, 1} == set(sign)


@pytest.mark.parametrize("dtype", DTYPES)
def test_determinants_of_singular_matrices(device, dtype):
    a = np.array([[[1, 2], [2, 4]], [[0, 0], [0, 3]]], dtype)
    y, sign, log = determinant(device, a)
    np.testing.assert_array_equal(y, [0, 0])
    np.testing.assert_array_equal(sign, [0, 0])
    np.testing.assert_array_equal(log.real, [-np.inf, -np.inf])


@pytest.mark.parametrize("dtype", DTYPES)
def test_determinants_of_empty_matrices(device, dtype):
    y, sign, log = determinant(device, np.zeros((2, 0, 0), dtype))
    np.testing.assert_array_equal(y, [1, 1])
    np.testing.assert_array_equal(sign, [1, 1])
    np.testing.assert_array_equal(log, [0, 0])


@pytest.mark.parametrize("n, launches", [(4, 2), (33, 5), (96, 8)])
def test_launches_of_determinants(device, n, launches):
    a, y = helpers.upload(device, well_conditioned(20, n, "float32")), device.empty(20)
    assert helpers.launches(device, lambda: device.determinant(a, y, None)) == launches


def test_an_adjoint_is_strides_and_a_conjugate(device):
    a, b = shuffled(2, 40, "complex64"), general(2, 40, 3, "complex64")
    x, flags = device.empty(b.shape, "complex64"), device.empty(2, "int32")
    device.linear_solve(1, helpers.upload(device, a).transpose(0, 2, 1), helpers.upload(device, b),
                        x, flags)
    close(x.numpy(), np.linalg.solve(adjoint(wide(a)), wide(b)), "complex64", 100)


def test_what_does_not_fit(device, dml):
    a, b, flags = device.empty((2, 3, 3)), device.empty((2, 3, 4)), device.empty(2, "int32")
    for arguments, message in [
        ((device.empty((2, 3, 4)), b, b, flags), "square"),
        ((a, device.empty((2, 4, 4)), b, flags), "of one type"),
        ((a, None, b, flags), "of one type"),
        ((a, b, b, flags[:1]), "int32"),
    ]:
        with pytest.raises(dml.DmlError, match=message):
            device.linear_solve(0, *arguments)
    with pytest.raises(dml.DmlError, match="no vector"):
        device.determinant(a, flags, None)
    large = device.empty((1, 1, 1)).view((1, 9000, 9000), strides=(0, 0, 0))
    with pytest.raises(dml.DmlError, match="at most 8192 rows"):
        device.determinant(large, device.empty(1), None)
