"""BlockLSTM: an LSTM over all steps, as TensorFlow's contrib.rnn makes it."""

import numpy as np
import pytest
from harness import CPU, DML, FLOATS, Row, check, error_of, name, raw, run, variants, zeros

UNITS, INPUTS = 5, 3
VERSIONS = ("", "V2")


def inputs_of(steps, rows, length):
    """seq_len_max x cs_prev h_prev w wci wcf wco b"""
    return [np.array(length, np.int64), (steps, rows, INPUTS), (rows, UNITS), (rows, UNITS),
            (INPUTS + UNITS, 4 * UNITS), (UNITS,), (UNITS,), (UNITS,), (4 * UNITS,)]


def attributes(version, use_peephole, forget_bias=1.0):
    attrs = {"cell_clip": 0.8 if use_peephole else -1.0, "use_peephole": use_peephole}
    if version == "":
        attrs["forget_bias"] = forget_bias
    return attrs


def forward(version, use_peephole):
    """Over all steps: what the CPU leaves of others is not told."""
    samples = [inputs_of(*sizes) for sizes in ((4, 3, 4), (1, 1, 1), (2, 0, 2))]
    return Row("BlockLSTM" + version, FLOATS, samples, attrs=attributes(version, use_peephole),
               domain=(-1, 1))


def backward(version, use_peephole):
    samples = [inputs_of(*sizes) + 9 * [(sizes[0], sizes[1], UNITS)]
               for sizes in ((4, 3, 4), (4, 3, 2), (3, 2, 0), (1, 1, 1))]
    return Row("BlockLSTMGrad" + version, FLOATS, samples, attrs={"use_peephole": use_peephole},
               domain=(-1, 1), tolerance={"float16": (1e-2, 1e-2)})


ROWS = [make(version, use_peephole) for make in (forward, backward)
        for version in VERSIONS for use_peephole in (False, True)]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_block_lstm(row, dtype):
    check(row, dtype)


def values(steps, rows, length):
    rng = np.random.RandomState(3)
    return [given if isinstance(given, np.ndarray) else rng.uniform(-1, 1, given).astype("f")
            for given in inputs_of(steps, rows, length)]


@pytest.mark.parametrize("version", VERSIONS)
def test_steps_behind_the_last_are_zero(version):
    call = raw("BlockLSTM" + version, attributes(version, True))
    inputs = values(5, 2, 3)
    for got, want in zip(run(call, inputs, DML), run(call, inputs, CPU)):
        np.testing.assert_allclose(got[:3], want[:3], 2e-5, 2e-6)
        assert not got[3:].any()


@pytest.mark.parametrize("index, value, message", [
    (0, np.array(4), "seq_len_max is 4, but x has 3 steps only"),
    (1, zeros(2, INPUTS), "x must be 3D"),
    (2, zeros(UNITS), "cs_prev must be 2D"),
    (2, zeros(1, UNITS), "cs_prev must have shape [2,5], not [1,5]"),
    (4, zeros(7, 4 * UNITS), "w must have shape [8,20], not [7,20]"),
    (6, zeros(1), "wcf must have shape [5], not [1]"),
    (8, zeros(UNITS), "b must have shape [20], not [5]"),
])
def test_errors(index, value, message):
    inputs = values(3, 2, 3)
    inputs[index] = value
    assert message in error_of(raw("BlockLSTM", attributes("", False)), inputs)
