"""Tensors of more dimensions than a program walks, and packed ones."""

import numpy as np
import tensorflow.compat.v1 as tf
from harness import compare, error_of, raw, run


def numbers(*shape):
    return np.random.RandomState(1).uniform(-1, 1, shape).astype(np.float32)


def test_tile_of_rank_10():
    x = numbers(1, 2, 3, 1, 2, 2, 3, 1, 2, 2)
    multiples = (2, 2, 1, 3, 2, 1, 2, 2, 2, 2)
    compare("tile", np.tile(x, multiples), run(lambda x: tf.tile(x, multiples), [x]), "float32")


def test_transpose_of_rank_12():
    x = numbers(*(2,) * 12)
    order = (11, 0, 9, 2, 7, 4, 5, 6, 3, 8, 1, 10)
    compare("transpose", x.transpose(order), run(lambda x: tf.transpose(x, order), [x]), "float32")


def test_blocks_of_seven_dimensions():
    x = numbers(1, 3, 2, 4, 2, 3, 2, 1)
    block = [1, 1, 3, 1, 2, 2, 1]
    paddings = [[0, 0], [0, 0], [1, 1], [0, 0], [3, 0], [0, 0], [0, 0]]
    batches = run(lambda x: tf.space_to_batch_nd(x, block, paddings), [x])
    assert batches.shape == (12, 3, 2, 2, 2, 3, 1, 1)
    # Block (2, 1, 1) of the dimensions that have any, by hand.
    padded = np.pad(x, [(0, 0), *paddings], "constant")
    compare("batch 11", padded[0, :, :, 2::3, :, 1::2, 1::2], batches[11], "float32")
    back = run(lambda y: tf.batch_to_space_nd(y, block, paddings), [batches])
    compare("back", x, back, "float32")


def test_depth_of_words():
    def packed(op, x):
        """Of NCHW numbers, by way of NCHW_VECT_C."""
        n, c, h, w = x.shape
        words = x.reshape(n, c // 4, 4, h, w).transpose(0, 1, 3, 4, 2)

        def build(y):
            y = op(tf.bitcast(y, tf.qint8), 2, data_format="NCHW_VECT_C")
            return tf.bitcast(y, tf.int8)

        words = run(build, [words]).transpose(0, 1, 4, 2, 3)
        return words.reshape(n, -1, *words.shape[3:])

    x = np.random.RandomState(2).randint(-128, 128, (2, 8, 4, 6)).astype(np.int8)
    compare("depth", run(lambda x: tf.space_to_depth(x, 2, data_format="NCHW"), [x]),
            packed(tf.space_to_depth, x), "int8")
    x = x.reshape(2, 16, 2, 6)
    compare("space", run(lambda x: tf.depth_to_space(x, 2, data_format="NCHW"), [x]),
            packed(tf.depth_to_space, x), "int8")


def test_scalars_are_no_vectors():
    x, one, vector = np.arange(4.0), np.int32(1), np.array([4], np.int32)
    assert "multiples to be 1-D" in error_of(raw("Tile"), [x, one])
    for begin, size in ((one, one), ([one], one), (one, [one])):
        begin, size = np.array(begin, np.int32), np.array(size, np.int32)
        assert "arguments to be 1-D" in error_of(raw("Slice"), [x, begin, size])
    ids = np.zeros(4, np.int32)
    message = error_of(raw("UnsortedSegmentSum"), [x, ids, vector])
    assert "num_segments should be a scalar" in message
