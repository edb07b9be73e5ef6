"""Reductions over segments, sorted and unsorted."""

import numpy as np
import pytest
from harness import (
    FLOATS,
    Row,
    check,
    error_of,
    ids,
    ints,
    name,
    raw,
    shaped,
    variants,
    zeros,
)

ROWS = [
    Row("SegmentSum", FLOATS + ("float64",), [
        [(5, 3), ids(0, 0, 2, 2, 2)], [(4,), ids(0, 1, 2, 5, dtype=np.int64)], [(0, 3), ids()],
        [(2, 3, 4), ids(1, 1)], [(3, 0), ids(0, 0, 1)],
    ]),
    Row("SegmentSum", FLOATS, [[(5, 3), ids(0, 0, 2, 2, 2)]],
        call=shaped(raw("SegmentSum"), (3, 3)), gradient=True),
]
SEGMENTS = [
    [(4, 3), ints(1, 0, 1, 3), ints(5)], [(2, 2, 3), ints([0, 2], [2, -1]), ints(3)],
    [(0, 3), np.zeros(0, np.int32), ints(2)], [(4,), ints(0, 0, 0, 1), ints(2)],
]
ROWS += [
    # In the type itself: what an empty segment holds is the type's.
    Row("UnsortedSegment" + op, FLOATS + ("int32",), SEGMENTS, same_type=True)
    for op in ("Sum", "Prod", "Max", "Min")
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_segments(row, dtype):
    check(row, dtype)


@pytest.mark.parametrize("last, message", [
    (2**62, "more than 2**63 - 1 elements"), (2**63 - 1, "is too large"), (-1, "must be >= 0")])
def test_segments_that_no_tensor_can_hold(last, message):
    inputs = [zeros(2, 5), ids(0, last, dtype=np.int64)]
    assert message in error_of(raw("SegmentSum"), inputs)


@pytest.mark.parametrize("op, attrs, inputs, message", [
    ("SegmentSum", {}, [np.zeros((2, 3), np.float32), ids(0)], "the same size as dimension 0"),
    ("SegmentSum", {}, [np.zeros((2, 3), np.float32), ids(-3, -2)], "segment ids must be >= 0"),
])
def test_errors(op, attrs, inputs, message):
    assert message in error_of(raw(op, attrs), inputs)
