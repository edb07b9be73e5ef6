"""Special functions, counts of bits, and rounding to few bits."""

import numpy as np
import pytest
from harness import (
    CPU,
    DML,
    FLOATS,
    Row,
    check,
    error_of,
    name,
    raw,
    removed,
    run,
    tf,
    variants,
    zeros,
)

LONG = ("float32", "float64")
# Of the CPU's float32: its own errors are larger than the device's.
ROUGH = {"float32": (2e-4, 1e-5), "float64": (1e-12, 1e-13)}
SHAPES = [(), (0,), (3, 5), (1031,)]


def of(low, high):
    """Numbers from low to high, of any type."""
    return lambda *shape: lambda rng, dtype: rng.uniform(low, high, shape).astype(dtype)


def orders(*shape):
    return lambda rng, dtype: rng.randint(0, 6, shape).astype(dtype)


def rows_of(op, *domains, **more):
    draws = [of(*domain) for domain in domains]
    samples = [[draw(*shape) for draw in draws] for shape in SHAPES]
    if len(draws) == 2:
        samples += [[draws[0](4, 1), draws[1](7)], [draws[0](), draws[1](2, 3)]]
    return Row(op, LONG, samples, tolerance=ROUGH, **more)


ROWS = [
    Row("BesselI0e", FLOATS + ("float64",), [[s] for s in SHAPES], domain=(-20, 20), gradient=True),
    Row("BesselI1e", FLOATS + ("float64",), [[s] for s in SHAPES], domain=(-20, 20), gradient=True),
    rows_of("Igamma", (0.1, 9), (0.1, 12), gradient=True, also=("IgammaGradA",)),
    rows_of("Igammac", (0.1, 9), (0.1, 12), gradient=True, also=("IgammaGradA",)),
    rows_of("IgammaGradA", (0.1, 9), (0.1, 12)),
    rows_of("RandomGammaGrad", (0.3, 9), (0.1, 12)),
    rows_of("Zeta", (1.5, 9), (0.2, 9), gradient=True),
    rows_of("Betainc", (0.2, 9), (0.2, 9), (0.02, 0.98), gradient=True),
    Row("Betainc", LONG, [[(), (7,), ()], [(3, 2), (), (3, 2)]], domain=(0.1, 0.9),
        tolerance=ROUGH),
    Row("Polygamma", LONG, [[orders(), of(0.2, 9)()], [orders(5, 1), of(0.2, 9)(5, 3)],
                            [orders(0), of(0.2, 9)(0)]], tolerance=ROUGH),
    Row("PopulationCount", ("int8", "int16", "int32", "int64", "uint8", "uint16"),
        [[s] for s in SHAPES], domain=(-100, 100)),
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_special_functions(row, dtype):
    check(row, dtype)


def test_samples_of_a_gamma_distribution_have_gradients():
    """tf.random.gamma draws on the CPU; how samples move with alpha is computed here."""
    soft = tf.ConfigProto(allow_soft_placement=True)
    with tf.Graph().as_default(), tf.Session(config=soft) as session:
        with tf.device(DML):
            alpha = tf.constant([0.5, 2.0, 8.0])
            gradient = tf.gradients(tf.random.gamma([1000], alpha, seed=3), alpha)[0]
        found = session.run(gradient) / 1000
    np.testing.assert_allclose(found, np.ones(3), 0.2)  # the mean of samples is alpha


def quantized(op, samples, call=None, **attrs):
    return Row(op, LONG, samples, attrs=attrs, call=call)


def quantized_first(**attrs):
    """Of the first version, which graphs of today may not have."""
    op = "QuantizeAndDequantize"
    return quantized(op, [[s] for s in NUMBERS], removed(op, attrs))


def scalar(value):
    return lambda rng, dtype: np.array(value, dtype)


NUMBERS = [(), (0,), (3, 7), (1031,)]
QUANTIZE_ROWS = [
    quantized_first(num_bits=4, signed_input=signed, range_given=given, input_min=-1.25,
                    input_max=1.75)
    for signed in (True, False) for given in (True, False)
] + [
    quantized("QuantizeAndDequantizeV2", [[s, scalar(-1.5), scalar(0.75)] for s in NUMBERS],
              num_bits=bits, signed_input=signed, range_given=given, round_mode=mode,
              narrow_range=narrow)
    for bits, signed, given, mode, narrow in [
        (8, True, True, "HALF_TO_EVEN", False), (8, False, True, "HALF_UP", False),
        (3, True, False, "HALF_UP", True), (16, False, False, "HALF_TO_EVEN", False),
    ]
] + [
    quantized("QuantizeAndDequantizeV3", [[s, scalar(-1.5), scalar(0.75), np.array(6, np.int32)]
                                          for s in NUMBERS],
              signed_input=True, range_given=given, narrow_range=True)
    for given in (True, False)
]


@pytest.mark.parametrize("row, dtype", variants(QUANTIZE_ROWS), ids=name)
def test_quantize(row, dtype):
    check(row, dtype)


BITS = np.array(8, np.int32)


@pytest.mark.parametrize("op, attrs, inputs, message", [
    ("Betainc", {}, [zeros(2), zeros(3), zeros(2)],
     "Shapes of a and b are inconsistent: [2] vs. [3]"),
    ("Betainc", {}, [zeros(), zeros(3), zeros(2)],
     "Shapes of b and x are inconsistent: [3] vs. [2]"),
    ("QuantizeAndDequantizeV2", {"num_bits": 63}, [zeros(2), zeros(), zeros()],
     "num_bits is out of range: 63 with signed_input_ 1"),
    ("QuantizeAndDequantizeV2", {"range_given": True}, [zeros(2), np.float32(2), np.float32(1)],
     "Invalid range: input_min 2 > input_max 1"),
    ("QuantizeAndDequantizeV3", {"range_given": True}, [zeros(2), np.float32(2), zeros(), BITS],
     "Invalid range: input_min 2 > input_max 0"),
    ("QuantizeAndDequantizeV3", {}, [zeros(2), zeros(), zeros(), np.array(0, np.int32)],
     "num_bits is out of range: 0 with signed_input_ 1"),
])
def test_errors(op, attrs, inputs, message):
    assert message in error_of(raw(op, attrs), inputs)


def test_errors_of_the_first_version():
    call = removed("QuantizeAndDequantize",
                   {"range_given": True, "input_min": 2.0, "input_max": 1.0})
    assert "Invalid range: input_min 2 > input_max 1" in error_of(call, [zeros(2)])


def test_edges_are_the_cpus():
    a = np.array([1, 1, -1, 0, 2, np.nan, 3], np.float64)
    x = np.array([0, -1, 2, 1, np.inf, 1, np.nan], np.float64)
    for op in ("Igamma", "Igammac"):
        np.testing.assert_array_equal(run(raw(op), [a, x], DML), run(raw(op), [a, x], CPU))
    x = np.array([1, 0.5, 2, 2.5, 3, 2], np.float64)
    q = np.array([2, 2, 0, -1.5, -2, -0.5], np.float64)
    np.testing.assert_allclose(run(raw("Zeta"), [x, q], DML), run(raw("Zeta"), [x, q], CPU), 1e-12)
