"""What functions of TensorFlow 2.x and layers of Keras 3 are made of, the device runs as one op."""

import ctypes
import pathlib

import keras
import numpy as np
import pytest
import tensorflow_directml as directml
from launches import launches
from tensorflow.core.framework import graph_pb2
from tensorflow.python.eager import context

import tensorflow as tf


def random(*shape):
    return tf.constant(np.random.RandomState(len(shape)).uniform(-1, 1, shape), tf.float32)


def convolution(x, activation):
    kernel, bias = random(3, 3, 3, 4), tf.constant([1.0, -1.0, 0.5, 0.0])
    return activation(tf.nn.bias_add(tf.nn.conv2d(x, kernel, 1, "SAME"), bias))


def product(x, activation):
    return activation(tf.nn.bias_add(tf.matmul(x, random(6, 5)), random(5)))


def leaky_relu(x):
    return tf.nn.leaky_relu(x, 0.3)


def check(function, *inputs, tolerance=1e-5):
    """What a tf.function launches on the device, with the values that it has on the CPU."""
    with tf.device("CPU"):
        expected = function(*inputs)
    with tf.device("GPU:0"), launches() as ran:
        got = tf.function(function)(*inputs)
    for value, want in zip(tf.nest.flatten(got), tf.nest.flatten(expected)):
        np.testing.assert_allclose(value, want, rtol=tolerance, atol=tolerance)
    return ran


@pytest.mark.parametrize("activation", [tf.identity, tf.nn.relu, tf.nn.relu6, tf.nn.elu,
                                        leaky_relu], ids=lambda made: made.__name__)
@pytest.mark.parametrize("layer, shape, op", [(convolution, (2, 8, 8, 3), "_FusedConv2D"),
                                              (product, (7, 6), "_FusedMatMul")])
def test_a_bias_and_an_activation(layer, shape, op, activation):
    ran = check(lambda x: layer(x, activation), random(*shape))
    assert set(ran) == {op}, ran
    assert ran[op] == (2 if activation is leaky_relu else 1)


@pytest.mark.parametrize("activation", [tf.nn.tanh, tf.nn.sigmoid, tf.nn.softplus, tf.nn.gelu],
                         ids=lambda made: made.__name__)
def test_an_activation_that_no_kernel_fuses_follows(activation):
    """Of a layer that the remapper would make an op of oneDNN of on the CPU."""
    def layers(x):
        return product(product(x, tf.nn.relu) @ random(5, 6), activation)

    ran = check(layers, random(7, 6))
    assert ran["_FusedMatMul"] == 2 and ran["BiasAdd"] == 0, ran


def test_a_batch_norm_and_what_follows():
    def layer(x):
        mean, variance = random(3), 1 + tf.square(random(3))
        y = tf.raw_ops.FusedBatchNormV3(x=x, scale=random(3), offset=random(3), mean=mean,
                                        variance=variance, is_training=False)[0]
        return tf.nn.relu(y + tf.sin(x))

    ran = check(layer, random(2, 5, 4, 3))
    assert "_FusedBatchNormEx" in ran and not {"FusedBatchNormV3", "AddV2", "Relu"} & set(ran), ran


@pytest.mark.parametrize("batch", [4, None])
def test_a_layer_norm_of_keras_and_its_gradient(batch):
    """Where the batch's size is known when it is traced, and where it is not."""
    layer = keras.layers.LayerNormalization()
    layer.build((batch, 6, 16))

    @tf.function(input_signature=[tf.TensorSpec([batch, 6, 16])])
    def train(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
            loss = tf.reduce_sum(tf.sin(y))
        return [y, *tape.gradient(loss, [x, *(v.value for v in layer.trainable_variables)])]

    x = random(4, 6, 16)
    with tf.device("GPU:0"):
        with launches() as ran:
            got = train(x)
        expected = train.python_function(x)
    for value, want in zip(got, expected):
        np.testing.assert_allclose(value, want, rtol=1e-4, atol=1e-5)
    assert ran["_DmlLayerNorm"] == 1 and ran["_DmlLayerNormGrad"] == 2, ran
    assert not {"Mean", "Rsqrt", "SquaredDifference", "RsqrtGrad"} & set(ran), ran


@pytest.fixture
def no_options(monkeypatch):
    """Grappler's options as at first, afterwards too: none can be taken back."""
    context.ensure_initialized()
    monkeypatch.setattr(context.context(), "_optimizer_experimental_options", {})
    yield
    context.context().function_call_options = None


@pytest.mark.parametrize("fuses", [False, True])
def test_remapping_can_be_turned_off(fuses, no_options):
    tf.config.optimizer.set_experimental_options({"remapping": fuses})
    ran = check(lambda x: product(x, tf.nn.relu), random(7, 6))
    assert (set(ran) == {"_FusedMatMul"}) == fuses, ran


def products(**fused):
    """A serialized graph of a product by name, which does what follows, too."""
    graph = graph_pb2.GraphDef()
    for name, ops in fused.items():
        node = graph.node.add(name=name, op="_FusedMatMul" if ops else "MatMul",
                              device="/job:localhost/replica:0/task:0/device:DML:0")
        node.attr["T"].type = tf.float32.as_datatype_enum
        if ops:
            node.attr["fused_ops"].list.s.extend(op.encode() for op in ops)
    return graph.SerializeToString()


@pytest.mark.parametrize("activation, fits", [("Elu", True), ("Tanh", False)])
@pytest.mark.parametrize("first", [(), ("BiasAdd",)], ids=["of MatMul", "of a fused one"])
def test_what_the_remapper_makes_is_looked_at_by_node(activation, fits, first):
    """Also where the graph has had a node of the op before, which does something else."""
    folder = pathlib.Path(directml.__file__).parent / "tensorflow2"
    version = "_".join(tf.__version__.split(".")[:2])
    check = ctypes.CDLL(str(folder / f"libtensorflow_dml_{version}.so")).dml_has_kernels_of_remapped
    before = products(a=["BiasAdd", "Relu"], b=first, c=["BiasAdd", "Sigmoid"])
    after = products(a=["BiasAdd", "Relu"], b=["BiasAdd", activation], c=["BiasAdd", "Sigmoid"])
    assert check(before, len(before), after, len(after)) == fits
    assert check(before, len(before), before, len(before))
