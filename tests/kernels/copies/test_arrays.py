"""Ops that move elements: transposing, slicing, padding, joining, splitting, tiling,
filling."""

import numpy as np
import pytest
from harness import (
    FLOATS,
    MOVABLE,
    axes,
    check,
    error_of,
    ints,
    moved,
    name,
    raw,
    tf,
    variants,
    zeros,
)


def listed(op, **attrs):
    """Ops whose inputs are one list of tensors."""
    return lambda *inputs: getattr(tf.raw_ops, op)(values=list(inputs), **attrs)


def strided(**masks):
    every = dict(begin_mask=0, end_mask=0, ellipsis_mask=0, new_axis_mask=0, shrink_axis_mask=0)
    every.update(masks)
    return every


SLICED = [
    [(5, 6), axes(1, 2), axes(4, 5), axes(1, 1)],
    [(5, 6), axes(4, 5), axes(0, 0), axes(-1, -2)],
    [(4, 16), axes(1, 0), axes(3, 16), axes(1, 1)],
    [(5, 6), axes(3, 3), axes(3, 6), axes(1, 1)],
]

ROWS = [
    moved("Transpose", [
        [(3, 4), axes(1, 0)], [(2, 3, 4), axes(2, 0, 1)], [(2, 3, 4), axes(0, 1, 2)],
        [(1, 5, 1), axes(2, 1, 0)], [(), np.zeros(0, np.int32)], [(0, 3), axes(1, 0)],
        [(2, 1, 3, 2, 1, 2, 3, 2), axes(7, 0, 5, 3, 1, 2, 6, 4)], [(33, 35), axes(1, 0)],
    ], MOVABLE + ("int32",)),
    moved("ConjugateTranspose", [[(3, 4), axes(1, 0)]], ("float32",)),
    moved("Slice", [
        [(5, 6), axes(1, 2), axes(3, -1)], [(5, 6), axes(0, 0), axes(5, 6)],
        [(4, 16), axes(1, 0), axes(2, 16)], [(0,), axes(0), axes(0)],
        [(5, 6), axes(2, 6), axes(3, 0)], [(2, 3, 4), axes(1, 1, 1), axes(1, 2, 3)],
    ]),
    moved("StridedSlice", SLICED, attrs=strided()),
    moved("StridedSlice", SLICED, attrs=strided(begin_mask=1, end_mask=2)),
    moved("StridedSlice", [[(5, 6), axes(1, 2), axes(2, 6), axes(1, 2)]],
          attrs=strided(shrink_axis_mask=1)),
    moved("StridedSlice", [[(5, 6), axes(0, 1), axes(0, 5), axes(1, 2)]],
          attrs=strided(new_axis_mask=1)),
    moved("StridedSlice", [[(2, 3, 4, 5), axes(0, 1), axes(0, 3), axes(1, 1)]],
          attrs=strided(ellipsis_mask=1)),
    moved("StridedSliceGrad", [
        [axes(5, 6), axes(1, 2), axes(4, 5), axes(1, 1), (3, 3)],
        [axes(5, 6), axes(4, 5), axes(0, 0), axes(-1, -2), (4, 3)],
        [axes(5, 6), axes(0, 0), axes(5, 6), axes(1, 1), (5, 6)],
    ], ("float32", "float16", "int64"), attrs=strided()),
    moved("TensorStridedSliceUpdate", [
        [(5, 6), axes(1, 2), axes(4, 5), axes(1, 1), (3, 3)],
        [(7,), axes(6), axes(0), axes(-2), (3,)],
    ], ("float32", "int64", "bool"), attrs=strided()),
    moved("Pad", [
        [(3, 4), ints([1, 0], [2, 3])], [(3, 4), ints([0, 0], [0, 0])],
        [(0, 2), ints([1, 1], [0, 0])], [(2, 3, 4, 5), ints([0, 0], [1, 1], [2, 0], [0, 0])],
        [(2, 2, 1, 2, 2, 2), ints(*[[1, 0]] * 6)],
    ], ("float32", "float16", "bool", "int8", "uint8")),
    moved("PadV2", [
        [(3, 4), ints([1, 0], [2, 3]), lambda rng, dtype: np.array(1, dtype)],
        [(), np.zeros((0, 2), np.int32), lambda rng, dtype: np.array(1, dtype)],
    ], ("float32", "float16", "bool", "uint8")),
] + [
    moved("MirrorPad", [
        [(3, 4), ints([2, 1], [2, 3])], [(5, 3, 4), ints([0, 0], [1, 2], [0, 0])],
        [(3, 4), ints([0, 0], [0, 0])],
    ], FLOATS + ("int64",), attrs={"mode": mode})
    for mode in ("REFLECT", "SYMMETRIC")
] + [
    moved("MirrorPadGrad", [
        [(6, 9), ints([2, 1], [2, 3])], [(5, 6, 4), ints([0, 0], [1, 2], [0, 0])],
    ], FLOATS, attrs={"mode": mode})
    for mode in ("REFLECT", "SYMMETRIC")
] + [
    moved("ConcatV2", [
        [(2, 3), (2, 4), (2, 1)], [(2, 0), (2, 4)], [(3, 2, 2), (3, 7, 2)],
    ], call=lambda *values: tf.raw_ops.ConcatV2(values=list(values), axis=1)),
    moved("Concat", [[(2, 3), (4, 3)]],
          call=lambda *values: tf.raw_ops.Concat(concat_dim=0, values=list(values))),
    moved("Pack", [[(2, 3), (2, 3)], [(2, 3)], [(4, 5), (4, 5), (4, 5)]],
          call=listed("Pack", axis=1)),
    moved("Pack", [[(), ()], [(0,), (0,)]], call=listed("Pack", axis=0)),
    moved("Split", [[(6, 3)], [(6, 16)], [(0, 3)]],
          call=lambda x: tf.raw_ops.Split(axis=0, value=x, num_split=3)),
    moved("Split", [[(6, 4)]], call=lambda x: tf.raw_ops.Split(axis=-1, value=x, num_split=2)),
    moved("SplitV", [[(6, 4)], [(2, 4)]],
          call=lambda x: tf.raw_ops.SplitV(value=x, size_splits=[1, -1, 2], axis=1, num_split=3)),
    moved("Unpack", [[(3, 4)], [(3, 16)], [(3,)]],
          call=lambda x: tf.raw_ops.Unpack(value=x, num=3, axis=0)),
    moved("Unpack", [[(2, 3, 4)]], call=lambda x: tf.raw_ops.Unpack(value=x, num=3, axis=1)),
    moved("Tile", [
        [(2, 3), axes(2, 3)], [(2, 3), axes(1, 1)], [(3,), axes(0)], [(2, 1, 4), axes(1, 5, 2)],
        [(), np.zeros(0, np.int32)],
    ], ("float32", "float16", "int32", "int64", "bool")),
    moved("BroadcastTo", [
        [(3,), axes(2, 3)], [(), axes(4)], [(2, 1, 3), axes(4, 2, 5, 3)], [(2, 3), axes(2, 3)],
        [(1, 3), axes(0, 3)],
    ], FLOATS + ("bool",)),
    moved("ReverseV2", [
        [(3, 4), axes(0)], [(3, 4), axes(-1, 0)], [(3, 4), np.zeros(0, np.int32)],
        [(0, 4), axes(1)],
    ], ("float32", "float16", "bool", "uint8")),
    moved("Reverse", [[(3, 4), np.array([True, False])]], ("float32",)),
    moved("ZerosLike", [[(2, 3)], [()], [(0,)]]),
    moved("OnesLike", [[(2, 3)], [()], [(0,)]], ("float32", "float16", "int64", "bool")),
    moved("Fill", [[axes(2, 3), ()], [np.zeros(0, np.int32), ()], [axes(0, 2), ()]]),
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_arrays(row, dtype):
    check(row, dtype)


@pytest.mark.parametrize("op, attrs, inputs, message", [
    ("Transpose", {}, [zeros(2, 3), axes(0, 2)], "2 is out of range [0 .. 2)"),
    ("Transpose", {}, [zeros(2, 3), axes(0, 0)], "1 is missing from {0,0}."),
    ("Slice", {}, [zeros(3), axes(4), axes(1)], "Expected begin[0] in [0, 3], but got 4"),
    ("Slice", {}, [zeros(3), axes(1), axes(3)], "Expected size[0] in [0, 2], but got 3"),
    ("Pad", {}, [zeros(3), ints([[-1, 0]])], "Paddings must be non-negative"),
    ("MirrorPad", {"mode": "REFLECT"}, [zeros(2), ints([[2, 0]])], "must be less than"),
    ("Tile", {}, [zeros(3), axes(1, 1)], "Expected multiples argument to be a vector of length 1"),
    ("BroadcastTo", {}, [zeros(3), axes(2)], "Incompatible shapes: [3] vs. [2]"),
    ("ReverseV2", {}, [zeros(3), axes(0, 0)], "axis 0 specified more than once."),
    ("StridedSlice", strided(), [zeros(3), axes(0), axes(1), axes(0)],
     "strides[0] must be non-zero"),
])
def test_errors(op, attrs, inputs, message):
    assert message in error_of(raw(op, attrs), inputs)
