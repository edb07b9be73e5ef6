"""Layer norms, however they are written, are one op, and their gradients another."""

import numpy as np
import pytest
from harness import CPU, DML, covered, run_traced

import tensorflow as tf

v1 = tf.compat.v1
FORWARD, BACKWARD = "_DmlLayerNorm", "_DmlLayerNormGrad"
covered.update([FORWARD, BACKWARD])
SHAPE = (8, 6, 40)


def given(*shape, seed=0):
    values = np.random.RandomState(seed).uniform(-2, 2, shape).astype("float32")
    return v1.placeholder_with_default(values, shape)


def variable(*shape, seed=0):
    values = np.random.RandomState(seed).uniform(0.5, 2, shape).astype("float32")
    return tf.Variable(values, use_resource=seed % 2 == 0)


def by_moments(x, scale, offset, axis=-1):
    mean, variance = tf.nn.moments(x, [axis], keepdims=True)
    return (x - mean) * tf.math.rsqrt(variance + 1e-6) * scale + offset


def by_batch_normalization(x, scale, offset, axis=-1):
    """As tf.keras and tf.contrib.layers do it."""
    mean, variance = tf.nn.moments(x, [axis % x.shape.ndims], keepdims=True)
    return tf.nn.batch_normalization(x, mean, variance, offset, scale, 1e-3)


def by_squares(x, scale, offset, axis=-1):
    """In yet another order."""
    mean = tf.reduce_mean(x, axis, keepdims=True)
    variance = tf.reduce_mean(tf.math.squared_difference(x, tf.stop_gradient(mean)), axis,
                              keepdims=True)
    factor = scale * tf.math.rsqrt(1e-5 + variance)
    return offset - mean * factor + factor * x


NORMS = [by_moments, by_batch_normalization, by_squares]


def config(fuses):
    options = v1.ConfigProto(allow_soft_placement=False)
    rewrites = options.graph_options.rewrite_options
    rewrites.remapping = rewrites.ON if fuses else rewrites.OFF
    return options


def run(build, fuses=True, device=DML):
    """The values, how many nodes of each op ran, and the launches of each on the device."""
    with tf.Graph().as_default():
        with tf.device(device):
            fetches = build()
        with v1.Session(config=config(fuses)) as session:
            session.run(v1.global_variables_initializer())
            return run_traced(session, fetches)


def check(build, forward=1, backward=0):
    """So many nodes are fused; values differ by roundings of sums. What ran, as of run()."""
    fused, ops, launches = run(build)
    plain, plain_ops, _ = run(build, fuses=False)
    assert (ops.get(FORWARD, 0), ops.get(BACKWARD, 0)) == (forward, backward), sorted(ops)
    assert FORWARD not in plain_ops and BACKWARD not in plain_ops
    for other in (plain, run(build, device=CPU)[0]):
        for value, expected in zip(fused, other):
            scale = max(1, np.abs(expected).max())
            np.testing.assert_allclose(value, expected, rtol=1e-4, atol=2e-5 * scale)
    return fused, ops, launches


@pytest.mark.parametrize("norm", NORMS)
def test_training(norm):
    def build():
        x, scale, offset = given(*SHAPE), variable(40, seed=1), variable(40, seed=1)
        y = norm(x, scale, offset)
        return [y, *tf.gradients(y, [x, scale, offset], given(*SHAPE, seed=5))]

    _, ops, launches = check(build, 1, 1)
    assert not {"Rsqrt", "SquaredDifference", "RsqrtGrad", "Mean", "Sum"} & set(ops)
    assert launches[FORWARD] == 1 and launches[BACKWARD] == 2


def test_resource_variables_and_matrices():
    def build():
        x, scale, offset = given(30, 65), variable(65, seed=2), variable(65, seed=4)
        y = by_squares(x * 2, scale, offset, 1)
        return [*tf.gradients(tf.square(y), [x, scale, offset]), y]

    check(build, 1, 1)


@pytest.mark.parametrize("norm", NORMS)
def test_inference(norm):
    def build():
        scale, offset = (tf.constant(np.linspace(k, 2, 40), tf.float32) for k in (1, 3))
        return [norm(given(*SHAPE), scale, offset)]

    _, ops, _ = check(build)
    assert not {"Rsqrt", "Mean", "Mul"} & set(ops)


def of_any_batch(*shape):
    """So many elements as the device finds, which is all."""
    found = tf.where(given(shape[0], seed=9) > -9)[:, 0]
    return tf.gather(given(*shape), found)


@pytest.mark.parametrize("norm", NORMS)
def test_a_batch_of_unknown_size(norm):
    """What gradients sum over, and what they divide by, is computed in the graph."""
    def build():
        x, scale, offset = tf.tanh(of_any_batch(*SHAPE)), variable(40), variable(40, seed=1)
        y = norm(x, scale, offset)
        return [y, *tf.gradients(tf.sin(y), [x, scale, offset])]

    _, ops, launches = check(build, 1, 1)
    assert not {"Rsqrt", "SquaredDifference", "RsqrtGrad", "Mean", "Sum", "Tile"} & set(ops)
    assert launches[FORWARD] == 1 and launches[BACKWARD] == 2


@pytest.mark.parametrize("of_batch, backward", [(given, 0), (of_any_batch, 1)])
def test_a_dimension_that_is_not_the_last(of_batch, backward):
    """With a scale along the last: that is seen where sizes are known. Values stay right."""
    def build():
        x, scale, offset = tf.tanh(of_batch(8, 6, 40)), variable(40), variable(40, seed=1)
        y = by_moments(x, scale, offset, 1)
        return [y, *tf.gradients(tf.sin(y), [x, scale, offset])]

    check(build, 1, backward)


def test_residual_branches_and_several_norms():
    """The gradient of what is normalized has other summands."""
    def build():
        x = given(*SHAPE)
        parts = [variable(40, seed=seed) for seed in (1, 1, 3, 3)]
        weights = variable(40, 40, seed=5)
        y = x + tf.tanh(tf.tensordot(by_moments(x, *parts[:2]), weights, 1))
        z = y + tf.sigmoid(by_batch_normalization(y, *parts[2:]))
        return [z, *tf.gradients(z, [x, weights, *parts], given(*SHAPE, seed=5))]

    check(build, 2, 2)


def test_moments_that_something_else_takes():
    def build():
        x = given(*SHAPE)
        mean, variance = tf.nn.moments(x, [-1], keepdims=True)
        deviation = tf.math.rsqrt(variance + 1e-3)
        y = (x - mean) * deviation * variable(40) + variable(40, seed=2)
        return [y, mean, deviation, tf.exp(x - mean)]

    check(build)


def test_keras_layer():
    def build():
        layer = tf.keras.layers.LayerNormalization()
        x = given(*SHAPE)
        y = layer(x)
        return [y, *tf.gradients(y, [x, *layer.weights], given(*SHAPE, seed=5))]

    check(build, 1, 1)


def test_in_a_function():
    def build():
        scale, offset = variable(40), variable(40, seed=2)

        @tf.function
        def function(x):
            y = by_moments(x, scale, offset)
            return [y, *tf.gradients(y, [x, scale, offset], tf.cos(x))]

        return function(given(*SHAPE))

    check(build, 1, 1)


def not_the_last():
    x = given(*SHAPE)
    return [by_moments(x, variable(6, 1), variable(6, 1, seed=2), 1)]


def of_a_batch():
    return [by_moments(given(30, 40), variable(40), variable(40, seed=2), 0)]


def scale_of_elements():
    """Another tensor, not a vector that is learned."""
    return [by_moments(given(*SHAPE), given(*SHAPE, seed=1), variable(40))]


def epsilon_that_is_computed():
    x = given(*SHAPE)
    mean, variance = tf.nn.moments(x, [-1], keepdims=True)
    epsilon = tf.reduce_max(x) + 3
    return [(x - mean) * tf.math.rsqrt(variance + epsilon) * variable(40) + variable(40, seed=2)]


def another_power():
    x = given(*SHAPE)
    mean, variance = tf.nn.moments(x, [-1], keepdims=True)
    return [(x + mean) * tf.math.rsqrt(variance + 1e-3) * variable(40) + variable(40, seed=2)]


@pytest.mark.parametrize("build", [not_the_last, of_a_batch, scale_of_elements,
                                   epsilon_that_is_computed, another_power])
def test_what_is_no_layer_norm_stays(build):
    check(build, 0, 0)


def test_a_gradient_of_something_else_stays():
    """Of y with another factor than the norm's: only the norm is fused."""
    def build():
        x, scale, offset = given(*SHAPE), variable(40), variable(40, seed=2)
        y = by_moments(x, scale, offset)
        mean = tf.reduce_mean(x, -1, keepdims=True)
        return [y, (given(*SHAPE, seed=3) * scale - mean) * (x - mean)]

    check(build, 1, 0)


@pytest.mark.parametrize("sizes", [(3, 40, 7), (3, 40, 1), (40, 1)])
def test_shapes_that_only_the_kernel_sees(sizes):
    """Of an unknown rank, dimension 1 may not be the last."""
    def build():
        x = v1.placeholder_with_default(
            np.random.RandomState(0).uniform(-2, 2, sizes).astype("float32"), None)
        mean, variance = tf.nn.moments(x, [1], keepdims=True)
        scale, offset = variable(sizes[-1]), variable(sizes[-1], seed=2)
        return [(x - mean) * tf.math.rsqrt(variance + 1e-3) * scale + offset, mean]

    check(build)


def test_branches():
    def build():
        x, scale, offset = given(*SHAPE), variable(40, seed=1), variable(40, seed=1)
        y = v1.cond(tf.reduce_sum(x) > 1e6, lambda: x, lambda: by_moments(x, scale, offset))
        return [y, *tf.gradients(y, [x, scale, offset], given(*SHAPE, seed=5))]

    # There, variables come through a Switch.
    check(build, 0, 0)


def test_what_waits_for_a_norm_still_does():
    def build():
        x, scale = given(*SHAPE), variable(40, seed=1)
        y = by_moments(x, scale, variable(40, seed=3))
        product = y.op.inputs[0]
        with tf.control_dependencies([product]):
            changed = v1.assign(scale, scale * 100)
        with tf.control_dependencies([changed]):
            return [y, tf.identity(changed)]

    check(build)
