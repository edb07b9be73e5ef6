"""Fake quantization, for one range or one a channel, and its gradients."""

import numpy as np
import pytest
from harness import Row, check, error_of, name, raw, variants

SAMPLES = [(3, 40), (7,), (2, 3, 4), (0, 4)]


def of(*values):
    return np.array(values[0] if len(values) == 1 else values, np.float32)


LOW, HIGH = of(-0.8, 0, -1.5, 0), of(1.1, 1, 0, 0)

ROWS = [
    Row("FakeQuantWithMinMaxArgs", ("float32",), [[shape] for shape in SAMPLES],
        attrs={"min": -0.7, "max": 1.2, "num_bits": bits, "narrow_range": narrow}, gradient=True,
        also=("FakeQuantWithMinMaxArgsGradient",))
    for bits, narrow in ((8, False), (4, True), (16, False))
] + [
    Row("FakeQuantWithMinMaxVars", ("float32",), [
        [shape, of(low), of(high)] for shape in SAMPLES
        for low, high in ((-0.7, 1.2), (0, 1), (-1, 0))
    ], attrs={"num_bits": 5, "narrow_range": narrow}, gradient=True,
        also=("FakeQuantWithMinMaxVarsGradient",))
    for narrow in (False, True)
] + [
    # An empty range.
    Row("FakeQuantWithMinMaxVars", ("float32",), [[(3, 4), of(0), of(0)]], gradient=True),
    Row("FakeQuantWithMinMaxVarsPerChannel", ("float32",), [
        [(5, 4), LOW, HIGH], [(2, 3, 3, 4), LOW, HIGH], [(4,), LOW, HIGH], [(0, 4), LOW, HIGH],
        [(300, 4), LOW, HIGH],
    ], attrs={"num_bits": 8}, gradient=True, tolerance={"float32": (1e-4, 1e-4)},
        also=("FakeQuantWithMinMaxVarsPerChannelGradient",)),
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_fake_quant(row, dtype):
    check(row, dtype)


@pytest.mark.parametrize("op, attrs, inputs, message", [
    ("FakeQuantWithMinMaxArgs", {"min": 1.0, "max": 1.0}, [of(1, 2)],
     "min has to be smaller than max"),
    ("FakeQuantWithMinMaxVars", {"num_bits": 17}, [of(1, 2), of(0), of(1)],
     "num_bits must be between 2 and 16"),
    ("FakeQuantWithMinMaxVarsPerChannel", {}, [of(1, 2), of(0, 0, 0), of(1, 1)],
     "min has incorrect size, expected 2"),
])
def test_errors(op, attrs, inputs, message):
    assert message in error_of(raw(op, attrs), inputs)
