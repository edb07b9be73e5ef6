"""Ops of bfloat16 compute in float32 on the device, and round once."""

import collections

import numpy as np
import pytest
from launches import launches
from placement import computed_on_the_cpu

import tensorflow as tf

# Of statistics, and whose result is always float32.
MAKE_FLOAT32 = {"batch_norm", "resize"}
WORDS = tf.constant([2, 0, 2, 1])


def cases():
    x, y = (tf.random.stateless_normal([4, 6], [seed, 1]) for seed in (1, 2))
    images = tf.random.stateless_normal([2, 8, 8, 3], [3, 1])
    kernel = tf.random.stateless_normal([3, 3, 3, 4], [4, 1])
    of_two = {"add": tf.add, "multiply": tf.multiply, "maximum": tf.maximum,
              "divide": tf.divide, "squared_difference": tf.math.squared_difference,
              "less": tf.less, "select": lambda a, b: tf.where(a > 0, a, b),
              "matmul": lambda a, b: tf.matmul(a, b, transpose_b=True),
              "batch_matmul": lambda a, b: tf.matmul(a[:, None], b[:, None], transpose_a=True),
              "einsum": lambda a, b: tf.einsum("ij,kj->ik", a, b),
              "relu_grad": lambda a, b: tf.raw_ops.ReluGrad(gradients=a, features=b),
              "add_n": lambda a, b: tf.add_n([a, b, a]),
              "concat": lambda a, b: tf.concat([a, b], 1)}
    of_one = {name: getattr(tf.nn, name) for name in
              ("relu", "relu6", "elu", "selu", "leaky_relu", "gelu", "silu", "softmax",
               "log_softmax", "softplus", "l2_loss")}
    of_one.update({name: getattr(tf.math, name) for name in
                   ("exp", "tanh", "sigmoid", "square", "erf", "negative", "cumsum",
                    "reduce_sum", "reduce_mean", "reduce_max")})
    of_one.update({
        "transpose": tf.transpose, "tile": lambda a: tf.tile(a, [2, 1]),
        "fully_reduced": lambda a: tf.reduce_mean(a, 1, keepdims=True),
        "top_k": lambda a: tf.math.top_k(a, 2)[0], "where": tf.where,
        "clip": lambda a: tf.clip_by_value(a, -0.5, 0.5),
        "segments": lambda a: tf.math.unsorted_segment_sum(a, WORDS, 3),
        "gather": lambda a: tf.gather(a, WORDS),
        "labels": lambda a: tf.nn.sparse_softmax_cross_entropy_with_logits(WORDS, a)})
    of_images = {
        "conv2d": lambda a, k: tf.nn.conv2d(a, k, 1, "SAME"),
        "conv2d_backprop_filter": lambda a, k: tf.raw_ops.Conv2DBackpropFilter(
            input=a, filter_sizes=k.shape, out_backprop=tf.tile(a[..., :1], [1, 1, 1, 4]),
            strides=[1, 1, 1, 1], padding="SAME"),
        "depthwise": lambda a, k: tf.nn.depthwise_conv2d(a, k, [1, 1, 1, 1], "SAME"),
        "bias": lambda a, k: tf.nn.bias_add(a, k[0, 0, :, 0]),
        "bias_grad": lambda a, k: tf.raw_ops.BiasAddGrad(out_backprop=a),
        "max_pool": lambda a, k: tf.nn.max_pool2d(a, 2, 2, "SAME"),
        "avg_pool": lambda a, k: tf.nn.avg_pool2d(a, 2, 2, "SAME"),
        "batch_norm": lambda a, k: tf.raw_ops.FusedBatchNormV3(
            x=a, scale=[1.0, 2, 3], offset=[0.0, 1, 2], mean=[], variance=[])[:3],
        "pad": lambda a, k: tf.pad(a, [[0, 0], [1, 1], [1, 0], [0, 0]]),
        "resize": lambda a, k: tf.raw_ops.ResizeBilinear(images=a, size=[5, 5]),
        "slice": lambda a, k: a[:, ::2, 1:]}
    for table, inputs in ((of_one, [x]), (of_two, [x, y]), (of_images, [images, kernel])):
        for name, function in table.items():
            yield name, function, [tf.cast(one, tf.bfloat16) for one in inputs]


with tf.device("CPU"):
    CASES = list(cases())


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("name, function, inputs", CASES, ids=[case[0] for case in CASES])
def test_an_op(name, function, inputs, compiled):
    with tf.device("CPU"):
        wide = tf.nest.flatten(function(*(tf.cast(one, tf.float32) for one in inputs)))
    with tf.device("GPU:0"):
        ours = [tf.identity(one) for one in inputs]
        with launches() as ran, computed_on_the_cpu() as left:
            got = tf.nest.flatten((tf.function(function) if compiled else function)(*ours))
    assert ran and left == collections.Counter(), (ran, left)
    for value, want in zip(got, wide):
        narrow = tf.bfloat16 if want.dtype == tf.float32 else want.dtype
        assert value.dtype == narrow or name in MAKE_FLOAT32
        # A unit of bfloat16: of several ops each rounds once.
        np.testing.assert_allclose(tf.cast(value, want.dtype), want, rtol=2**-7, atol=2**-8)


def test_sums_are_of_float32():
    """A running sum of bfloat16 would stop at 256."""
    with tf.device("GPU:0"):
        ones = tf.ones([4096], tf.bfloat16)
        assert float(tf.reduce_sum(ones)) == 4096
        assert float(tf.tensordot(ones, ones, 1)) == 4096
        assert float(tf.nn.conv1d(ones[None, :, None], ones[:, None, None], 1, "VALID")[0, 0, 0]) \
            == 4096


@pytest.mark.parametrize("draw", [tf.random.stateless_uniform, tf.random.stateless_normal,
                                  tf.random.stateless_truncated_normal],
                         ids=lambda draw: draw.__name__)
def test_random_numbers_are_the_cpus(draw):
    with tf.device("CPU"):
        expected = draw([7, 33], [1, 2], dtype=tf.bfloat16)
    with tf.device("GPU:0"), computed_on_the_cpu() as left:
        got = draw([7, 33], [1, 2], dtype=tf.bfloat16)
    assert left == collections.Counter()
    # Logarithms and roots may round otherwise, and then to another neighbour.
    tolerance = 0 if draw is tf.random.stateless_uniform else 2**-7
    np.testing.assert_allclose(tf.cast(got, tf.float32), tf.cast(expected, tf.float32),
                               rtol=tolerance)
    assert len(np.unique(tf.cast(got, tf.float32))) > 50


def test_gradients():
    x = tf.random.stateless_normal([8, 5], [1, 1])

    def of_loss(values):
        with tf.GradientTape() as tape:
            tape.watch(values)
            loss = tf.reduce_mean(tf.nn.gelu(tf.matmul(values, values, transpose_b=True)))
        return tape.gradient(loss, values)

    with tf.device("CPU"):
        expected = of_loss(x)
    with tf.device("GPU:0"), computed_on_the_cpu() as left:
        got = of_loss(tf.cast(x, tf.bfloat16))
    assert got.dtype == tf.bfloat16 and left == collections.Counter(), left
    np.testing.assert_allclose(tf.cast(got, tf.float32), expected, rtol=0.05, atol=0.01)


def test_an_error_is_that_of_the_op():
    with tf.device("GPU:0"), pytest.raises(tf.errors.InvalidArgumentError, match="Matrix size"):
        tf.raw_ops.MatMul(a=tf.ones([2, 3], tf.bfloat16), b=tf.ones([4, 5], tf.bfloat16))
