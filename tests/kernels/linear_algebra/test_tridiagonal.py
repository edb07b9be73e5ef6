"""Products with tridiagonal matrices, and systems of equations of them."""

import numpy as np
import pytest
from harness import Row, check, draw, error_of, name, raw, run, tf, variants, zeros

TYPES = ("float32", "float64", "complex64", "complex128")
LOOSE = {
    "float32": (2e-4, 2e-5), "complex64": (2e-4, 2e-5), "float64": (1e-11, 1e-12),
    "complex128": (1e-11, 1e-12),
}  # fmt: skip


def dominant(*shape):
    """Diagonals of matrices that need no row exchanges."""
    def make(rng, dtype):
        diagonals = draw(rng, shape, dtype, (-1, 1))
        diagonals[..., 1, :] += 4
        return diagonals
    return make


def solve(pivoting):
    return Row("TridiagonalSolve", TYPES, [
        [dominant(3, 1), (1, 2)],
        [dominant(3, 2), (2, 1)],
        [dominant(3, 7), (7, 3)],
        [dominant(2, 2, 3, 5), (2, 2, 5, 1)],
        [dominant(0, 3, 5), (0, 5, 1)],
    ], attrs={"partial_pivoting": pivoting}, gradient=True, tolerance=LOOSE)  # fmt: skip


ROWS = [
    solve(True),
    solve(False),
    Row("TridiagonalMatMul", TYPES, [
        [(1, 1)] * 4,
        [(1, 5), (1, 5), (1, 5), (5, 3)],
        [(2, 3, 1, 4), (2, 3, 1, 4), (2, 3, 1, 4), (2, 3, 4, 2)],
        [(0, 1, 4), (0, 1, 4), (0, 1, 4), (0, 4, 2)],
    ], gradient=True, tolerance=LOOSE),
]  # fmt: skip


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_tridiagonal(row, dtype):
    check(row, dtype)


def test_zeros_on_the_diagonal():
    diagonals = np.array([[2, -1, 1, 0], [0, 4, 0, -1], [0, 2, -2, 3]], np.float32)
    x = run(raw("TridiagonalSolve"), [diagonals, np.array([[1], [2], [3], [4]], np.float32)])
    dense = np.diag(diagonals[1]) + np.diag(diagonals[0, :-1], 1) + np.diag(diagonals[2, 1:], -1)
    np.testing.assert_allclose(dense @ x, [[1], [2], [3], [4]], rtol=1e-5)


def test_no_equations():
    assert run(raw("TridiagonalSolve"), [zeros(2, 3, 0), zeros(2, 0, 4)]).shape == (2, 0, 4)


def test_as_scripts_call_it():
    """Splines: a vector of right-hand sides, and the matrix in full."""
    def call(diagonals, right):
        x = tf.linalg.tridiagonal_solve(diagonals, right, "compact")
        full = tf.linalg.diag(diagonals[1]) * 2
        y = tf.linalg.tridiagonal_solve(full, right, "matrix")
        return [x, y, tf.linalg.tridiagonal_matmul(diagonals, right[:, None], "compact")]

    check(Row("TridiagonalSolve", (), [[dominant(3, 6), (6,)]], call=call), "float32")


@pytest.mark.parametrize("pivoting, diagonals, message", [
    (True, [[0], [0], [0]], "The matrix is not invertible."),
    (True, [[3, 0], [1, 3], [0, 1]], "The matrix is not invertible."),
    (True, [[[0], [1], [0]], [[0], [0], [0]]], "One of the matrices is not invertible."),
    (False, [[1, 0], [0, 0], [0, 1]], "needs partial_pivoting = True"),
])  # fmt: skip
def test_not_invertible(pivoting, diagonals, message):
    diagonals = np.array(diagonals, np.float32)
    right = np.ones((*diagonals.shape[:-2], diagonals.shape[-1], 1), np.float32)
    call = raw("TridiagonalSolve", {"partial_pivoting": pivoting})
    assert message in error_of(call, [diagonals, right])


@pytest.mark.parametrize("op, inputs, message", [
    ("TridiagonalSolve", [zeros(2, 4), zeros(4, 1)], "a matrix with 3 rows, got 2 rows"),
    ("TridiagonalSolve", [zeros(3, 4), zeros(5, 1)], "right-hand sides, got 4 and 5"),
    ("TridiagonalSolve", [zeros(3), zeros(3, 1)], "rank >= 2, got 1"),
    ("TridiagonalSolve", [zeros(2, 3, 4), zeros(4, 1)], "the same rank"),
    ("TridiagonalSolve", [zeros(2, 3, 4), zeros(1, 4, 1)], "the same outer dimensions"),
    ("TridiagonalMatMul", [zeros(1, 4), zeros(2, 4), zeros(1, 4), zeros(4, 2)],
     "Invalid main diagonal shape: [2,4]"),
    ("TridiagonalMatMul", [zeros(1, 3), zeros(1, 4), zeros(1, 4), zeros(4, 2)],
     "Invalid superdiagonal shape: [1,3]"),
])  # fmt: skip
def test_errors(op, inputs, message):
    assert message in error_of(raw(op), inputs)
