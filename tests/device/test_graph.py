"""Graphs on the device without soft placement: whatever has no DML kernel fails
these tests."""

import numpy as np
import pytest
from tensorflow.python.framework import function
from tensorflow.python.ops import functional_ops, gen_state_ops

import tensorflow as tf

v1 = tf.compat.v1
DML = "/device:DML:0"
FULL = "/job:localhost/replica:0/task:0/device:"


def session():
    config = v1.ConfigProto(allow_soft_placement=False)
    # Grappler would fold constants on the host.
    config.graph_options.rewrite_options.disable_meta_optimizer = True
    return v1.Session(config=config)


def evaluate(build):
    """Builds on the device and returns the values."""
    with tf.Graph().as_default():
        with tf.device(DML):
            fetches = build()
        with session() as s:
            s.run(v1.global_variables_initializer())
            return s.run(fetches)


def vector(*values):
    return tf.constant(values, dtype=tf.float32)


def with_control_flow_v2(build):
    def run():
        v1.enable_control_flow_v2()
        try:
            return build()
        finally:
            v1.disable_control_flow_v2()

    return run


CONTROL_FLOW = pytest.mark.parametrize(
    "version", [lambda build: build, with_control_flow_v2], ids=["v1", "v2"]
)


def test_registry_has_no_mistakes(plugin):
    assert plugin.dml_registry_problems() == 0


def test_noinline_function_body_gets_copies_between_host_and_device():
    # Needs the first patch of the base: nothing else moves the shape that Cast
    # leaves on the device to the host, where Reshape reads it, or the other way.
    @function.Defun(tf.float32, tf.float32, noinline=True)
    def body(x, sizes):
        count = tf.cast(tf.size(x), tf.float32)
        return tf.reshape(x + count, tf.cast(sizes, tf.int32))

    actual = evaluate(lambda: body(vector(1, 2, 3, 4, 5, 6), vector(3, 2)))
    np.testing.assert_array_equal(actual, [[7, 8], [9, 10], [11, 12]])


def test_remote_call_from_host_to_device():
    # Needs the second patch of the base.
    @function.Defun(tf.float32)
    def body(x):
        return x * 3.0 + tf.constant(1.0)

    def build():
        with tf.device("/cpu:0"):
            return functional_ops.remote_call(
                args=[tf.identity(vector(1, 2))],
                Tout=[tf.float32],
                f=body,
                target=FULL + "DML:0",
            )

    np.testing.assert_array_equal(evaluate(build)[0], [4, 7])


def test_remote_call_from_device_to_host():
    @function.Defun(tf.float32)
    def body(x):
        return x * 3.0 + tf.constant(1.0)

    def build():
        with tf.device("/cpu:0"):
            target = tf.constant(FULL + "CPU:0")
        return functional_ops.remote_call(
            args=[vector(1, 2)], Tout=[tf.float32], f=body, target=target
        )

    np.testing.assert_array_equal(evaluate(build)[0], [4, 7])


@CONTROL_FLOW
@pytest.mark.parametrize("start, expected", [(3.0, [6, 7]), (-9.0, [-10, 3])])
def test_cond(version, start, expected):
    def build():
        x = v1.placeholder_with_default(np.float32([start, 4 if start < 0 else 3.5]), [2])
        return tf.cond(tf.reduce_sum(x) > 2.0, lambda: x * 2.0, lambda: x - 1.0)

    np.testing.assert_array_equal(evaluate(version(build)), expected)


@CONTROL_FLOW
def test_cond_gradient(version):
    def build():
        x = vector(2, 3)
        y = tf.cond(tf.reduce_sum(x) > 2.0, lambda: x * x, lambda: x - 1.0)
        return tf.gradients(y, x)[0]

    np.testing.assert_array_equal(evaluate(version(build)), [4, 6])


@CONTROL_FLOW
def test_while_with_condition_on_the_host(version):
    def build():
        return tf.while_loop(
            lambda i, a: i < 5,
            lambda i, a: (i + 1, a * 2.0),
            [tf.constant(0), vector(1, 3)],
        )

    count, values = evaluate(version(build))
    assert count == 5
    np.testing.assert_array_equal(values, [32, 96])


@CONTROL_FLOW
def test_while_with_condition_on_the_device(version):
    def build():
        return tf.while_loop(lambda a: tf.reduce_sum(a) < 50.0, lambda a: a * 2.0, [vector(1, 3)])

    np.testing.assert_array_equal(evaluate(version(build)), [16, 48])


@CONTROL_FLOW
def test_while_gradient(version):
    def build():
        x = vector(1, 3)
        y = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * a), [tf.constant(0), x])[1]
        return tf.gradients(y, x)[0]

    np.testing.assert_array_equal(evaluate(version(build)), [8, 17496])


def test_functional_while_reads_its_condition_from_the_device():
    # Not lowered to version 1: the kernel itself reads the condition.
    @function.Defun(tf.float32)
    def condition(x):
        return tf.reduce_sum(x) < 50.0

    @function.Defun(tf.float32)
    def body(x):
        return x * 2.0

    actual = evaluate(lambda: functional_ops.While([vector(1, 3)], condition, body)[0])
    np.testing.assert_array_equal(actual, [16, 48])


def test_symbolic_gradient():
    @function.Defun(tf.float32, noinline=True)
    def cube(x):
        return x * x * x

    def build():
        x = vector(1, 2, 3)
        return tf.gradients(cube(x), x)[0]

    np.testing.assert_array_equal(evaluate(build), [3, 12, 27])


@pytest.mark.parametrize("use_resource", [False, True], ids=["ref", "resource"])
def test_variables(use_resource):
    def build():
        v = v1.get_variable(
            "v", [3, 4], initializer=v1.ones_initializer(), use_resource=use_resource
        )
        # The read before the update must not see it.
        before = v.read_value()
        with tf.control_dependencies([before]):
            added = v1.assign_add(v, tf.fill([3, 4], 2.0))
        with tf.control_dependencies([added]):
            subtracted = v1.assign_sub(v, tf.fill([3, 4], 0.5))
        with tf.control_dependencies([subtracted]):
            after = v.read_value() * 1.0
        return before, after

    before, after = evaluate(build)
    if use_resource:
        np.testing.assert_array_equal(before, np.ones([3, 4]))
    np.testing.assert_array_equal(after, np.full([3, 4], 2.5))


def test_reading_a_resource_before_an_update_keeps_the_old_value():
    with tf.Graph().as_default():
        with tf.device(DML):
            v = v1.get_variable("v", initializer=np.float32([1, 2]), use_resource=True)
            read = v.read_value()
            update = v.assign_add([10.0, 10.0])
        with session() as s:
            s.run(v.initializer)
            kept = s.run(read)
            s.run(update)
            np.testing.assert_array_equal(kept, [1, 2])
            np.testing.assert_array_equal(s.run(read), [11, 12])


@pytest.mark.parametrize("use_resource", [False, True], ids=["ref", "resource"])
def test_uninitialized_variable_errs(use_resource):
    with tf.Graph().as_default():
        with tf.device(DML):
            v = v1.get_variable("v", [2], use_resource=use_resource)
            initialized = v1.is_variable_initialized(v)
            update = v1.assign_add(v, [1.0, 1.0])
        with session() as s:
            assert not s.run(initialized)
            with pytest.raises(tf.errors.FailedPreconditionError):
                s.run(v.read_value())
            with pytest.raises((tf.errors.FailedPreconditionError, tf.errors.NotFoundError)):
                s.run(update)
            s.run(v.initializer)
            assert s.run(initialized)


def test_assign_checks_shapes_and_can_change_them():
    with tf.Graph().as_default():
        with tf.device(DML):
            v = v1.get_variable("v", initializer=np.float32([1, 2]), use_resource=False)
            value = v1.placeholder(tf.float32, None)
            strict = gen_state_ops.assign(v._ref(), value)
            relaxed = gen_state_ops.assign(v._ref(), value, validate_shape=False)
        with session() as s:
            s.run(v.initializer)
            with pytest.raises(tf.errors.InvalidArgumentError, match="shapes"):
                s.run(strict, {value: [1.0, 2.0, 3.0]})
            np.testing.assert_array_equal(s.run(relaxed, {value: [1.0, 2.0, 3.0]}), [1, 2, 3])
            np.testing.assert_array_equal(
                s.run(relaxed, {value: [[4.0], [5.0], [6.0]]}), [[4], [5], [6]]
            )


def test_temporary_variable():
    def build():
        v = gen_state_ops.temporary_variable([2], tf.float32, var_name="t")
        v = v1.assign(v, [1.0, 2.0])
        v = v1.assign_add(v, [1.0, 2.0])
        return gen_state_ops.destroy_temporary_variable(v, var_name="t")

    np.testing.assert_array_equal(evaluate(build), [2, 4])


@pytest.mark.parametrize("shape", [(), (0,), (1,), (2, 0, 3), (2, 3, 4)], ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float16", "int64", "bool", "complex64"])
def test_shape_ops_and_copies(shape, dtype):
    value = np.arange(np.prod(shape)).reshape(shape).astype(dtype)

    def build():
        x = tf.identity(tf.constant(value))
        flat = tf.reshape(x, [-1])
        return {
            "flat": flat,
            "expanded": tf.expand_dims(x, 0),
            "squeezed": tf.squeeze(tf.expand_dims(x, 0), [0]),
            "shape": v1.shape(x),
            "size": v1.size(x),
            "rank": v1.rank(x),
        }

    actual = evaluate(build)
    np.testing.assert_array_equal(actual["flat"], value.reshape([-1]))
    np.testing.assert_array_equal(actual["expanded"], value[None])
    np.testing.assert_array_equal(actual["squeezed"], value)
    assert tuple(actual["shape"]) == shape
    assert actual["size"] == value.size
    assert actual["rank"] == value.ndim


def test_integer_shape_arithmetic_runs_on_the_host():
    def build():
        s = tf.shape(tf.zeros([4, 6]))
        pieces = tf.stack([s[0] // 2, s[1] % 4 + 1])
        return tf.concat([pieces, tf.range(2), [tf.reduce_prod(s)]], 0)

    np.testing.assert_array_equal(evaluate(build), [2, 3, 0, 1, 24])


def test_missing_kernel_errs_without_soft_placement_and_falls_back_with_it():
    with tf.Graph().as_default():
        with tf.device(DML):
            text = v1.strings.as_string(tf.constant([1, 2]))
        with session() as s:
            with pytest.raises(tf.errors.InvalidArgumentError, match="no supported kernel"):
                s.run(text)
        with v1.Session(config=v1.ConfigProto(allow_soft_placement=True)) as s:
            assert list(s.run(text)) == [b"1", b"2"]


def test_fed_and_fetched_tensors_of_a_step_are_its_only_copies(statistics):
    with tf.Graph().as_default():
        with tf.device(DML):
            x = v1.placeholder(tf.float32, [None, 2])
            v = v1.get_variable("v", initializer=np.float32([1, 2]), use_resource=True)
            y = v.assign_add(tf.reduce_sum(x * v, 0)).op
        with session() as s:
            s.run(v.initializer)
            s.run(y, {x: [[1, 2]]})
            before = statistics()
            s.run(y, {x: [[1, 2], [3, 4]]})
            after = statistics()
    assert after["device_to_host_copies"] == before["device_to_host_copies"]
    assert after["host_to_device_copies"] <= before["host_to_device_copies"] + 1
    assert after["launches"] > before["launches"]


def test_checkpoint(tmp_path):
    path = str(tmp_path / "model")
    with tf.Graph().as_default():
        with tf.device(DML):
            v = v1.get_variable("v", initializer=np.float32([1, 2]))
            change = v1.assign(v, [5.0, 6.0])
        saver = v1.train.Saver()
        with v1.Session(config=v1.ConfigProto(allow_soft_placement=True)) as s:
            s.run(v.initializer)
            saver.save(s, path)
            s.run(change)
            saver.restore(s, path)
            np.testing.assert_array_equal(s.run(v), [1, 2])


@pytest.mark.parametrize("dtype", [tf.float32, tf.int32])
def test_a_handle_of_a_device_tensor_can_be_fed(dtype):
    with tf.Graph().as_default(), tf.device(DML):
        x = v1.placeholder(dtype, [3])
        doubled = x + x
        handle = v1.get_session_handle(doubled)
        quadrupled = doubled + doubled
        with v1.Session() as session:
            kept = session.run(handle, {x: [1, 2, 3]})
            # The session passes the tensor on as if it lay in host memory.
            values = session.run(quadrupled, {doubled: kept})
    np.testing.assert_array_equal(values, [4, 8, 12])
