"""Ref variables that an op reads and writes: their value is their memory."""

import numpy as np
import pytest
import tensorflow_directml as directml
from harness import CPU, DML, config, tf

SHAPE = (5, 3)


def start(shape=SHAPE, dtype=np.float32):
    return (np.arange(np.prod(shape)).reshape(shape) * 0.5 + 1).astype(dtype)


def results(device, build):
    """Values of the variables after two runs of what `build` makes."""
    with tf.Graph().as_default():
        with tf.device(device):
            step = build()
        with tf.Session(config=config()) as session:
            session.run(tf.global_variables_initializer())
            for _ in range(2):
                session.run(step)
            return session.run(tf.global_variables())


def compare(build, tag, rtol=1e-5, of_cpu=None):
    before = directml.launches_by_tag().get(tag, 0)
    got = results(DML, build)
    assert directml.launches_by_tag().get(tag, 0) > before
    wants = results(CPU, of_cpu or build)
    assert len(got) == len(wants) > 0
    for value, want in zip(got, wants):
        np.testing.assert_allclose(value, want, rtol=rtol, atol=1e-6)


def ref(value):
    return tf.Variable(value, use_resource=False)


OPTIMIZERS = {
    "ApplyGradientDescent": lambda: tf.train.GradientDescentOptimizer(0.1),
    "ApplyMomentum": lambda: tf.train.MomentumOptimizer(0.1, 0.9),
    "ApplyAdagrad": lambda: tf.train.AdagradOptimizer(0.1),
    "ApplyAdam": lambda: tf.train.AdamOptimizer(0.1),
    "ApplyRMSProp": lambda: tf.train.RMSPropOptimizer(0.1, momentum=0.9),
    "ApplyAdadelta": lambda: tf.train.AdadeltaOptimizer(0.1),
    "ApplyFtrl": lambda: tf.train.FtrlOptimizer(0.1),
    "ApplyProximalGradientDescent": lambda: tf.train.ProximalGradientDescentOptimizer(0.1),
}


@pytest.mark.parametrize("op", sorted(OPTIMIZERS))
def test_a_variable_is_its_own_gradient(op):
    """Read before it changes; the CPU's Ftrl and Adadelta read some of it behind that."""
    def build(gradient):
        def build_it():
            variable = ref(start())
            return OPTIMIZERS[op]().apply_gradients([(gradient(variable), variable)])

        return build_it

    compare(build(tf.identity), op, rtol=1e-4, of_cpu=build(lambda variable: variable * 1.0))


def test_a_slot_is_the_gradient():
    def build():
        variable, slot = ref(start()), ref(start() * 2)
        return tf.raw_ops.ApplyMomentum(var=variable._ref(), accum=slot._ref(), lr=0.1,
                                        grad=slot.value(), momentum=0.5)

    compare(build, "ApplyMomentum")


def test_a_variable_is_its_own_rate():
    def build():
        variable = ref(np.float32(0.5))
        return tf.raw_ops.ApplyGradientDescent(var=variable._ref(), alpha=variable.value(),
                                               delta=variable.value())

    compare(build, "ApplyGradientDescent")


@pytest.mark.parametrize("op", ["SparseApplyMomentum", "SparseApplyAdagrad"])
def test_rows_are_their_own_gradients(op):
    def build():
        variable, slot = ref(start()), ref(start() * 2)
        more = {"momentum": 0.5} if op == "SparseApplyMomentum" else {}
        return getattr(tf.raw_ops, op)(
            var=variable._ref(), accum=slot._ref(), lr=0.1, grad=variable.value(),
            indices=tf.range(SHAPE[0]), **more)

    compare(build, op)


SCATTERS = ["add", "sub", "mul", "div", "min", "max", "update"]


@pytest.mark.parametrize("name", SCATTERS)
def test_scatter_of_itself(name):
    def build():
        variable = ref(start())
        return getattr(tf, "scatter_" + name)(variable, tf.range(SHAPE[0]), variable.value())

    compare(build, "Scatter" + name.capitalize())


@pytest.mark.parametrize("name", ["add", "sub", "update"])
def test_scatter_nd_of_itself(name):
    def build():
        variable = ref(start())
        rows = tf.range(SHAPE[0])[:, tf.newaxis]
        return getattr(tf, "scatter_nd_" + name)(variable, rows, variable.value())

    compare(build, "ScatterNd" + name.capitalize())


@pytest.mark.parametrize("nd", [False, True])
def test_a_variable_of_its_own_indices(nd):
    """Which change while they are read."""
    def build():
        variable = ref(np.array([1, 2, 3, 0], np.int64))
        if nd:
            return tf.scatter_nd_update(variable, variable.value()[:, tf.newaxis],
                                        np.array([2, 0, 1, 3], np.int64))
        return tf.scatter_update(variable, variable.value(), np.array([2, 0, 1, 3], np.int64))

    value = results(DML, build)[0]
    # Of the values before the op, each time.
    want = np.array([1, 2, 3, 0])
    for _ in range(2):
        want[want.copy()] = [2, 0, 1, 3]
    np.testing.assert_array_equal(value, want)


def test_rows_that_move_are_those_before():
    """The CPU would read what it has written meanwhile."""
    def build():
        variable = ref(start())
        return tf.scatter_update(variable, [1, 2, 3, 4, 0], variable.value())

    np.testing.assert_array_equal(results(DML, build)[0], np.roll(start(), 2, axis=0))


def test_a_slice_of_another():
    def build():
        variable = ref(start())
        return variable[2::-1].assign(variable.value()[2:5])

    compare(build, "StridedSliceAssign")


ASSIGNMENTS = {
    "assign itself": lambda v: tf.assign(v, v.value()),
    "assign a sum": lambda v: tf.assign(v, v + 1.0),
    "assign a transposition": lambda v: tf.assign(
        v, tf.transpose(v), validate_shape=False),
    "assign another shape": lambda v: tf.assign(
        v, tf.reshape(v.value(), [SHAPE[0] * SHAPE[1]]), validate_shape=False),
    "assign part": lambda v: tf.assign(v, v.value()[1:], validate_shape=False),
    "add itself": lambda v: tf.assign_add(v, v.value()),
    "subtract itself": lambda v: tf.assign_sub(v, v.value()),
    "add a product": lambda v: tf.assign_add(v, v * 0.5),
}


@pytest.mark.parametrize("name", sorted(ASSIGNMENTS))
def test_assignments(name):
    def run(device):
        with tf.Graph().as_default():
            with tf.device(device):
                variable = ref(start())
                step = ASSIGNMENTS[name](variable)
            with tf.Session(config=config()) as session:
                session.run(variable.initializer)
                session.run(step)
                return session.run(step)

    want, got = run(CPU), run(DML)
    assert got.shape == want.shape
    np.testing.assert_allclose(got, want, rtol=1e-6)
