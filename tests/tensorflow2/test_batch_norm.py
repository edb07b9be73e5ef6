"""Batch norms as Keras 2 has them: with averages over steps, and of volumes."""

import numpy as np
import pytest
import tf_keras
from launches import launches
from placement import computed_on_the_cpu

import tensorflow as tf

CHANNELS = 4
EPSILON = 1e-3
NORM, GRADIENT = "FusedBatchNormV3", "FusedBatchNormGradV3"
FUSED, FUSED_GRADIENT = "_FusedBatchNormEx", "_DmlFusedBatchNormGradEx"
SHAPES = {"NHWC": (3, 5, 2, CHANNELS), "NCHW": (3, CHANNELS, 5, 2),
          "NDHWC": (3, 2, 5, 2, CHANNELS), "NCDHW": (3, CHANNELS, 2, 5, 2)}


def channels_last(values, data_format):
    return np.moveaxis(values, 1, -1) if data_format[1] == "C" else values


def inputs(data_format):
    """x, its output's gradient, and scale, offset, mean and variance by channel."""
    rng = np.random.RandomState(4)
    shape = SHAPES[data_format]
    x, dy = (rng.standard_normal(shape).astype(np.float32) for _ in range(2))
    vectors = rng.uniform(0.5, 2, (4, CHANNELS)).astype(np.float32)
    return 5 * x + 3, dy, vectors


def normalize(x, vectors, data_format, factor, training=True):
    scale, offset, mean, variance = vectors
    if training and factor == 1:
        mean, variance = [], []
    return tf.raw_ops.FusedBatchNormV3(
        x=x, scale=scale, offset=offset, mean=mean, variance=variance, epsilon=EPSILON,
        exponential_avg_factor=factor, data_format=data_format, is_training=training)


def in_numpy(x, vectors, data_format, factor):
    """The outputs y to reserve_space_2, in float64."""
    x = channels_last(x, data_format).astype(np.float64)
    scale, offset, *given = vectors.astype(np.float64)
    axes = tuple(range(x.ndim - 1))
    mean, variance = x.mean(axes), x.var(axes)
    inverse = 1 / np.sqrt(variance + EPSILON)
    count = x.size / CHANNELS
    averages = [(1 - factor) * old + factor * new
                for old, new in zip(given, (mean, variance * count / (count - 1)))]
    return [(x - mean) * inverse * scale + offset, *averages, mean, inverse]


@pytest.mark.parametrize("factor", [1.0, 0.01, 0.0])
@pytest.mark.parametrize("data_format", SHAPES)
def test_outputs_of_training(data_format, factor):
    """Averages are of what is given and the batch; what is saved is the batch's alone, as
    gradients on the device take it."""
    x, _, vectors = inputs(data_format)
    with tf.device("GPU:0"), launches() as ran:
        y, *outputs = normalize(x, vectors, data_format, factor)
    wanted, *others = in_numpy(x, vectors, data_format, factor)
    np.testing.assert_allclose(channels_last(y.numpy(), data_format), wanted, rtol=1e-4, atol=1e-5)
    for output, other in zip(outputs, others):
        np.testing.assert_allclose(output, other, rtol=1e-5)
    assert y.device.endswith("DML:0") and outputs[4].shape == ()
    assert ran[NORM] >= 1, ran


@pytest.mark.parametrize("traced, activation", [(False, tf.identity), (True, tf.nn.relu)],
                         ids=["eagerly", "in a function, with Relu"])
@pytest.mark.parametrize("training, factor", [(True, 1.0), (True, 0.01), (False, 1.0)])
@pytest.mark.parametrize("data_format", SHAPES)
def test_gradients_are_the_cpus(data_format, training, factor, traced, activation):
    x, dy, vectors = inputs(data_format)

    def step(x, dy, vectors, data_format):
        with tf.GradientTape() as tape:
            tape.watch([x, vectors])
            outputs = normalize(x, tf.unstack(vectors), data_format, factor, training)
            y = activation(outputs[0])
        return [y, *outputs[1:3], *tape.gradient(y, [x, vectors], dy)]

    # The CPU takes channels last.
    last = data_format.replace("C", "") + "C"
    with tf.device("CPU"):
        expected = step(*(tf.constant(channels_last(a, data_format)) for a in (x, dy)),
                        tf.constant(vectors), last)
    run = tf.function(step) if traced else step
    with tf.device("GPU:0"), launches() as ran, computed_on_the_cpu() as on_cpu:
        got = run(tf.constant(x), tf.constant(dy), tf.constant(vectors), data_format)
    for have, want in zip(got, expected):
        have = have.numpy()
        if have.shape == SHAPES[data_format]:
            have = channels_last(have, data_format)
        np.testing.assert_allclose(have, want, rtol=1e-4, atol=1e-4)
    assert ran[NORM] + ran[FUSED] and ran[GRADIENT] + ran[FUSED_GRADIENT], ran
    assert not {NORM, FUSED, GRADIENT} & set(on_cpu), on_cpu
    if traced and training:
        assert FUSED_GRADIENT in ran and (FUSED in ran) == (len(data_format) == 4), ran


def test_an_empty_batch():
    x, _, vectors = inputs("NHWC")
    results = []
    for device in ("CPU", "GPU:0"):
        with tf.device(device):
            results.append(normalize(x[:0], vectors, "NHWC", 0.25)[:3])
    for have, want in zip(*results):
        np.testing.assert_array_equal(have, want)


def test_averages_want_what_they_are_of():
    x, _, vectors = inputs("NHWC")
    with pytest.raises(tf.errors.InvalidArgumentError,
                       match="estimated_mean must have as many elements as the input has channels"):
        tf.raw_ops.FusedBatchNormV3(x=x, scale=vectors[0], offset=vectors[1], mean=vectors[2][:3],
                                    variance=vectors[3], exponential_avg_factor=0.5)


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 4), (1, 1, 1, 1, 1, 4)], ids=str)
def test_other_ranks_are_refused(shape):
    with pytest.raises(tf.errors.InvalidArgumentError, match="input must be 4 or 5-dimensional"):
        tf.raw_ops.FusedBatchNormV3(x=np.ones(shape, np.float32), scale=np.ones(4, np.float32),
                                    offset=np.ones(4, np.float32), mean=[], variance=[])


def images():
    layers = tf_keras.layers
    return [layers.Conv2D(8, 3), layers.BatchNormalization(), layers.ReLU(), layers.Conv2D(8, 3),
            layers.BatchNormalization(), layers.ReLU(), layers.GlobalAveragePooling2D()], (8, 8, 3)


def volumes():
    layers = tf_keras.layers
    return [layers.Conv3D(4, 3, padding="same"), layers.BatchNormalization(), layers.ReLU(),
            layers.GlobalAveragePooling3D()], (4, 4, 4, 2)


@pytest.mark.parametrize("make", [images, volumes], ids=lambda make: make.__name__)
def test_models_of_keras_2_train_and_predict(make):
    def train():
        tf_keras.utils.set_random_seed(1)
        layers, shape = make()
        model = tf_keras.Sequential(
            [tf_keras.layers.Input(shape), *layers, tf_keras.layers.Dense(2)])
        model.compile(tf_keras.optimizers.SGD(0.1),
                      tf_keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        x = np.random.RandomState(0).standard_normal((32, *shape)).astype(np.float32) * 4
        y = (x.mean(tuple(range(1, x.ndim))) > 0).astype(int)
        history = model.fit(x, y, batch_size=16, epochs=2, shuffle=False, verbose=0)
        averages = [np.ravel(v) for v in model.non_trainable_variables]
        return history.history["loss"], model.predict(x, verbose=0), np.concatenate(averages)

    with tf.device("CPU"):
        expected = train()
    with tf.device("GPU:0"), launches() as ran, computed_on_the_cpu() as on_cpu:
        got = train()
    for have, want in zip(got, expected):
        np.testing.assert_allclose(have, want, rtol=2e-3, atol=1e-4)
    assert ran[GRADIENT] + ran[FUSED_GRADIENT] >= 4, ran
    assert not {NORM, FUSED, GRADIENT} & set(on_cpu), on_cpu
