"""Keras 3's applications train on the device with the CPU's losses, and compute nothing on the CPU.

Fifty batch norms one after another make much of a rounding, whoever rounds: MobileNetV2's first
gradient has norm 1300, and without clipping losses of the CPU and of the CPU with the images of a
batch in another order, the same step but for rounding, differ by 8 % after the first step. With
clipping they stay near each other, and the CPU trains in both orders, to say how near: the
device's losses may be TIMES as far from the first as these are from each other. (The device
rounds otherwise in every sum, the second run in those over the batch only.)
"""

import collections

import keras
import numpy as np
import pytest
from launches import launches
from placement import computed_on_the_cpu
from ways import BATCH, cross_entropy

import tensorflow as tf

SIZE = 32
CLASSES = 5
TIMES = 10
TOLERANCE = 2e-4  # that of the training tests, where nothing is made much of
NAMES = ["MobileNetV2", *(pytest.param(name, marks=pytest.mark.long)
                          for name in ("ResNet50", "EfficientNetB0", "DenseNet121"))]


def without_dropout(layer):
    """Which images of a batch are dropped depends on their order."""
    if isinstance(layer, keras.layers.Dropout):
        return keras.layers.Identity(name=layer.name)
    return layer.__class__.from_config(layer.get_config())


def application(name, dropout):
    base = getattr(keras.applications, name)(
        include_top=False, weights=None, input_shape=(SIZE, SIZE, 3), pooling="avg")
    if not dropout:
        base = keras.models.clone_model(base, clone_function=without_dropout)
    return keras.Sequential([base, keras.layers.Dense(CLASSES, dtype="float32")])


def batch():
    random = np.random.default_rng(3)
    return (random.standard_normal((BATCH, SIZE, SIZE, 3), np.float32),
            random.integers(0, CLASSES, BATCH))


def train(name, device, steps, order=1, dropout=False, policy="float32", **options):
    """The model, and the losses of `steps` steps on one batch, by fit()."""
    keras.utils.set_random_seed(5)
    keras.config.set_dtype_policy(policy)
    losses = []
    record = keras.callbacks.LambdaCallback(
        on_train_batch_begin=lambda batch, logs: model.reset_metrics(),
        on_train_batch_end=lambda batch, logs: losses.append(logs["loss"]))
    try:
        with tf.device(device):
            model = application(name, dropout)
            optimizer = keras.optimizers.SGD(1e-4, global_clipnorm=1.0)
            model.compile(optimizer, cross_entropy(), jit_compile=False, **options)
            x, y = (np.tile(one[::order], [steps] + [1] * (one.ndim - 1)) for one in batch())
            model.fit(x, y, batch_size=BATCH, shuffle=False, verbose=0, callbacks=[record])
    finally:
        keras.config.set_dtype_policy("float32")
    return model, np.array(losses)


@pytest.mark.parametrize("name", NAMES)
def test_losses_and_both_formats(name, steps, tmp_path):
    _, expected = train(name, "CPU:0", steps)
    _, reordered = train(name, "CPU:0", steps, order=-1)
    with launches() as ran, computed_on_the_cpu() as left:
        model, losses = train(name, "GPU:0", steps)
    assert left == collections.Counter()
    assert min(ran["Conv2D"], ran["Conv2DBackpropFilter"], ran["Rsqrt"]) >= steps, ran

    # The losses do not say more than the CPU's own where these tell nothing.
    apart = np.maximum.accumulate(np.abs(reordered / expected - 1))
    assert apart[-1] < 0.05, apart
    assert np.all(np.abs(losses / expected - 1) <= np.maximum(TOLERANCE, TIMES * apart)), (
        losses / expected - 1, apart)
    assert losses[-1] < losses[0]

    x, _ = batch()
    trained = model.predict(x, verbose=0)
    model.save(tmp_path / "model.keras")
    model.export(tmp_path / "saved_model", verbose=False)
    with tf.device("CPU"):
        loaded = keras.saving.load_model(tmp_path / "model.keras", compile=False)
        loaded.compile(jit_compile=False)
        np.testing.assert_allclose(loaded.predict(x, verbose=0), trained, rtol=1e-3, atol=1e-4)
        served = tf.saved_model.load(tmp_path / "saved_model")
        np.testing.assert_allclose(served.serve(x), trained, rtol=1e-3, atol=1e-4)
        loaded.save(tmp_path / "of_the_cpu.keras")
    with tf.device("GPU:0"), launches() as ran:
        back = keras.saving.load_model(tmp_path / "of_the_cpu.keras", compile=False)
        np.testing.assert_allclose(back(x), trained, rtol=1e-3, atol=1e-4)
    assert ran["Conv2D"] or ran["_FusedConv2D"], ran


@pytest.mark.long
@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision(policy, steps):
    with computed_on_the_cpu() as left:
        _, losses = train("MobileNetV2", "GPU:0", steps, policy=policy)
    assert left == collections.Counter()
    assert np.all(np.isfinite(losses)) and losses[-1] < losses[0], losses


@pytest.mark.long
def test_dropout(steps):
    """EfficientNet as it is, whose blocks are dropped by Keras' random numbers."""
    _, expected = train("EfficientNetB0", "CPU:0", steps, dropout=True)
    with computed_on_the_cpu() as left:
        _, losses = train("EfficientNetB0", "GPU:0", steps, dropout=True)
    assert left == collections.Counter()
    np.testing.assert_allclose(losses[0], expected[0], rtol=TOLERANCE)
    assert losses[-1] < losses[0], losses


@pytest.mark.long
def test_eagerly(steps):
    _, expected = train("MobileNetV2", "CPU:0", steps)
    with computed_on_the_cpu() as left:
        _, losses = train("MobileNetV2", "GPU:0", steps, run_eagerly=True)
    assert left == collections.Counter()
    np.testing.assert_allclose(losses[0], expected[0], rtol=TOLERANCE)
    assert losses[-1] < losses[0], losses
