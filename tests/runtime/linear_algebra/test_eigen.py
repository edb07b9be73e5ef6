"""Eigenvalues of Hermitian matrices and singular values against NumPy's."""

import helpers
import numpy as np
import pytest
from matrices import DTYPES, EPSILON, adjoint, general, norm, of_singular_values, wide


def hermitian(batch, n, dtype, seed=0):
    x = general(batch, n, n, dtype, seed)
    return ((x + adjoint(x)) / 2).astype(dtype)


def eigen(device, a, vectors=True, layout="contiguous"):
    values = helpers.empty(device, a.shape[:2], a.dtype, layout)
    v = helpers.empty(device, a.shape, a.dtype, layout) if vectors else None
    device.self_adjoint_eigen(helpers.upload(device, a, layout), values, v)
    return values.numpy(), v.numpy() if vectors else None


def judge_eigen(a, values, v, factor=30):
    limit = factor * EPSILON[a.dtype.name]
    scale = norm(np.linalg.norm(wide(a), 2, (1, 2))) if a.size else 1
    assert not values.imag.any()
    np.testing.assert_allclose(wide(values).real, np.linalg.eigvalsh(wide(a)), atol=limit * scale)
    residual = wide(a) @ wide(v) - wide(v) * wide(values)[:, None]
    assert np.abs(residual).max(initial=0) <= limit * scale
    assert np.abs(adjoint(wide(v)) @ wide(v) - np.eye(a.shape[1])).max(initial=0) <= limit


@pytest.mark.parametrize("dtype, n", [("float32", n) for n in (1, 2, 3, 31, 32, 33, 65)] +
                         [("float64", 5), ("float64", 33), ("complex64", 5), ("complex64", 33),
                          ("complex128", 16), ("complex128", 17)])
def test_eigen(device, dtype, n):
    a = hermitian(2, n, dtype)
    lower = a.copy()
    above = np.triu_indices(n, 1)
    lower[:, above[0], above[1]] = np.nan  # not read
    judge_eigen(a, *eigen(device, lower))


def test_values_alone(device):
    a = hermitian(2, 40, "float32")
    np.testing.assert_array_equal(eigen(device, a, vectors=False)[0], eigen(device, a)[0])


def test_many_small_matrices(device):
    a = hermitian(500, 4, "float32")
    judge_eigen(a, *eigen(device, a))


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_eigen_layouts(device, layout):
    a = hermitian(2, 9, "float32")
    judge_eigen(a, *eigen(device, a, layout=layout))


@pytest.mark.parametrize("n", [8, 40])
def test_repeated_and_opposite_eigenvalues(device, n):
    q = np.linalg.qr(general(1, n, n, "float64")[0])[0]
    kinds = [np.ones(n), np.zeros(n), np.where(np.arange(n) % 2, 1.0, -1.0),
             np.where(np.arange(n) < 2, 1.0, 0.0), np.logspace(0, -12, n)]
    a = np.stack([(q * values) @ q.T for values in kinds]).astype(np.float32)
    judge_eigen(a, *eigen(device, a))
    judge_eigen(np.float32([[[0, 1], [1, 0]]]), *eigen(device, np.float32([[[0, 1], [1, 0]]])))


@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_sizes_whose_squares_are_none(device, scale):
    a = (hermitian(1, 9, "float32") * np.float32(scale)).astype(np.float32)
    judge_eigen(a, *eigen(device, a))
    a = (general(1, 9, 7, "float32") * np.float32(scale)).astype(np.float32)
    judge_svd(a, *svd(device, a))


def svd(device, a, vectors=True, full=False, layout="contiguous"):
    batch, m, n = a.shape
    k = min(m, n)
    s = helpers.empty(device, (batch, k), a.dtype, layout)
    u = v = None
    if vectors:
        u = helpers.empty(device, (batch, m, m if full else k), a.dtype, layout)
        v = helpers.empty(device, (batch, n, n if full else k), a.dtype, layout)
    device.svd(helpers.upload(device, a, layout), s, u, v)
    return (s.numpy(), u.numpy(), v.numpy()) if vectors else s.numpy()


def judge_svd(a, s, u, v, factor=30):
    limit = factor * EPSILON[a.dtype.name]
    k = s.shape[1]
    want = np.linalg.svd(wide(a), compute_uv=False)
    assert not s.imag.any()
    np.testing.assert_allclose(wide(s).real, want, atol=limit * norm(want))
    product = (wide(u)[:, :, :k] * wide(s)[:, None]) @ adjoint(wide(v)[:, :, :k])
    assert np.abs(product - a).max(initial=0) <= limit * norm(want)
    for x in (wide(u), wide(v)):
        assert np.abs(adjoint(x) @ x - np.eye(x.shape[2])).max(initial=0) <= limit


SHAPES = [(1, 1), (2, 2), (5, 3), (3, 5), (32, 32), (33, 33), (31, 33), (40, 20), (20, 70)]


@pytest.mark.parametrize("dtype, m, n", [("float32", *shape) for shape in SHAPES] + [
    (dtype, *shape) for dtype in DTYPES[1:] for shape in [(5, 3), (3, 5), (20, 33)]])
def test_svd(device, dtype, m, n):
    a = general(2, m, n, dtype)
    judge_svd(a, *svd(device, a))
    judge_svd(a, *svd(device, a, full=True))
    np.testing.assert_allclose(svd(device, a, vectors=False), svd(device, a)[0],
                               atol=30 * EPSILON[dtype] * m)


def test_svd_of_many_small_matrices(device):
    a = general(500, 3, 3, "float32")
    judge_svd(a, *svd(device, a))


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_svd_layouts(device, layout):
    a = general(2, 9, 7, "float32")
    judge_svd(a, *svd(device, a, layout=layout))


def test_svd_of_few_ranks(device):
    """Vectors are orthonormal where singular values are zero, too."""
    a = np.stack([np.zeros((40, 30)), np.ones((40, 30)), np.eye(40)[:, :30],
                  np.outer(np.arange(40), np.arange(30)) / 1000]).astype(np.float32)
    judge_svd(a, *svd(device, a))
    judge_svd(a[:, :6, :5], *svd(device, a[:, :6, :5].copy()))
    ill = of_singular_values(np.logspace(0, -12, 40), "float32")
    judge_svd(ill, *svd(device, ill))


def test_empty(device):
    for shape in [(0, 3, 2), (2, 0, 3), (2, 3, 0)]:
        judge_svd(np.zeros(shape, np.float32), *svd(device, np.zeros(shape, np.float32)))
    judge_eigen(np.zeros((2, 0, 0), np.float32), *eigen(device, np.zeros((2, 0, 0), np.float32)))
    _, u, v = svd(device, np.zeros((1, 3, 0), np.float32), full=True)
    np.testing.assert_array_equal(u, np.eye(3)[None])


def test_nan_comes_through(device):
    """And nothing hangs."""
    for n in (5, 40):
        a = np.full((1, n, n), np.nan, np.float32)
        assert np.isnan(eigen(device, a)[0]).all()
        assert np.isnan(svd(device, a)[0]).all()


@pytest.mark.parametrize("n, launches", [(8, 11), (32, 11), (34, 507)])
def test_launches(device, n, launches):
    """33 rounds of 15 sweeps, and two fills of their flags, take the place of one launch."""
    a = helpers.upload(device, hermitian(20, n, "float32"))
    values, v = device.empty((20, n)), device.empty((20, n, n))
    assert helpers.launches(device, lambda: device.self_adjoint_eigen(a, values, v)) == launches


def test_what_does_not_fit(device, dml):
    a, s = device.empty((2, 5, 3)), device.empty((2, 3))
    u, v = device.empty((2, 5, 3)), device.empty((2, 3, 3))
    for arguments, message in [
        ((a, device.empty((2, 4)), u, v), "svd: s must be"),
        ((a, s, v, v), "svd: u must be"),
        ((a, s, u, u), "svd: v must be"),
        ((a, s, u, None), "u and v, or neither"),
    ]:
        with pytest.raises(dml.DmlError, match=message):
            device.svd(*arguments)
    with pytest.raises(dml.DmlError, match="square"):
        device.self_adjoint_eigen(a, s, None)
    with pytest.raises(dml.DmlError, match="more than 2048 rows"):
        device.self_adjoint_eigen(device.empty((1, 2049, 2049)), device.empty((1, 2049)), None)
