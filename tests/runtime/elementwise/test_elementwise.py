"""Element-wise operations against NumPy in float64 or the integers themselves."""

import helpers
import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest
from scipy import special

FLOATS = ["float32", "float16"]
SIGNED = ["int8", "int16", "int32", "int64"]
UNSIGNED = ["uint8", "uint16", "uint32", "uint64"]
INTEGERS = SIGNED + UNSIGNED
SELU_SCALE = 1.0507009873554804934
SELU_ALPHA = 1.6732632423543772848


def sigmoid(x):
    return np.exp(-np.logaddexp(0, -x))


def digamma(x):
    """With the value of TensorFlow's CPU kernel, infinity, at the poles."""
    poles = (x <= 0) & (np.floor(x) == x) & np.isfinite(x)
    return np.where(poles, np.inf, special.digamma(x))


# Operation: reference in float64, and how many units in the last place of
# float32 the result may be off.
UNARY = {
    "ABS": (np.abs, 0),
    "NEGATE": (np.negative, 0),
    "SIGN": (lambda x: np.nan_to_num(np.sign(x)), 0),
    "SQUARE": (np.square, 0.5),
    "RECIPROCAL": (lambda x: 1 / x, 3),
    "SQRT": (np.sqrt, 3),
    "RSQRT": (lambda x: 1 / np.sqrt(x), 3),
    "EXP": (np.exp, 2),
    "EXPM1": (np.expm1, 2),
    "LOG": (np.log, 2),
    "LOG1P": (np.log1p, 2),
    "SIN": (np.sin, 2),
    "COS": (np.cos, 2),
    "TAN": (np.tan, 4),
    "ASIN": (np.arcsin, 3),
    "ACOS": (np.arccos, 3),
    "ATAN": (np.arctan, 3),
    "SINH": (np.sinh, 3),
    "COSH": (np.cosh, 3),
    "TANH": (np.tanh, 3),
    "ASINH": (np.arcsinh, 3),
    "ACOSH": (np.arccosh, 3),
    "ATANH": (np.arctanh, 3),
    "ERF": (special.erf, 2),
    "ERFC": (special.erfc, 4),
    "SIGMOID": (sigmoid, 4),
    "FLOOR": (np.floor, 0),
    "CEIL": (np.ceil, 0),
    "ROUND_EVEN": (np.rint, 0),
    "RELU": (lambda x: np.maximum(x, 0), 0),
    "RELU6": (lambda x: np.clip(x, 0, 6), 0),
    "ELU": (lambda x: np.where(x < 0, np.expm1(x), x), 2),
    "SELU": (lambda x: SELU_SCALE * np.where(x < 0, SELU_ALPHA * np.expm1(x), x), 3),
    "SOFTPLUS": (lambda x: np.logaddexp(0, x), 3),
    "SOFTSIGN": (lambda x: x / (1 + np.abs(x)), 3),
}


def promised(x):
    """Whether it is 0, or no less than the smallest normal number: what is between, drivers
    may take for 0, as TensorFlow does on CPUs and on CUDA."""
    return (x == 0) | ~(np.abs(x) < 2.0**-126)


def float_samples(count=6000):
    """Numbers of every magnitude, dense around 0, and the special ones."""
    generator = np.random.RandomState(7)
    with np.errstate(invalid="ignore"):
        bits = generator.randint(0, 2**32, count, np.uint64).astype(np.uint32).view(np.float32)
    dense = generator.uniform(-12, 12, count).astype(np.float32)
    near = (1 + generator.uniform(-1e-2, 1e-2, count // 4)).astype(np.float32)
    whole = np.arange(-40, 40, 0.5, np.float32)
    tiny = np.float32(1.1754944e-38)
    special_values = np.float32(
        [0, -0.0, 1, -1, np.inf, -np.inf, np.nan, tiny, -tiny, 3.4e38, -3.4e38, 88.8, -87.5, 1e10]
    )
    x = np.concatenate([bits, dense, near, -near, whole, special_values])
    return x[promised(x)]


def check_ulp(actual, expected, limit):
    """Within `limit` float32 units in the last place of float64 numbers."""
    tiny = 2.0**-126
    with np.errstate(over="ignore", invalid="ignore"):
        rounded = expected.astype(np.float32)
        finite = np.isfinite(rounded) & np.isfinite(actual)
        exponent = np.floor(np.log2(np.maximum(np.abs(expected), tiny)))
        error = np.abs(actual.astype(np.float64) - expected) / 2.0 ** (exponent - 23)
        # A result that may be flushed, or that rounds across the largest one.
        forgiven = (np.abs(expected) < tiny) & (np.abs(actual) < 2 * tiny)
        forgiven |= (np.abs(expected) > 3.4028e38) & (np.abs(actual) > 3.4028e38)
    same = np.where(np.isnan(rounded), np.isnan(actual), rounded == actual)
    bad = ~forgiven & ~same & ~(finite & (error <= limit + 0.5))
    assert not bad.any(), (actual[bad][:5], expected[bad][:5], error[bad][:5])


@pytest.mark.parametrize("op", UNARY)
def test_unary_accuracy(device, op):
    reference, limit = UNARY[op]
    x = float_samples()
    y = device.empty(x.shape, "float32")
    device.elementwise(op, [device.tensor(x)], y)
    with np.errstate(all="ignore"):
        expected = reference(x.astype(np.float64))
    check_ulp(y.numpy(), expected, limit)


@pytest.mark.parametrize("op,reference", [("LGAMMA", special.gammaln), ("DIGAMMA", digamma)])
def test_gamma_functions(device, op, reference):
    x = float_samples()
    x = x[np.isfinite(x) & (np.abs(x) < 1e30)]
    x = x[(x > 0) | ((x > -30) & (np.abs(x - np.rint(x)) > 1e-3)) | (np.floor(x) == x)]
    y = device.empty(x.shape, "float32")
    device.elementwise(op, [device.tensor(x)], y)
    with np.errstate(all="ignore"):
        helpers.check(y, reference(x.astype(np.float64)), 4e-6)


@pytest.mark.parametrize("op", [*UNARY, "LGAMMA", "DIGAMMA"])
def test_unary_float16(device, op):
    x = helpers.random((1003,), "float16", -5, 5)
    reference = {"LGAMMA": special.gammaln, "DIGAMMA": digamma, **UNARY}[op]
    reference = reference[0] if isinstance(reference, tuple) else reference
    y = device.empty(x.shape, "float16")
    device.elementwise(op, [device.tensor(x)], y)
    with np.errstate(all="ignore"):
        helpers.check(y, reference(x.astype(np.float64)), 1e-3)


@pytest.mark.parametrize("dtype", [*FLOATS, "float64"])
def test_leaky_relu(device, dtype):
    x = helpers.random((3, 5), dtype)
    y = device.empty(x.shape, dtype)
    device.elementwise("LEAKY_RELU", [device.tensor(x)], y, parameters=[0.25])
    helpers.check(y, np.where(x > 0, x, 0.25 * x.astype(np.float64)))


@pytest.mark.parametrize("dtype", [*FLOATS, "float64"])
@pytest.mark.parametrize(
    "op,reference",
    [("IS_NAN", np.isnan), ("IS_INF", np.isinf), ("IS_FINITE", np.isfinite)],
)
def test_classify(device, op, reference, dtype):
    x = np.array([0, 1, -np.inf, np.inf, np.nan, -np.nan, 6e4], dtype)
    y = device.empty(x.shape, "bool")
    device.elementwise(op, [device.tensor(x)], y)
    helpers.check(y, reference(x))


def wrap(function):
    """Integer arithmetic that wraps."""

    def wrapped(*arguments):
        with np.errstate(all="ignore"):
            return function(*arguments)

    return wrapped


def truncate_divide(x, y):
    safe = np.where(y == 0, 1, y).astype(y.dtype)
    q = np.floor_divide(x, safe)
    rest = (x - q * safe).astype(x.dtype)
    q = (q + ((rest != 0) & ((x < 0) != (safe < 0)))).astype(x.dtype)
    return np.where(y == 0, ~np.zeros_like(x), q)


def floor_divide(x, y):
    q = np.floor_divide(x, np.where(y == 0, 1, y).astype(y.dtype))
    return np.where(y == 0, ~np.zeros_like(x), q)


INTEGER_UNARY = {
    "ABS": np.abs,
    "NEGATE": np.negative,
    "SIGN": np.sign,
    "SQUARE": np.square,
    "RECIPROCAL": lambda x: truncate_divide(np.ones_like(x), x),
    "RELU": lambda x: np.maximum(x, 0),
    "RELU6": lambda x: np.clip(x, 0, 6),
    "BITWISE_NOT": np.invert,
}
INTEGER_BINARY = {
    "ADD": np.add,
    "SUBTRACT": np.subtract,
    "MULTIPLY": np.multiply,
    "DIVIDE": truncate_divide,
    "FLOOR_DIVIDE": floor_divide,
    "DIVIDE_NO_NAN": lambda x, y: np.where(y == 0, 0, truncate_divide(x, y)).astype(x.dtype),
    "FLOOR_MOD": lambda x, y: x - floor_divide(x, y) * y,
    "TRUNCATE_MOD": lambda x, y: x - truncate_divide(x, y) * y,
    "MAXIMUM": np.maximum,
    "MINIMUM": np.minimum,
    "SQUARED_DIFFERENCE": lambda x, y: np.square(x - y),
    "MULTIPLY_NO_NAN": np.multiply,
    "BITWISE_AND": np.bitwise_and,
    "BITWISE_OR": np.bitwise_or,
    "BITWISE_XOR": np.bitwise_xor,
    "RELU_GRADIENT": lambda x, y: np.where(y > 0, x, 0),
}


def integer_samples(dtype, seed, count=301):
    generator = np.random.RandomState(seed)
    info = np.iinfo(dtype)
    wide = generator.randint(0, 256, (count, np.dtype(dtype).itemsize)).astype(np.uint8)
    x = np.concatenate([wide.view(dtype).ravel(), generator.randint(0, 9, count).astype(dtype)])
    edges = np.array([0, 1, info.max, info.min, 2, 7], dtype)
    x = np.concatenate([x, np.repeat(edges, 6)])
    return np.roll(x, seed * 37)


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("op", INTEGER_UNARY)
def test_unary_integers(device, op, dtype):
    x = integer_samples(dtype, 1)
    y = device.empty(x.shape, dtype)
    device.elementwise(op, [device.tensor(x)], y)
    helpers.check(y, wrap(INTEGER_UNARY[op])(x))


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("op", INTEGER_BINARY)
def test_binary_integers(device, op, dtype):
    x = integer_samples(dtype, 1)
    y = integer_samples(dtype, 2)
    # The lowest number by -1 wraps here; NumPy leaves that to the machine.
    if np.dtype(dtype).kind == "i":
        y[(x == np.iinfo(dtype).min) & (y == -1)] = 3
    z = device.empty(x.shape, dtype)
    device.elementwise(op, [device.tensor(x), device.tensor(y)], z)
    helpers.check(z, wrap(INTEGER_BINARY[op])(x, y))


@pytest.mark.parametrize("dtype", INTEGERS)
def test_shifts(device, dtype):
    bits = 8 * np.dtype(dtype).itemsize
    x = np.repeat(integer_samples(dtype, 3, 20), bits)
    y = np.resize(np.arange(bits), x.shape).astype(dtype)
    z = device.empty(x.shape, dtype)
    device.elementwise("SHIFT_LEFT", [device.tensor(x), device.tensor(y)], z)
    helpers.check(z, np.left_shift(x, y))
    device.elementwise("SHIFT_RIGHT", [device.tensor(x), device.tensor(y)], z)
    helpers.check(z, np.right_shift(x, y))


@pytest.mark.parametrize("dtype", INTEGERS)
def test_integer_power(device, dtype):
    x = np.repeat(np.arange(0, 7, dtype=dtype), 6)
    y = np.resize(np.arange(0, 6), x.shape).astype(dtype)
    if np.dtype(dtype).kind == "i":
        x = np.concatenate([x, -x])
        y = np.concatenate([y, y])
    z = device.empty(x.shape, dtype)
    device.elementwise("POW", [device.tensor(x), device.tensor(y)], z)
    helpers.check(z, wrap(np.power)(x, y))


def gradient(function):
    return lambda dy, x: dy * function(x)


def no_nan(function, test):
    def safe(x, y):
        zero = (x if test == "x" else y) == 0
        return np.where(zero, 0, function(x, y))

    return safe


# Operation: reference in float64, units in the last place.
BINARY = {
    "ADD": (np.add, 0.5),
    "SUBTRACT": (np.subtract, 0.5),
    "MULTIPLY": (np.multiply, 0.5),
    "DIVIDE": (np.divide, 3),
    "DIVIDE_NO_NAN": (no_nan(np.divide, "y"), 3),
    "FLOOR_MOD": (np.mod, 1),
    "TRUNCATE_MOD": (np.fmod, 0),
    "MAXIMUM": (lambda x, y: np.where(x < y, y, x), 0),
    "MINIMUM": (lambda x, y: np.where(y < x, y, x), 0),
    "POW": (np.power, 4),
    "ATAN2": (np.arctan2, 4),
    "MULTIPLY_NO_NAN": (no_nan(np.multiply, "y"), 0.5),
    "XLOGY": (no_nan(lambda x, y: x * np.log(y), "x"), 3),
    "XDIVY": (no_nan(np.divide, "x"), 3),
    "RELU_GRADIENT": (lambda dy, x: np.where(x > 0, dy, 0), 0),
    "RELU6_GRADIENT": (lambda dy, x: np.where((x > 0) & (x < 6), dy, 0), 0),
}
# The same on ordinary numbers, where float32 loses little more than a rounding.
SMOOTH_BINARY = {
    "FLOOR_DIVIDE": np.floor_divide,
    "SQUARED_DIFFERENCE": lambda x, y: np.square(x - y),
    "ELU_GRADIENT": gradient(lambda y: np.where(y < 0, y + 1, 1)),
    "SELU_GRADIENT": gradient(
        lambda y: np.where(y < 0, y + SELU_SCALE * SELU_ALPHA, SELU_SCALE)
    ),
    "SOFTPLUS_GRADIENT": gradient(sigmoid),
    "SOFTSIGN_GRADIENT": gradient(lambda x: 1 / np.square(1 + np.abs(x))),
    "SIGMOID_GRADIENT": lambda y, dy: dy * y * (1 - y),
    "TANH_GRADIENT": lambda y, dy: dy * (1 - y * y),
    "SQRT_GRADIENT": lambda y, dy: dy * 0.5 / y,
    "RSQRT_GRADIENT": lambda y, dy: dy * -0.5 * y**3,
    "RECIPROCAL_GRADIENT": lambda y, dy: -dy * y * y,
}


@pytest.mark.parametrize("op", BINARY)
def test_binary_accuracy(device, op):
    reference, limit = BINARY[op]
    x = float_samples(3000)
    generator = np.random.RandomState(5)
    y = generator.permutation(x)
    # Every special value with every other, and the same magnitudes together.
    pairs = np.float32([0, -0.0, 1, -1, np.inf, -np.inf, np.nan, 2, -3, 0.5, 1e30])
    grid = np.meshgrid(pairs, pairs)
    with np.errstate(all="ignore"):
        scaled = (x * generator.uniform(0.1, 10, x.size)).astype(np.float32)
    y = np.concatenate([y, scaled, grid[1].ravel()])
    x = np.concatenate([x, x, grid[0].ravel()])
    x, y = x[promised(y)], y[promised(y)]
    z = device.empty(x.shape, "float32")
    device.elementwise(op, [device.tensor(x), device.tensor(y)], z)
    with np.errstate(all="ignore"):
        expected = reference(x.astype(np.float64), y.astype(np.float64))
    usable = np.ones(x.shape, bool)
    if op in ("MAXIMUM", "MINIMUM"):
        # Of equal zeros either may come.
        usable = ~((x == 0) & (y == 0))
    if op == "FLOOR_MOD":
        # The sum of remainder and divisor rounds in float32.
        fits = np.isfinite(expected) & np.isfinite(y)
        with np.errstate(invalid="ignore"):
            usable = fits & (np.abs(np.fmod(x, y)) > 1e-6 * np.abs(y))
    if op in ("DIVIDE", "DIVIDE_NO_NAN", "XDIVY"):
        # Vulkan promises accuracy for divisors in [2^-126, 2^126].
        usable = ~(np.abs(y) > 8e37) | ~np.isfinite(y)
    check_ulp(z.numpy()[usable], expected[usable], limit)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_next_after(device, dtype):
    info = np.finfo(dtype)
    numbers = np.array([0, -0.0, 1, -1, 1.5, info.max, info.min, info.tiny, -info.tiny, np.inf,
                        -np.inf, np.nan, 3e30, 5e-30], dtype)
    subnormal = np.nextafter(numbers[:1], numbers[2:3])
    numbers = np.concatenate([numbers, subnormal, -2 * subnormal])
    x, y = (grid.ravel().copy() for grid in np.meshgrid(numbers, numbers))
    z = device.empty(x.shape, dtype)
    device.elementwise("NEXT_AFTER", [device.tensor(x), device.tensor(y)], z)
    with np.errstate(all="ignore"):
        want = np.nextafter(x, y)
    np.testing.assert_array_equal(z.numpy(), want)
    np.testing.assert_array_equal(np.signbit(z.numpy())[want == 0], np.signbit(want)[want == 0])


@pytest.mark.parametrize("dtype", [*FLOATS, "float64"])
@pytest.mark.parametrize("op", SMOOTH_BINARY)
def test_binary_smooth(device, op, dtype):
    x = helpers.random((40, 13), dtype, -4, 4, seed=1)
    y = helpers.random((40, 13), dtype, 0.5, 4, seed=2)
    z = device.empty(x.shape, dtype)
    device.elementwise(op, [device.tensor(x), device.tensor(y)], z)
    expected = SMOOTH_BINARY[op](x.astype(np.float64), y.astype(np.float64))
    helpers.check(z, expected)


@pytest.mark.parametrize("dtype", [*FLOATS, "float64"])
def test_exact_quotients_have_exact_floors(device, dtype):
    y = np.repeat(np.arange(1, 41), 40).astype(dtype)
    n = np.resize(np.arange(-20, 20), y.shape).astype(dtype)
    z = device.empty(y.shape, dtype)
    device.elementwise("FLOOR_DIVIDE", [device.tensor(y * n), device.tensor(y)], z)
    helpers.check(z, n, 0)


@pytest.mark.parametrize("dtype", [*FLOATS, "float64"])
def test_leaky_relu_gradient(device, dtype):
    dy = helpers.random((50,), dtype, seed=1)
    x = helpers.random((50,), dtype, seed=2)
    z = device.empty(x.shape, dtype)
    device.elementwise(
        "LEAKY_RELU_GRADIENT", [device.tensor(dy), device.tensor(x)], z, parameters=[0.5]
    )
    helpers.check(z, np.where(x > 0, dy, dy * np.float64(0.5)))


COMPARE = {
    "EQUAL": np.equal,
    "NOT_EQUAL": np.not_equal,
    "LESS": np.less,
    "LESS_EQUAL": np.less_equal,
    "GREATER": np.greater,
    "GREATER_EQUAL": np.greater_equal,
}


@pytest.mark.parametrize("dtype", [*FLOATS, "float64", *INTEGERS, "bool"])
@pytest.mark.parametrize("op", COMPARE)
def test_compare(device, op, dtype):
    values = {"f": [0, -0.0, 1, -1, np.inf, -np.inf, np.nan], "b": [0, 1]}
    if dtype in INTEGERS:
        info = np.iinfo(dtype)
        values[info.kind] = [0, 1, 100, info.min, info.max]
    edges = np.array(values[np.dtype(dtype).kind], dtype)
    x, y = (part.ravel().copy() for part in np.meshgrid(edges, edges))
    z = device.empty(x.shape, "bool")
    device.elementwise(op, [device.tensor(x), device.tensor(y)], z)
    helpers.check(z, COMPARE[op](x, y))


def test_logical(device):
    x = np.array([0, 0, 1, 1, 1], bool)
    y = np.array([0, 1, 0, 1, 1], bool)
    z = device.empty(x.shape, "bool")
    for op, reference in (
        ("LOGICAL_AND", np.logical_and),
        ("LOGICAL_OR", np.logical_or),
        ("BITWISE_XOR", np.logical_xor),
    ):
        device.elementwise(op, [device.tensor(x), device.tensor(y)], z)
        helpers.check(z, reference(x, y))
    device.elementwise("LOGICAL_NOT", [device.tensor(x)], z)
    helpers.check(z, ~x)


@pytest.mark.parametrize("dtype", [*FLOATS, *INTEGERS, "float64", "bool"])
def test_select(device, dtype):
    condition = helpers.random((7, 9), "bool", seed=1)
    x = helpers.random((7, 9), dtype, seed=2)
    y = helpers.random((7, 9), dtype, seed=3)
    z = device.empty(x.shape, dtype)
    device.elementwise("SELECT", [device.tensor(a) for a in (condition, x, y)], z)
    helpers.check(z, np.where(condition, x, y))
    # One condition for each row, broadcast.
    rows = device.tensor(condition[:, :1].copy()).broadcast_to((7, 9))
    device.elementwise("SELECT", [rows, device.tensor(x), device.tensor(y)], z)
    helpers.check(z, np.where(condition[:, :1], x, y))


@pytest.mark.parametrize("dtype", [*FLOATS, *INTEGERS])
def test_clip(device, dtype):
    x = helpers.random((101,), dtype, 0, 50)
    low, high = np.array(7, dtype), np.array(23, dtype)
    bounds = [device.tensor(b).broadcast_to(x.shape) for b in (low, high)]
    z = device.empty(x.shape, dtype)
    device.elementwise("CLIP_BY_VALUE", [device.tensor(x), *bounds], z)
    helpers.check(z, np.clip(x, low, high), 0)


@pytest.mark.parametrize("dtype", FLOATS)
def test_multiply_add(device, dtype):
    x, y, z = (helpers.random((33,), dtype, seed=s) for s in range(3))
    out = device.empty(x.shape, dtype)
    device.elementwise("MULTIPLY_ADD", [device.tensor(a) for a in (x, y, z)], out)
    helpers.check(out, x.astype(np.float64) * y + z)
    device.elementwise("INTERPOLATE", [device.tensor(a) for a in (x, y, z)], out)
    wide = x.astype(np.float64)
    helpers.check(out, wide + y * (z - wide))


@pytest.mark.parametrize("op", ["RELU", "RELU6", "ABS", "SIGMOID", "TANH", "EXP", "FLOOR"])
def test_nan_goes_through(device, op):
    y = device.empty((5,), "float32")
    device.elementwise(op, [device.tensor(np.full(5, np.nan, np.float32))], y)
    assert np.isnan(y.numpy()).all()


# ---- Layouts ----------------------------------------------------------------

SHAPES = [(), (1,), (0,), (3, 0, 2), (5,), (1023,), (1025,), (4, 7), (3, 1, 5), (2, 3, 4, 5)]


@pytest.mark.parametrize("dtype", ["float32", "float16", "int8", "uint16", "int64", "bool"])
@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_layouts(device, dtype, layout):
    for shape in SHAPES:
        x = helpers.random(shape, dtype, 0, 9, seed=1)
        y = helpers.random(shape, dtype, 0, 9, seed=2)
        z = helpers.empty(device, shape, dtype, layout)
        op = "BITWISE_OR" if dtype == "bool" else "ADD"
        device.elementwise(op, [helpers.upload(device, x, layout), device.tensor(y)], z)
        helpers.check(z, np.logical_or(x, y) if dtype == "bool" else x + y)


def test_high_rank(device):
    shape = (2, 1, 3, 2, 1, 2, 3, 2)
    x = helpers.random(shape, seed=1)
    y = helpers.random(shape[::-1], seed=2)
    z = device.empty(shape)
    device.elementwise("MULTIPLY", [device.tensor(x), device.tensor(y).transpose()], z)
    helpers.check(z, x.astype(np.float64) * y.transpose())


@pytest.mark.parametrize("scalar", [0, 1])
@pytest.mark.parametrize("count", [1, 3, 4, 1030])
def test_scalar_operands(device, scalar, count):
    x = helpers.random((count,), seed=1)
    s = np.float32(1.5)
    operands = [device.tensor(x), device.tensor(s).broadcast_to((count,))]
    expected = [x.astype(np.float64), s]
    if scalar == 0:
        operands.reverse()
        expected.reverse()
    z = device.empty((count,))
    device.elementwise("SUBTRACT", operands, z)
    helpers.check(z, expected[0] - expected[1])


def test_in_place(device):
    x = helpers.random((37, 3), seed=1)
    t = device.tensor(x)
    device.elementwise("ADD", [t, t], t)
    helpers.check(t, 2.0 * x)
    device.elementwise("NEGATE", [t.transpose()], t.transpose())
    helpers.check(t, -2.0 * x)


@hypothesis.settings(max_examples=60, deadline=None)
@hypothesis.given(data=st.data())
def test_any_broadcast(device, data):
    shape = tuple(data.draw(st.lists(st.integers(1, 5), min_size=0, max_size=6)))
    parts = []
    for seed in range(2):
        ones = data.draw(st.lists(st.booleans(), min_size=len(shape), max_size=len(shape)))
        kept = tuple(1 if one else size for one, size in zip(ones, shape))
        parts.append(helpers.random(kept, seed=seed))
    z = helpers.empty(device, shape, "float32", data.draw(st.sampled_from(helpers.LAYOUTS)))
    operands = [device.tensor(part).broadcast_to(shape) for part in parts]
    device.elementwise("SUBTRACT", operands, z)
    helpers.check(z, np.broadcast_to(parts[0].astype(np.float64) - parts[1], shape))


# ---- Errors -----------------------------------------------------------------


def raises(dml, code, match):
    return pytest.raises(dml.DmlError, match=f"{code}.*{match}")


def test_errors(device, dml):
    x = device.tensor(np.ones((2, 3), np.float32))
    i = device.tensor(np.ones((2, 3), np.int32))
    with raises(dml, "INVALID_ARGUMENT", "other sizes"):
        device.elementwise("ADD", [x, x.transpose()], device.empty((2, 3)))
    with raises(dml, "INVALID_ARGUMENT", "one type"):
        device.elementwise("ADD", [x, i], device.empty((2, 3)))
    with raises(dml, "INVALID_ARGUMENT", "takes 2 inputs"):
        device.elementwise("ADD", [x], device.empty((2, 3)))
    with raises(dml, "INVALID_ARGUMENT", "does not take"):
        device.elementwise("EXP", [i], device.empty((2, 3), "int32"))
    with raises(dml, "INVALID_ARGUMENT", "does not give"):
        device.elementwise("LESS", [x, x], device.empty((2, 3)))
    with raises(dml, "INVALID_ARGUMENT", "parameters"):
        device.elementwise("LEAKY_RELU", [x], device.empty((2, 3)))
    with raises(dml, "INVALID_ARGUMENT", "condition must be bool"):
        device.elementwise("SELECT", [x, x, x], device.empty((2, 3)))
    with raises(dml, "INVALID_ARGUMENT", "no operation 63"):
        device.elementwise(63, [x], device.empty((2, 3)))
    with raises(dml, "INVALID_ARGUMENT", "overlaps"):
        memory = device.empty((9,))
        device.elementwise("ADD", [memory[:6], memory[:6]], memory[3:])
