"""Tensor lists, which the gradients of functional loops keep their values in."""

import numpy as np
import pytest
import tensorflow_directml as directml
from harness import CPU, evaluate
from tensorflow.python.ops import gen_array_ops, gen_list_ops, list_ops

import tensorflow as tf

v1 = tf.compat.v1


def values(*shape):
    return tf.constant(np.arange(np.prod(shape)).reshape(shape), tf.float32)


def from_tensor(*shape):
    return list_ops.tensor_list_from_tensor(values(*shape), element_shape=shape[1:])


def stack(handle):
    return list_ops.tensor_list_stack(handle, tf.float32)


def reserve(count, shape=(3,)):
    return list_ops.tensor_list_reserve(shape, count, tf.float32)


def gather():
    with_gap = list_ops.tensor_list_set_item(reserve(3), 1, [1.0, 2.0, 3.0])
    return (list_ops.tensor_list_gather(from_tensor(4, 3), [3, 0, 3], tf.float32),
            list_ops.tensor_list_gather(with_gap, [0, 1], tf.float32))  # fmt: skip


def scatter():
    return (stack(list_ops.tensor_list_scatter(values(2, 3), [3, 1], element_shape=[3])),
            stack(gen_list_ops.tensor_list_scatter_v2(values(2, 3), [3, 1], [3], 6)),
            stack(list_ops.tensor_list_scatter(values(2, 3), [2, 0],
                                               input_handle=from_tensor(2, 3))))  # fmt: skip


def split():
    parts = list_ops.tensor_list_split(values(5, 3), [None, 3], [2, 0, 3])
    return [list_ops.tensor_list_get_item(parts, i, tf.float32) for i in range(3)]


def concat():
    parts = list_ops.tensor_list_split(values(5, 3), [None, 3], [2, 0, 3])
    mixed = list_ops.tensor_list_set_item(reserve(2, (2, 3)), 0, values(2, 3))
    return (list_ops.tensor_list_concat(parts, tf.float32, element_shape=[None, 3]),
            list_ops.tensor_list_concat(mixed, tf.float32))  # fmt: skip


def get():
    gap = list_ops.tensor_list_set_item(reserve(2, None), 1, [1.0, 2.0, 3.0])
    return [list_ops.tensor_list_get_item(gap, i, tf.float32) for i in range(2)]


def pop():
    rest, last = list_ops.tensor_list_pop_back(from_tensor(4, 3), tf.float32)
    _, unwritten = list_ops.tensor_list_pop_back(reserve(2), tf.float32)
    return stack(rest), last, unwritten


def push_batch():
    lists = tf.reshape(from_tensor(2, 3), [1])
    return stack(tf.reshape(gen_list_ops.tensor_list_push_back_batch(lists, values(1, 3)), []))


def add():
    gap = list_ops.tensor_list_set_item(reserve(2), 1, [1.0, 2.0, 3.0])
    return stack(tf.add_n([from_tensor(2, 3), from_tensor(2, 3), gap]))


def zeros():
    return stack(gen_array_ops.zeros_like(from_tensor(4, 3)))


def list_of(handle):
    nested = list_ops.empty_tensor_list([], tf.variant)
    return list_ops.tensor_list_push_back(nested, handle)


def first_of(nested):
    _, handle = list_ops.tensor_list_pop_back(nested, tf.variant)
    return stack(handle)


def nested():
    lists = list_of(from_tensor(2, 3))
    return first_of(gen_array_ops.zeros_like(lists)), first_of(tf.add_n([lists, lists]))


def gradient():
    x = values(4, 3)
    handle = list_ops.tensor_list_from_tensor(x, element_shape=[3])
    y = list_ops.tensor_list_gather(handle, [2, 0, 2], tf.float32)
    y = tf.reduce_sum(y * y) + tf.reduce_sum(stack(handle) * x)
    return tf.gradients(y, x)[0]


@pytest.mark.parametrize(
    "build",
    [gather, scatter, split, concat, get, pop, push_batch, add, zeros, nested, gradient],
)
def test_as_on_the_cpu(build):
    before = directml.statistics()["device_to_host_copies"]
    on_device = evaluate(build)
    # What was fetched lay on the device; that is all there is to see of copies.
    assert directml.statistics()["device_to_host_copies"] > before
    np.testing.assert_equal(on_device, evaluate(build, CPU))


@pytest.mark.parametrize("dtype", ["bfloat16", "uint16", "bool", "complex64", "complex128"])
def test_element_types(dtype):
    def build():
        x = tf.cast(values(2, 3), dtype)
        gap = list_ops.tensor_list_set_item(list_ops.tensor_list_reserve([3], 2, dtype), 1, x[1])
        read = [list_ops.tensor_list_get_item(gap, i, dtype) for i in range(2)]
        _, last = list_ops.tensor_list_pop_back(gap, dtype)
        return [tf.cast(y, tf.float32)
                for y in (*read, last, list_ops.tensor_list_stack(gap, dtype))]  # fmt: skip

    np.testing.assert_equal(evaluate(build), evaluate(build, CPU))


def test_what_was_never_written_counts_as_the_list_op():
    def count(op):
        return directml.launches_by_tag().get(op, 0)

    for op, read in (
        ("TensorListGetItem", lambda: list_ops.tensor_list_get_item(reserve(2), 0, tf.float32)),
        ("TensorListPopBack", lambda: list_ops.tensor_list_pop_back(reserve(2), tf.float32)[1]),
    ):
        before = count(op)
        np.testing.assert_equal(evaluate(read), np.zeros(3))
        assert count(op) == before + 1


ERRORS = {
    "gather": (lambda: list_ops.tensor_list_gather(from_tensor(2, 3), [2], tf.float32),
               "element 2 in a list with 2 elements"),
    "get": (lambda: list_ops.tensor_list_get_item(from_tensor(2, 3), 2, tf.float32),
            "element 2 in a list with 2 elements"),
    "get negative": (lambda: list_ops.tensor_list_get_item(from_tensor(2, 3), -1, tf.float32),
                     "element -1 in a list with 2 elements"),
    "pop": (lambda: list_ops.tensor_list_pop_back(reserve(0), tf.float32)[1],
            "pop from an empty list"),
    "split": (lambda: list_ops.tensor_list_split(values(2, 3), [None, 3], [3]),
              r"slice \[0, 3\] from tensor with length 2"),
    "split too few": (lambda: list_ops.tensor_list_split(values(2, 3), [None, 3], [1]),
                      "Length of tensor: 2 Values used: 1"),
    "scatter": (lambda: gen_list_ops.tensor_list_scatter_v2(values(1, 3), [3], [3], 3),
                "index 3 in list with size 3"),
    "add": (lambda: stack(tf.add_n([from_tensor(2, 3), from_tensor(3, 3)])),
            "different lengths. One is 2 and the other is 3"),
    "unknown shape": (lambda: list_ops.tensor_list_stack(reserve(2, None), tf.float32),
                      "non-fully-defined element_shape"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(ERRORS))
def test_mistakes_are_named(name):
    build, message = ERRORS[name]

    def read():
        result = build()
        return list_ops.tensor_list_length(result) if result.dtype == tf.variant else result

    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        evaluate(read)
