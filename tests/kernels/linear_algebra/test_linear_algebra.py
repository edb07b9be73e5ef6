"""Linear algebra that runs on the CPU under the device's name."""

import numpy as np
import pytest
from harness import CPU, DML, compare, config, covered, tf

# An op, and its result from a well-conditioned matrix, in a form that is unique.
OPS = {
    "Lu": lambda x: tf.linalg.lu(x)[0],
    "MatrixSolveLs": lambda x: tf.linalg.lstsq(x, x + 1, fast=False),
    "MatrixSquareRoot": lambda x: tf.linalg.sqrtm(tf.matmul(x, x)),
}
covered.update(OPS)


def solve(op, device, dtype):
    value = np.random.RandomState(2).uniform(-1, 1, (2, 4, 4)) + 4 * np.eye(4)
    if op == "MatrixSquareRoot":
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


def test_orthogonal_initializer_needs_no_other_device():
    with tf.Graph().as_default(), tf.device(DML):
        variable = tf.get_variable("w", (6, 4), initializer=tf.orthogonal_initializer(seed=1))
        with tf.Session(config=config()) as session:
            session.run(tf.global_variables_initializer())
            w = session.run(variable)
    np.testing.assert_allclose(w.T @ w, np.eye(4), atol=1e-5)
