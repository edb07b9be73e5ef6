"""Linear algebra, which runs on the CPU under the device's name."""

import numpy as np
import pytest
from harness import CPU, DML, Row, check, compare, config, covered, name, renamed, tf, variants

# An op, and its result from a well-conditioned matrix, in a form that is unique.
OPS = {
    "Cholesky": lambda x: tf.linalg.cholesky(tf.matmul(x, x, adjoint_b=True)),
    "LogMatrixDeterminant": lambda x: tf.linalg.slogdet(x)[1],
    "Lu": lambda x: tf.linalg.lu(x)[0],
    "MatrixDeterminant": tf.linalg.det,
    "MatrixInverse": tf.linalg.inv,
    "MatrixSolve": lambda x: tf.linalg.solve(x, x + 1),
    "MatrixSolveLs": lambda x: tf.linalg.lstsq(x, x + 1, fast=False),
    "MatrixSquareRoot": lambda x: tf.linalg.sqrtm(tf.matmul(x, x)),
    "MatrixTriangularSolve": lambda x: tf.linalg.triangular_solve(x, x + 1),
    "Qr": lambda x: tf.matmul(*tf.linalg.qr(x)),
    "SelfAdjointEigV2": lambda x: tf.linalg.eigh(tf.matmul(x, x, adjoint_b=True))[0],
    "Svd": lambda x: tf.linalg.svd(x, compute_uv=False),
    "CholeskyGrad": lambda x: tf.raw_ops.CholeskyGrad(
        l=tf.linalg.cholesky(tf.matmul(x, x, transpose_b=True)), grad=x),
}
covered.update(OPS)


def solve(op, device, dtype):
    value = np.random.RandomState(2).uniform(-1, 1, (2, 4, 4)) + 4 * np.eye(4)
    if op in ("MatrixSquareRoot", "CholeskyGrad"):
        value = value[0]
    with tf.Graph().as_default():
        with tf.device(device):
            result = OPS[op](tf.constant(value, dtype))
        with tf.Session(config=config()) as session:
            return session.run(result)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("op", OPS)
def test_linear_algebra(op, dtype):
    tolerance = (1e-4, 1e-4) if dtype == "float32" else (1e-10, 1e-10)
    compare(op, solve(op, CPU, dtype), solve(op, DML, dtype), dtype, tolerance)


def well_conditioned(rng, dtype):
    return (rng.uniform(-1, 1, (2, 4, 4)) + 4 * np.eye(4)).astype(dtype)


# Names of old graphs.
LEGACY = [
    renamed(Row("MatrixTriangularSolve", ("float32", "float64"), [[well_conditioned, (2, 4, 3)]],
                attrs={"lower": False}), "BatchMatrixTriangularSolve"),
    renamed(Row("Svd", ("float32", "float64", "complex64", "complex128"), [[(2, 4, 3)]],
                attrs={"compute_uv": False},
                call=lambda x: tf.raw_ops.Svd(input=x, compute_uv=False)[0]), "BatchSvd"),
]  # fmt: skip


@pytest.mark.parametrize("row, dtype", variants(LEGACY), ids=name)
def test_old_names(row, dtype):
    row.launches = False
    check(row, dtype)


def test_orthogonal_initializer_needs_no_other_device():
    with tf.Graph().as_default(), tf.device(DML):
        variable = tf.get_variable("w", (6, 4), initializer=tf.orthogonal_initializer(seed=1))
        with tf.Session(config=config()) as session:
            session.run(tf.global_variables_initializer())
            w = session.run(variable)
    np.testing.assert_allclose(w.T @ w, np.eye(4), atol=1e-5)
