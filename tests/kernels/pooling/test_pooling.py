"""Pooling with its gradients."""

import numpy as np
import pytest
from harness import FLOATS, Row, axes, check, covered, error_of, name, raw, run, tf, variants, zeros
from networks import both, nn, window


def pool(name_, size, strides, padding):
    def op(data_format, x):
        key = "input" if name_ == "MaxPool" else "value"
        return getattr(tf.raw_ops, name_)(ksize=window(size, data_format), padding=padding,
                                          strides=window(strides, data_format),
                                          data_format=data_format, **{key: x})
    return op


POOLING_ROWS = [
    row
    for op in ("MaxPool", "AvgPool")
    for size, strides, padding in [((2, 2), (2, 2), "VALID"), ((3, 2), (1, 2), "SAME")]
    for row in both(op, pool(op, size, strides, padding), [[(2, 7, 6, 3)], [(1, 4, 4, 1)]],
                    also=(op + "Grad",))
] + [
    nn("MaxPoolV2", [[(1, 6, 6, 2), axes(1, 2, 2, 1), axes(1, 2, 2, 1)]], gradient=False,
       attrs={"padding": "SAME"}),
    nn("MaxPoolGradV2", [[(1, 4, 4, 2), (1, 2, 2, 2), (1, 2, 2, 2), axes(1, 2, 2, 1),
                          axes(1, 2, 2, 1)]],
       gradient=False, call=lambda x, y, dy, size, strides: tf.raw_ops.MaxPoolGradV2(
           orig_input=x, orig_output=tf.raw_ops.MaxPoolV2(input=x, ksize=size, strides=strides,
                                                          padding="VALID"),
           grad=dy, ksize=size, strides=strides, padding="VALID")),
    nn("MaxPoolGradGrad", [[(1, 4, 4, 2), (1, 4, 4, 2)]], gradient=False,
       call=lambda x, values: tf.raw_ops.MaxPoolGradGrad(
           orig_input=x, orig_output=tf.nn.max_pool2d(x, 2, 2, "VALID"), grad=values,
           ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="VALID")),
    nn("MaxPoolGradGradV2", [[(1, 4, 4, 2), (1, 4, 4, 2)]], gradient=False,
       call=lambda x, values: tf.raw_ops.MaxPoolGradGradV2(
           orig_input=x, orig_output=tf.nn.max_pool2d(x, 2, 2, "VALID"), grad=values,
           ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="VALID")),
    nn("MaxPool3DGradGrad", [[(1, 4, 4, 4, 2), (1, 4, 4, 4, 2)]], gradient=False,
       types=("float32",),
       call=lambda x, values: tf.raw_ops.MaxPool3DGradGrad(
           orig_input=x, orig_output=tf.nn.max_pool3d(x, 2, 2, "VALID"), grad=values,
           ksize=[1, 2, 2, 2, 1], strides=[1, 2, 2, 2, 1], padding="VALID")),
    nn("MaxPool3D", [[(1, 4, 5, 4, 2)]], types=("float32",), also=("MaxPool3DGrad",), attrs={
        "ksize": [1, 2, 2, 2, 1], "strides": [1, 2, 2, 2, 1], "padding": "SAME"}),
    nn("AvgPool3D", [[(1, 4, 5, 4, 2)]], types=("float32",), also=("AvgPool3DGrad",), attrs={
        "ksize": [1, 2, 2, 2, 1], "strides": [1, 2, 2, 2, 1], "padding": "SAME"}),
]


@pytest.mark.parametrize("row, dtype", variants(POOLING_ROWS), ids=name)
def test_pooling(row, dtype):
    check(row, dtype)


def argmax_attrs(with_batch, padding="SAME"):
    return {"ksize": [1, 3, 2, 1], "strides": [1, 2, 1, 1], "padding": padding,
            "include_batch_in_index": with_batch}


IMAGES = [[(2, 7, 6, 3)], [(1, 4, 4, 1)], [(3, 5, 5, 2)]]
# The CPU's gradient divides by the size of the batch, and ends the process.
ARGMAX_ROWS = [Row("MaxPoolWithArgmax", FLOATS, [[(0, 4, 4, 2)]], attrs=argmax_attrs(False),
                   launches=False)]
ARGMAX_ROWS += [
    Row("MaxPoolWithArgmax", FLOATS + ("float64",), IMAGES, gradient=True, domain=(-1, 1),
        attrs=argmax_attrs(with_batch, padding), also=("MaxPoolGradWithArgmax",),
        tolerance={"float16": (1e-2, 1e-2)})
    for with_batch in (False, True) for padding in ("SAME", "VALID")
]


@pytest.mark.parametrize("row, dtype", variants(ARGMAX_ROWS), ids=name)
def test_max_pool_with_argmax(row, dtype):
    check(row, dtype)


covered.add("MaxPoolGradGradWithArgmax")


def argmax_arguments(with_batch):
    x = np.random.RandomState(5).uniform(-1, 1, (2, 5, 6, 3)).astype(np.float32)
    _, argmax = run(raw("MaxPoolWithArgmax", argmax_attrs(with_batch)), [x])
    return x, argmax


@pytest.mark.parametrize("with_batch", [False, True])
def test_gradient_of_the_gradient_gathers(with_batch):
    """As CUDA's kernel, of which the CPU has none."""
    x, argmax = argmax_arguments(with_batch)
    values = np.random.RandomState(6).uniform(-1, 1, x.shape).astype(np.float32)
    got = run(raw("MaxPoolGradGradWithArgmax", argmax_attrs(with_batch)), [x, values, argmax])
    rows = values.reshape(1 if with_batch else 2, -1)
    at = argmax.reshape(len(rows), -1)
    np.testing.assert_array_equal(got.reshape(at.shape), np.take_along_axis(rows, at, 1))


@pytest.mark.parametrize("with_batch", [False, True])
def test_places_out_of_range_get_no_gradient(with_batch):
    """Of which the CPU's kernel ends the process."""
    x, argmax = argmax_arguments(with_batch)
    gradient = np.ones(argmax.shape, np.float32)
    call = raw("MaxPoolGradWithArgmax", argmax_attrs(with_batch))
    whole = run(call, [x, gradient, argmax])
    wrong = argmax.copy()
    wrong[-1, 0, 0, 0] = 1 << 40
    assert whole.sum() - run(call, [x, gradient, wrong]).sum() == 1


def test_no_images_have_no_gradient():
    """Of which the CPU's kernel ends the process."""
    call = raw("MaxPoolGradWithArgmax", argmax_attrs(False))
    assert run(call, [zeros(0, 4, 4, 2), zeros(0, 2, 4, 2), np.zeros((0, 2, 4, 2), int)]).size == 0


@pytest.mark.parametrize("op, inputs, message", [
    ("MaxPoolWithArgmax", [zeros(4, 4, 1)], "tensor_in must be 4-dimensional"),
    ("MaxPoolGradWithArgmax", [zeros(1, 4, 4, 1), zeros(1, 2, 3, 1), np.zeros((1, 2, 4, 1), int)],
     "Expected grad shape to be [1,2,4,1], but got [1,2,3,1]"),
    ("MaxPoolGradWithArgmax", [zeros(1, 4, 4, 1), zeros(1, 2, 4, 1), np.zeros((1, 2, 3, 1), int)],
     "Expected argmax shape to be [1,2,4,1], but got [1,2,3,1]"),
])
def test_errors_of_argmax(op, inputs, message):
    assert message in error_of(raw(op, argmax_attrs(False)), inputs)
