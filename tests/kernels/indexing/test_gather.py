"""Gather and DynamicStitch: rows by their numbers."""

import numpy as np
import pytest
from harness import (
    FLOATS,
    Row,
    axes,
    check,
    error_of,
    ints,
    moved,
    name,
    raw,
    run,
    tf,
    variants,
    zeros,
)

ROWS = [
    moved("GatherV2", [
        [(5, 3), ints(0, 4, 2, 2), ints(0)], [(5, 3), ints([0, 2], [1, 0]), ints(1)],
        [(5,), ints(3), ints(0)], [(5, 3), np.zeros(0, np.int32), ints(0)],
        [(2, 4, 3), ints(3, 0), ints(-2)],
    ], ("float32", "float16", "int32", "int64", "bool"), attrs={"batch_dims": 0}),
    moved("GatherV2", [
        [(2, 5, 3), ints([0, 4], [2, 2]), ints(1)],
        [(2, 3, 5), ints([0, 4, 1], [2, 2, 3]), ints(2)],
    ], FLOATS, attrs={"batch_dims": 1}),
    moved("Gather", [[(5, 3), np.array([4, 0], np.int64)]], ("float32",)),
    moved("DynamicStitch", [
        [ints(3, 0), ints([1], [2]), (2, 4), (2, 1, 4)], [ints(0, 1), axes(0), (2, 4), (1, 4)],
        [ints(0), ints(1), (), ()],
    ], ("float32", "float16", "int64"), call=lambda i, j, x, y: tf.raw_ops.DynamicStitch(
              indices=[i, j], data=[x, y])),
    moved("ParallelDynamicStitch", [
        [ints(3, 0), ints([1], [2]), (2, 4), (2, 1, 4)], [ints(0), ints(1), (), ()],
    ], call=lambda i, j, x, y: tf.raw_ops.ParallelDynamicStitch(indices=[i, j], data=[x, y])),
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_gather(row, dtype):
    check(row, dtype)


def test_gathers_zeros_out_of_range():
    row = Row("GatherV2", (), [[(2, 3, 2), ints([0, 2], [1, 1]), ints(1)]], attrs={"batch_dims": 1})
    check(row, "float32")
    params = np.arange(12, dtype=np.float32).reshape(2, 3, 2)
    got = run(raw("GatherV2", {"batch_dims": 1}), [params, ints([0, 3], [-1, 1]), ints(1)])
    np.testing.assert_array_equal(got, [[params[0, 0], [0, 0]], [[0, 0], params[1, 1]]])


@pytest.mark.parametrize("op, attrs, inputs, message", [
    ("GatherV2", {}, [zeros(3), ints(0), ints(1)], "Expected axis in the range [-1, 1), but got 1"),
])
def test_errors(op, attrs, inputs, message):
    assert message in error_of(raw(op, attrs), inputs)
