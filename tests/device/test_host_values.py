"""Small values that the host has, and wants, stay there: loops do not wait for the device."""

import numpy as np
import pytest
from tensorflow_directml import launches_by_tag
from test_graph import CONTROL_FLOW, DML, session

import tensorflow as tf

v1 = tf.compat.v1
STEPS = 20


def copies_of(statistics, fetches, feeds=None):
    """(the values, copies to the host, copies from it) of a second run."""
    with session() as s:
        s.run(v1.global_variables_initializer())
        s.run(fetches, feeds)
        before = statistics()
        values = s.run(fetches, feeds)
        after = statistics()
    return (values, *(after[name] - before[name]
                      for name in ("device_to_host_copies", "host_to_device_copies")))


@CONTROL_FLOW
def test_maximum_iterations_cost_no_waits(statistics, version):
    def loop():
        return tf.while_loop(
            lambda i, x: i < STEPS + 5, lambda i, x: (i + 1, x + 1.0),
            (tf.constant(0), tf.zeros([3])), maximum_iterations=STEPS)[1]

    with tf.Graph().as_default(), tf.device(DML):
        values, to_host, from_host = copies_of(statistics, version(loop)())
    np.testing.assert_array_equal(values, [STEPS] * 3)
    assert to_host == 1  # the fetch
    assert from_host <= 2


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_a_counter_of_64_bits_stays_too(statistics, dtype):
    with tf.Graph().as_default(), tf.device(DML):
        limit = tf.cast(tf.size(v1.placeholder_with_default(tf.zeros([STEPS]), [None])), dtype)
        _, total, x = tf.while_loop(
            lambda i, total, x: tf.logical_not(i >= limit),
            lambda i, total, x: (i + 1, total + i * 2, x * 1.5),
            [tf.constant(0, dtype), tf.constant(0, dtype), tf.ones([2])])
        (total, x), to_host, _ = copies_of(statistics, [total, x])
    assert total == STEPS * (STEPS - 1)
    np.testing.assert_allclose(x, [1.5 ** STEPS] * 2, rtol=1e-5)
    assert to_host <= 2  # the fetches


def test_a_flag_of_a_loop_stays(statistics):
    """As decoders have: done is carried along, and depends on the host alone."""
    with tf.Graph().as_default(), tf.device(DML):
        done, x = tf.while_loop(
            lambda done, i, x: tf.logical_not(done),
            lambda done, i, x: (tf.logical_or(done, i + 1 >= STEPS), i + 1, x + 1.0),
            [tf.constant(False), tf.constant(0), tf.zeros([2])])[::2]
        (done, x), to_host, _ = copies_of(statistics, [done, x])
    assert done
    np.testing.assert_array_equal(x, [STEPS] * 2)
    assert to_host <= 2


def test_what_depends_on_the_device_is_still_read_from_it(statistics):
    with tf.Graph().as_default(), tf.device(DML):
        i, x = tf.while_loop(
            lambda i, x: tf.logical_and(i < 100, tf.reduce_sum(x) < 50.0),
            lambda i, x: (i + 1, x * 2.0), [tf.constant(0), tf.constant([1.0, 3.0])])
        (i, x), to_host, _ = copies_of(statistics, [i, x])
    assert i == 4
    np.testing.assert_array_equal(x, [16, 48])
    assert to_host >= 5


def test_values_that_only_the_device_wants_go_there(statistics):
    """A mask of the host's, for a selection on the device."""
    with tf.Graph().as_default(), tf.device(DML):
        flags = tf.logical_and(tf.range(4) < 3, tf.range(4) > 0)
        x = tf.where(flags, tf.fill([4], 1.0), tf.fill([4], 2.0))
        x, to_host, _ = copies_of(statistics, x)
    np.testing.assert_array_equal(x, [2, 1, 1, 2])
    assert to_host == 1


def test_values_that_both_want_go_to_both(statistics):
    with tf.Graph().as_default(), tf.device(DML):
        size = tf.size(v1.placeholder_with_default(tf.zeros([3]), [None]))
        small = tf.logical_and(size < 4, tf.constant(True))
        x = tf.cond(small, lambda: tf.ones([2]), lambda: tf.zeros([2]))
        y = tf.where(tf.fill([2], small), x, -x)
        y, to_host, _ = copies_of(statistics, y)
    np.testing.assert_array_equal(y, [1, 1])
    assert to_host == 1


def test_shapes_of_64_bits_are_no_reason_to_wait(statistics):
    with tf.Graph().as_default(), tf.device(DML):
        x = v1.placeholder(tf.float32, [None, None])
        shape = tf.shape(x, out_type=tf.int64)
        y = tf.reshape(x * 2.0, tf.stack([shape[1], shape[0]]))
        z = tf.zeros(tf.concat([shape[:1] + 1, [2]], 0), tf.float32)
        fed = np.arange(6, dtype=np.float32).reshape(2, 3)
        (y, z), to_host, _ = copies_of(statistics, [y, z], {x: fed})
    np.testing.assert_array_equal(y, 2 * fed.reshape(3, 2))
    assert z.shape == (3, 2)
    assert to_host == 2


def test_functions_keep_them_too(statistics):
    with tf.Graph().as_default(), tf.device(DML):
        @tf.function
        def loop(x):
            return tf.while_loop(lambda i, x: i < STEPS, lambda i, x: (i + 1, x + 1.0),
                                 [tf.constant(0), x], maximum_iterations=STEPS)[1]

        values, to_host, _ = copies_of(statistics, loop(tf.zeros([3])))
    np.testing.assert_array_equal(values, [STEPS] * 3)
    assert to_host == 1


def test_what_was_put_on_the_device_is_computed_there(statistics):
    """Between nodes of the CPU: its values are the host's, but the device was asked for."""
    with tf.Graph().as_default():
        with tf.device("/device:CPU:0"):
            a = v1.placeholder(tf.int64, [2])
        with tf.device(DML):
            b = a * 2 + tf.constant([1, 1], tf.int64)
            c = tf.logical_and(b > 3, a < 5)
        with tf.device("/device:CPU:0"):
            found = tf.identity(b), tf.identity(c)
        before = statistics()["launches"]
        (b, c), *_ = copies_of(statistics, found, {a: [1, 2]})
    np.testing.assert_array_equal(b, [3, 5])
    np.testing.assert_array_equal(c, [False, True])
    assert statistics()["launches"] >= before + 2 * 5


def test_constants_are_folded_beside_those_of_the_host(capfd):
    """TensorFlow's CPU computes what depends on constants, and needs kernels for all of them."""
    config = v1.ConfigProto()
    config.graph_options.rewrite_options.disable_meta_optimizer = True  # folds before placement
    with tf.Graph().as_default(), tf.device(DML):
        folded = tf.constant([1.0, 2.0]) * tf.constant([3.0, 4.0])
        total = tf.while_loop(lambda i: i < STEPS, lambda i: i + 1, [tf.constant(0, tf.int64)])
        with v1.Session(config=config) as s:
            before = launches_by_tag().get("Mul", 0)
            values, total = s.run([tf.exp(folded), total])
    assert launches_by_tag().get("Mul", 0) == before
    assert total == STEPS
    np.testing.assert_allclose(values, np.exp([3.0, 8.0]), rtol=1e-5)
    assert "failed to create kernel" not in capfd.readouterr().err
