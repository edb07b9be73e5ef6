"""QR factors: orthonormal columns, an upper triangle, and their product."""

import helpers
import numpy as np
import pytest
from matrices import DTYPES, EPSILON, adjoint, general, norm, of_singular_values, wide

SHAPES = [(1, 1), (2, 2), (5, 3), (3, 5), (31, 31), (33, 33), (65, 40), (40, 65), (127, 70)]


def qr(device, a, full=False, layout="contiguous"):
    batch, m, n = a.shape
    k = m if full else min(m, n)
    q = helpers.empty(device, (batch, m, k), a.dtype, layout)
    r = helpers.empty(device, (batch, k, n), a.dtype, layout)
    device.qr(helpers.upload(device, a, layout), q, r)
    return q.numpy(), r.numpy()


def judge(a, q, r, factor=30):
    """Backward errors, in roundings."""
    limit = factor * EPSILON[a.dtype.name]
    k = q.shape[2]
    assert np.abs(wide(q) @ wide(r) - a).max(initial=0) <= limit * norm(a)
    assert np.abs(adjoint(wide(q)) @ wide(q) - np.eye(k)).max(initial=0) <= limit
    assert not np.tril(r, -1).any()
    assert not np.diagonal(r, 0, 1, 2).imag.any()


@pytest.mark.parametrize("dtype, m, n", [("float32", *shape) for shape in SHAPES] + [
    (dtype, *shape) for dtype in DTYPES[1:] for shape in [(5, 3), (3, 5), (65, 40)]])
def test_qr(device, dtype, m, n):
    a = general(2, m, n, dtype)
    for full in (False, True):
        q, r = qr(device, a, full)
        judge(a, q, r)
    # LAPACK chooses the same signs.
    want = np.linalg.qr(wide(a[0]))[1]
    k = min(m, n)
    np.testing.assert_allclose(wide(r[0])[:k], want, atol=300 * EPSILON[dtype] * norm(want))


def test_matrices_of_511_rows(device):
    a = general(1, 511, 511, "float32")
    judge(a, *qr(device, a), factor=100)


def test_many_small_matrices(device):
    a = general(1000, 4, 3, "float32")
    judge(a, *qr(device, a))


def test_r_alone(device):
    a = general(2, 50, 40, "float32")
    r = device.empty((2, 40, 40))
    device.qr(helpers.upload(device, a), None, r)
    np.testing.assert_array_equal(r.numpy(), qr(device, a)[1])


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_layouts(device, layout):
    a = general(2, 40, 35, "float32")
    judge(a, *qr(device, a, layout=layout))


def test_dependent_columns(device):
    """q is orthonormal all the same."""
    a = general(4, 40, 40, "float32")
    a[0, :, 3] = a[0, :, 2]
    a[1, :, 5] = 0
    a[2] = 0
    a[3] = np.triu(a[3])  # nothing to reflect
    judge(a, *qr(device, a))


def test_ill_conditioned(device):
    a = of_singular_values(np.logspace(0, -9, 60), "float32")
    judge(a, *qr(device, a))


def test_empty(device):
    for shape in [(0, 3, 2), (2, 0, 3), (2, 3, 0)]:
        judge(np.zeros(shape, np.float32), *qr(device, np.zeros(shape, np.float32)))
    q, _ = qr(device, np.zeros((2, 3, 0), np.float32), full=True)
    np.testing.assert_array_equal(q, np.tile(np.eye(3), (2, 1, 1)))


@pytest.mark.parametrize("n, launches", [(4, 7), (32, 7), (64, 14)])
def test_launches(device, n, launches):
    """The identity's three, a panel for 32 columns, three products for each
    panel of q, and for columns to the right of one."""
    a = helpers.upload(device, general(20, n, n, "float32"))
    q, r = device.empty((20, n, n)), device.empty((20, n, n))
    assert helpers.launches(device, lambda: device.qr(a, q, r)) == launches


def test_what_does_not_fit(device, dml):
    a, q, r = device.empty((2, 5, 3)), device.empty((2, 5, 3)), device.empty((2, 3, 3))
    for arguments, message in [
        ((a, q, q[:, :4]), "r .* does not fit"),
        ((a, q[:, :4], r), "q .* does not fit"),
        ((a, q, device.empty((2, 3, 3), "float64")), "r .* does not fit"),
    ]:
        with pytest.raises(dml.DmlError, match=message):
            device.qr(*arguments)
    with pytest.raises(dml.DmlError, match="more than 2048 rows"):
        device.qr(device.empty((1, 2049, 1)), None, device.empty((1, 1, 1)))
