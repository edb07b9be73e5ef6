"""Dropout is one launch each way, and what it keeps is what the CPU keeps."""

import numpy as np
import pytest
import tensorflow.compat.v1 as tf
import tensorflow_directml as directml
from harness import CPU, DML
from tensorflow_directml import runtime

SHAPE = (6, 20)
RUNS = 4  # until there are programs for it, and once more


def by_nn(x, rate):
    return tf.nn.dropout(x, rate=rate, seed=3)


def by_layers(x, rate):
    return tf.layers.dropout(x, rate, seed=3, training=True)


def by_keras(x, rate):
    return tf.keras.layers.Dropout(rate, seed=3)(x, training=True)


def by_rate_of_the_device(x, rate):
    rate = tf.stop_gradient(tf.reduce_max(tf.minimum(x, rate)))  # which is that
    return tf.nn.dropout(x, rate=rate, seed=3)


def of_columns(x, rate):
    """One number a column: what it is multiplied with is a chain of its own."""
    return tf.nn.dropout(x, rate=rate, noise_shape=[1, SHAPE[1]], seed=3)


def run(device, dropout, dtype):
    """What each run gives, and {op: launches} of the one with the fewest."""
    found, launches = [], []
    values = np.random.RandomState(0).uniform(-2, 2, SHAPE).astype(dtype)
    integers = np.random.RandomState(1).randint(-9, 9, (SHAPE[1], 4))
    with tf.Graph().as_default():
        x = tf.placeholder(dtype, SHAPE)
        # The gradient is a product of integers, which is exact.
        weights = tf.placeholder(dtype, (SHAPE[1], 4))
        with tf.device(device):
            y = dropout(x, 0.3)
            fetches = [y, *tf.gradients(tf.matmul(y, weights), x)]
        with tf.Session(config=tf.ConfigProto(allow_soft_placement=False)) as session:
            for _ in range(RUNS if device == CPU else 3 * RUNS):
                before = directml.launches_by_tag()
                found.append(session.run(fetches, {x: values, weights: integers}))
                after = directml.launches_by_tag()
                grown = {op: after[op] - before.get(op, 0) for op in after}
                launches.append({op: n for op, n in grown.items() if n})
                if device == DML:
                    with runtime.open(0) as opened:
                        opened.finish_programs()
    return found, min(launches, key=lambda ops: sum(ops.values()))


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("dropout", [by_nn, by_layers, by_keras, by_rate_of_the_device, of_columns])
def test_keeps_what_the_cpu_keeps(dropout, dtype):
    expected, _ = run(CPU, dropout, dtype)
    found, launches = run(DML, dropout, dtype)
    for wants, gots in zip(expected, found):
        for want, got in zip(wants, gots):
            assert 0 < np.count_nonzero(want) < want.size
            if dtype == "float32":
                np.testing.assert_array_equal(got, want)
            else:  # the CPU's scale may be rounded once more
                np.testing.assert_allclose(got, want, 2e-3)
    assert not np.array_equal(found[0][0], found[1][0])
    of_dropout = {op: n for op, n in launches.items()
                  if {"RandomUniform", "Mul"} & set(op.split("+"))}
    late = dropout is by_rate_of_the_device  # noise is there before its rate
    assert sum(of_dropout.values()) <= 2 + (late or dropout is of_columns), launches
    # TensorFlow 2.x selects what is kept, and multiplies with no cast.
    kept = "RandomUniform+GreaterEqual" + ("+Cast" if tf.__version__.startswith("1.") else "")
    assert late or any(op.startswith(kept) for op in of_dropout), launches
