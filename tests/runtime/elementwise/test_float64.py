"""Float64 functions against 200 bits of mpmath, and at the special values."""

import helpers
import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf
from scipy import special

mp.prec = 200


def real_lgamma(x):
    return mp.loggamma(x).real


def uniform(low, high):
    return lambda rng, count: rng.uniform(low, high, count)


def magnitudes(low, high, signs=(-1, 1)):
    """Numbers of any magnitude from 2^low to 2^high."""
    return lambda rng, count: 2.0 ** rng.uniform(low, high, count) * rng.choice(signs, count)


def above_one(low, high):
    return lambda rng, count: 1 + 2.0 ** rng.uniform(low, high, count)


ANY = [magnitudes(-1021, 1023), magnitudes(-60, 3), uniform(-3, 3)]
SMALL = magnitudes(-1021, -1)
UNIT = [uniform(-1, 1), SMALL, lambda rng, count: 1 - 2.0 ** rng.uniform(-53, -1, count)]

# Operation: the function, where to try it, units in the last place.
UNARY = {
    "SQRT": (mp.sqrt, [magnitudes(-1021, 1023, (1,))], 0.51),
    "RSQRT": (lambda x: 1 / mp.sqrt(x), [magnitudes(-1021, 1023, (1,))], 1.5),
    "RECIPROCAL": (lambda x: 1 / x, [magnitudes(-1021, 1020)], 0.51),
    "EXP": (mp.exp, [uniform(-708, 709.7), uniform(-2, 2), SMALL], 1.5),
    "EXPM1": (mp.expm1, [uniform(-50, 709.7), uniform(-2, 2), SMALL], 2),
    "LOG": (mp.log, [magnitudes(-1021, 1023, (1,)), uniform(0, 3), above_one(-52, 0)], 1.5),
    "LOG1P": (mp.log1p, [uniform(-1, 3), magnitudes(-1021, 1023, (1,)), SMALL], 1.5),
    "SIN": (mp.sin, ANY, 1.5),
    "COS": (mp.cos, ANY, 1.5),
    "TAN": (mp.tan, ANY, 2.5),
    "ASIN": (mp.asin, UNIT, 1.5),
    "ACOS": (mp.acos, UNIT, 1.5),
    "ATAN": (mp.atan, ANY, 1.5),
    "SINH": (mp.sinh, [uniform(-710, 710), uniform(-3, 3), SMALL], 2.5),
    "COSH": (mp.cosh, [uniform(-710, 710), uniform(-3, 3)], 2.5),
    "TANH": (mp.tanh, [uniform(-25, 25), uniform(-3, 3), SMALL], 2),
    "ASINH": (mp.asinh, ANY, 2),
    "ACOSH": (mp.acosh, [above_one(-52, 1023), uniform(1, 4)], 2.5),
    "ATANH": (mp.atanh, UNIT, 2),
    "ERF": (mp.erf, [uniform(-7, 7), uniform(-2, 2), SMALL], 1.5),
    "ERFC": (mp.erfc, [uniform(-7, 26.5), uniform(-2, 2)], 4),
    "SIGMOID": (lambda x: 1 / (1 + mp.exp(-x)), [uniform(-700, 40), uniform(-3, 3)], 2.5),
    "SOFTPLUS": (lambda x: mp.log1p(mp.exp(x)), [uniform(-700, 700), uniform(-3, 3)], 2.5),
    "ELU": (lambda x: mp.expm1(x) if x < 0 else x, [uniform(-50, 9), SMALL], 2),
    "SOFTSIGN": (lambda x: x / (1 + abs(x)), [uniform(-50, 9), SMALL], 2),
}
# These have zeros, near which errors are those of numbers of about 1.
AROUND_ONE = {
    "LGAMMA": (real_lgamma, [magnitudes(-50, 1000, (1,)), uniform(0, 20), uniform(-9.4, -9.1)]),
    "DIGAMMA": (mp.digamma, [magnitudes(-50, 1000, (1,)), uniform(0, 20), uniform(-9.4, -9.1)]),
}
BINARY = {
    "POW": (mp.power, [
        (magnitudes(-1000, 1000, (1,)), uniform(-1, 1)),
        (uniform(0.1, 10), uniform(-300, 300)),
        (above_one(-30, -3), magnitudes(0, 33)),
    ], 1.5),
    "ATAN2": (mp.atan2, [(magnitudes(-1021, 1023), magnitudes(-1021, 1023)),
                         (uniform(-3, 3), uniform(-3, 3)),
                         (magnitudes(-60, 3), uniform(-3, 3))], 1.5),
    "XLOGY": (lambda x, y: x * mp.log(y), [(uniform(-3, 3), magnitudes(-99, 99, (1,)))], 2.5),
    "FLOOR_MOD": (lambda x, y: mp.fmod(x, y), [(magnitudes(-9, 600, (1,)), uniform(0.1, 9))], 0),
}


def draw(samplers, count=120):
    rng = np.random.RandomState(11)
    return np.concatenate([sampler(rng, count) for sampler in samplers])


def error(actual, exact, floor=2.0**-1022):
    """In units of the last place of the exact value, or of `floor` if larger."""
    if abs(exact) >= mpf(2) ** 1024 * (1 - mpf(2) ** -54):
        return 0 if np.isinf(actual) else np.inf
    size = max(abs(exact), mpf(floor))
    unit = mpf(2) ** (int(mpmath.floor(mp.log(size, 2))) - 52)
    return float(abs(mpf(float(actual)) - exact) / unit) if np.isfinite(actual) else np.inf


def check(y, exact, arguments, limit, **more):
    errors = [error(a, e, **more) for a, e in zip(y.numpy(), exact)]
    worst = int(np.argmax(errors))
    at = [float(x[worst]) for x in arguments]
    assert errors[worst] <= limit, f"{errors[worst]} ulp at {at!r}"


def exact_values(function, *arguments):
    return [function(*(mpf(float(v)) for v in values)) for values in zip(*arguments)]


@pytest.mark.parametrize("op", UNARY)
def test_unary(device, op):
    function, samplers, limit = UNARY[op]
    x = draw(samplers)
    y = device.empty(x.shape, "float64")
    device.elementwise(op, [device.tensor(x)], y)
    check(y, exact_values(function, x), [x], limit)


@pytest.mark.parametrize("op", AROUND_ONE)
def test_gamma_functions(device, op):
    function, samplers = AROUND_ONE[op]
    x = draw(samplers)
    y = device.empty(x.shape, "float64")
    device.elementwise(op, [device.tensor(x)], y)
    check(y, exact_values(function, x), [x], 16, floor=1.0)


@pytest.mark.parametrize("op", BINARY)
def test_binary(device, op):
    function, samplers, limit = BINARY[op]
    x = draw([pair[0] for pair in samplers])
    z = draw([pair[1] for pair in samplers])
    y = device.empty(x.shape, "float64")
    device.elementwise(op, [device.tensor(x), device.tensor(z)], y)
    check(y, exact_values(function, x, z), [x, z], limit)


def test_arguments_next_to_multiples_of_half_pi(device):
    """The first is, of all float64 numbers, the closest to one."""
    x = np.array([6381956970095103.0 * 2.0**797, np.pi,
                  np.pi / 2, 3 * np.pi / 2, 1e22, 1.7976931348623157e308])
    for op, function in (("SIN", mp.sin), ("COS", mp.cos), ("TAN", mp.tan)):
        y = device.empty(x.shape, "float64")
        device.elementwise(op, [device.tensor(x)], y)
        with mpmath.workprec(1300):
            exact = exact_values(function, x)
        check(y, exact, [x], 2.5)


SPECIAL = np.array([0.0, -0.0, 1, -1, 2, -2, 0.5, -3.5, np.inf, -np.inf, np.nan, 1e300, -1e300])
REFERENCE = {
    "ABS": np.abs, "NEGATE": np.negative, "SQUARE": np.square, "RECIPROCAL": np.reciprocal,
    "SQRT": np.sqrt, "EXP": np.exp, "EXPM1": np.expm1, "LOG": np.log, "LOG1P": np.log1p,
    "SIN": np.sin, "COS": np.cos, "TAN": np.tan, "ASIN": np.arcsin, "ACOS": np.arccos,
    "ATAN": np.arctan, "SINH": np.sinh, "COSH": np.cosh, "TANH": np.tanh, "ASINH": np.arcsinh,
    "ACOSH": np.arccosh, "ATANH": np.arctanh, "ERF": special.erf, "ERFC": special.erfc,
    "FLOOR": np.floor, "CEIL": np.ceil, "ROUND_EVEN": np.rint, "SIGMOID": special.expit,
    "SOFTPLUS": lambda x: np.logaddexp(0, x), "RELU": lambda x: np.maximum(x, 0),
    "RELU6": lambda x: np.clip(x, 0, 6),
}
BINARY_REFERENCE = {
    "ADD": np.add, "SUBTRACT": np.subtract, "MULTIPLY": np.multiply, "DIVIDE": np.divide,
    "POW": np.power, "ATAN2": np.arctan2, "TRUNCATE_MOD": np.fmod, "SQUARED_DIFFERENCE":
    lambda x, y: np.square(x - y),
}
# Where the sign of zero is the argument's; -0 keeps it.
ODD = ("EXPM1", "LOG1P", "SIN", "TAN", "ASIN", "ATAN", "SINH", "TANH", "ASINH", "ATANH", "ERF",
       "SQRT", "FLOOR", "CEIL", "ROUND_EVEN")


@pytest.mark.parametrize("op", REFERENCE)
def test_special_values(device, op):
    y = device.empty(SPECIAL.shape, "float64")
    device.elementwise(op, [device.tensor(SPECIAL)], y)
    with np.errstate(all="ignore"):
        helpers.check(y, REFERENCE[op](SPECIAL), 1e-14)
    if op in ODD:
        np.testing.assert_array_equal(np.signbit(y.numpy()[:2]), [False, True])


@pytest.mark.parametrize("op", BINARY_REFERENCE)
def test_pairs_of_special_values(device, op):
    x, z = (a.ravel().copy() for a in np.meshgrid(SPECIAL, SPECIAL))
    y = device.empty(x.shape, "float64")
    device.elementwise(op, [device.tensor(x), device.tensor(z)], y)
    with np.errstate(all="ignore"):
        helpers.check(y, BINARY_REFERENCE[op](x, z), 1e-14)


def test_strides(device):
    x = helpers.random((11, 7), "float64", 0.5, 8)
    y = device.empty(x.shape, "float64")
    device.elementwise("LOG", [device.tensor(x).transpose()], y.transpose())
    helpers.check(y, np.log(x), 1e-15)
