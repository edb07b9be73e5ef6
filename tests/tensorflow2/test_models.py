"""Models of Keras 3 that people train have the CPU's losses on the device, by each of the ways to
train them, and compute nothing on the CPU."""

import collections

import keras
import networks
import numpy as np
import pytest
from launches import launches
from placement import computed_on_the_cpu

import tensorflow as tf

BATCH = 8


def by_fit(model, x, y, **compiled):
    losses = []
    model.compile(keras.optimizers.SGD(0.01, 0.9),
                  keras.losses.SparseCategoricalCrossentropy(from_logits=True), **compiled)
    record = keras.callbacks.LambdaCallback(
        on_train_batch_begin=lambda batch, logs: model.reset_metrics(),
        on_train_batch_end=lambda batch, logs: losses.append(logs["loss"]))
    model.fit(x, y, batch_size=BATCH, shuffle=False, verbose=0, callbacks=[record])
    return losses


def eagerly(model, x, y):
    return by_fit(model, x, y, run_eagerly=True)


def by_function(model, x, y):
    """A loop of one's own."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = keras.optimizers.SGD(0.01, 0.9)
    optimizer.build(model.trainable_variables)

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            value = loss(y, model(x, training=True))
        gradients = tape.gradient(value, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return value

    return [step(x[i:i + BATCH], y[i:i + BATCH]).numpy() for i in range(0, len(x), BATCH)]


def train(made, device, how, steps, policy="float32", **compiled):
    make, data = made
    keras.utils.set_random_seed(5)
    keras.config.set_dtype_policy(policy)
    try:
        with tf.device(device):
            model = make()
            x, y = data(np.random.default_rng(3), BATCH * steps)
            return how(model, x, y, **compiled)
    finally:
        keras.config.set_dtype_policy("float32")


def check(made, how, steps, policy="float32", tolerance=1e-3):
    """What the device launched, of which ops how many times."""
    on_cpu = {"jit_compile": False} if how is by_fit else {}
    expected = train(made, "CPU:0", how, steps, policy, **on_cpu)
    with launches() as ran, computed_on_the_cpu() as left:
        losses = train(made, "GPU:0", how, steps, policy)
    assert len(losses) == steps
    np.testing.assert_allclose(losses, expected, rtol=tolerance)
    assert left == collections.Counter()
    return ran


@pytest.mark.parametrize("name", networks.SMALL)
def test_fit(name):
    ran = check(networks.SMALL[name], by_fit, 3)
    assert sum(ran.values()) > 100, ran


@pytest.mark.parametrize("how", [eagerly, by_function], ids=lambda how: how.__name__)
@pytest.mark.parametrize("name", ["lstm"])
def test_other_ways(name, how):
    check(networks.SMALL[name], how, 3)


@pytest.mark.parametrize("name", ["gru", "transformer", "unet"])
def test_mixed_float16(name):
    check(networks.SMALL[name], by_fit, 3, "mixed_float16", tolerance=2e-2)
