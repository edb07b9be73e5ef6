"""Batch norms of training take additions and activations behind them, and their gradients."""

import numpy as np
import pytest
from harness import CPU, DML, covered, run_traced

import tensorflow as tf

v1 = tf.compat.v1
FORWARD, BACKWARD = "_FusedBatchNormEx", "_DmlFusedBatchNormGradEx"
NORMS = ("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3")
ACTIVATIONS = {"Relu": tf.nn.relu, "Relu6": tf.nn.relu6}
covered.update([FORWARD, BACKWARD])


def config(fuses):
    options = v1.ConfigProto(allow_soft_placement=False)
    rewrites = options.graph_options.rewrite_options
    rewrites.remapping = rewrites.ON if fuses else rewrites.OFF
    # Else nothing here would be left of some.
    rewrites.constant_folding = rewrites.dependency_optimization = rewrites.OFF
    options.graph_options.optimizer_options.opt_level = v1.OptimizerOptions.L0
    return options


def run(build, fuses=True, device=DML):
    """The values, how many nodes of each op ran, and the launches of each on the device."""
    with tf.Graph().as_default() as graph:
        with tf.device(device):
            fetches = build()
        with v1.Session(config=config(fuses)) as session:
            session.run(v1.global_variables_initializer())
            session.run(fetches)  # fills a zero that kernels keep
            result = run_traced(session, fetches)
        assert not {node.op for node in graph.as_graph_def().node} & {FORWARD, BACKWARD}
    return result


def check(build, forward=1, backward=0, exact=True):
    """So many nodes are fused; all values are the same to the bit. What ran, as of run()."""
    fused, ops, launches = run(build)
    plain, plain_ops, _ = run(build, fuses=False)
    assert (ops.get(FORWARD, 0), ops.get(BACKWARD, 0)) == (forward, backward), sorted(ops)
    assert FORWARD not in plain_ops and BACKWARD not in plain_ops
    for value, expected in zip(fused, plain):
        assert value.dtype == expected.dtype
        if exact:
            np.testing.assert_array_equal(value, expected)
        else:
            np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-6)
    return fused, ops, launches


def given(*shape, dtype="float32", seed=0, high=4):
    values = np.random.RandomState(seed).uniform(-4, high, shape).astype(dtype)
    return v1.placeholder_with_default(values, shape)


def norm(x, op="FusedBatchNormV3", data_format="NHWC", training=True, scale=None):
    channels = x.shape.as_list()[3 if data_format == "NHWC" else 1]
    scale = given(channels, seed=1) if scale is None else scale
    estimates = [[], []] if training else [given(channels, seed=2), tf.fill([channels], 0.5)]
    return getattr(tf.raw_ops, op)(
        x=x, scale=scale, offset=given(channels, seed=3), mean=estimates[0],
        variance=estimates[1], is_training=training, data_format=data_format)


SHAPE = (4, 6, 5, 8)
OPS = [(op, dtype) for op in NORMS for dtype in ("float32", "float16")
       if op != "FusedBatchNorm" or dtype == "float32"]


@pytest.mark.parametrize("data_format", ["NHWC", "NCHW"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("op, dtype", OPS)
def test_activation(op, dtype, activation, data_format):
    def build():
        x, scale = given(*SHAPE, dtype=dtype), given(6 if data_format == "NCHW" else 8, seed=1)
        outputs = norm(x, op, data_format, scale=scale)
        y = ACTIVATIONS[activation](outputs[0])
        gradients = tf.gradients(y, [x, scale], given(*SHAPE, dtype=dtype, seed=5))
        return [y, outputs[1], outputs[2], *gradients]

    values, ops, launches = check(build, 1, 1)
    assert not {activation, activation + "Grad", op} & set(ops)
    assert launches[FORWARD] == launches[BACKWARD] == 1
    if data_format == "NHWC" and dtype == "float32":
        for value, expected in zip(values, run(build, device=CPU)[0]):
            np.testing.assert_allclose(value, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("activation", ["", *ACTIVATIONS])
@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("first", [True, False])
def test_addition(first, dtype, activation):
    """As in residual networks; the addition's gradient is needed twice, so it stays."""
    def build():
        x, side = given(*SHAPE, dtype=dtype), given(*SHAPE, dtype=dtype, seed=4)
        y, scaled = norm(x)[0], side * 2
        y = y + scaled if first else scaled + y
        y = ACTIVATIONS.get(activation, tf.identity)(y)
        return [y, *tf.gradients(y, [x, side], given(*SHAPE, dtype=dtype, seed=5))]

    _, ops, launches = check(build, 1, 0)
    assert not {"AddV2", activation} & set(ops)
    assert launches[FORWARD] == 1


def test_gradient_of_an_addition_that_only_the_batch_norm_takes():
    def build():
        x = given(*SHAPE)
        y = tf.nn.relu(norm(x)[0] + given(*SHAPE, seed=4))
        return [y, *tf.gradients(y, [x])]

    check(build, 1, 1)


def test_two_batch_norms_that_are_added():
    """One of them takes the other's result."""
    def build():
        x = given(*SHAPE)
        y = tf.nn.relu(norm(x)[0] + norm(tf.sin(x))[0])
        return [y, *tf.gradients(y, [x])]

    _, ops, _ = check(build, 1, 0)
    assert ops["FusedBatchNormV3"] == 1


@pytest.mark.parametrize("shape", [(8,), (1, 1, 1, 8), (4, 1, 1, 1), (3, 4, 6, 5, 8)], ids=str)
def test_what_is_added_may_broadcast(shape):
    """Only the kernel knows: it adds by a launch of its own."""
    def build():
        x, side = given(*SHAPE), given(*shape, seed=4)
        y = tf.nn.relu(norm(x)[0] + side)
        return [y, *tf.gradients(y, [x, side])]

    check(build, 1, 0)


def test_the_batch_norm_may_broadcast():
    def build():
        return [tf.nn.relu6(norm(given(1, 6, 5, 8))[0] + given(*SHAPE, seed=4))]

    check(build)


def test_shapes_that_do_not_fit_are_named():
    def build():
        x = v1.placeholder_with_default(np.ones((4, 6, 5, 7), np.float32), [None] * 4)
        return [tf.nn.relu(norm(given(*SHAPE))[0] + x)]

    with pytest.raises(tf.errors.InvalidArgumentError, match="Incompatible shapes"):
        run(build)


def test_sizes_that_are_known_late():
    """The addition's gradient asks for shapes of what lies between."""
    def build():
        x, side = (v1.placeholder_with_default(
            np.random.RandomState(seed).uniform(-4, 4, SHAPE).astype("float32"),
            [None, None, None, 8]) for seed in range(2))
        y = tf.nn.relu(norm(x)[0] + tf.sin(side))
        return [y, *tf.gradients(y, [x, side])]

    check(build)


@pytest.mark.parametrize("reader", [tf.identity, tf.sin], ids=["fetched", "read"])
def test_what_else_is_used_stays(reader):
    def build():
        x = given(*SHAPE)
        y = norm(x)[0]
        return [tf.nn.relu(y), reader(y)]

    check(build, 0)


def test_a_fetched_or_fed_tensor_stays():
    with tf.Graph().as_default(), tf.device(DML):
        y = norm(given(*SHAPE))[0]
        z = tf.nn.relu(y)
        total = tf.reduce_sum(z)
        with v1.Session(config=config(True)) as session:
            fetched, above = session.run([y, total])
            np.testing.assert_allclose(np.maximum(fetched, 0).sum(), above, rtol=1e-5)
            assert session.run(total, {y: np.ones(SHAPE)}) == np.prod(SHAPE)
            assert session.run(total, {z: np.ones(SHAPE)}) == np.prod(SHAPE)
            assert session.run([z.op, total])[1] == above  # as a target


def test_an_activation_of_several_gradients_stays():
    def build():
        x, other = given(*SHAPE), given(*SHAPE, seed=4)
        y = tf.nn.relu(norm(x)[0] + norm(other)[0])
        return tf.gradients(y, [x, other])

    _, ops, _ = check(build, 1, 0)
    assert ops["ReluGrad"] == 1 and ops["FusedBatchNormGradV3"] == 2


def test_inference_keeps_its_gradient():
    def build():
        x = given(*SHAPE)
        return tf.gradients(tf.nn.relu(norm(x, training=False)[0]), [x])

    _, ops, _ = run(build)
    assert BACKWARD not in ops and ops["ReluGrad"] == 1


def test_gradient_of_the_gradient():
    def build():
        x = given(*SHAPE)
        y = tf.nn.relu(norm(x)[0])
        first, = tf.gradients(y, [x], given(*SHAPE, seed=5))
        return [first, *tf.gradients(tf.sin(first), [x])]

    fused, _, _ = run(build)
    plain, _, _ = run(build, fuses=False)
    for value, expected in zip(fused, plain):
        np.testing.assert_array_equal(value, expected)


def test_what_is_added_may_depend_on_the_batch_norm():
    """One node of both would wait for itself."""
    def build():
        outputs = norm(given(*SHAPE))
        return [tf.nn.relu(outputs[0] + tf.fill(SHAPE, tf.reduce_sum(outputs[1])))]

    check(build, 0)


def test_an_activation_may_wait_for_the_batch_norm():
    """As for the update of a running average."""
    def build():
        outputs = norm(given(*SHAPE))
        with tf.control_dependencies([tf.sin(outputs[1])]):
            return [tf.nn.relu(outputs[0])]

    check(build, 0)


def test_what_waits_for_the_batch_norm_waits_for_the_node():
    def build():
        average = v1.get_variable("average", [8], use_resource=True)
        x = given(*SHAPE)
        outputs = norm(x)
        y = tf.nn.relu(outputs[0])
        with tf.control_dependencies([outputs[0]]):
            update = average.assign(outputs[1])
        with tf.control_dependencies([update, y]):
            return [average.read_value() * 1, y]

    (average, _), _, _ = check(build)
    x = np.random.RandomState(0).uniform(-4, 4, SHAPE)
    np.testing.assert_allclose(average, x.mean((0, 1, 2)), rtol=1e-4, atol=1e-5)


def test_functions():
    def build():
        @tf.function
        def layer(x, side):
            y = tf.nn.relu(norm(x)[0])
            return tf.nn.relu6(norm(y)[0] + side)

        x = given(*SHAPE)
        y = layer(x, given(*SHAPE, seed=4))
        return [y, *tf.gradients(y, [x])]

    fused, _, launches = run(build)
    plain, _, _ = run(build, fuses=False)
    for value, expected in zip(fused, plain):
        np.testing.assert_array_equal(value, expected)
    assert launches[FORWARD] == 2 and launches[BACKWARD] >= 1


def test_loops():
    def build():
        x = given(*SHAPE)

        def body(i, y):
            return i + 1, tf.nn.relu(norm(tf.nn.relu(norm(y)[0]) * 2)[0] + y)

        _, y = tf.while_loop(lambda i, y: i < 3, body, (0, x))
        return [y, *tf.gradients(y, [x])]

    check(build, 2, 1)


@pytest.mark.parametrize("taken", [True, False])
def test_branches(taken):
    """What is added may not come: the batch norm comes all the same."""
    def build():
        x, side = given(*SHAPE), given(*SHAPE, seed=4)
        takes = v1.placeholder_with_default(taken, [])
        inside = tf.cond(takes, lambda: tf.nn.relu(norm(x)[0] + side), lambda: side)
        other = norm(x)
        dead, live = v1.raw_ops.Switch(data=side, pred=takes)
        merged, _ = v1.raw_ops.Merge(inputs=[tf.nn.relu(other[0] + dead), live])
        return [inside, other[1], merged]

    check(build, 1)


def test_models_train_alike():
    """Losses of a small residual network in which all of that is fused follow the plain ones."""
    def build():
        rng = np.random.RandomState(0)
        x = tf.constant(rng.uniform(-1, 1, (8, 12, 12, 3)).astype(np.float32))
        labels = tf.constant(rng.randint(0, 5, 8))

        def layer(y, name, activation=None):
            kernel = v1.get_variable(name, initializer=rng.normal(
                0, 0.2, (3, 3, int(y.shape[3]), 8)).astype(np.float32))
            y = v1.layers.batch_normalization(
                tf.nn.conv2d(y, kernel, 1, "SAME"), training=True, fused=True, name=name)
            return activation(y) if activation else y

        y = layer(x, "a", tf.nn.relu)
        y = tf.nn.relu(y + layer(layer(y, "b", tf.nn.relu6), "c"))
        logits = tf.reduce_mean(y, [1, 2])[:, :5]
        loss = v1.losses.sparse_softmax_cross_entropy(labels, logits)
        step = v1.train.GradientDescentOptimizer(0.1).minimize(loss)
        with tf.control_dependencies(v1.get_collection(v1.GraphKeys.UPDATE_OPS)):
            step = tf.group(step)
        return loss, step

    losses = []
    for device, fuses in ((DML, True), (DML, False), (CPU, True)):
        with tf.Graph().as_default(), tf.device(device):
            loss, step = build()
            with v1.Session(config=config(fuses)) as session:
                session.run(v1.global_variables_initializer())
                losses.append([session.run([loss, step])[0] for _ in range(10)])
    assert losses[0][-1] < losses[0][0]
    np.testing.assert_array_equal(losses[0], losses[1])
    np.testing.assert_allclose(losses[0], losses[2], rtol=2e-4)
