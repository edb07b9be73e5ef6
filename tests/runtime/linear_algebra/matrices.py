"""Batches of matrices for the tests of factorizations, and how results are judged."""

import helpers
import numpy as np

DTYPES = ["float32", "float64", "complex64", "complex128"]
WIDE = {"f": np.float64, "c": np.complex128}
# Below, at and above the blocks of 32 that matrices are factored in.
TYPES_AND_SIZES = [("float32", n) for n in (1, 2, 31, 32, 33, 65, 127)] + [
    (dtype, n) for dtype in DTYPES[1:] for n in (5, 65)]
EPSILON = {"float32": 2.0**-23, "complex64": 2.0**-23, "float64": 2.0**-52, "complex128": 2.0**-52}


def wide(x):
    return x.astype(WIDE[x.dtype.kind])


def adjoint(x):
    return np.conj(np.swapaxes(x, -1, -2))


def norm(x):
    """The largest magnitude, at least so much that quotients by it are numbers."""
    return max(np.abs(x).max(initial=0), 1e-30)


def close(actual, expected, dtype, factor):
    """Whether what they differ by is below `factor` roundings of the largest element."""
    expected = np.asarray(expected)
    assert actual.shape == expected.shape
    if actual.size:
        error = np.abs(wide(actual) - expected).max() / norm(expected)
        assert error <= factor * EPSILON[dtype], "off by %.1f roundings" % (error / EPSILON[dtype])


def general(batch, rows, columns, dtype, seed=0):
    return helpers.random((batch, rows, columns), dtype, -1, 1, seed=seed)


def well_conditioned(batch, n, dtype, seed=0):
    """Condition numbers below about ten."""
    return (general(batch, n, n, dtype, seed) / np.sqrt(n) + 3 * np.eye(n)).astype(dtype)


def positive(batch, n, dtype, seed=0):
    """Hermitian, with eigenvalues from about 1 to 5."""
    x = wide(general(batch, n, n, dtype, seed))
    return (x @ adjoint(x) / n + np.eye(n)).astype(dtype)


def of_singular_values(values, dtype, seed=0):
    """A square matrix that has them."""
    rng = np.random.RandomState(seed)
    n = len(values)
    q = [np.linalg.qr(rng.normal(size=(n, n)))[0] for _ in range(2)]
    return ((q[0] * values) @ q[1])[None].astype(dtype)
