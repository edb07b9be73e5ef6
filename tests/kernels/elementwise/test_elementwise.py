"""Element-wise ops: arithmetic, comparisons, logic, activations, gradients."""

import numpy as np
import pytest
from harness import (
    DML,
    FLOATS,
    FLOATS_AND_INT64,
    INTEGERS,
    Row,
    check,
    compare,
    config,
    directml,
    error_of,
    name,
    raw,
    run,
    tf,
    variants,
    zeros,
)

# Odd shapes; programs do not depend on them, so they cost little.
UNARY = [[()], [(1,)], [(0, 3)], [(7,)], [(3, 1, 5)], [(2, 1, 2, 1, 2, 1, 2, 3)], [(1031,)]]
BINARY = [
    [(), ()], [(3,), ()], [(), (2, 3)], [(5, 7), (5, 7)], [(2, 1, 3), (4, 1)], [(0, 3), (1, 3)],
    [(2, 3, 4), (3, 1)], [(1, 4), (4,)], [(2, 1, 2, 3), (1, 3, 2, 1)],
    [(2, 2, 2, 1, 1, 2, 2, 2), (3, 3, 1, 1, 1)],
    [(33, 31), (31,)],
]
SAME = [[(), ()], [(0,), (0,)], [(3, 5), (3, 5)], [(257,), (257,)]]


def special(rng, dtype):
    if dtype in FLOATS:
        return np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0], dtype)
    return np.array([0, 1, 2, 7, 100], dtype)


def unary(op, types=FLOATS, domain=(-2, 2), gradient=True, samples=None, **more):
    return Row(op, types, samples or UNARY + [[special]], domain=domain, gradient=gradient, **more)


def plain(op, types=FLOATS, domain=(-2, 2), **more):
    """Without the special values, where the CPU's own results for them vary."""
    return unary(op, types, domain, samples=UNARY, **more)


UNARY_ROWS = [
    unary("Abs", FLOATS_AND_INT64), unary("Neg", FLOATS_AND_INT64),
    plain("Abs", ("int8", "int16"), (-99, 99), gradient=False),
    unary("Sign", FLOATS_AND_INT64), unary("Square", FLOATS_AND_INT64),
    plain("Inv", FLOATS, (0.5, 4)), plain("Reciprocal", FLOATS, (0.5, 4)),
    plain("Sqrt", FLOATS, (0.1, 9)), plain("Rsqrt", FLOATS, (0.1, 9)),
    unary("Exp", domain=(-5, 5)), unary("Expm1"), unary("Log", domain=(0.01, 20), gradient=False),
    plain("Log1p", domain=(-0.9, 9)), plain("Sin", domain=(-9, 9)), plain("Cos", domain=(-9, 9)),
    plain("Tan", domain=(-1.3, 1.3)), plain("Asin", domain=(-0.9, 0.9)),
    plain("Acos", domain=(-0.9, 0.9)), plain("Atan", domain=(-9, 9)), plain("Sinh"),
    plain("Cosh"), plain("Tanh"), plain("Asinh", domain=(-9, 9)), plain("Acosh", domain=(1.2, 9)),
    plain("Atanh", domain=(-0.9, 0.9)), plain("Erf"), plain("Erfc"),
    plain("Lgamma", domain=(0.2, 9), gradient=False),
    plain("Digamma", domain=(0.2, 9), gradient=False), plain("Sigmoid", domain=(-9, 9)),
    unary("Floor", domain=(-9, 9)), unary("Ceil", domain=(-9, 9)),
    unary("Rint", domain=(-9, 9), gradient=False),
    unary("Round", domain=(-9, 9), gradient=False),
    unary("Round", ("int32", "int64"), samples=UNARY, gradient=False, launches=False),
    plain("Relu"), plain("Relu6", domain=(-4, 9)), plain("LeakyRelu", attrs={"alpha": 0.3}),
    # An alpha that float16 rounds: the same bits as the CPU's.
    plain("LeakyRelu", ("float16",), gradient=False, attrs={"alpha": 0.1}, same_type=True,
          tolerance={"float16": (0, 0)}),
    plain("Elu"), plain("Selu"), plain("Softplus", domain=(-20, 20)), plain("Softsign"),
    plain("Invert", INTEGERS, (-100, 100), gradient=False),
    unary("IsNan", gradient=False), unary("IsInf", gradient=False),
    unary("IsFinite", gradient=False), plain("LogicalNot", ("bool",), gradient=False),
]


def binary(op, types=FLOATS, domain=(-2, 2), gradient=True, samples=BINARY, **more):
    return Row(op, types, samples, domain=domain, gradient=gradient, **more)


# Gradients of several ops, whose float16 results are rounded one after the other.
ROUNDED_TWICE = {"float16": (1e-2, 1e-2)}
SMALL = FLOATS + ("int8", "int16", "int64", "uint8")
BINARY_ROWS = [
    binary("Add", SMALL), binary("AddV2", SMALL), binary("Sub", FLOATS_AND_INT64),
    binary("Mul", SMALL + ("uint16",)),
    binary("Div", FLOATS + ("int16", "int64", "uint8", "uint16"), (1, 9), tolerance=ROUNDED_TWICE),
    binary("RealDiv", domain=(0.5, 4), tolerance=ROUNDED_TWICE),
    binary("TruncateDiv", ("int16", "int64", "uint8", "uint16"), (1, 50), gradient=False),
    binary("FloorDiv", SMALL + ("uint16",), (1, 50), gradient=False),
    binary("DivNoNan", ("float32",), (0, 2)), binary("FloorMod", FLOATS_AND_INT64, (1, 9), False),
    binary("Mod", FLOATS_AND_INT64, (1, 9), False),
    binary("TruncateMod", FLOATS_AND_INT64, (1, 9), False),
    binary("Maximum", FLOATS_AND_INT64), binary("Minimum", FLOATS_AND_INT64),
    binary("Pow", FLOATS, (0.3, 3), tolerance=ROUNDED_TWICE),
    binary("Pow", ("int64",), (0, 5), False),
    binary("SquaredDifference", FLOATS_AND_INT64),
    binary("Atan2", domain=(0.2, 2), gradient=False),
    binary("Atan2", domain=(0.2, 2), samples=SAME),
    binary("MulNoNan", ("float32",), gradient=False),
    binary("Xlogy", domain=(0.1, 2), gradient=False),
    binary("Xlog1py", domain=(-0.9, 2), gradient=False),
    binary("Xdivy", domain=(0.5, 2), gradient=False),
    binary("NextAfter", ("float32", "float64")),
    binary("BitwiseAnd", INTEGERS, (-100, 100), False),
    binary("BitwiseOr", INTEGERS, (-100, 100), False),
    binary("BitwiseXor", INTEGERS, (-100, 100), False),
    binary("LeftShift", INTEGERS, (0, 6), False), binary("RightShift", INTEGERS, (0, 6), False),
    binary("LogicalAnd", ("bool",), gradient=False),
    binary("LogicalOr", ("bool",), gradient=False),
]
COMPARED = FLOATS + ("int8", "int16", "int64", "uint8")
BINARY_ROWS += [
    binary(op, COMPARED + ("bool",), gradient=False, samples=BINARY + [[special, special]])
    for op in ("Equal", "NotEqual")
] + [
    binary(op, COMPARED, gradient=False)
    for op in ("Less", "LessEqual", "Greater", "GreaterEqual")
] + [
    binary("ApproximateEqual", ("float32",), samples=SAME + [[special, special]], gradient=False,
           attrs={"tolerance": tolerance})
    for tolerance in (0.0, 0.5)
]
# Also with their own gradients, where TensorFlow has them.
GRADIENT_ROWS = [
    binary(op, samples=SAME, gradient=False, domain=domain)
    for op, domain in [
        ("ReluGrad", (-2, 2)), ("Relu6Grad", (-4, 9)), ("EluGrad", (-0.9, 2)),
        ("SeluGrad", (-1.5, 2)), ("SoftplusGrad", (-9, 9)), ("SoftsignGrad", (-9, 9)),
        ("SigmoidGrad", (0, 1)), ("TanhGrad", (-1, 1)), ("SqrtGrad", (0.2, 2)),
        ("RsqrtGrad", (0.2, 2)), ("ReciprocalGrad", (-2, 2)), ("InvGrad", (-2, 2)),
    ]
] + [binary("LeakyReluGrad", samples=SAME, gradient=False, attrs={"alpha": 0.3})]


@pytest.mark.parametrize("row, dtype", variants(UNARY_ROWS), ids=name)
def test_unary(row, dtype):
    row.gradient = row.gradient and dtype in FLOATS
    check(row, dtype)


@pytest.mark.parametrize("row, dtype", variants(BINARY_ROWS), ids=name)
def test_binary(row, dtype):
    row.gradient = row.gradient and dtype in FLOATS
    check(row, dtype)


@pytest.mark.parametrize("row, dtype", variants(GRADIENT_ROWS), ids=name)
def test_gradients(row, dtype):
    check(row, dtype)


def test_shapes_that_do_not_broadcast():
    assert "Incompatible shapes: [2] vs. [3]" in error_of(raw("Mul"), [zeros(2), zeros(3)])


@pytest.mark.parametrize("op", ["Equal", "NotEqual"])
def test_unequal_shapes_compare_unequal(op):
    check(Row(op, (), [[(2,), (3,)]], attrs={"incompatible_shape_error": False}), "float32")


def test_gradient_of_another_shape():
    message = error_of(raw("ReluGrad"), [zeros(2), zeros(3)])
    assert "same size" in message


def test_eight_dimensions_that_do_not_merge():
    # More than TensorFlow's own kernels broadcast: NumPy is the reference.
    rng = np.random.RandomState(1)
    x = rng.rand(2, 1, 2, 1, 2, 1, 2, 1).astype(np.float32)
    y = rng.rand(1, 3, 1, 3, 1, 2, 1, 2).astype(np.float32)
    compare("8 dimensions", x * y, run(raw("Mul"), [x, y]), "float32")


def test_too_many_dimensions_says_so():
    shape = (2, 1) * 9
    message = error_of(raw("AddV2"), [zeros(*shape), zeros(*reversed(shape))])
    assert "dimensions" in message


def test_a_masked_norm_of_zeros_has_no_gradient():
    """The slope of a root at 0 is infinite; what gets no gradient passes none on."""
    with tf.Graph().as_default(), tf.device(DML):
        x = tf.placeholder(tf.float32, [2, 2])
        norms = tf.sqrt(tf.reduce_sum(x * x, 1))
        loss = tf.reduce_sum(tf.where(norms > 0, norms, tf.ones_like(norms)))
        with tf.Session(config=config()) as session:
            found = session.run(tf.gradients(loss, x)[0], {x: [[0, 0], [3, 4]]})
    np.testing.assert_allclose(found, [[0, 0], [0.6, 0.8]], 1e-6)


def test_integer_division_by_zero_sets_all_bits():
    for dtype, ones in (("int64", -1), ("int16", -1), ("uint8", 255)):
        x = np.array([0, 5], dtype)
        compare("x // x", np.array([ones, 1], dtype), run(raw("FloorDiv"), [x, x]), dtype)


def test_relu_of_quantized_numbers():
    """Of which CUDA has a kernel and the CPU none."""
    x = np.array([[-128, -1, 0, 1, 127]], np.int8)

    def call(numbers):
        return tf.bitcast(tf.raw_ops.Relu(features=tf.bitcast(numbers, tf.qint8)), tf.int8)

    before = directml.launches_by_tag()["Relu"]
    np.testing.assert_array_equal(run(call, [x]), np.maximum(x, 0))
    assert directml.launches_by_tag()["Relu"] == before + 1
