"""Convolutions with their gradients."""

import pytest
from harness import check, error_of, name, raw, removed, tf, variants, zeros
from networks import both, nn, window


def convolution(strides, padding, dilations=(1, 1), explicit=()):
    def op(data_format, x, w):
        paddings = []
        if explicit:
            spatial = [[0, 0]] + [list(p) for p in explicit]
            order = spatial + [[0, 0]] if data_format == "NHWC" else [[0, 0]] + spatial
            paddings = sum(order, [])
        return tf.raw_ops.Conv2D(input=x, filter=w, strides=window(strides, data_format),
                                 padding=padding, explicit_paddings=paddings,
                                 dilations=window(dilations, data_format),
                                 data_format=data_format)
    return op


def depthwise(strides, padding):
    def op(data_format, x, w):
        return tf.raw_ops.DepthwiseConv2dNative(input=x, filter=w, padding=padding,
                                                strides=window(strides, data_format),
                                                data_format=data_format)
    return op


GRADIENTS = {
    "Conv2D": ("Conv2DBackpropInput", "Conv2DBackpropFilter"),
    "DepthwiseConv2dNative": ("DepthwiseConv2dNativeBackpropInput",
                              "DepthwiseConv2dNativeBackpropFilter"),
}


def convolved(op_name, op, samples, **more):
    return both(op_name, op, samples, also=GRADIENTS[op_name], **more)


OLD = {"strides": [1, 1, 2, 1, 1], "padding": "SAME"}
IMAGES = [[(2, 7, 9, 3), (3, 3, 3, 5)], [(1, 5, 5, 1), (1, 1, 1, 4)]]

CONVOLUTION_ROWS = (
    convolved("Conv2D", convolution((1, 1), "SAME"), IMAGES)
    + convolved("Conv2D", convolution((2, 2), "SAME"), IMAGES[:1])
    + convolved("Conv2D", convolution((2, 1), "VALID"), IMAGES[:1])
    + convolved("Conv2D", convolution((1, 1), "EXPLICIT", explicit=((1, 2), (0, 3))), IMAGES[:1])
    # The CPU's gradients do not dilate.
    + convolved("Conv2D", convolution((1, 1), "SAME", (2, 2)), IMAGES[:1], gradient=False)
    + convolved("DepthwiseConv2dNative", depthwise((1, 1), "SAME"), [[(2, 5, 6, 3), (3, 3, 3, 2)]])
    + convolved("DepthwiseConv2dNative", depthwise((2, 2), "VALID"), [[(1, 6, 7, 2), (2, 3, 2, 1)]])
    + [nn("Conv3D", [[(1, 4, 5, 3, 2), (2, 3, 1, 2, 3)]],
          attrs={"strides": [1, 1, 2, 1, 1], "padding": "SAME"}, types=("float32",),
          also=("Conv3DBackpropInputV2", "Conv3DBackpropFilterV2"))]
    # Old graphs have these, which take the tensor where others take its shape.
    + [nn(op, [[(1, 4, 5, 3, 2), (2, 3, 1, 2, 3), (1, 4, 3, 3, 3)],
               [(0, 4, 5, 3, 2), (2, 3, 1, 2, 3), (0, 4, 3, 3, 3)]], gradient=False,
          call=removed(op, OLD), types=("float32", "float64"))
       for op in ("Conv3DBackpropInput", "Conv3DBackpropFilter")]
)


@pytest.mark.parametrize("row, dtype", variants(CONVOLUTION_ROWS), ids=name)
def test_convolution(row, dtype):
    check(row, dtype)


@pytest.mark.parametrize("op, attrs, inputs, message", [
    ("Conv2D", {"strides": [1, 1, 1, 1], "padding": "SAME"}, [zeros(1, 4, 4, 3), zeros(3, 3, 2, 1)],
     "input depth must be evenly divisible by filter depth: 3 vs 2"),
    ("Conv2D", {"strides": [1, 1, 1, 1], "padding": "VALID"},
     [zeros(1, 2, 2, 1), zeros(4, 4, 1, 1)],
     "Computed output size would be negative"),
])
def test_errors(op, attrs, inputs, message):
    assert message in error_of(raw(op, attrs), inputs)
