"""Complex numbers against NumPy in complex128."""

import cmath
import itertools

import helpers
import numpy as np
import pytest

DTYPES = ["complex64", "complex128"]
PART = {"complex64": "float32", "complex128": "float64"}
SHAPES = [(), (0, 3), (1,), (257,), (2, 1, 3)]
INF, NAN = np.inf, np.nan


def gradient(function):
    """Of y = f(x), from y: conjugated, times dy."""
    return lambda y, dy: dy * function(np.conj(y))


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


UNARY = {
    "NEGATE": np.negative,
    "SIGN": lambda z: z / np.abs(z),
    "SQUARE": np.square,
    "RECIPROCAL": lambda z: 1 / z,
    "SQRT": np.sqrt,
    "RSQRT": lambda z: 1 / np.sqrt(z),
    "CONJUGATE": np.conj,
}
FUNCTIONS = {
    "EXP": np.exp,
    "EXPM1": np.expm1,
    "LOG": np.log,
    "LOG1P": np.log1p,
    "SIN": np.sin,
    "COS": np.cos,
    "TAN": np.tan,
    "SINH": np.sinh,
    "COSH": np.cosh,
    "TANH": np.tanh,
    "ASINH": np.arcsinh,
    "ACOSH": np.arccosh,
    "ATANH": np.arctanh,
    "SIGMOID": sigmoid,
}
BINARY = {
    "ADD": np.add,
    "SUBTRACT": np.subtract,
    "MULTIPLY": np.multiply,
    "DIVIDE": np.divide,
    "DIVIDE_NO_NAN": np.divide,
    "MULTIPLY_NO_NAN": np.multiply,
    "XDIVY": np.divide,
    "SQUARED_DIFFERENCE": lambda x, y: np.abs(x - y) ** 2 + 0j,
    "SIGMOID_GRADIENT": lambda y, dy: dy * y * (1 - y),
    "TANH_GRADIENT": lambda y, dy: dy * (1 - y * y),
    "SQRT_GRADIENT": gradient(lambda y: 0.5 / y),
    "RSQRT_GRADIENT": gradient(lambda y: -0.5 * y**3),
    "RECIPROCAL_GRADIENT": gradient(lambda y: -y * y),
}
BINARY_FUNCTIONS = {
    "POW": np.power,
    "XLOGY": lambda x, y: x * np.log(y),
}


def wide(z):
    return np.asarray(z).astype(np.complex128)


def apply(device, op, inputs, dtype, layout="contiguous"):
    y = helpers.empty(device, inputs[0].shape, dtype, layout)
    device.elementwise(op, [helpers.upload(device, x, layout) for x in inputs], y)
    return y


@pytest.mark.parametrize(
    "op, dtype",
    [
        *itertools.product(UNARY, DTYPES),
        *((op, "complex64") for op in FUNCTIONS),
        ("EXP", "complex128"),
    ],
)
def test_unary(device, dtype, op):
    function = {**UNARY, **FUNCTIONS}[op]
    for shape in SHAPES:
        z = helpers.random(shape, dtype)
        helpers.check(apply(device, op, [z], dtype), function(wide(z)), 4 * tolerance(dtype))


def tolerance(dtype):
    return {"complex64": 1e-6, "complex128": 2e-15}[dtype]


@pytest.mark.parametrize(
    "op, dtype", [*((op, "complex64") for op in FUNCTIONS), ("EXP", "complex128")]
)
def test_functions_near_zero_and_far_away(device, dtype, op):
    scales = [1e-6, 1e-3, 0.1, 1, 10] if op in ("TAN", "TANH", "SIGMOID") else [1e-6, 1e-3, 0.1, 1]
    if op in ("LOG", "ASINH", "ACOSH"):
        scales += [1e3, 1e18, 1e-30]
    z = np.concatenate([scale * helpers.random((60,), dtype, seed=3) for scale in scales])
    expected = FUNCTIONS[op](wide(z))
    y = apply(device, op, [z], dtype).numpy()
    error = np.abs(y - expected) / np.abs(expected)
    # What is lost where parts cancel is small only beside 1.
    loose = np.minimum(error, np.abs(y - expected))
    assert np.max(loose) < 10 * tolerance(dtype)
    if op in ("EXP", "EXPM1", "SIN", "COS", "TAN", "SINH", "COSH", "TANH", "SIGMOID"):
        assert np.max(error) < 10 * tolerance(dtype)


@pytest.mark.parametrize(
    "op, dtype",
    [
        *itertools.product(BINARY, DTYPES),
        *((op, "complex64") for op in BINARY_FUNCTIONS),
        ("XLOGY", "complex128"),
    ],
)
def test_binary(device, dtype, op):
    function = {**BINARY, **BINARY_FUNCTIONS}[op]
    for shape in SHAPES:
        x, y = (helpers.random(shape, dtype, 0.3, 1.7, seed) for seed in (1, 2))
        result = apply(device, op, [x, y], dtype)
        helpers.check(result, function(wide(x), wide(y)), 10 * tolerance(dtype))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_layouts(device, dtype, layout):
    x, y = (helpers.random((5, 7), dtype, seed=seed) for seed in (1, 2))
    helpers.check(apply(device, "MULTIPLY", [x, y], dtype, layout), wide(x) * wide(y))
    helpers.check(apply(device, "CONJUGATE", [x], dtype, layout), np.conj(x), 0)
    helpers.check(apply(device, "COMPLEX_ABS", [x], PART[dtype], layout), np.abs(wide(x)))
    helpers.check(
        apply(device, "COMPOSE_COMPLEX", [x.real, y.real], dtype, layout), x.real + 1j * y.real, 0
    )
    helpers.check(
        apply(device, "NOT_EQUAL", [x, np.where(x.real > 0, x, y)], "bool", layout), x.real <= 0
    )


@pytest.mark.parametrize("dtype", DTYPES)
def test_broadcast(device, dtype):
    x = helpers.random((5, 1), dtype)
    y = helpers.random((), dtype, seed=2)
    z = device.empty((5, 4), dtype)
    given = [device.tensor(x).broadcast_to((5, 4)), device.tensor(y).broadcast_to((5, 4))]
    device.elementwise("MULTIPLY", given, z)
    helpers.check(z, np.broadcast_to(wide(x) * wide(y), (5, 4)))


@pytest.mark.parametrize("dtype", DTYPES)
def test_angle(device, dtype):
    z = np.array([1, 1j, -1, -1j, 1 - 1j, -1 + 1j, 3e-5 + 4e5j, 0], dtype)
    helpers.check(apply(device, "ANGLE", [z], PART[dtype]), np.angle(wide(z)), tolerance(dtype))


@pytest.mark.parametrize("dtype", DTYPES)
def test_magnitudes_neither_overflow_nor_underflow(device, dtype):
    big = float(np.finfo(dtype).max) / 4
    small = float(np.finfo(dtype).tiny) * 4
    z = np.array([big + big * 1j, 3e-3 * big + 1j, small + small * 1j, -small, 1j * big], dtype)
    helpers.check(
        apply(device, "COMPLEX_ABS", [z], PART[dtype]),
        np.abs(wide(z) / big) * big if dtype == "complex128" else np.abs(wide(z)),
        4 * tolerance(dtype),
    )
    # Relative, since these are small or large.
    for op, expected in (
        ("COMPLEX_ABS", np.hypot(z.real.astype(float), z.imag.astype(float))),
        ("SQRT", np.sqrt(wide(z))),
    ):
        got = apply(device, op, [z], PART[dtype] if op == "COMPLEX_ABS" else dtype).numpy()
        assert np.max(np.abs(got / expected - 1)) < 4 * tolerance(dtype), op
    one = apply(device, "DIVIDE", [z, z], dtype).numpy()
    np.testing.assert_allclose(one, np.ones_like(z), atol=4 * tolerance(dtype))


@pytest.mark.parametrize("dtype", DTYPES)
def test_exponentials_of_which_a_part_fits(device, dtype):
    limit = np.log(np.finfo(dtype).max)
    z = np.array([limit + 0.3 + 1.5j, limit - 1, -2 * limit + 1j, limit + 2 + 1j], dtype)
    got = apply(device, "EXP", [z], dtype).numpy()
    root, angle = np.exp(wide(z).real / 2), wide(z).imag
    with np.errstate(over="ignore"):
        want = [(turn(angle) * root * root).astype(PART[dtype]) for turn in (np.cos, np.sin)]
    assert np.isfinite(want[0][0]) and np.isinf(want[1][0]) and np.isinf(want[0][3])
    for part, expected in zip((got.real, got.imag), want):
        np.testing.assert_allclose(part, expected, rtol=300 * tolerance(dtype), atol=1e-300)


@pytest.mark.parametrize("dtype", DTYPES)
def test_infinities_and_nan(device, dtype):
    z = np.array([complex(INF, 1), complex(1, -INF), complex(NAN, INF), complex(NAN, 1)], dtype)
    helpers.check(apply(device, "COMPLEX_ABS", [z], PART[dtype]), [INF, INF, INF, NAN])
    equal = apply(device, "EQUAL", [z, z], "bool").numpy()
    assert equal.tolist() == [True, True, False, False]
    unequal = apply(device, "NOT_EQUAL", [z, z], "bool").numpy()
    assert unequal.tolist() == [False, False, True, True]


@pytest.mark.parametrize("dtype", DTYPES)
def test_zeros(device, dtype):
    zero, x = np.zeros(3, dtype), np.array([1 + 2j, 0, NAN], dtype)
    for op in ("SIGN", "SQRT"):
        helpers.check(apply(device, op, [zero], dtype), zero, 0)
    for op in ("DIVIDE_NO_NAN", "MULTIPLY_NO_NAN"):
        helpers.check(apply(device, op, [x, zero], dtype), zero, 0)
    for op in ("XDIVY", "XLOGY"):
        helpers.check(apply(device, op, [zero, x], dtype), zero, 0)
    quotient = apply(device, "DIVIDE", [np.array([1 + 1j], dtype), zero[:1]], dtype).numpy()
    assert np.isinf(quotient.real[0]) and np.isinf(quotient.imag[0])


@pytest.mark.parametrize("dtype", ["complex64"])
@pytest.mark.parametrize("op, function", [
    ("ASINH", cmath.asinh), ("ACOSH", cmath.acosh), ("ATANH", cmath.atanh), ("LOG", cmath.log),
    ("LOG1P", lambda z: cmath.log(complex(1 + z.real, z.imag))), ("SQRT", cmath.sqrt)])
def test_the_sign_of_a_zero_tells_the_side_of_a_cut(device, dtype, op, function):
    ends = itertools.product((-2.0, -0.5, 0.5, 2.0), (-0.0, 0.0))
    z = np.array([complex(*parts) for end in ends for parts in (end, end[::-1])], dtype)
    expected = np.array([function(complex(value)) for value in z])
    helpers.check(apply(device, op, [z], dtype), expected, 4 * tolerance(dtype))


@pytest.mark.parametrize("dtype", ["complex64"])
def test_powers_of_zero(device, dtype):
    x = np.zeros(3, dtype)
    y = np.array([0, 2, 0.5 + 1j], dtype)
    helpers.check(apply(device, "POW", [x, y], dtype), np.array([1, 0, 0]), 0)


def test_operations_without_a_meaning(device, dml):
    z = device.empty((2,), "complex64")
    for op in ("ABS", "FLOOR", "ERF"):
        with pytest.raises(dml.DmlError, match="does not take complex64"):
            device.elementwise(op, [z], z)
    with pytest.raises(dml.DmlError, match="has no order"):
        device.reduce("MAX", z, device.empty((1,), "complex64"))
    with pytest.raises(dml.DmlError, match="does not give complex64"):
        device.elementwise("COMPLEX_ABS", [z], z)


# ---- Casts -------------------------------------------------------------------

REAL = ["float16", "float32", "float64", "int8", "int32", "int64", "uint8", "bool"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("other", REAL)
def test_casts(device, dtype, other):
    z = np.array([0, 1, 77.5 + 3j, 2j, 100], dtype)
    y = device.empty(z.shape, other)
    device.cast(device.tensor(z), y)
    helpers.check(y, z.real.astype(other), 0)
    x = np.array([0, 1, 1, 100, 3]).astype(other)
    w = device.empty((2, 5), dtype)
    device.cast(device.tensor(x).broadcast_to((2, 5)), w)
    helpers.check(w, np.broadcast_to(x.astype(dtype), (2, 5)), 0)


@pytest.mark.parametrize("layout", ["contiguous", "gaps"])
@pytest.mark.parametrize("source, target", [DTYPES, DTYPES[::-1]])
def test_casts_between_complex(device, source, target, layout):
    z = helpers.random((3, 5), source)
    y = helpers.empty(device, z.shape, target, layout)
    device.cast(helpers.upload(device, z, layout), y)
    helpers.check(y, z.astype(target), 0)


# ---- Reductions and scans ----------------------------------------------------

REDUCTIONS = {
    "SUM": lambda z, axes: np.sum(z, axes, keepdims=True),
    "MEAN": lambda z, axes: (
        np.sum(z, axes, keepdims=True) / max(1, np.prod([z.shape[axis] for axis in axes]))
    ),
    "PRODUCT": lambda z, axes: np.prod(z, axes, keepdims=True),
    "SUM_SQUARE": lambda z, axes: np.sum(np.abs(z) ** 2, axes, keepdims=True),
    "L2": lambda z, axes: np.sqrt(np.sum(np.abs(z) ** 2, axes, keepdims=True)),
}
CASES = [
    ((), ()),
    ((7,), (0,)),
    ((5, 3), (0,)),
    ((5, 3), (1,)),
    ((70, 33), (0, 1)),
    ((3, 0), (1,)),
    ((20011,), (0,)),
    ((9001, 3), (0,)),
    ((2, 3, 4, 5), (0, 2)),
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("op", REDUCTIONS)
def test_reduce(device, dtype, op):
    for shape, axes in CASES:
        # Products of numbers near the unit circle stay near it.
        z = np.exp(1j * helpers.random(shape, "float64")).astype(dtype)
        expected = np.asarray(REDUCTIONS[op](wide(z), axes))
        y = device.empty(expected.shape, dtype)
        device.reduce(op, device.tensor(z), y)
        limit = tolerance(dtype) * max(10, 2 * z.size**0.5)
        got = y.numpy()
        size = max(np.max(np.abs(expected)), z.size**0.5)
        assert np.max(np.abs(got - expected)) <= limit * size


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("op, reference", [("SUM", np.cumsum), ("PRODUCT", np.cumprod)])
def test_scan(device, dtype, op, reference):
    for shape, axis in [((9,), 0), ((5, 10), 1), ((2, 3000), 1), ((2053, 3), 0), ((70001,), 0)]:
        z = np.exp(1j * helpers.random(shape, "float64")).astype(dtype)
        y = device.empty(shape, dtype)
        device.scan(op, device.tensor(z), axis, False, False, y)
        size = shape[axis]
        limit = tolerance(dtype) * max(10, 2 * size)
        np.testing.assert_allclose(y.numpy(), reference(wide(z), axis), rtol=0, atol=limit)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("op, sign", [("ADD", 1), ("SUBTRACT", -1)])
def test_scatter(device, dml, dtype, op, sign):
    z, updates = helpers.random((5, 3), dtype), helpers.random((4, 3), dtype, seed=2)
    indices = np.array([4, 1, 4, 7], np.int32)
    y = device.tensor(z)
    device.scatter(op, device.tensor(indices), device.tensor(updates), y)
    expected = wide(z)
    for i, row in zip(indices[:3], updates):
        expected[i] += sign * row
    helpers.check(y, expected)
    with pytest.raises(dml.DmlError, match="side by side"):
        columns = device.tensor(updates[:3]).transpose()[:3]
        device.scatter(op, device.tensor(indices[:3]), columns, y[:, :3])


# ---- Matrix products ---------------------------------------------------------


def product(device, x, y, conjugate_x=False, conjugate_y=False):
    a = np.conj(x.numpy()) if conjugate_x else x.numpy()
    b = np.conj(y.numpy()) if conjugate_y else y.numpy()
    expected = wide(a) @ wide(b)
    c = device.empty(expected.shape, a.dtype)
    device.complex_gemm(x, conjugate_x, y, conjugate_y, c)
    scale = np.abs(wide(a)) @ np.abs(wide(b)) + 1e-300
    if c.numpy().size:
        assert np.max(np.abs(c.numpy() - expected) / scale) < 4 * tolerance(str(a.dtype))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "m, n, k", [(1, 1, 1), (5, 3, 2), (65, 33, 40), (1, 70, 9), (3, 5, 2100), (2, 0, 3)]
)
def test_product(device, dtype, m, n, k):
    x = device.tensor(helpers.random((m, k), dtype, seed=1))
    y = device.tensor(helpers.random((k, n), dtype, seed=2))
    product(device, x, y)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("adjoint_x", [False, True])
@pytest.mark.parametrize("adjoint_y", [False, True])
def test_adjoints(device, dtype, adjoint_x, adjoint_y):
    x = device.tensor(helpers.random((4, 6), dtype, seed=1))
    y = device.tensor(helpers.random((4, 3) if adjoint_x else (6, 3), dtype, seed=2))
    if adjoint_y:
        y = device.tensor(helpers.random(y.shape[::-1], dtype, seed=2)).transpose()
    product(device, x.transpose() if adjoint_x else x, y, adjoint_x, adjoint_y)


@pytest.mark.parametrize("dtype", DTYPES)
def test_batches(device, dtype):
    x = device.tensor(helpers.random((2, 1, 4, 5), dtype, seed=1)).broadcast_to((2, 3, 4, 5))
    y = device.tensor(helpers.random((1, 3, 5, 6), dtype, seed=2)).broadcast_to((2, 3, 5, 6))
    product(device, x, y)
    product(device, x, y, True, True)
    product(device, y.transpose(0, 1, 3, 2), x.transpose(0, 1, 3, 2), False, True)


@pytest.mark.parametrize("dtype", DTYPES)
def test_depth_zero_gives_zeros(device, dtype):
    c = device.tensor(np.ones((2, 3), dtype))
    device.complex_gemm(device.empty((2, 0), dtype), False, device.empty((0, 3), dtype), False, c)
    helpers.check(c, np.zeros((2, 3)), 0)


def test_transposed_product(device):
    x, y = helpers.random((4, 5), "complex64"), helpers.random((5, 3), "complex64", seed=2)
    c = device.empty((3, 4), "complex64")
    device.complex_gemm(device.tensor(x), False, device.tensor(y), False, c.transpose())
    helpers.check(c.transpose(), wide(x) @ wide(y))


def test_product_errors(device, dml):
    a, b = device.empty((2, 3), "complex64"), device.empty((4, 5), "complex64")
    with pytest.raises(dml.DmlError, match="sizes must be"):
        device.complex_gemm(a, False, b, False, device.empty((2, 5), "complex64"))
    real = device.empty((2, 2))
    with pytest.raises(dml.DmlError, match="takes complex"):
        device.complex_gemm(real, False, real, False, device.empty((2, 2)))
