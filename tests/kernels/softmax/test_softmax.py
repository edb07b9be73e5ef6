"""Softmax, and the losses that are made of it."""

import numpy as np
import pytest
from harness import check, error_of, ints, name, raw, variants, zeros
from networks import nn

LOGITS = [[(4, 7)], [(1, 1)], [(0, 3)], [(2, 3, 5)], [(3, 1031)]]


def distribution(rng, dtype):
    values = rng.rand(4, 7)
    return (values / values.sum(1, keepdims=True)).astype(dtype)


LOSS_ROWS = [
    nn("Softmax", LOGITS, domain=(-5, 5)),
    nn("LogSoftmax", LOGITS, domain=(-5, 5)),
    nn("SoftmaxCrossEntropyWithLogits", [[(4, 7), distribution]], gradient=False),
    nn("SoftmaxCrossEntropyWithLogits", [[(1, 7), distribution]], gradient=False),
] + [
    nn("SparseSoftmaxCrossEntropyWithLogits",
       [[(4, 7), np.array([0, 6, 3, 3], index)], [(0, 7), np.zeros(0, index)]], gradient=False)
    for index in (np.int32, np.int64)
]


@pytest.mark.parametrize("row, dtype", variants(LOSS_ROWS), ids=name)
def test_losses(row, dtype):
    check(row, dtype)


@pytest.mark.parametrize("op, attrs, inputs, message", [
    ("Softmax", {}, [zeros()], "logits must have >= 1 dimension, got []"),
    ("SparseSoftmaxCrossEntropyWithLogits", {}, [zeros(2, 3), ints(0, 1, 2)],
     "logits and labels must have the same first dimension"),
])
def test_errors(op, attrs, inputs, message):
    assert message in error_of(raw(op, attrs), inputs)
