"""Pooling with its gradients."""

import pytest
from harness import axes, check, name, tf, variants
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
