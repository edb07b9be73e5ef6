"""Ops of several inputs, outputs or steps that take a launch or two."""

import numpy as np
import pytest
import tensorflow_directml as directml
from harness import evaluate

import tensorflow as tf


def variable_parts(count, shape=(5, 3)):
    """Values, and a function that gives them as tensors that nothing folds."""
    values = [np.random.RandomState(i).rand(*shape).astype("float32") for i in range(count)]
    return values, lambda: [tf.compat.v1.placeholder_with_default(v, v.shape) for v in values]


PARTS, as_tensors = variable_parts(15)
EIGHT, as_eight = variable_parts(8)
WHOLE = np.concatenate(PARTS, 1)
INDICES = np.array([[4, 0], [0, 2], [1, 1]], np.int64)


def given(value):
    return tf.compat.v1.placeholder_with_default(value, np.shape(value))


def scattered():
    expected = np.zeros((5, 3, 3), np.float32)
    np.add.at(expected, tuple(INDICES.T), PARTS[0][:3])
    return expected


# op: (what to build, its value, launches)
CASES = {
    "ConcatV2": (lambda: tf.concat(as_tensors(), 1), WHOLE, 1),
    "Pack": (lambda: tf.stack(as_tensors(), 1), np.stack(PARTS, 1), 1),
    "Split": (lambda: tf.split(given(WHOLE), 15, 1), PARTS, 1),
    "SplitV": (
        lambda: tf.split(given(WHOLE), [3, 40, 2], 1),
        np.split(WHOLE, [3, 43], 1),
        1,
    ),
    "Unpack": (lambda: tf.unstack(given(np.stack(PARTS, 2)), axis=2), PARTS, 1),
    "AddN": (lambda: tf.add_n(as_eight()), sum(EIGHT[1:], EIGHT[0]), 1),
    "GatherNd": (lambda: tf.gather_nd(given(WHOLE), INDICES), WHOLE[tuple(INDICES.T)], 1),
    "GatherV2": (
        lambda: tf.gather(given(WHOLE), INDICES[[0, 1, 2, 0, 1]], batch_dims=1),
        np.take_along_axis(WHOLE, INDICES[[0, 1, 2, 0, 1]], 1),
        1,
    ),
    "ScatterNd": (lambda: tf.scatter_nd(INDICES, given(PARTS[0][:3]), [5, 3, 3]), scattered(), 2),
    "BiasAddGrad": (
        lambda: tf.raw_ops.BiasAddGrad(out_backprop=given(np.ones((8, 16, 16, 64), "f"))),
        np.full(64, 2048.0),
        1,
    ),
}


@pytest.mark.parametrize("op", CASES)
def test_launches(op):
    build, expected, launches = CASES[op]
    before = directml.launches_by_tag().get(op, 0)
    results = evaluate(lambda: [build()])[0]
    assert directml.launches_by_tag()[op] - before == launches
    for result, value in zip(results, expected):
        np.testing.assert_allclose(result, value, 1e-6)


def test_tensor_arrays_are_joined_at_once():
    def build():
        array = tf.TensorArray(tf.float32, 15)
        for i, part in enumerate(as_tensors()):
            array = array.write(i, part)
        return [array.stack()]

    before = directml.launches_by_tag().get("TensorArrayGatherV3", 0)
    (stacked,) = evaluate(build)
    assert directml.launches_by_tag()["TensorArrayGatherV3"] - before == 1
    np.testing.assert_array_equal(stacked, PARTS)
