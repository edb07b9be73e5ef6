"""What one training step of a convolutional network costs, by the counters."""

import numpy as np
import pytest
import tensorflow.compat.v1 as tf
import tensorflow_directml as directml
from tensorflow.python.framework import kernels
from tensorflow_directml import runtime

SEED = 7


class Network:
    """A batch-normalized stack with a classifier; trains by Adam."""

    def __init__(self):
        self.graph = tf.Graph()
        with self.graph.as_default():
            tf.set_random_seed(SEED)
            self.images = tf.placeholder(tf.float32, [None, 12, 12, 3])
            self.labels = tf.placeholder(tf.int64, [None])
            net = self.images
            for filters in (8, 16):
                net = tf.layers.conv2d(net, filters, 3, padding="same", use_bias=False)
                net = tf.nn.relu(tf.layers.batch_normalization(net, training=True))
                net = tf.layers.max_pooling2d(net, 2, 2)
            net = tf.layers.dropout(tf.layers.flatten(net), training=True)
            logits = tf.layers.dense(net, 10)
            self.loss = tf.losses.sparse_softmax_cross_entropy(self.labels, logits)
            updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
            with tf.control_dependencies(updates):
                self.train = tf.train.AdamOptimizer(1e-3).minimize(self.loss)
            self.initialize = tf.global_variables_initializer()

    def feed(self, batch):
        rng = np.random.RandomState(batch)
        return {self.images: rng.rand(batch, 12, 12, 3), self.labels: rng.randint(0, 10, batch)}

    def step(self, session, batch, **trace):
        return session.run([self.loss, self.train], self.feed(batch), **trace)[0]


@pytest.fixture(scope="module")
def network():
    return Network()


@pytest.fixture
def session(network):
    with tf.Session(graph=network.graph) as session:
        session.run(network.initialize)
        network.step(session, 8)
        yield session


def operators_programs(device):
    """Without those of launches that are merged, which are made in the background at any time."""
    return {program for program in device.programs()
            if not program.shader.startswith("chain") and not program.shader.endswith("_grouped")}


def test_a_new_batch_size_compiles_nothing(network, session):
    # Not 1: a broadcast along a batch of one is none, which is a program of its own. Nor above
    # 14, with 2048 pixels: there a batch norm takes two launches, by programs for these.
    with runtime.open(0) as device:
        programs, launches = operators_programs(device), device.statistics()["launches"]
        for batch in (14, 3, 11, 8):
            assert np.isfinite(network.step(session, batch))
        assert device.statistics()["launches"] > launches
        assert operators_programs(device) == programs


def test_only_the_fetch_comes_back(network, session):
    before = directml.statistics()
    steps = 5
    for _ in range(steps):
        network.step(session, 8)
    after = directml.statistics()
    copies = after["device_to_host_copies"] - before["device_to_host_copies"]
    size = after["device_to_host_bytes"] - before["device_to_host_bytes"]
    assert (copies, size) == (steps, 4 * steps)
    uploads = after["host_to_device_copies"] - before["host_to_device_copies"]
    assert uploads == 2 * steps


def test_every_float_operator_runs_on_the_device(network, session):
    metadata = tf.RunMetadata()
    network.step(session, 8, run_metadata=metadata, options=tf.RunOptions(
        trace_level=tf.RunOptions.FULL_TRACE, output_partition_graphs=True))
    ran, strayed = set(), set()
    for partition in metadata.partition_graphs:
        for node in partition.node:
            on_device = "/device:DML:" in node.device
            types = [tf.as_dtype(node.attr[a].type) for a in ("T", "dtype") if a in node.attr]
            known = any(k.device_type == "DML"
                        for k in kernels.get_registered_kernels_for_op(node.op).kernel)
            if on_device:
                ran.add(node.op)
            elif known and node.op not in PLUMBING and any(t.is_floating for t in types):
                strayed.add((node.op, node.name))
    assert not strayed
    assert {"Conv2D", "Conv2DBackpropInput", "Conv2DBackpropFilter", "_FusedBatchNormEx",
            "_DmlFusedBatchNormGradEx", "MaxPoolGrad", "MatMul", "ApplyAdam"} <= ran


# The edge of the graph: feeds enter and fetches leave on the host.
PLUMBING = {"_Arg", "_Retval", "_Send", "_Recv", "_HostSend", "_HostRecv", "Placeholder", "NoOp"}
