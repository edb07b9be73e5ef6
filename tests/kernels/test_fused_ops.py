"""TensorFlow's remapper fuses what is on DML devices, and kernels compute that."""

import numpy as np
import pytest
import tensorflow_directml
from harness import covered

import tensorflow as tf

v1 = tf.compat.v1
DML, CPU = "/device:DML:0", "/device:CPU:0"
ACTIVATIONS = {"": tf.identity, "Relu": tf.nn.relu, "Relu6": tf.nn.relu6, "Elu": tf.nn.elu}


def config(on):
    options = v1.ConfigProto()
    rewrites = options.graph_options.rewrite_options
    rewrites.remapping = 1 if on else 2
    rewrites.min_graph_nodes = -1
    # Else inputs are constants, and so is all of the graph.
    rewrites.constant_folding = 2
    options.graph_options.optimizer_options.opt_level = v1.OptimizerOptions.L0
    return options


def random(*shape, dtype=np.float32, low=-1.0, seed=0):
    values = np.random.RandomState(seed + len(shape)).uniform(low, 1, shape)
    return tf.constant(values.astype(dtype))


def run(device, on, build):
    """The values, the ops that ran there, and those that the device launched."""
    with tf.Graph().as_default():
        with tf.device(device):
            fetch = build()
            fetches = [tf.identity(f) for f in (fetch if isinstance(fetch, list) else [fetch])]
        options, metadata = v1.RunOptions(output_partition_graphs=True), v1.RunMetadata()
        with v1.Session(config=config(on)) as session:
            session.run(v1.global_variables_initializer())
            before = tensorflow_directml.launches_by_tag()
            values = session.run(fetches, None, options, metadata)
            after = tensorflow_directml.launches_by_tag()
    nodes = {node.op: node for graph in metadata.partition_graphs for node in graph.node}
    launches = {op: after[op] - before.get(op, 0) for op in after}
    return values, nodes, {op for op, count in launches.items() if count}


def check(build, op, fused_ops=None, cpu=True, tolerance=1e-5):
    """The device runs `op`, which gives what its parts give, there and on the CPU."""
    plain, nodes, _ = run(DML, False, build)
    assert op not in nodes
    fused, nodes, launched = run(DML, True, build)
    assert op in nodes and op in launched, sorted(nodes)
    if fused_ops is not None:
        got = [name.decode() for name in nodes[op].attr["fused_ops"].list.s]
        assert got == [name for name in fused_ops if name]
    references = [plain] + ([run(CPU, False, build)[0]] if cpu else [])
    for reference in references:
        for value, want in zip(fused, reference):
            assert value.dtype == want.dtype
            np.testing.assert_allclose(value, want, rtol=tolerance, atol=tolerance)
    return launched


covered.update(["_FusedConv2D", "_FusedMatMul", "_FusedBatchNormEx"])


def conv(dtype=np.float32, channels=8, data_format="NHWC", **options):
    shape = (2, 3, 9, 7) if data_format == "NCHW" else (2, 9, 7, 3)
    return tf.nn.conv2d(random(*shape, dtype=dtype), random(3, 3, 3, channels, dtype=dtype),
                        strides=options.pop("strides", 1), padding=options.pop("padding", "SAME"),
                        data_format=data_format, **options)


def batch_norm(x, data_format="NHWC", seed=3):
    channels = int(x.shape[3 if data_format == "NHWC" else 1])
    scale, offset, mean = (random(channels, seed=seed + i) for i in range(3))
    variance = random(channels, low=0.2, seed=seed + 3)
    return v1.nn.fused_batch_norm(x, scale, offset, mean, variance, epsilon=0.01,
                                  data_format=data_format, is_training=False)[0]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_convolution_and_bias(dtype, activation):
    def build():
        return ACTIVATIONS[activation](tf.nn.bias_add(conv(dtype), random(8, dtype=dtype)))

    launched = check(build, "_FusedConv2D", ["BiasAdd", activation],
                     tolerance=1e-5 if dtype == np.float32 else 1e-12)
    assert not launched & {"Conv2D", "BiasAdd", activation}


@pytest.mark.parametrize("options", [
    {"padding": "VALID", "strides": [1, 2, 3, 1]}, {"dilations": [1, 2, 1, 1]},
    {"padding": [[0, 0], [2, 1], [0, 3], [0, 0]]}], ids=["valid", "dilations", "explicit"])
def test_convolution_keeps_its_attributes(options):
    def build():
        return tf.nn.relu(tf.nn.bias_add(conv(**options), random(8)))

    check(build, "_FusedConv2D", cpu="dilations" not in options)


def test_channels_first():
    def build():
        y = tf.nn.bias_add(conv(data_format="NCHW"), random(8), data_format="NCHW")
        # Only for batch norms does the remapper look at shapes, which it wants for this one.
        return tf.nn.relu(batch_norm(tf.nn.relu(y), "NCHW"))

    check(build, "_FusedConv2D", ["BiasAdd", "Relu"], cpu=False)


def test_convolution_squeeze_and_bias():
    def build():
        y = tf.nn.conv2d(random(2, 1, 9, 3), random(1, 3, 3, 4), 1, "SAME")
        return tf.nn.bias_add(tf.squeeze(y, [1]), random(4))

    check(build, "_FusedConv2D", ["BiasAdd"])


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_convolution_and_batch_norm(activation):
    def build():
        return ACTIVATIONS[activation](batch_norm(conv()))

    launched = check(build, "_FusedConv2D", ["FusedBatchNorm", activation])
    assert not launched & {"Conv2D", "FusedBatchNormV3", activation}


@pytest.mark.parametrize("dtype", [tf.float32, tf.float16])
@pytest.mark.parametrize("data_format", ["NHWC", "NCHW"])
@pytest.mark.parametrize("side", [False, True])
def test_batch_norm_and_relu(side, data_format, dtype):
    def build():
        x = tf.cast(random(2, 8, 6, 5), dtype)
        y = batch_norm(x, data_format)
        return tf.nn.relu(y + tf.sin(x) if side else y)

    launched = check(build, "_FusedBatchNormEx", cpu=False,
                     tolerance=1e-5 if dtype == tf.float32 else 1e-2)
    assert "Relu" not in launched and "FusedBatchNormV3" not in launched


def test_a_sum_of_other_shapes_stays():
    def build():
        return tf.nn.relu(batch_norm(random(2, 6, 5, 4)) + random(4))

    assert "_FusedBatchNormEx" not in run(DML, True, build)[1]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("transpose", [(False, False), (True, False), (False, True)])
def test_product_and_bias(transpose, activation):
    def build():
        a, b = ((5, 4), (4, 6))
        a = random(*(a[::-1] if transpose[0] else a))
        b = random(*(b[::-1] if transpose[1] else b))
        product = tf.matmul(a, b, transpose_a=transpose[0], transpose_b=transpose[1])
        return ACTIVATIONS[activation](tf.nn.bias_add(product, random(6)))

    launched = check(build, "_FusedMatMul", ["BiasAdd", activation])
    assert not launched & {"MatMul", "BiasAdd", activation}


@pytest.mark.parametrize("shape", [((0, 4), (4, 6)), ((5, 0), (0, 6))])
def test_empty_products(shape):
    def build():
        product = tf.matmul(random(*shape[0]), random(*shape[1]))
        return tf.nn.relu(tf.nn.bias_add(product, random(6)))

    plain, fused = (run(DML, on, build) for on in (False, True))
    assert "_FusedMatMul" in fused[1]
    np.testing.assert_allclose(fused[0][0], plain[0][0])


def test_training_is_fused_too():
    def build():
        w, d = (v1.get_variable(n, initializer=random(*s))
                for n, s in (("w", (3, 3, 3, 8)), ("d", (8, 5))))
        x = tf.nn.conv2d(random(2, 9, 7, 3), w, 1, "SAME")
        x = tf.nn.relu(tf.nn.bias_add(x, random(8)))
        y = tf.nn.relu(tf.nn.bias_add(tf.matmul(tf.reduce_mean(x, [1, 2]), d), random(5)))
        return [tf.reduce_sum(y), *tf.gradients(tf.reduce_sum(y * y), [w, d])]

    launched = check(build, "_FusedConv2D", ["BiasAdd", "Relu"])
    assert "_FusedMatMul" in launched and "ReluGrad" in launched


def test_what_else_is_used_stays():
    def build():
        product = tf.matmul(random(5, 4), random(4, 6))
        return [tf.nn.bias_add(product, random(6)), product]

    assert "_FusedMatMul" not in run(DML, True, build)[1]


def test_the_cpu_is_as_it_was():
    def build():
        return tf.nn.relu(batch_norm(random(2, 6, 5, 4)))

    assert "_FusedBatchNormEx" not in run(CPU, True, build)[1]
