"""Sequences backwards, each up to its length."""

import helpers
import numpy as np
import pytest


def reverse(device, x, lengths, sequence, batch, layout="contiguous"):
    y = helpers.empty(device, x.shape, x.dtype, layout)
    device.reverse_sequence(helpers.upload(device, x, layout),
                            helpers.upload(device, lengths, layout), sequence, batch, y)
    want = x.copy()
    rows = np.moveaxis(want, (batch, sequence), (0, 1))  # a view
    for row, length in zip(rows, np.clip(lengths, 0, x.shape[sequence])):
        row[:length] = row[:length][::-1].copy()
    helpers.check(y, want)


@pytest.mark.parametrize("dtype", ["int32", "int64"])
@pytest.mark.parametrize(
    "shape,sequence,batch",
    [((4, 3), 1, 0), ((3, 4), 0, 1), ((2, 5, 3, 4, 2), 1, 3), ((2, 5, 3, 4, 2), 4, 0),
     ((1, 1), 0, 1), ((0, 3), 1, 0), ((300, 7), 0, 1)],
    ids=str,
)
def test_reverse_sequence(device, shape, sequence, batch, dtype):
    lengths = helpers.random((shape[batch],), dtype, 0, shape[sequence], seed=1)
    reverse(device, helpers.random(shape), lengths, sequence, batch)


@pytest.mark.parametrize("dtype", ["float16", "int64", "bool", "float64"])
def test_reverse_types(device, dtype):
    reverse(device, helpers.random((3, 9, 2), dtype), np.array([0, 9, 4]), 1, 0)


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_reverse_layouts(device, layout):
    reverse(device, helpers.random((3, 9, 2)), np.array([1, 8, 4]), 1, 0, layout)


def test_lengths_out_of_range_stay_inside(device):
    reverse(device, helpers.random((4, 5)), np.array([-3, 99, 2**40, -(2**40)]), 1, 0)


def test_reverse_says_what_is_wrong(device, dml):
    x, lengths = device.empty((2, 3)), device.empty((2,), "int32")
    for sequence, batch in ((0, 0), (2, 0)):
        with pytest.raises(dml.DmlError, match="takes two axes"):
            device.reverse_sequence(x, lengths, sequence, batch, device.empty((2, 3)))
    with pytest.raises(dml.DmlError, match="lengths"):
        device.reverse_sequence(x, lengths, 0, 1, device.empty((2, 3)))
