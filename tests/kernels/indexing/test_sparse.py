"""Sparse tensors: arithmetic with dense ones, sums, and the gradient of slices."""

import numpy as np
import pytest
from harness import FLOATS, Row, axes, check, error_of, name, raw, tf, variants, zeros

INDICES = np.array([[0, 0, 1], [0, 2, 3], [1, 1, 0], [1, 2, 3], [3, 0, 2]], np.int64)
SHAPE = np.array([4, 3, 5], np.int64)
EMPTY = np.zeros((0, 3), np.int64)
# Full, broadcast along the first, a middle, the outer ones and all dimensions.
DENSE = [(4, 3, 5), (3, 5), (5,), (4, 1, 5), (4, 1, 1), (1, 3, 1), (), (1, 1, 1)]


def cwise(op):
    samples = [[INDICES, (5,), SHAPE, dense] for dense in DENSE]
    samples += [[EMPTY, (0,), SHAPE, (5,)], [INDICES[:, :1], (5,), SHAPE[:1], (4,)]]
    return Row(op, FLOATS + ("float64", "int64"), samples, domain=(1, 4))


def sums(keep_dims):
    samples = [[INDICES, (5,), SHAPE, axes(*reduced)] for reduced in (
        (0,), (1,), (2,), (0, 2), (-1, 0, 1), (-1,), (1, 2))]
    samples += [[INDICES, (5,), SHAPE, np.zeros(0, np.int32)], [EMPTY, (0,), SHAPE, axes(0)],
                [EMPTY, (0,), SHAPE, axes(0, 1, 2)], [INDICES, (5,), SHAPE, np.array(1, np.int32)]]
    return Row("SparseReduceSum", FLOATS + ("float64", "int64", "complex64"), samples,
               attrs={"keep_dims": keep_dims})


def slice_gradient():
    start = np.array([0, 1, 0], np.int64)
    inside = INDICES[[2, 3]] - start
    return Row("SparseSliceGrad", FLOATS + ("float64", "int64", "complex64"), [
        [(2,), INDICES, start, inside], [(5,), INDICES, 0 * start, INDICES],
        [(0,), INDICES, start, EMPTY],
    ])


ROWS = [cwise("SparseDenseCwiseAdd"), cwise("SparseDenseCwiseMul"), cwise("SparseDenseCwiseDiv"),
        sums(False), sums(True), slice_gradient()]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_sparse(row, dtype):
    check(row, dtype)


def test_a_slice_has_its_gradient():
    """tf.sparse.slice and the sum over it, forward and back."""
    with tf.Graph().as_default(), tf.Session() as session:
        values = tf.constant(np.arange(1, 6, dtype=np.float32))
        tensor = tf.SparseTensor(INDICES, values, SHAPE)
        part = tf.sparse.slice(tensor, [0, 1, 0], [2, 2, 5])
        gradient = tf.gradients(tf.reduce_sum(tf.sparse.reduce_sum(part, 0) ** 2), values)[0]
        found = session.run(gradient)
    np.testing.assert_array_equal(found, [0, 12, 6, 12, 0])


@pytest.mark.parametrize("op, inputs, message", [
    ("SparseDenseCwiseMul", [INDICES, zeros(5), SHAPE, zeros(2)],
     "broadcasts dense to sparse only; got incompatible shapes: [4,3,5] vs. [2]"),
    ("SparseDenseCwiseMul", [INDICES, zeros(5), SHAPE, zeros(1, 4, 3, 5)],
     "incompatible shapes: [4,3,5] vs. [1,4,3,5]"),
    ("SparseDenseCwiseMul", [INDICES[0], zeros(5), SHAPE, zeros(5)],
     "Input sp_indices should be a matrix"),
    ("SparseReduceSum", [INDICES, zeros(5), SHAPE, axes(3)],
     "Invalid reduction dimension 3, for input with 3 dimensions."),
    ("SparseSliceGrad", [zeros(2), INDICES, SHAPE[:2], INDICES[:2]],
     "Expected input_start to be a vector of length 3"),
    ("SparseSliceGrad", [zeros(5), INDICES[:2], SHAPE, INDICES],
     "# rows of output_indices should be not greater"),
])
def test_errors(op, inputs, message):
    assert message in error_of(raw(op), inputs)
