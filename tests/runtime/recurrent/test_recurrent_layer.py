"""All steps of a recurrent layer's direction against NumPy in float64, where one launch
takes them all and where each takes launches of its own."""

import helpers
import numpy as np
import pytest

GATES = {"RELU": 1, "TANH": 1, "LSTM": 4, "GRU": 3}
TYPES = ["float32", "float16", "float64"]
# (steps, batch, units): the last has more weights than one launch takes.
SMALL, ROWS, LARGE = (4, 3, 5), (3, 130, 20), (2, 3, 200)
TOLERANCE = {"float16": 1e-2, "float32": 1e-5, "float64": 1e-10}


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class Layer:
    """Inputs of a layer, and what it makes of them."""

    def __init__(self, cell, sizes, dtype="float32", reverse=False, lengths=None):
        self.cell, self.reverse, self.dtype = cell, reverse, dtype
        self.steps, self.batch, self.units = sizes
        columns = GATES[cell] * self.units
        self.lengths = None if lengths is None else np.array(lengths, np.int32)
        scale = self.units ** -0.5
        draw = helpers.random
        self.gates = draw((self.steps, self.batch, columns), dtype, -1, 1, seed=1)
        self.weights = draw((columns, self.units), dtype, -scale, scale, seed=2)
        self.bias = draw((columns,), dtype, -1, 1, seed=3)
        self.hidden, self.state = (
            draw((self.batch, self.units), dtype, -1, 1, seed=s) for s in (4, 5))

    @property
    def first(self):
        return self.steps if self.reverse else 0

    def order(self):
        """(step, slot of the states before, slot of those after) in turn."""
        steps = range(self.steps)
        if self.reverse:
            return [(t, t + 1, t) for t in reversed(steps)]
        return [(t, t, t + 1) for t in steps]

    def live(self, t):
        if self.lengths is None:
            return np.full((self.batch, 1), True)
        return (t < self.lengths)[:, None]

    def forward(self):
        """As the operator leaves them: gates, recurrent, hidden, cells, output."""
        gates, weights, bias = (a.astype(np.float64)
                                for a in (self.gates, self.weights, self.bias))
        recurrent = np.zeros_like(gates)
        states = (self.steps + 1, self.batch, self.units)
        hidden, cells = np.zeros(states), np.zeros(states)
        output = np.zeros((self.steps, self.batch, self.units))
        hidden[self.first], cells[self.first] = self.hidden, self.state
        for t, before, after in self.order():
            products = hidden[before] @ weights.T + bias
            activated, h, c = self.step(gates[t], products, hidden[before], cells[before])
            live = self.live(t)
            gates[t] = np.where(live, activated, gates[t])
            recurrent[t] = products
            hidden[after] = np.where(live, h, hidden[before])
            cells[after] = np.where(live, c, cells[before])
            output[t] = np.where(live, h, 0)
        return gates, recurrent, hidden, cells, output

    def step(self, gates, products, hidden, state):
        if self.cell == "GRU":
            (r, z, n), (r_h, z_h, n_h) = (np.split(a, 3, axis=1) for a in (gates, products))
            r, z = sigmoid(r + r_h), sigmoid(z + z_h)
            n = np.tanh(n + r * n_h)
            return np.concatenate([r, z, n], 1), (1 - z) * n + z * hidden, state
        sums = gates + products
        if self.cell == "LSTM":
            i, f, g, o = np.split(sums, 4, axis=1)
            i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
            state = f * state + i * g
            return np.concatenate([i, f, g, o], 1), o * np.tanh(state), state
        h = np.tanh(sums) if self.cell == "TANH" else np.maximum(sums, 0)
        return h, h, state

    def backward(self, dy, dh, dc):
        """Gradients of gates, recurrent and the first states, by the chain rule."""
        gates, recurrent, hidden, cells, _ = self.forward()
        dgates, dproducts = np.zeros_like(gates), np.zeros_like(gates)
        dy, dh, dc = (a.astype(np.float64) for a in (dy, dh, dc))
        for t, before, after in reversed(self.order()):
            live = self.live(t)
            d, carry, dc_new = dh + dy[t], np.zeros_like(dh), dc
            parts = np.split(gates[t], GATES[self.cell], axis=1)
            if self.cell == "LSTM":
                i, f, g, o = parts
                c = np.tanh(cells[after])
                through = dc + d * o * (1 - c * c)
                dg = [through * g * i * (1 - i), through * cells[before] * f * (1 - f),
                      through * i * (1 - g * g), d * c * o * (1 - o)]
                dp, dc_new = dg, through * f
            elif self.cell == "GRU":
                r, z, n = parts
                dn = d * (1 - z) * (1 - n * n)
                n_h = np.split(recurrent[t], 3, axis=1)[2]
                dg = [dn * n_h * r * (1 - r), d * (hidden[before] - n) * z * (1 - z), dn]
                dp, carry = [dg[0], dg[1], dn * r], d * z
            else:
                (h,) = parts
                dg = dp = [d * (1 - h * h) if self.cell == "TANH" else d * (h > 0)]
            dgates[t] = np.where(live, np.concatenate(dg, 1), 0)
            dproducts[t] = np.where(live, np.concatenate(dp, 1), 0)
            dh = np.where(live, carry + dproducts[t] @ self.weights.astype(np.float64), dh)
            dc = np.where(live, dc_new, dc)
        return dgates, dproducts, dh, dc


def upload_states(device, states, dtype):
    return helpers.upload(device, states.astype(dtype))


def run(device, layer, layout="contiguous"):
    """As Layer.forward(), on the device."""
    lstm, gru = layer.cell == "LSTM", layer.cell == "GRU"
    states = np.full((layer.steps + 1, layer.batch, layer.units), 7, layer.dtype)
    states[layer.first] = layer.hidden
    hidden = helpers.upload(device, states)
    states[layer.first] = layer.state
    cells = helpers.upload(device, states) if lstm else None
    gates = helpers.upload(device, layer.gates)
    recurrent = device.empty(layer.gates.shape, layer.dtype) if gru else None
    output = helpers.empty(
        device, (layer.steps, layer.batch, layer.units), layer.dtype, layout)
    lengths = None if layer.lengths is None else helpers.upload(device, layer.lengths)
    device.recurrent_layer(
        layer.cell, layer.reverse, gates, recurrent, helpers.upload(device, layer.weights),
        helpers.upload(device, layer.bias), hidden, cells, lengths, output)
    return gates, recurrent, hidden, cells, output


def check_forward(device, layer, layout="contiguous"):
    got, expected = run(device, layer, layout), layer.forward()
    live = np.array([layer.live(t) for t in range(layer.steps)])
    for i, (tensor, want) in enumerate(zip(got, expected)):
        if tensor is None:
            continue
        if i < 2 and not live.all():  # past the end gates may hold anything
            np.testing.assert_allclose(
                np.where(live, tensor.numpy(), 0), np.where(live, want, 0),
                rtol=TOLERANCE[layer.dtype], atol=TOLERANCE[layer.dtype])
            continue
        helpers.check(tensor, want, TOLERANCE[layer.dtype])


def check_backward(device, layer, layout="contiguous"):
    lstm, gru = layer.cell == "LSTM", layer.cell == "GRU"
    gates, recurrent, hidden, cells, _ = layer.forward()
    state = (layer.batch, layer.units)
    from_output = helpers.random((layer.steps, *state), layer.dtype, -1, 1, seed=6)
    from_hidden, from_cells = (
        helpers.random(state, layer.dtype, -1, 1, seed=s) for s in (7, 8))
    dh = helpers.upload(device, from_hidden, layout)
    dc = helpers.upload(device, from_cells, layout) if lstm else None
    dgates, dproducts = (device.empty(layer.gates.shape, layer.dtype) for _ in range(2))
    device.recurrent_layer_gradient(
        layer.cell, layer.reverse, upload_states(device, gates, layer.dtype),
        upload_states(device, recurrent, layer.dtype) if gru else None,
        helpers.upload(device, layer.weights),
        upload_states(device, hidden, layer.dtype) if gru else None,
        upload_states(device, cells, layer.dtype) if lstm else None,
        None if layer.lengths is None else helpers.upload(device, layer.lengths),
        helpers.upload(device, from_output, layout), dh, dc, dgates,
        dproducts if gru else None)
    expected = layer.backward(from_output, from_hidden, from_cells)
    tolerance = TOLERANCE[layer.dtype]
    helpers.check(dgates, expected[0], tolerance)
    helpers.check(dh, expected[2], tolerance)
    if gru:
        helpers.check(dproducts, expected[1], tolerance)
    if lstm:
        helpers.check(dc, expected[3], tolerance)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("cell", GATES)
def test_layer(device, cell, reverse, dtype):
    layer = Layer(cell, SMALL, dtype, reverse)
    check_forward(device, layer)
    check_backward(device, layer)


@pytest.mark.parametrize("sizes", [SMALL, ROWS, LARGE], ids=["small", "rows", "large"])
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("cell", ["LSTM", "GRU"])
def test_sequences_that_have_ended(device, cell, reverse, sizes):
    lengths = [[4, 0, 2][row % 3] for row in range(sizes[1])]
    layer = Layer(cell, sizes, "float32", reverse, lengths)
    check_forward(device, layer, "gaps")
    check_backward(device, layer, "gaps")


@pytest.mark.parametrize("cell,units", [("LSTM", 64), ("GRU", 100), ("TANH", 300), ("RELU", 16)])
def test_widths(device, cell, units):
    layer = Layer(cell, (2, 2, units))
    check_forward(device, layer)
    check_backward(device, layer)


def test_few_weights_take_few_launches(device):
    small, large = Layer("LSTM", (12, 4, 64)), Layer("LSTM", (12, 4, 200))
    assert helpers.launches(device, lambda: check_forward(device, small)) <= 3
    assert helpers.launches(device, lambda: check_backward(device, small)) <= 3
    assert helpers.launches(device, lambda: check_forward(device, large)) >= 24
    assert helpers.launches(device, lambda: check_backward(device, large)) >= 24


def test_long_walks_take_several_launches(device):
    layer = Layer("LSTM", (70, 64, 128))
    assert helpers.launches(device, lambda: check_forward(device, layer)) > 2
    check_backward(device, layer)


def test_nothing_to_do(device):
    layer = Layer("TANH", (0, 2, 3))
    assert helpers.launches(device, lambda: run(device, layer)) == 0


@pytest.mark.parametrize(
    "change, code, message",
    [
        ({"cell": 9}, "INVALID_ARGUMENT", "no cell 9"),
        ({"gates": ((3, 8), "float32")}, "INVALID_ARGUMENT", "gates is"),
        ({"gates": ((5, 3, 8), "int32")}, "UNIMPLEMENTED", "floats"),
        ({"weights": ((2, 8), "float32")}, "INVALID_ARGUMENT", "weights is"),
        ({"bias": ((4,), "float32")}, "INVALID_ARGUMENT", "bias is"),
        ({"hidden": ((5, 3, 2), "float32")}, "INVALID_ARGUMENT", "hidden is"),
        ({"cells": None}, "INVALID_ARGUMENT", "cells is null"),
        ({"lengths": ((2,), "int32")}, "INVALID_ARGUMENT", "lengths are int32"),
        ({"output": ((5, 3, 2), "float16")}, "INVALID_ARGUMENT", "output is"),
    ],
)
def test_says_what_is_wrong(device, dml, change, code, message):
    arguments = {
        "cell": "LSTM", "reverse": 0, "gates": ((5, 3, 8), "float32"), "recurrent": None,
        "weights": ((8, 2), "float32"), "bias": ((8,), "float32"),
        "hidden": ((6, 3, 2), "float32"), "cells": ((6, 3, 2), "float32"), "lengths": None,
        "output": ((5, 3, 2), "float32"), **change,
    }
    given = [device.empty(*a) if isinstance(a, tuple) else a for a in arguments.values()]
    with pytest.raises(dml.DmlError, match=message) as error:
        device.recurrent_layer(*given)
    assert error.value.code == dml.Code[code]


def test_what_must_be_contiguous(device, dml):
    layer = Layer("TANH", SMALL)
    gates = helpers.upload(device, layer.gates, "gaps")
    hidden = device.empty((5, 3, 5))
    with pytest.raises(dml.DmlError, match="must be contiguous"):
        device.recurrent_layer(
            "TANH", 0, gates, None, helpers.upload(device, layer.weights),
            helpers.upload(device, layer.bias), hidden, None, None, device.empty((4, 3, 5)))
