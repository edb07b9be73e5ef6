"""Fused recurrent cells, as TensorFlow's contrib.rnn makes them."""

import pytest
from harness import FLOATS, Row, check, error_of, name, raw, variants, zeros

UNITS, INPUTS = 5, 3


def vectors(count):
    return count * [(UNITS,)]


def lstm_inputs(rows):
    """x cs_prev h_prev w wci wcf wco b"""
    return [(rows, INPUTS), (rows, UNITS), (rows, UNITS), (INPUTS + UNITS, 4 * UNITS),
            *vectors(3), (4 * UNITS,)]


def lstm(forget_bias, cell_clip, use_peephole, batches=(4, 1)):
    attrs = {"forget_bias": forget_bias, "cell_clip": cell_clip, "use_peephole": use_peephole}
    return Row("LSTMBlockCell", FLOATS, [lstm_inputs(rows) for rows in batches], attrs=attrs,
               domain=(-1, 1), launches=any(batches))


def lstm_gradient(use_peephole):
    samples = [lstm_inputs(rows) + 8 * [(rows, UNITS)] for rows in (4, 1, 0)]
    return Row("LSTMBlockCellGrad", FLOATS, samples, attrs={"use_peephole": use_peephole},
               domain=(-1, 1))


def gru_inputs(rows):
    """x h_prev w_ru w_c b_ru b_c"""
    return [(rows, INPUTS), (rows, UNITS), (INPUTS + UNITS, 2 * UNITS), (INPUTS + UNITS, UNITS),
            (2 * UNITS,), (UNITS,)]


def gru_gradient_inputs(rows):
    return gru_inputs(rows) + 4 * [(rows, UNITS)]  # r u c d_h


GRU_ROWS = [
    Row("GRUBlockCell", ("float32",), [gru_inputs(rows) for rows in (4, 1, 0)], domain=(-1, 1)),
    Row("GRUBlockCellGrad", ("float32",), [gru_gradient_inputs(rows) for rows in (4, 1, 0)],
        domain=(-1, 1)),
]

ROWS = GRU_ROWS + [
    lstm(1.0, 3.0, False), lstm(0.0, 0.3, True), lstm(-2.0, -1.0, True),
    lstm_gradient(False), lstm_gradient(True),
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_cells(row, dtype):
    check(row, dtype)


def test_an_empty_batch():
    check(lstm(1.0, 3.0, False, batches=(0,)), "float32")


def with_input(index, value, shapes=lstm_inputs):
    inputs = [zeros(*shape) for shape in shapes(2)]
    inputs[index] = value
    return inputs


@pytest.mark.parametrize("index, value, message", [
    (0, zeros(3), "x must be 2D"),
    (1, zeros(3, UNITS), "cs_prev must have shape [2,5], not [3,5]"),
    (2, zeros(2, 1), "h_prev must have shape [2,5], not [2,1]"),
    (3, zeros(7, 4 * UNITS), "w must have shape [8,20], not [7,20]"),
    (4, zeros(1), "wci must have shape [5], not [1]"),
    (7, zeros(UNITS), "b must have shape [20], not [5]"),
])
def test_errors(index, value, message):
    call = raw("LSTMBlockCell", {"use_peephole": True})
    assert message in error_of(call, with_input(index, value))


@pytest.mark.parametrize("index, value, message", [
    (0, zeros(3), "x must be 2D"),
    (1, zeros(3, UNITS), "h_prev must have shape [2,5], not [3,5]"),
    (2, zeros(8, 9), "w_ru must have shape [8,10], not [8,9]"),
    (3, zeros(7, UNITS), "w_c must have shape [8,5], not [7,5]"),
    (4, zeros(UNITS), "b_ru must have shape [10], not [5]"),
    (5, zeros(1), "b_c must have shape [5], not [1]"),
    (8, zeros(2, 4), "c must have shape [2,5], not [2,4]"),
])
def test_errors_of_a_gru(index, value, message):
    call = raw("GRUBlockCellGrad")
    assert message in error_of(call, with_input(index, value, gru_gradient_inputs))
