"""Optionals, which gradients of conditionals keep values in, and other variants."""

import numpy as np
import pytest
import tensorflow_directml as directml
from harness import evaluate
from tensorflow.core.framework import tensor_pb2
from tensorflow.python.data.ops import optional_ops
from tensorflow.python.ops import control_flow_util, gen_dataset_ops, list_ops

import tensorflow as tf

X = np.array([[1.0, -2.0], [3.0, 4.0]], np.float32)


def optional(*values):
    return gen_dataset_ops.optional_from_value([v * v for v in map(tf.constant, values)])


def value(handle, *types):
    shapes = [tf.TensorShape(None)] * len(types)
    return gen_dataset_ops.optional_get_value(handle, types, shapes)


def test_zeros_like_optional():
    first, second = evaluate(
        lambda: value(tf.zeros_like(optional(X, X[0])), tf.float32, tf.float32)
    )
    np.testing.assert_array_equal(first, np.zeros_like(X))
    np.testing.assert_array_equal(second, np.zeros(2))


def test_sum_of_optionals():
    before = directml.launches_by_tag().get("AddN", 0)
    (total,) = evaluate(lambda: value(tf.add_n([optional(X)] * 3), tf.float32))
    assert directml.launches_by_tag()["AddN"] == before + 2
    np.testing.assert_array_equal(total, 3 * X * X)


def test_optional_without_a_value():
    def build():
        none = gen_dataset_ops.optional_none()
        results = [none, tf.zeros_like(none), tf.add_n([none, none])]
        return [gen_dataset_ops.optional_has_value(handle) for handle in results]

    assert evaluate(build) == [False, False, False]


def test_sum_of_different_optionals():
    with pytest.raises(tf.errors.InvalidArgumentError, match="different numbers of components"):
        evaluate(
            lambda: value(tf.add_n([optional(X), gen_dataset_ops.optional_none()]), tf.float32)
        )


def test_a_list_where_an_optional_is():
    """The message describes the variant's type, never its tensors on the device."""
    with pytest.raises(tf.errors.InvalidArgumentError, match="not a list.*Optional"):
        evaluate(lambda: list_ops.tensor_list_stack(optional(X), tf.float32, num_elements=1))


def test_zeros_like_a_number():
    variant = tensor_pb2.TensorProto(
        dtype=tf.variant.as_datatype_enum,
        tensor_shape=tf.TensorShape([]).as_proto(),
        variant_val=[
            tensor_pb2.VariantTensorDataProto(
                type_name=b"int", metadata=np.array(1, np.int32).tobytes()
            )
        ],
    )
    evaluate(lambda: tf.zeros_like(tf.constant(variant)).op)


def test_gradient_of_a_conditional():
    """As functions: its gradient takes the branch's values through optionals."""
    enabled = control_flow_util.ENABLE_CONTROL_FLOW_V2
    control_flow_util.ENABLE_CONTROL_FLOW_V2 = True
    try:

        def build():
            x = tf.constant(X)
            inner = tf.cond(tf.reduce_sum(x) > 0, lambda: tf.exp(x) * x, lambda: x)
            y = tf.cond(tf.reduce_sum(x) < 0, lambda: x, lambda: inner * inner)
            first = tf.gradients(y, x)[0]
            return tf.gradients(first, x)[0]

        second = evaluate(build)
    finally:
        control_flow_util.ENABLE_CONTROL_FLOW_V2 = enabled
    x = X.astype(np.float64)
    # (x e^x)^2 twice differentiated: e^(2x) (4x^2 + 8x + 2)
    np.testing.assert_allclose(second, np.exp(2 * x) * (4 * x * x + 8 * x + 2), rtol=1e-4)


def test_optional_of_python():
    """As tf.data hands it out."""

    def build():
        handle = optional_ops.Optional.from_value(tf.constant(X) * 2)
        return handle.has_value(), handle.get_value()

    has_value, doubled = evaluate(build)
    assert has_value
    np.testing.assert_array_equal(doubled, 2 * X)
