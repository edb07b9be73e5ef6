"""Factorizations, systems of equations, determinants, eigenvalues: CPU and device."""

import numpy as np
import pytest
import tensorflow_directml as directml
from harness import (
    CPU,
    Row,
    as_list,
    check,
    compare,
    draw,
    error_of,
    name,
    raw,
    renamed,
    run,
    tf,
    variants,
)  # fmt: skip

REAL = ("float32", "float64")
TYPES = REAL + ("complex64", "complex128")
LOOSE = {
    "float32": (3e-4, 1e-4), "complex64": (3e-4, 1e-4), "float64": (1e-11, 1e-11),
    "complex128": (1e-11, 1e-11),
}  # fmt: skip


def adjoint(x):
    return np.conj(np.swapaxes(x, -1, -2))


def well_conditioned(*shape):
    def make(rng, dtype):
        n = shape[-1]
        return (draw(rng, shape, dtype, (-1, 1)) / np.sqrt(n) + 3 * np.eye(n)).astype(dtype)
    return make


def positive(*shape):
    def make(rng, dtype):
        x = draw(rng, shape, dtype, (-1, 1))
        return (x @ adjoint(x) / shape[-1] + np.eye(shape[-1])).astype(dtype)
    return make


def factor(*shape):
    return lambda rng, dtype: np.linalg.cholesky(positive(*shape)(rng, dtype)).astype(dtype)


def spread(*shape):
    """Hermitian, or of any shape; with values -1, 2, -3, ... that are far from each other."""
    def one(rng, dtype):
        m, n = shape[-2:]
        k = min(m, n)
        left, right = (np.linalg.qr(draw(rng, (size, size), dtype, (-1, 1)))[0][:, :k]
                       for size in (m, n))
        values = np.arange(1, k + 1) * np.where(np.arange(k) % 2, 1, -1)
        return (left * values) @ adjoint(left if m == n else right)

    def make(rng, dtype):
        matrices = [one(rng, dtype) for _ in range(int(np.prod(shape[:-2])))]
        return np.reshape(matrices, shape).astype(dtype)
    return make


# One, below, at and above a block of 32; batches; nothing.
SQUARE = [(1, 1), (3, 3), (2, 3, 5, 5), (33, 33), (2, 0, 0), (0, 3, 3)]


def solves(op, attrs=None):
    return Row(op, TYPES, [[well_conditioned(*shape), (*shape[:-1], 3)] for shape in SQUARE] +
               [[well_conditioned(2, 4, 4), (2, 4, 0)]], attrs=attrs, gradient=True,
               tolerance=LOOSE)  # fmt: skip


def squares(op, make=well_conditioned, **more):
    return Row(op, TYPES, [[make(*shape)] for shape in SQUARE], gradient=True, tolerance=LOOSE,
               **more)


def eigen(x):
    """Values, and vectors in a form that is unique."""
    values, vectors = tf.raw_ops.SelfAdjointEigV2(input=(x + tf.linalg.adjoint(x)) / 2)
    return [values, tf.matmul(vectors * tf.expand_dims(values, -2), vectors, adjoint_b=True)]


def singular(full):
    def call(x):
        s, u, v = tf.raw_ops.Svd(input=x, full_matrices=full)
        k = min(x.shape.as_list()[-2:])
        product = tf.matmul(u[..., :k] * tf.expand_dims(s, -2), v[..., :k], adjoint_b=True)
        return [s, product, tf.matmul(u, u, adjoint_a=True), tf.matmul(v, v, adjoint_a=True)]
    return call


RECTANGLES = [(1, 1), (4, 4), (2, 5, 3), (3, 5), (33, 20)]
NONEMPTY = [shape for shape in SQUARE if 0 not in shape]

ROWS = [
    *(solves("MatrixTriangularSolve", {"lower": lower, "adjoint": adjoint})
      for lower in (True, False) for adjoint in (True, False)),
    *(solves("MatrixSolve", {"adjoint": adjoint}) for adjoint in (True, False)),
    squares("Cholesky", positive, also=("MatrixTriangularSolve",)),
    Row("CholeskyGrad", REAL, [[factor(*shape), shape] for shape in NONEMPTY], tolerance=LOOSE),
    *(squares("MatrixInverse", attrs={"adjoint": adjoint}) for adjoint in (True, False)),
    Row("MatrixDeterminant", TYPES, [[well_conditioned(*shape)] for shape in SQUARE if
                                     shape[-1] < 10], gradient=True, tolerance=LOOSE),
    squares("LogMatrixDeterminant"),
    Row("Qr", TYPES, [[shape] for shape in RECTANGLES + [(2, 0, 3), (3, 0)]], tolerance=LOOSE),
    Row("Qr", TYPES, [[shape] for shape in RECTANGLES + [(2, 0, 3), (3, 0)]], tolerance=LOOSE,
        attrs={"full_matrices": True}, call=lambda x: [
            tf.matmul(*tf.raw_ops.Qr(input=x, full_matrices=True)),
            tf.raw_ops.Qr(input=x, full_matrices=True)[1]]),
    Row("Qr", REAL, [[(3, 3)], [(2, 5, 3)]], gradient=True, tolerance=LOOSE),
    Row("SelfAdjointEigV2", TYPES, [[spread(*shape)] for shape in [(1, 1), (3, 3), (2, 2, 5, 5),
                                                                   (20, 20)]],
        call=eigen, tolerance={**LOOSE, "float32": (1e-3, 1e-3), "complex64": (1e-3, 1e-3)}),
    Row("SelfAdjointEigV2", REAL, [[spread(3, 3)], [spread(2, 5, 5)]], gradient=True,
        call=eigen, tolerance={**LOOSE, "float32": (2e-3, 2e-3)}),
    Row("Svd", TYPES, [[(1, 1)], [(4, 4)], [(2, 5, 3)], [(3, 5)], [(20, 7)]], tolerance=LOOSE,
        call=singular(False)),
    Row("Svd", TYPES, [[(4, 4)], [(2, 5, 3)], [(3, 5)]], tolerance=LOOSE, call=singular(True),
        attrs={"full_matrices": True}),
    Row("Svd", REAL, [[spread(4, 3)]], gradient=True, tolerance=LOOSE,
        call=lambda x: tf.raw_ops.Svd(input=x)[0]),
    # Names of old graphs.
    renamed(Row("MatrixTriangularSolve", REAL, [[well_conditioned(2, 4, 4), (2, 4, 3)]],
                attrs={"lower": False}), "BatchMatrixTriangularSolve"),
    renamed(Row("Svd", TYPES, [[(2, 4, 3)]], attrs={"compute_uv": False},
                call=lambda x: tf.raw_ops.Svd(input=x, compute_uv=False)[0]), "BatchSvd"),
]  # fmt: skip


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_matrices(row, dtype):
    check(row, dtype)


SINGULAR = np.float32([[1, 2], [2, 4]])


@pytest.mark.parametrize("call, inputs, message", [
    (raw("Cholesky"), [np.float32([[1, 2], [2, 1]])],
     "Cholesky decomposition was not successful. The input might not be valid."),
    (raw("Cholesky"), [np.stack([np.eye(40), -np.eye(40), np.eye(40)]).astype(np.float32)],
     "Cholesky decomposition was not successful. The input might not be valid."),
    (raw("MatrixTriangularSolve"), [np.float32([[1, 0], [1, 0]]), np.ones((2, 1), np.float32)],
     "Input matrix is not invertible."),
    (raw("MatrixSolve"), [SINGULAR, np.ones((2, 1), np.float32)],
     "Input matrix is not invertible."),
    (raw("MatrixSolve"), [np.stack([np.eye(2, dtype=np.float32), SINGULAR]),
                          np.ones((2, 2, 1), np.float32)], "Input matrix is not invertible."),
    (raw("MatrixInverse"), [SINGULAR], "Input is not invertible."),
    (raw("MatrixSolve"), [np.ones((2, 3), np.float32), np.ones((2, 1), np.float32)],
     "must be square"),
    (raw("MatrixSolve"), [np.eye(2, dtype=np.float32), np.ones((3, 1), np.float32)],
     "incompatible"),
    (raw("MatrixSolve"), [np.ones((1, 2, 2), np.float32), np.ones((2, 1), np.float32)],
     "same rank"),
    (raw("MatrixSolve"), [np.ones((1, 2, 2), np.float32), np.ones((3, 2, 1), np.float32)],
     "same outer dimensions"),
    (raw("Cholesky"), [np.ones(3, np.float32)], "must have rank >= 2"),
    (raw("MatrixDeterminant"), [np.ones((2, 3), np.float32)], "must be square"),
])  # fmt: skip
def test_errors(call, inputs, message):
    assert message in error_of(call, inputs)


def test_the_device_goes_on_after_an_error():
    with pytest.raises(tf.errors.InvalidArgumentError, match="not invertible"):
        run(raw("MatrixInverse"), [SINGULAR])
    np.testing.assert_array_equal(run(raw("MatrixInverse"), [np.eye(2, dtype=np.float32)]),
                                  np.eye(2))


@pytest.mark.parametrize("op", ["Cholesky", "MatrixInverse", "MatrixDeterminant", "Qr",
                                "SelfAdjointEigV2", "Svd"])
def test_large_matrices_of_a_software_adapter_go_to_the_host(op):
    """They are faster there, and their results those of the CPU to the bit."""
    value = positive(300, 300)(np.random.RandomState(0), "float32") / 3
    before = directml.launches_by_tag().get(op, 0)
    got = run(raw(op), [value])
    assert directml.launches_by_tag().get(op, 0) == before
    want = run(raw(op), [value], CPU)
    for x, y in zip(as_list(got), as_list(want)):
        compare(op, np.asarray(y), np.asarray(x), "float32", (0, 0))
