"""Sequences backwards, each up to its length."""

import numpy as np
import pytest
from harness import FLOATS, Row, check, error_of, ids, name, raw, variants

LENGTHS = [[(3, 5), ids(0, 5, 2)], [(3, 5, 2), ids(1, 4, 3)], [(0, 4), ids()]]

ROWS = [
    Row("ReverseSequence", ("float32", "float16", "float64", "int64", "int32", "bool"), LENGTHS,
        attrs={"seq_dim": 1, "batch_dim": 0}),
    Row("ReverseSequence", ("float32",), [[(2, 4, 3, 5, 2), ids(2, 4, 1, 0, 3, dtype=np.int64)]],
        attrs={"seq_dim": 1, "batch_dim": 3}),
    Row("ReverseSequence", FLOATS, [[(5, 3), ids(0, 5, 2)]], attrs={"seq_dim": 0, "batch_dim": 1},
        gradient=True),
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_reverse_sequence(row, dtype):
    check(row, dtype)


@pytest.mark.parametrize("op, attrs, inputs, message", [
    ("ReverseSequence", {"seq_dim": 0}, [np.zeros((2, 3), np.float32), ids(0, 0)],
     "batch_dim == seq_dim"),
    ("ReverseSequence", {"seq_dim": 1}, [np.zeros((2, 3), np.float32), ids(0)], "len(seq_lens)"),
])
def test_errors(op, attrs, inputs, message):
    assert message in error_of(raw(op, attrs), inputs)
