"""complex64 and complex128: arithmetic, functions, reductions, matrix products, parts."""

import numpy as np
import pytest
from harness import Row, axes, check, compare, error_of, ints, name, raw, run, tf, variants

COMPLEX = ("complex64", "complex128")
C64 = ("complex64",)
ONE = [[()], [(0, 3)], [(3, 1, 5)], [(257,)]]
PAIRS = [[(), ()], [(0, 3), (1, 3)], [(5, 7), (5, 7)], [(2, 1, 3), (4, 1)]]
SAME = [[(3, 5), (3, 5)], [(0,), (0,)]]
# Sums of many squares, and quotients, are looser where parts cancel.
LOOSE = {"complex64": (1e-4, 2e-5), "complex128": (1e-12, 1e-13)}


def row(op, samples, types=COMPLEX, **more):
    return Row(op, types, samples, **more)


def away_from_zero(*shape):
    def values(rng, dtype):
        sizes = rng.uniform(0.5, 2, shape) * np.exp(1j * rng.uniform(-3, 3, shape))
        return sizes.astype(dtype)
    return values


DIVISIBLE = [[(), away_from_zero()], [(5, 7), away_from_zero(5, 7)],
             [(2, 1, 3), away_from_zero(4, 1)]]
BRANCHES = [[away_from_zero(3, 5)], [away_from_zero()], [(0,)]]

ROWS = [
    row(op, ONE, gradient=True) for op in ("Neg", "Square", "Conj")
] + [
    row(op, BRANCHES, gradient=True, tolerance=LOOSE)
    for op in ("Inv", "Reciprocal", "Sqrt", "Rsqrt")
] + [
    row("Sign", BRANCHES), row("ComplexAbs", BRANCHES, gradient=True, call=tf.abs),
    row("Real", ONE, gradient=True, copies=True, call=tf.real),
    row("Imag", ONE, gradient=True, copies=True, call=tf.imag),
    row("Angle", BRANCHES, gradient=True, tolerance=LOOSE, call=tf.angle),
    row("Exp", ONE[:3], gradient=True, tolerance=LOOSE),
] + [
    row(op, ONE[:3], C64, gradient=True, tolerance=LOOSE)
    for op in ("Expm1", "Sin", "Cos", "Sinh", "Cosh", "Tanh", "Sigmoid")
] + [
    row("Tan", ONE[:3], C64, domain=(-1, 1), gradient=True, tolerance=LOOSE),
] + [
    row(op, BRANCHES, C64, gradient=True, tolerance=LOOSE)
    for op in ("Log", "Log1p", "Asinh", "Acosh", "Atanh")
] + [
    row(op, PAIRS, gradient=True) for op in ("Add", "AddV2", "Sub", "Mul", "SquaredDifference")
] + [
    row(op, DIVISIBLE, gradient=True, tolerance=LOOSE)
    for op in ("Div", "RealDiv", "DivNoNan")
] + [
    # Its gradient takes a power.
    row("Xdivy", DIVISIBLE, C64, gradient=True, tolerance=LOOSE),
    row("Xdivy", DIVISIBLE, ("complex128",), tolerance=LOOSE),
    row("DivNoNan", [[(3,), np.zeros(3, np.complex64)]], ("complex64",)),
    row("MulNoNan", PAIRS), row("MulNoNan", [[(3,), np.zeros(3, np.complex64)]], ("complex64",)),
    row("Pow", [[away_from_zero(3, 5), (3, 5)], [away_from_zero(4), ()]], C64,
        gradient=True, tolerance=LOOSE),
    row("Xlogy", DIVISIBLE, gradient=True, tolerance=LOOSE),
] + [
    row(op, PAIRS + [[np.array([1 + 2j, np.nan, 3]).astype(np.complex64)] * 2])
    if dtype == "complex64" else row(op, PAIRS, ("complex128",))
    for op in ("Equal", "NotEqual") for dtype in COMPLEX
] + [
    row(op, [[away_from_zero(3, 5), (3, 5)], [(0,), (0,)]], tolerance=LOOSE)
    for op in ("SigmoidGrad", "TanhGrad", "SqrtGrad", "RsqrtGrad", "ReciprocalGrad", "InvGrad")
] + [
    row(op, [[(3, 4), axes(0)], [(3, 4), axes(1)], [(300,), axes(0)], [(0, 2), axes(0)]],
        attrs={"keep_dims": False}, domain=(-0.7, 0.7), tolerance=LOOSE, gradient=op != "Prod")
    for op in ("Sum", "Mean", "Prod")
] + [
    row("EuclideanNorm", [[(3, 4), axes(0)], [(300,), axes(0)], [(3, 4), axes()]],
        attrs={"keep_dims": False}, tolerance=LOOSE),
    row("Cumsum", [[(3, 4), ints(0)]], gradient=True),
    row("Cumprod", [[(3, 4), ints(1)]], tolerance=LOOSE),
    row("AddN", [[(3, 4)] * 3], call=lambda *x: tf.raw_ops.AddN(inputs=list(x))),
    row("Select", [[np.array([True, False]), (2,), (2,)]],
        call=lambda c, x, y: tf.raw_ops.Select(condition=c, x=x, y=y)),
    row("SelectV2", [[np.array([True, False]), (3, 2), (2,)]]),
    row("ConjugateTranspose", [[(3, 4), axes(1, 0)], [(0, 2), axes(1, 0)]],
        gradient=True),
    row("ZerosLike", ONE), row("OnesLike", ONE),
    row("ScatterNd", [[np.array([[0], [2], [0]], np.int32), (3, 4), axes(5, 4)]], gradient=True),
    row("TensorScatterSub", [[(3, 4), np.array([[0, 1], [2, 3]], np.int32), (2,)]]),
    row("TensorScatterUpdate", [[(3, 4), np.array([[2], [0]], np.int32), (2, 4)]]),
    row("UnsortedSegmentSum", [[(4, 3), axes(1, 0, 1, -1), ints(3)]], gradient=True),
    row("DynamicStitch", [[(2, 3), (1, 3)]],
        call=lambda x, y: tf.dynamic_stitch([[0, 2], [1]], [x, y])),
    row("Fill", [[axes(3, 4), ()]], call=lambda dims, value: tf.fill(dims, value)),
    row("MatMul", [[(5, 7), (7, 33)], [(1, 1), (1, 1)], [(2, 0), (0, 3)]], gradient=True,
        tolerance=LOOSE),
    row("MatMul", [[(7, 5), (33, 7)]], attrs={"transpose_a": True, "transpose_b": True},
        gradient=True, tolerance=LOOSE),
    row("BatchMatMul", [[(2, 4, 3), (2, 5, 4)]], attrs={"adj_x": True, "adj_y": True},
        gradient=True, tolerance=LOOSE),
    row("BatchMatMulV2", [[(2, 3, 4), (4, 5)], [(0, 2, 2), (2, 2)]], gradient=True,
        tolerance=LOOSE),
    row("BatchMatMulV2", [[(3, 1, 4, 2), (2, 4, 3)]], attrs={"adj_x": True, "adj_y": False},
        gradient=True, tolerance=LOOSE),
    Row("Complex", ("float32", "float64"), PAIRS, gradient=True,
        call=lambda x, y: tf.complex(x, y) if x.shape == y.shape else tf.raw_ops.Complex(
            real=x, imag=y, Tout=tf.complex64 if x.dtype == tf.float32 else tf.complex128)),
]
OTHERS = ("float16", "float32", "float64", "int32", "uint8", "bool")
CASTS = [
    Row("Cast", (a,), [[(3, 5)], [(0,)]], domain=(0, 100), attrs={"DstT": b},
        call=lambda x, b=b: tf.raw_ops.Cast(x=x, DstT=b), copies=True)
    for other in OTHERS for own in COMPLEX for a, b in ((own, other), (other, own))
] + [
    Row("Cast", (a,), [[(3, 5)]], attrs={"DstT": b},
        call=lambda x, b=b: tf.raw_ops.Cast(x=x, DstT=b))
    for a, b in (COMPLEX, COMPLEX[::-1])
] + [
    Row("Cast", (a,), [[(3, 5)]], attrs={"DstT": b, "Truncate": True}, same_type=True,
        tolerance={a: (0, 0)}, call=lambda x, b=b: tf.raw_ops.Cast(x=x, DstT=b, Truncate=True))
    for a, b in (COMPLEX[::-1], ("complex128", "float32"), ("complex64", "float16"))
]


@pytest.mark.parametrize("row, dtype", variants(ROWS + CASTS), ids=name)
def test_complex(row, dtype):
    check(row, dtype)


def test_conjugate_transpose_that_moves_nothing():
    # TensorFlow's CPU kernel aborts on a vector.
    x = np.array([1 + 2j, -3j], np.complex64)
    compare("vector", np.conj(x), run(raw("ConjugateTranspose"), [x, axes(0)]), "complex64")


@pytest.mark.parametrize("dtype", COMPLEX)
def test_variables(dtype):
    """Of resources: ref variables of these types are the CPU's, as with CUDA."""
    value = np.array([1 + 2j, 3 - 1j], dtype)
    with tf.Graph().as_default(), tf.device("/device:DML:0"):
        variable = tf.get_variable("v", initializer=value, use_resource=True)
        assigned = variable.assign(variable + value)
        with tf.Session(config=tf.ConfigProto(allow_soft_placement=False)) as session:
            session.run(variable.initializer)
            session.run(assigned.op)
            np.testing.assert_array_equal(session.run(variable), 2 * value)


def test_no_variant_has_a_conjugate():
    """As with CUDA, the kernel is there, and TensorFlow has no function for it to call."""
    def call():
        with tf.device("/device:CPU:0"):
            items = tf.raw_ops.EmptyTensorList(
                element_shape=-1, max_num_elements=-1, element_dtype=tf.float32)
        return tf.raw_ops.Conj(input=items)

    assert "No unary variant unary_op function found" in error_of(call, [])
