"""TensorFlow's rewrite to mixed precision takes what is on DML devices."""

import numpy as np
import pytest

import tensorflow as tf

v1 = tf.compat.v1
DML, CPU = "/device:DML:0", "/device:CPU:0"
HALF = tf.float16.as_datatype_enum


def config(on):
    options = v1.ConfigProto()
    options.graph_options.rewrite_options.auto_mixed_precision = 1 if on else 2
    options.graph_options.rewrite_options.min_graph_nodes = -1
    return options


def model(device):
    rng = np.random.RandomState(0)
    with tf.device(device):
        x = v1.placeholder(tf.float32, [4, 6, 6, 3])
        w = v1.get_variable("w", initializer=rng.randn(3, 3, 3, 8).astype(np.float32))
        d = v1.get_variable("d", initializer=rng.randn(8, 5).astype(np.float32))
        hidden = tf.nn.relu(tf.nn.conv2d(x, w, padding="SAME"))
        logits = tf.matmul(tf.reduce_mean(hidden, [1, 2]), d)
        loss = tf.reduce_mean(tf.nn.softmax(logits)[:, 0])
        gradient = 2 * tf.gradients(loss, w)[0]  # what is fetched keeps its type
    return x, [loss, gradient]


def run(device, on):
    """The values, and the types that matrix products and convolutions took."""
    with tf.Graph().as_default():
        x, fetches = model(device)
        options, metadata = v1.RunOptions(output_partition_graphs=True), v1.RunMetadata()
        with v1.Session(config=config(on)) as session:
            session.run(v1.global_variables_initializer())
            value = np.random.RandomState(1).randn(*x.shape.as_list())
            values = session.run(fetches, {x: value}, options, metadata)
    types = {node.attr["T"].type for graph in metadata.partition_graphs for node in graph.node
             if node.op in ("MatMul", "Conv2D", "Conv2DBackpropFilter")}
    return values, types


@pytest.mark.parametrize("device", [DML, "/gpu:0", None])
def test_products_become_float16(device):
    expected, types = run(device, on=False)
    assert HALF not in types and types
    values, types = run(device, on=True)
    assert types == {HALF}
    for value, want in zip(values, expected):
        assert value.dtype == np.float32
        assert not np.array_equal(value, want)  # rounded otherwise
        np.testing.assert_allclose(value, want, rtol=0.02, atol=2e-3 * np.abs(want).max())


def test_the_cpu_keeps_its_types():
    assert HALF not in run(CPU, on=True)[1]


def test_training_with_a_scaled_loss():
    def losses(on):
        with tf.Graph().as_default():
            x = tf.constant(np.random.RandomState(2).randn(16, 8).astype(np.float32))
            w = v1.get_variable("w", initializer=np.full((8, 4), 0.1, np.float32))
            loss = v1.losses.sparse_softmax_cross_entropy(
                tf.constant(np.arange(16) % 4), tf.matmul(tf.tanh(x), w))
            optimizer = v1.train.AdamOptimizer(0.05)
            if on:
                optimizer = v1.train.experimental.enable_mixed_precision_graph_rewrite(optimizer)
            train = optimizer.minimize(loss)
            try:
                with v1.Session() as session:
                    session.run(v1.global_variables_initializer())
                    return [session.run([loss, train])[0] for _ in range(8)]
            finally:
                v1.train.experimental.disable_mixed_precision_graph_rewrite()

    plain, mixed = losses(False), losses(True)
    assert mixed != plain
    np.testing.assert_allclose(mixed, plain, rtol=5e-3)
    assert mixed[-1] < mixed[0]
