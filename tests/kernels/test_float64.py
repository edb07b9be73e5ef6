"""float64, for the ops that have it: arithmetic, comparisons, reductions, matrix
products and convolutions, which TensorFlow's gradient checks are made of."""

import numpy as np
import pytest
from harness import Row, axes, check, name, tf, variants

DOUBLE = ("float64",)
PAIRS = [[(), ()], [(0, 3), (1, 3)], [(5, 7), (5, 7)], [(2, 1, 3), (4, 1)]]
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
CASTS = [
    Row("Cast", (a,), [[(3, 5)], [(0,)]], domain=(0, 100), attrs={"DstT": b},
        call=lambda x, b=b: tf.raw_ops.Cast(x=x, DstT=b))
    for a, b in [("float64", "float32"), ("float32", "float64"), ("float64", "float16"),
                 ("int32", "float64"), ("float64", "int64")]
]


@pytest.mark.parametrize("row, dtype", variants(ROWS + CASTS), ids=name)
def test_float64(row, dtype):
    check(row, dtype)
