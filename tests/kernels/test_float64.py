"""float64, which TensorFlow's gradient checks are made of: element-wise, reductions,
matrix products, convolutions, pooling, losses, resizing."""

import numpy as np
import pytest
from harness import Row, axes, check, ints, name, tf, variants

DOUBLE = ("float64",)
PAIRS = [[(), ()], [(0, 3), (1, 3)], [(5, 7), (5, 7)], [(2, 1, 3), (4, 1)]]
LOGITS = [[(3, 7)], [(2, 3, 65)], [(1, 1)]]
# A few units in the last place, from other algorithms than Eigen's.
CLOSE = {"float64": (4e-15, 1e-15)}
SAME = [[(3, 5), (3, 5)], [(0,), (0,)]]
ONE = [[()], [(0, 3)], [(3, 1, 5)], [lambda rng, dtype: np.array([-0.0, 1e300, 1e-300, -3.5])]]


def double(op, samples, gradient=False, **more):
    return Row(op, DOUBLE, samples, gradient=gradient, **more)


ROWS = [
    double(op, ONE) for op in (
        "Abs", "Neg", "Sign", "Square", "Floor", "Ceil", "Rint", "Round", "Relu", "Relu6", "IsNan",
        "IsInf", "IsFinite",
    )
] + [
    double(op, ONE[:3], domain=(0.5, 9)) for op in ("Inv", "Reciprocal", "Sqrt", "Rsqrt")
] + [
    double(op, PAIRS, gradient=True, domain=(0.5, 3)) for op in (
        "Add", "AddV2", "Sub", "Mul", "RealDiv", "Maximum", "Minimum", "SquaredDifference",
    )
] + [
    double(op, PAIRS, domain=(0, 2)) for op in (
        "Div", "DivNoNan", "MulNoNan", "Xdivy", "Equal", "NotEqual", "Less", "LessEqual",
        "Greater", "GreaterEqual",
    )
] + [
    double(op, [[(3, 4), axes(0)], [(3, 4), axes(1)], [(300,), axes(0)], [(0, 2), axes(0)]],
           attrs={"keep_dims": False}, tolerance={"float64": (1e-12, 1e-12)})
    for op in ("Sum", "Mean", "Prod", "Max", "Min", "EuclideanNorm")
] + [
    double(op, ONE[:3], gradient=True, domain=domain, tolerance=CLOSE) for op, domain in {
        "Exp": (-5, 5), "Expm1": (-2, 2), "Log": (0.01, 20), "Log1p": (-0.9, 9), "Sin": (-9, 9),
        "Cos": (-9, 9), "Tan": (-1.3, 1.3), "Asin": (-0.9, 0.9), "Acos": (-0.9, 0.9),
        "Atan": (-9, 9), "Sinh": (-2, 2), "Cosh": (-2, 2), "Tanh": (-2, 2), "Asinh": (-9, 9),
        "Acosh": (1.2, 9), "Atanh": (-0.9, 0.9), "Erf": (-2, 2), "Erfc": (-2, 2),
        "Sigmoid": (-9, 9), "Softplus": (-20, 20), "Softsign": (-2, 2), "Elu": (-2, 2),
        "Selu": (-2, 2), "Sqrt": (0.1, 9), "Rsqrt": (0.1, 9), "Reciprocal": (0.5, 9),
    }.items()
] + [
    double("LeakyRelu", ONE[:3], gradient=True, attrs={"alpha": 0.3}),
    double("Lgamma", ONE[:3], domain=(0.2, 9), tolerance=CLOSE),
    double("Digamma", ONE[:3], domain=(0.2, 9), tolerance=CLOSE),
    double("InvGrad", SAME), double("ApproximateEqual", SAME, attrs={"tolerance": 0.5}),
    double("Atan2", PAIRS[2:3], gradient=True, tolerance=CLOSE),
    double("Pow", PAIRS, gradient=True, domain=(0.5, 3), tolerance=CLOSE),
    double("Xlogy", PAIRS, gradient=True, domain=(0.5, 3), tolerance=CLOSE),
    double("FloorDiv", PAIRS, domain=(0.5, 9)), double("FloorMod", PAIRS, domain=(0.5, 9)),
    double("Mod", PAIRS, domain=(0.5, 9)), double("TruncateMod", PAIRS, domain=(0.5, 9)),
] + [
    double(op, [[(5, 7), ints(1)], [(5, 7, 2), ints(0)]], attrs={"output_type": tf.int64})
    for op in ("ArgMax", "ArgMin")
] + [
    double("Softmax", LOGITS, gradient=True, domain=(-5, 5)),
    double("LogSoftmax", LOGITS, gradient=True, domain=(-5, 5)),
    double("SoftmaxCrossEntropyWithLogits", [[(4, 7), (4, 7)]], domain=(0, 1)),
    double("SparseSoftmaxCrossEntropyWithLogits", [[(3, 7), np.array([0, 6, 2])]]),
    double("MirrorPadGrad", [[(7, 9), np.array([[1, 1], [2, 1]])]], attrs={"mode": "REFLECT"}),
    double("DynamicStitch", [[(2, 3), (2, 3)]], call=lambda x, y: tf.raw_ops.DynamicStitch(
        indices=[np.int32([2, 0]), np.int32([1, 3])], data=[x, y])),
    double("UnsortedSegmentSum", [[(4, 3), ints(1, 0, 1, 2), ints(4)]], gradient=True),
    double("Cumsum", [[(5, 7), ints(1)]], gradient=True),
    double("Cumprod", [[(5, 7), ints(0)]], domain=(0.5, 2), gradient=True),
    double("ResizeBilinear", [[(1, 4, 5, 2), ints(7, 3)]], gradient=True, grad_inputs=[0],
           also=("ResizeBilinearGrad",), tolerance={"float64": (2e-5, 2e-5)}),
    double("ResizeNearestNeighbor", [[(1, 4, 5, 2), ints(7, 3)]], gradient=True, grad_inputs=[0],
           also=("ResizeNearestNeighborGrad",)),
] + [
    double(op, [[(1, 6, 5, 2)]], gradient=True, also=(op + "Grad",),
           attrs={"ksize": [1, 3, 2, 1], "strides": [1, 2, 1, 1], "padding": padding})
    for op in ("MaxPool", "AvgPool") for padding in ("SAME", "VALID")
] + [
    double("L2Loss", [[(3, 5)]], gradient=True),
    double("ReluGrad", SAME), double("Relu6Grad", SAME, domain=(-4, 9)),
    double("AddN", [[(3, 4)] * 3], call=lambda *x: tf.raw_ops.AddN(inputs=list(x))),
    double("ClipByValue",
           [[(3, 4), lambda rng, dtype: np.array(-1.0), lambda rng, dtype: np.array(0.5)]]),
    double("Select", [[np.array([True, False]), (2,), (2,)]],
           call=lambda c, x, y: tf.raw_ops.Select(condition=c, x=x, y=y)),
    double("SelectV2", [[np.array([True, False]), (3, 2), (2,)]]),
    double("BiasAdd", [[(3, 4), (4,)]], gradient=True),
    double("MatMul", [[(5, 7), (7, 33)], [(1, 1), (1, 1)], [(2, 0), (0, 3)]], gradient=True),
    double("BatchMatMulV2", [[(2, 3, 4), (4, 5)]], gradient=True),
    double("Conv2D", [[(2, 5, 6, 3), (3, 2, 3, 4)]], gradient=True,
           attrs={"strides": [1, 2, 2, 1], "padding": "SAME"}),
    double("DepthwiseConv2dNative", [[(2, 5, 6, 3), (3, 2, 3, 2)]], gradient=True,
           attrs={"strides": [1, 1, 1, 1], "padding": "SAME"}),
]
# Rounding would give 2, infinity, or the next number.
CUT = np.array([1.99999999, 1.9999, 65530, -0.1, 0.7, 3.3e-4, np.nan, np.inf, 2.5])
CASTS = [
    Row("Cast", (a,), [[(3, 5)], [(0,)]], domain=(0, 100), attrs={"DstT": b},
        call=lambda x, b=b: tf.raw_ops.Cast(x=x, DstT=b))
    for a, b in [("float64", "float32"), ("float32", "float64"), ("float64", "float16"),
                 ("int32", "float64"), ("float64", "int64")]
] + [
    Row("Cast", (a,), [[CUT.astype(a)]], attrs={"DstT": b, "Truncate": True},
        tolerance={a: (0, 0)}, call=lambda x, b=b: tf.raw_ops.Cast(x=x, DstT=b, Truncate=True))
    for a, b in [("float64", "float32"), ("float64", "float16"), ("float32", "float16")]
]


@pytest.mark.parametrize("row, dtype", variants(ROWS + CASTS), ids=name)
def test_float64(row, dtype):
    check(row, dtype)
