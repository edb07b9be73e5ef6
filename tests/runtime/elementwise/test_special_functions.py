"""Special functions against SciPy and mpmath in float64, over their domains.

The bounds are relative errors. Those of float32 are what the parameters' own rounding
leaves of the exponentials and logarithms that the functions are made of.
"""

import helpers
import mpmath
import numpy as np
import pytest
from scipy import special

FLOATS = ["float32", "float64"]


def geometric(rng, low, high, count):
    return np.exp(rng.uniform(np.log(low), np.log(high), count))


def gamma_arguments(rng, count):
    """a over its range, x from far below a to far above it."""
    a = geometric(rng, 1e-2, 2e3, count)
    return a, a * geometric(rng, 0.05, 4, count)


def zeta_arguments(rng, count):
    return rng.uniform(1.1, 12, count), geometric(rng, 0.05, 50, count)


def polygamma_arguments(rng, count):
    return rng.randint(0, 7, count).astype(float), geometric(rng, 0.1, 50, count)


def beta_arguments(rng, count):
    a, b = geometric(rng, 0.1, 300, count), geometric(rng, 0.1, 300, count)
    middle = a / (a + b)
    return a, b, np.clip(middle + rng.normal(0, 1, count) * np.sqrt(middle * (1 - middle) /
                                                                   (a + b + 1)), 1e-3, 0.999)


# Of an op: its reference, its arguments, and the bounds for float32 and float64.
FUNCTIONS = {
    "BESSEL_I0E": (special.i0e, lambda rng, n: (rng.normal(0, 30, n),), (3e-7, 3e-15)),
    "BESSEL_I1E": (special.i1e, lambda rng, n: (rng.normal(0, 30, n),), (3e-7, 3e-15)),
    "IGAMMA": (special.gammainc, gamma_arguments, (3e-5, 3e-14)),
    "IGAMMAC": (special.gammaincc, gamma_arguments, (3e-5, 3e-14)),
    "POLYGAMMA": (lambda n, x: special.polygamma(n.astype(int), x), polygamma_arguments,
                  (5e-6, 1e-14)),
    "ZETA": (special.zeta, zeta_arguments, (5e-6, 1e-14)),
    "BETAINC": (special.betainc, beta_arguments, (3e-5, 3e-14)),
}


# A complement is as exact as what it is the complement of; digamma has a zero.
NEAR_ONE = ("IGAMMA", "IGAMMAC", "BETAINC", "POLYGAMMA")


def evaluate(device, op, arguments, dtype, parameters=None):
    inputs = [np.asarray(x, dtype) for x in arguments]
    result = device.empty(inputs[0].shape, dtype)
    device.elementwise(op, [device.tensor(x) for x in inputs], result, parameters)
    return result.numpy().astype(np.float64)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("op", FUNCTIONS)
def test_values(device, op, dtype):
    reference, arguments, bounds = FUNCTIONS[op]
    rounded = [np.asarray(x, dtype).astype(float)
               for x in arguments(np.random.RandomState(5), 3000)]
    want = reference(*rounded)
    got = evaluate(device, op, rounded, dtype)
    scale = np.abs(want)
    if op in NEAR_ONE:
        scale = np.maximum(scale, 0.1)
    errors = np.abs(got - want) / scale
    worst = np.argmax(np.where(np.isnan(errors), np.inf, errors))
    assert errors[worst] <= bounds[FLOATS.index(dtype)], (
        [x[worst] for x in rounded], got[worst], want[worst])


def by_a(a, x):
    return float(mpmath.diff(lambda t: mpmath.gammainc(t, 0, x, regularized=True), a))


def sample_by_a(a, x):
    density = mpmath.power(x, a - 1) * mpmath.exp(-x) / mpmath.gamma(a)
    return float(-mpmath.diff(lambda t: mpmath.gammainc(t, 0, x, regularized=True), a) / density)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("op, reference", [("IGAMMA_GRADIENT_A", by_a),
                                           ("GAMMA_SAMPLE_GRADIENT", sample_by_a)])
def test_derivatives_by_a(device, op, reference, dtype):
    rng = np.random.RandomState(7)
    a = geometric(rng, 0.05, 60, 60)
    x = np.asarray(a * geometric(rng, 0.2, 3, 60), dtype).astype(float)
    a = np.asarray(a, dtype).astype(float)
    with mpmath.workdps(40):
        want = np.array([reference(*pair) for pair in zip(a, x)])
    got = evaluate(device, op, [a, x], dtype)
    bound = 1e-4 if dtype == "float32" else 1e-12
    np.testing.assert_allclose(got, want, bound, bound * np.abs(want).max() * 1e-2)


def hurwitz(x, q):
    """The terms below 1, one by one, and the rest."""
    count = int(-q) + 2
    terms = [mpmath.power(q + n, -x) for n in range(count)]
    return mpmath.fsum(terms) + mpmath.zeta(x, q + count)


@pytest.mark.parametrize("dtype", FLOATS)
def test_negative_arguments_of_zeta(device, dtype):
    x = np.array([2, 3, 4, 5, 2, 3, 7.0])
    q = np.array([-0.5, -0.25, -3.75, -1.5, -100.5, -40.25, -2000.5])
    with mpmath.workdps(30):
        want = [float(hurwitz(*pair)) for pair in zip(x, q)]
    got = evaluate(device, "ZETA", [x, q], dtype)
    bound = 2e-5 if dtype == "float32" else 1e-13
    np.testing.assert_allclose(got, want, bound, bound)


NAN, INF = np.nan, np.inf


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("op, arguments, want", [
    ("BESSEL_I0E", [[0, -0.0, INF, -INF, NAN]], [1, 1, 0, 0, NAN]),
    ("BESSEL_I1E", [[0, -0.0, INF, -INF, NAN]], [0, 0, 0, 0, NAN]),
    ("IGAMMA", [[1, 0, -1, 2, 2, NAN, 2], [0, 1, 1, -1, INF, 1, NAN]],
     [0, NAN, NAN, NAN, 1, NAN, NAN]),
    ("IGAMMAC", [[1, 0, -1, 2, 2, NAN, 2], [0, 1, 1, -1, INF, 1, NAN]],
     [1, NAN, NAN, NAN, 0, NAN, NAN]),
    ("IGAMMA_GRADIENT_A", [[1, 0, -1, 2, 2], [0, 1, 1, -1, INF]], [0, NAN, NAN, NAN, 0]),
    ("GAMMA_SAMPLE_GRADIENT", [[1, 0, -1, 2], [0, 1, 1, -1]], [0, NAN, NAN, NAN]),
    ("ZETA", [[1, 0.5, 2, 2.5, NAN], [2, 2, 0, -1.5, 1]], [INF, NAN, INF, NAN, NAN]),
    ("POLYGAMMA", [[-1, 0.5, NAN, 1], [2, 2, 2, 0]], [NAN, NAN, NAN, INF]),
    ("BETAINC", [[1, 1, 0, 1, 1, 1], [2, 2, 1, -1, 1, 1], [0, 1, 0.5, 0.5, -0.1, 1.1]],
     [0, 1, NAN, NAN, NAN, NAN]),
])
def test_edges(device, op, arguments, want, dtype):
    np.testing.assert_array_equal(evaluate(device, op, arguments, dtype), want)


@pytest.mark.parametrize("op", ["IGAMMA", "IGAMMAC"])
def test_strided_arguments_are_broadcast(device, op):
    a = np.linspace(0.5, 9, 5, dtype=np.float32).reshape(5, 1)
    x = np.linspace(0.1, 12, 7, dtype=np.float32).reshape(1, 7)
    result = device.empty((5, 7))
    inputs = [device.tensor(a).broadcast_to((5, 7)), device.tensor(x).broadcast_to((5, 7))]
    device.elementwise(op, inputs, result)
    want = (special.gammainc if op == "IGAMMA" else special.gammaincc)(
        a.astype(float), x.astype(float))
    helpers.check(result, want, 1e-5)


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32",
                                   "uint64"])
def test_population_count(device, dtype):
    info = np.iinfo(dtype)
    x = np.random.RandomState(3).randint(0, 256, (1031, np.dtype(dtype).itemsize)).astype(np.uint8)
    x = np.concatenate([x.view(dtype).ravel(), np.array([0, info.max, info.min, 1], dtype)])
    counts = np.unpackbits(x.view(np.uint8)).reshape(x.size, -1).sum(1)
    result = device.empty(x.shape, "uint8")
    device.elementwise("POPULATION_COUNT", [device.tensor(x)], result)
    helpers.check(result, counts)


def quantized(x, low, high, bits, signed, narrow, half_up, clamp):
    """In the numbers' own type, as TensorFlow's documentation tells it."""
    kind = x.dtype.type
    most = kind(2 ** (bits - signed) - 1)
    least = kind(-2 ** (bits - 1) + narrow if signed else 0)
    from_low = least / low if least * low > 0 else np.finfo(kind).max
    from_high = most / high if most * high > 0 else np.finfo(kind).max
    if from_low < from_high:
        scale, inverse = from_low, low / least
        high = most * inverse
    else:
        scale, inverse = from_high, high / most
        low = least * inverse
    if clamp:
        x = np.maximum(np.minimum(x, high), low)  # in this order: high may be below low
    scaled = x * scale
    return (np.floor(scaled + kind(0.5)) if half_up else np.rint(scaled)) * inverse


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("bits", [1, 2, 8, 16])
@pytest.mark.parametrize("flags", range(16))
def test_quantization(device, dml, dtype, bits, flags):
    signed, narrow, half_up, clamp = (flags >> i & 1 for i in range(4))
    narrow = narrow and signed and bits > 1
    x = helpers.random((999,), dtype, -3, 3)
    x[:5] = [0, 1.5, -1.25, 2.5, -2.5]
    kind = np.dtype(dtype).type
    mode = (bits + 64 * signed + 128 * narrow + 256 * clamp + 512 * half_up,)
    for low, high in [(-2, 1.5), (-1, 3), (0.5, 2), (-3, -1)]:
        got = device.empty(x.shape, dtype)
        ends = [device.tensor(np.full(1, end, dtype)).broadcast_to((999,)) for end in (low, high)]
        device.elementwise("QUANTIZE_DEQUANTIZE", [device.tensor(x), *ends], got, mode)
        if signed and bits == 1 and high > 0 and low >= 0:
            continue  # the highest integer is 0: nothing fits
        with np.errstate(all="ignore"):
            want = quantized(x, kind(low), kind(high), bits, signed, narrow, half_up, clamp)
        np.testing.assert_array_equal(got.numpy(), want)
