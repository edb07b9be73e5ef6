"""Sparse matrices, given by their entries, times dense ones."""

import numpy as np
import pytest
from harness import Row, check, error_of, name, raw, run, variants, zeros


def adjoint(a=False, b=False):
    return {"adjoint_a": a, "adjoint_b": b}


MATRIX = np.array([[0, 2], [1, 0], [1, 3], [4, 1], [1, 0]], np.int64)
SHAPE = np.array([5, 4], np.int64)

ROWS = [
    Row("SparseTensorDenseMatMul", ("float32", "float64"), [[MATRIX, (5,), SHAPE, (4, 3)]],
        attrs=adjoint(), gradient=True, grad_inputs=[1, 3]),
    Row("SparseTensorDenseMatMul", ("float32",), [[MATRIX, (5,), SHAPE, (3, 4)]],
        attrs=adjoint(b=True), gradient=True, grad_inputs=[1, 3]),
    Row("SparseTensorDenseMatMul", ("float32",), [[MATRIX, (5,), SHAPE, (5, 3)]],
        attrs=adjoint(a=True)),
    Row("SparseTensorDenseMatMul", ("float32",), [[MATRIX[:0], (0,), SHAPE, (4, 3)]],
        attrs=adjoint()),
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_sparse_matmul(row, dtype):
    check(row, dtype)


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_sparse_entries_out_of_range(dtype):
    """As on other accelerators: what does not exist is NaN, or dropped."""
    indices = np.array([[0, 1], [1, 4], [2, -1], [9, 0]], dtype)
    call = raw("SparseTensorDenseMatMul", {"adjoint_a": False, "adjoint_b": False})
    product = run(call, [indices, np.ones(4, np.float32), np.array([4, 4]),
                         np.ones((4, 2), np.float32)])
    np.testing.assert_array_equal(product, [[1, 1], [np.nan] * 2, [np.nan] * 2, [0, 0]])


def test_sparse_products_that_no_tensor_can_hold():
    call = raw("SparseTensorDenseMatMul", {"adjoint_a": False, "adjoint_b": False})
    inputs = [np.zeros((0, 2), np.int64), zeros(0), np.array([-3, 2]), zeros(2, 2)]
    assert "must be >= 0" in error_of(call, inputs)
    inputs[2] = np.array([2**62, 2])
    assert "more than 2**63 - 1 elements" in error_of(call, inputs)


@pytest.mark.parametrize("op, attrs, inputs, message", [
    ("SparseTensorDenseMatMul", {}, [MATRIX, np.zeros(5, np.float32), SHAPE,
                                     np.zeros((3, 3), np.float32)], "inner dimension"),
])
def test_errors(op, attrs, inputs, message):
    assert message in error_of(raw(op, attrs), inputs)
