"""Steps of recurrent layers against NumPy in float64, and their gradients against
differences of it."""

import helpers
import numpy as np
import pytest

GATES = {"RELU": 1, "TANH": 1, "LSTM": 4, "GRU": 3}
TYPES = ["float32", "float16", "float64"]
BATCH, UNITS = 3, 5


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def step(cell, gates, recurrent, hidden, state):
    """(activated gates, hidden, state) after the step."""
    parts = np.split(gates, GATES[cell], axis=1)
    if cell == "LSTM":
        i, f, o = (sigmoid(parts[k]) for k in (0, 1, 3))
        g = np.tanh(parts[2])
        state = f * state + i * g
        return np.concatenate([i, f, g, o], 1), o * np.tanh(state), state
    if cell == "GRU":
        r_h, z_h, n_h = np.split(recurrent, 3, axis=1)
        r, z = sigmoid(parts[0] + r_h), sigmoid(parts[1] + z_h)
        n = np.tanh(parts[2] + r * n_h)
        return np.concatenate([r, z, n], 1), (1 - z) * n + z * hidden, state
    h = np.tanh(gates) if cell == "TANH" else np.maximum(gates, 0)
    return h, h, state


def inputs(cell, dtype, batch=BATCH, units=UNITS):
    columns = GATES[cell] * units
    gates = helpers.random((batch, columns), dtype, seed=1)
    recurrent = helpers.random((batch, columns), dtype, seed=2)
    hidden, state = (helpers.random((batch, units), dtype, -1, 1, seed=s) for s in (3, 4))
    return gates, recurrent, hidden, state


def tensors(device, cell, arrays, layout="contiguous"):
    """As the operator takes them: null where the cell has no use for one."""
    gates, recurrent, hidden, state = (helpers.upload(device, a, layout) for a in arrays)
    return gates, recurrent if cell == "GRU" else None, hidden, state if cell == "LSTM" else None


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("layout", helpers.LAYOUTS)
@pytest.mark.parametrize("cell", GATES)
def test_step(device, cell, dtype, layout):
    arrays = inputs(cell, dtype)
    gates, recurrent, hidden, state = tensors(device, cell, arrays, layout)
    after, output, new_state = (
        helpers.empty(device, (BATCH, UNITS), dtype, layout) for _ in range(3)
    )
    device.recurrent_cell(
        cell, gates, recurrent, hidden, state, None, 0, after,
        new_state if cell == "LSTM" else None, output,
    )
    expected = step(cell, *(a.astype(np.float64) for a in arrays))
    helpers.check(gates, expected[0])
    helpers.check(after, expected[1])
    helpers.check(output, expected[1])
    if cell == "LSTM":
        helpers.check(new_state, expected[2])


@pytest.mark.parametrize("cell", GATES)
def test_rows_that_have_ended(device, cell):
    arrays = inputs(cell, "float32")
    gates, recurrent, hidden, state = tensors(device, cell, arrays)
    lengths = helpers.upload(device, np.array([4, 3, 0], np.int32))
    after, output, new_state = (device.empty((BATCH, UNITS)) for _ in range(3))
    device.recurrent_cell(
        cell, gates, recurrent, hidden, state, lengths, 3, after,
        new_state if cell == "LSTM" else None, output,
    )
    expected = step(cell, *(a.astype(np.float64) for a in arrays))
    live = np.array([True, False, False])[:, None]
    helpers.check(gates, np.where(live, expected[0], arrays[0]))
    helpers.check(after, np.where(live, expected[1], arrays[2]))
    helpers.check(output, np.where(live, expected[1], 0))
    if cell == "LSTM":
        helpers.check(new_state, np.where(live, expected[2], arrays[3]))


def differences(cell, arrays, weights):
    """The gradient of sum(weights * results) by central differences, for each input."""
    arrays = [a.astype(np.float64) for a in arrays]

    def loss():
        _, hidden, state = step(cell, *arrays)
        return np.sum(weights[0] * hidden) + (np.sum(weights[1] * state) if cell == "LSTM" else 0)

    gradients = []
    for array in arrays:
        gradient = np.zeros_like(array)
        for at in np.ndindex(array.shape):
            value = array[at]
            array[at] = value + 1e-6
            above = loss()
            array[at] = value - 1e-6
            gradient[at] = (above - loss()) / 2e-6
            array[at] = value
        gradients.append(gradient)
    return gradients


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("layout", ["contiguous", "gaps"])
@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize("cell", GATES)
def test_gradient(device, cell, ended, layout, dtype):
    arrays = inputs(cell, dtype)
    activated, _, state_after = step(cell, *(a.astype(np.float64) for a in arrays))
    _, recurrent, hidden, state = tensors(device, cell, arrays, layout)
    lengths, live = None, np.full((BATCH, 1), True)
    if ended:
        lengths = helpers.upload(device, np.array([1, 2, 3], np.int32))
        live = np.array([[False], [False], [True]])
    from_output, from_hidden, from_state = (
        helpers.random((BATCH, UNITS), dtype, -1, 1, seed=s) for s in (5, 6, 7)
    )
    dh, dc = helpers.upload(device, from_hidden, layout), helpers.upload(device, from_state, layout)
    dg, dr = (helpers.empty(device, arrays[0].shape, dtype, layout) for _ in range(2))
    lstm, gru = cell == "LSTM", cell == "GRU"
    device.recurrent_cell_gradient(
        cell, helpers.upload(device, activated.astype(dtype), layout), recurrent,
        hidden if gru else None, state,
        helpers.upload(device, state_after.astype(dtype), layout) if lstm else None,
        lengths, 2, helpers.upload(device, from_output, layout), dh, dc if lstm else None,
        dg, dr if gru else None,
    )
    weights = (from_output.astype(np.float64) + from_hidden, from_state.astype(np.float64))
    expected = differences(cell, arrays, weights)
    tolerance = {"float16": 4e-3, "float32": 1e-5, "float64": 1e-7}[dtype]
    # A plain cell's state goes through its product alone.
    helpers.check(dg, np.where(live, expected[0], 0), tolerance)
    helpers.check(dh, np.where(live, expected[2] if gru else 0, from_hidden), tolerance)
    if gru:
        helpers.check(dr, np.where(live, expected[1], 0), tolerance)
    if lstm:
        helpers.check(dc, np.where(live, expected[3], from_state), tolerance)


def test_nothing_to_do(device):
    empty = device.empty((0, 4))
    before = device.statistics()["launches"]
    device.recurrent_cell(
        "TANH", empty, None, empty, None, None, 0, device.empty((0, 4)), None, device.empty((0, 4))
    )
    assert device.statistics()["launches"] == before


@pytest.mark.parametrize(
    "change, code, message",
    [
        ({"cell": 9}, "INVALID_ARGUMENT", "no cell 9"),
        ({"gates": ((3, 7), "float32")}, "INVALID_ARGUMENT", "gates is"),
        ({"gates": ((3, 8), "int32")}, "UNIMPLEMENTED", "floats"),
        ({"hidden_before": ((2, 2), "float32")}, "INVALID_ARGUMENT", "hidden_before is"),
        ({"cell_before": None}, "INVALID_ARGUMENT", "cell_before is null"),
        ({"lengths": ((2,), "int32")}, "INVALID_ARGUMENT", "lengths are int32"),
        ({"lengths": ((3,), "int64")}, "INVALID_ARGUMENT", "lengths are int32"),
    ],
)
def test_says_what_is_wrong(device, dml, change, code, message):
    arguments = {
        "cell": "LSTM", "gates": ((3, 8), "float32"), "recurrent": None,
        "hidden_before": ((3, 2), "float32"), "cell_before": ((3, 2), "float32"),
        "lengths": None, "time": 0, "hidden": ((3, 2), "float32"),
        "cell_after": ((3, 2), "float32"), "output": ((3, 2), "float32"), **change,
    }
    given = [device.empty(*a) if isinstance(a, tuple) else a for a in arguments.values()]
    with pytest.raises(dml.DmlError, match=message) as error:
        device.recurrent_cell(*given)
    assert error.value.code == dml.Code[code]


def test_results_lie_apart(device, dml):
    x, h = device.empty((3, 4)), device.empty((3, 4))
    with pytest.raises(dml.DmlError, match="overlap"):
        device.recurrent_cell("TANH", x, None, h, None, None, 0, h, None, device.empty((3, 4)))
