"""Blocks of pixels to the depth and to the batch, and back."""

import numpy as np
import pytest
from harness import (
    FLOATS,
    MOVABLE,
    Row,
    axes,
    check,
    error_of,
    ints,
    name,
    raw,
    tf,
    variants,
    zeros,
)

# The CPU moves no bools here.
BLOCK_TYPES = tuple(t for t in MOVABLE if t not in ("bool", "complex128"))


def blocks(op, samples, attrs=None, types=BLOCK_TYPES, **more):
    return Row(op, types, samples, attrs=attrs, domain=(0, 100), copies=True, **more)


def on_channels_first(op, block_size):
    """In NCHW on the device; the CPU, for the reference, has NHWC only."""
    def call(x):
        function = getattr(tf.raw_ops, op)
        if "CPU" in x.graph._device_function_stack.peek_top_obj().display_name:
            return function(input=x, block_size=block_size)
        moved = tf.transpose(x, [0, 3, 1, 2])
        result = function(input=moved, block_size=block_size, data_format="NCHW")
        return tf.transpose(result, [0, 2, 3, 1])
    return call


SPACES = [
    # input, block_shape, paddings
    [(2, 4, 6, 3), axes(2, 3), ints([0, 0], [0, 0])],
    [(1, 5, 4, 2), axes(3, 2), ints([0, 1], [1, 1])],
    [(2, 7), axes(4), ints([[1, 0]])],
    [(1, 2, 3, 4, 5), axes(2, 1, 2), ints([1, 1], [0, 0], [2, 0])],
    [(3, 4, 2), axes(1), ints([[2, 1]])],
    [(3, 4), np.zeros(0, np.int32), np.zeros((0, 2), np.int32)],
    [(0, 4, 2), axes(2), ints([[0, 0]])],
    [(2, 4, 6), np.array([2, 2]), np.array([[0, 0], [2, 2]])],
]
BATCHES = [
    # input, block_shape, crops
    [(12, 2, 2, 3), axes(2, 3), ints([0, 0], [0, 0])],
    [(6, 3, 2, 2), axes(3, 2), ints([1, 2], [0, 1])],
    [(8, 2), axes(4), ints([[3, 2]])],
    [(4, 2, 3, 2, 5), axes(2, 1, 2), ints([1, 1], [0, 1], [2, 0])],
    [(3, 4, 2), axes(1), ints([[2, 1]])],
    [(3, 4), np.zeros(0, np.int32), np.zeros((0, 2), np.int32)],
    [(4, 1, 2), axes(2), ints([[1, 1]])],
    [(8, 2, 3), np.array([2, 2]), np.array([[0, 0], [2, 2]])],
]

BLOCK_ROWS = [
    blocks("DepthToSpace", [[(2, 3, 2, 12)], [(1, 1, 1, 4)], [(0, 3, 2, 8)]], {"block_size": 2}),
    blocks("DepthToSpace", [[(1, 2, 3, 18)]], {"block_size": 3}),
    blocks("DepthToSpace", [[(2, 3, 2, 12)], [(1, 3, 16, 64)]],
           call=on_channels_first("DepthToSpace", 2)),
    blocks("SpaceToDepth", [[(2, 4, 6, 3)], [(1, 2, 2, 1)], [(2, 0, 2, 3)]], {"block_size": 2}),
    blocks("SpaceToDepth", [[(1, 3, 6, 2)]], {"block_size": 3}),
    blocks("SpaceToDepth", [[(2, 4, 6, 3)]], call=on_channels_first("SpaceToDepth", 2)),
    blocks("SpaceToBatchND", SPACES),
    blocks("SpaceToBatch", [
        [(1, 4, 6, 2), ints([0, 0], [0, 0])], [(2, 3, 5, 1), ints([1, 0], [0, 1])],
    ], {"block_size": 2}),
    blocks("BatchToSpaceND", BATCHES),
    blocks("BatchToSpace", [
        [(4, 2, 3, 2), ints([0, 0], [0, 0])], [(8, 2, 3, 1), ints([1, 0], [0, 1])],
    ], {"block_size": 2}),
]
# float16 has no kernels of these on the CPU that the gradients could run beside.
GRADIENT_ROWS = [
    blocks("DepthToSpace", [[(2, 3, 2, 12)]], {"block_size": 2}, ("float32",), gradient=True,
           also=("SpaceToDepth",)),
    blocks("SpaceToDepth", [[(2, 4, 6, 3)]], {"block_size": 2}, ("float32",), gradient=True,
           also=("DepthToSpace",)),
    blocks("SpaceToBatchND", SPACES[:5], None, FLOATS, gradient=True, also=("BatchToSpaceND",)),
    blocks("BatchToSpaceND", BATCHES[:5], None, FLOATS, gradient=True, also=("SpaceToBatchND",)),
]


@pytest.mark.parametrize("row, dtype", variants(BLOCK_ROWS + GRADIENT_ROWS), ids=name)
def test_blocks(row, dtype):
    check(row, dtype)


@pytest.mark.parametrize("op, attrs, inputs, message", [
    ("DepthToSpace", {"block_size": 2}, [zeros(1, 2, 2, 6)], "6 should be divisible by: 4"),
    ("SpaceToDepth", {"block_size": 2}, [zeros(1, 3, 2, 6)], "width 2 and height 3 should be"),
    ("SpaceToDepth", {"block_size": 2}, [zeros(3, 2, 6)], "rank should be 4, not 3"),
    ("SpaceToBatchND", {}, [zeros(1, 3), axes(2), ints([[0, 0]])], "=3 is not divisible by"),
    ("SpaceToBatchND", {}, [zeros(1, 3), axes(0), ints([[0, 0]])], "must be positive"),
    ("SpaceToBatchND", {}, [zeros(1, 3), axes(1), ints([[-1, 0]])], "must be non-negative"),
    ("SpaceToBatchND", {}, [zeros(3), axes(1), ints([[1, 0]])], "rank should be >= 2"),
    ("BatchToSpaceND", {}, [zeros(3, 3), axes(2), ints([[0, 0]])], "3 is not divisible by"),
    ("BatchToSpaceND", {}, [zeros(2, 3), axes(2), ints([[4, 3]])], "=-1 must be non-negative"),
    ("BatchToSpaceND", {}, [zeros(2, 3), axes(2), ints(4, 3)], "of shape [1,2], not [2]"),
])
def test_errors(op, attrs, inputs, message):
    def call(*given):
        if len(given) == 3:
            given[1].set_shape(inputs[1].shape)  # building the graph asks for that of blocks
        return raw(op, attrs)(*given)

    assert message in error_of(call, inputs)
