"""Matrix products, bias, convolution, pooling, normalization, softmax and losses."""

import numpy as np
import pytest
from harness import FLOATS, INDICES, Row, axes, check, error_of, ints, name, raw, tf, variants

# Sums of many float16 products, accumulated in float32 but of rounded gradients.
SUMS = {"float32": (1e-4, 1e-5), "float16": (1e-2, 1e-2)}


def nn(op, samples, gradient=True, types=FLOATS, domain=(-1, 1), tolerance=SUMS, **more):
    return Row(op, types, samples, gradient=gradient, domain=domain, tolerance=tolerance, **more)


def window(spatial, data_format):
    return [1] + list(spatial) + [1] if data_format == "NHWC" else [1, 1] + list(spatial)


def through_nhwc(op):
    """Runs a channels-first op in NHWC, since the CPU has no other: for references.

    The inputs are NHWC; on the device the op itself runs on transposed data.
    """
    def call(*inputs):
        if "CPU" in inputs[0].graph._device_function_stack.peek_top_obj().display_name:
            return op("NHWC", *inputs)
        first = [tf.transpose(x, [0, 3, 1, 2]) if x.shape.ndims == 4 and i != 1 else x
                 for i, x in enumerate(inputs)]
        return tf.transpose(op("NCHW", *first), [0, 2, 3, 1])
    return call


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


def pool(name_, size, strides, padding):
    def op(data_format, x):
        key = "input" if name_ == "MaxPool" else "value"
        return getattr(tf.raw_ops, name_)(ksize=window(size, data_format), padding=padding,
                                          strides=window(strides, data_format),
                                          data_format=data_format, **{key: x})
    return op


GRADIENTS = {
    "Conv2D": ("Conv2DBackpropInput", "Conv2DBackpropFilter"),
    "DepthwiseConv2dNative": ("DepthwiseConv2dNativeBackpropInput",
                              "DepthwiseConv2dNativeBackpropFilter"),
    "MaxPool": ("MaxPoolGrad",),
    "AvgPool": ("AvgPoolGrad",),
    "FusedBatchNorm": ("FusedBatchNormGrad",),
    "FusedBatchNormV2": ("FusedBatchNormGradV2",),
    "FusedBatchNormV3": ("FusedBatchNormGradV3",),
}


def both(op_name, op, samples, **more):
    """The op in NHWC and in NCHW."""
    return [
        nn(op_name, samples, call=lambda *inputs: op("NHWC", *inputs),
           attrs={"data_format": "NHWC"}, also=GRADIENTS[op_name], **more),
        nn(op_name, samples, call=through_nhwc(op), attrs={"data_format": "NCHW"},
           also=GRADIENTS[op_name], **more),
    ]


IMAGES = [[(2, 7, 9, 3), (3, 3, 3, 5)], [(1, 5, 5, 1), (1, 1, 1, 4)]]

MATRIX_ROWS = [
    nn("MatMul", [[(3, 4), (4, 5)], [(1, 1), (1, 1)], [(0, 3), (3, 2)], [(2, 0), (0, 3)],
                  [(33, 17), (17, 65)]]),
    nn("MatMul", [[(4, 3), (4, 5)]], attrs={"transpose_a": True}),
    nn("MatMul", [[(3, 4), (5, 4)]], attrs={"transpose_b": True}),
    nn("MatMul", [[(4, 3), (5, 4)]], attrs={"transpose_a": True, "transpose_b": True}),
    nn("BatchMatMul", [[(2, 3, 4), (2, 4, 5)], [(3, 4), (4, 5)], [(0, 3, 4), (0, 4, 5)]]),
    nn("BatchMatMul", [[(2, 4, 3), (2, 5, 4)]], attrs={"adj_x": True, "adj_y": True}),
    nn("BatchMatMulV2", [[(2, 1, 3, 4), (5, 4, 2)], [(3, 4), (2, 4, 5)]]),
    nn("MatMul", [[(4, 3), (5, 4)], [(0, 3), (2, 0)]], types=INDICES, domain=(-9, 9),
       gradient=False, attrs={"transpose_a": True, "transpose_b": True}),
    nn("BatchMatMul", [[(2, 4, 3), (2, 5, 4)]], types=("int32",), domain=(-9, 9),
       gradient=False, attrs={"adj_x": True, "adj_y": True}),
    nn("BatchMatMulV2", [[(2, 1, 3, 4), (5, 4, 2)]], types=("int32",), domain=(-9, 9),
       gradient=False),
    nn("BiasAdd", [[(3, 4), (4,)], [(2, 3, 4), (4,)], [(2, 1, 3, 1, 4), (4,)], [(0, 4), (4,)]]),
    nn("BiasAdd", [[(2, 4, 3, 5), (4,)], [(2, 4, 3), (4,)]], gradient=False,
       attrs={"data_format": "NCHW"}),
    nn("BiasAdd", [[(3, 4), (4,)], [(2, 3, 4), (4,)]], gradient=False, domain=(0, 50),
       types=("int8", "int16", "int32", "int64", "uint8", "uint16")),
    nn("BiasAddV1", [[(3, 4), (4,)]], gradient=False),
    nn("BiasAddGrad", [[(3, 4)], [(2, 3, 1, 4)], [(0, 4)]], gradient=False),
    nn("BiasAddGrad", [[(2, 4, 3, 5)]], gradient=False, attrs={"data_format": "NCHW"}),
    nn("L2Loss", [[(3, 4)], [()], [(0,)], [(1031,)]]),
]

CONVOLUTION_ROWS = (
    both("Conv2D", convolution((1, 1), "SAME"), IMAGES)
    + both("Conv2D", convolution((2, 2), "SAME"), IMAGES[:1])
    + both("Conv2D", convolution((2, 1), "VALID"), IMAGES[:1])
    + both("Conv2D", convolution((1, 1), "EXPLICIT", explicit=((1, 2), (0, 3))), IMAGES[:1])
    # The CPU's gradients do not dilate.
    + both("Conv2D", convolution((1, 1), "SAME", (2, 2)), IMAGES[:1], gradient=False)
    + both("DepthwiseConv2dNative", depthwise((1, 1), "SAME"), [[(2, 5, 6, 3), (3, 3, 3, 2)]])
    + both("DepthwiseConv2dNative", depthwise((2, 2), "VALID"), [[(1, 6, 7, 2), (2, 3, 2, 1)]])
    + [nn("Conv3D", [[(1, 4, 5, 3, 2), (2, 3, 1, 2, 3)]],
          attrs={"strides": [1, 1, 2, 1, 1], "padding": "SAME"}, types=("float32",),
          also=("Conv3DBackpropInputV2", "Conv3DBackpropFilterV2"))]
)

POOLING_ROWS = [
    row
    for op in ("MaxPool", "AvgPool")
    for size, strides, padding in [((2, 2), (2, 2), "VALID"), ((3, 2), (1, 2), "SAME")]
    for row in both(op, pool(op, size, strides, padding), [[(2, 7, 6, 3)], [(1, 4, 4, 1)]])
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


def normalize(op, training):
    def call(x, scale, offset, mean, variance):
        if training:
            mean, variance = tf.zeros([0]), tf.zeros([0])
        outputs = getattr(tf.raw_ops, op)(x=x, scale=scale, offset=offset, mean=mean,
                                          variance=variance, is_training=training, epsilon=1e-3)
        # In inference the CPU leaves its other outputs as they are.
        return list(outputs[:3 if training else 1])
    return call


def vector(low, high):
    return lambda rng, dtype: rng.uniform(low, high, 3).astype(np.float32)


NORMAL_ROWS = [
    nn(op, [[shape, vector(0.5, 2), vector(-1, 1), vector(-1, 1), vector(0.5, 2)]
            for shape in ((4, 3, 5, 3), (1, 1, 2, 3))],
       types=types, call=normalize(op, training), attrs={"is_training": training},
       grad_inputs=[0, 1, 2], same_type=True, also=GRADIENTS[op])
    for training in (True, False)
    for op, types in [("FusedBatchNorm", ("float32",)), ("FusedBatchNormV2", ("float32",)),
                      ("FusedBatchNormV3", ("float32", "float16"))]
]

LOGITS = [[(4, 7)], [(1, 1)], [(0, 3)], [(2, 3, 5)], [(3, 1031)]]


def distribution(rng, dtype):
    values = rng.rand(4, 7)
    return (values / values.sum(1, keepdims=True)).astype(dtype)


LOSS_ROWS = [
    nn("Softmax", LOGITS, domain=(-5, 5)),
    nn("LogSoftmax", LOGITS, domain=(-5, 5)),
    nn("SoftmaxCrossEntropyWithLogits", [[(4, 7), distribution]], gradient=False),
    nn("SoftmaxCrossEntropyWithLogits", [[(1, 7), distribution]], gradient=False),
] + [
    nn("SparseSoftmaxCrossEntropyWithLogits",
       [[(4, 7), np.array([0, 6, 3, 3], index)], [(0, 7), np.zeros(0, index)]], gradient=False)
    for index in (np.int32, np.int64)
]


@pytest.mark.parametrize("row, dtype", variants(MATRIX_ROWS), ids=name)
def test_matrices(row, dtype):
    check(row, dtype)


@pytest.mark.parametrize("row, dtype", variants(CONVOLUTION_ROWS), ids=name)
def test_convolution(row, dtype):
    check(row, dtype)


@pytest.mark.parametrize("row, dtype", variants(POOLING_ROWS), ids=name)
def test_pooling(row, dtype):
    check(row, dtype)


@pytest.mark.parametrize("row, dtype", variants(NORMAL_ROWS), ids=name)
def test_normalization(row, dtype):
    check(row, dtype)


@pytest.mark.parametrize("row, dtype", variants(LOSS_ROWS), ids=name)
def test_losses(row, dtype):
    check(row, dtype)


def zeros(*shape):
    return np.zeros(shape, np.float32)


@pytest.mark.parametrize("op, attrs, inputs, message", [
    ("MatMul", {}, [zeros(2, 3), zeros(2, 3)],
     "Matrix size-incompatible: In[0]: [2,3], In[1]: [2,3]"),
    ("MatMul", {}, [zeros(3), zeros(3, 1)], "In[0] is not a matrix"),
    ("BatchMatMulV2", {}, [zeros(2, 2, 3), zeros(3, 3, 2)],
     "must have compatible batch dimensions"),
    ("BiasAdd", {}, [zeros(2, 3), zeros(2)], "Must provide as many biases as the last dimension"),
    ("Conv2D", {"strides": [1, 1, 1, 1], "padding": "SAME"}, [zeros(1, 4, 4, 3), zeros(3, 3, 2, 1)],
     "input depth must be evenly divisible by filter depth: 3 vs 2"),
    ("Conv2D", {"strides": [1, 1, 1, 1], "padding": "VALID"},
     [zeros(1, 2, 2, 1), zeros(4, 4, 1, 1)],
     "Computed output size would be negative"),
    ("Softmax", {}, [zeros()], "logits must have >= 1 dimension, got []"),
    ("SparseSoftmaxCrossEntropyWithLogits", {}, [zeros(2, 3), ints(0, 1, 2)],
     "logits and labels must have the same first dimension"),
])
def test_errors(op, attrs, inputs, message):
    assert message in error_of(raw(op, attrs), inputs)
