"""Steps of fused recurrent cells, against NumPy."""

import helpers
import numpy as np
import pytest

DTYPES = ["float32", "float16"]
SHAPES = [(5, 7), (1, 1), (3, 100), (0, 4), (4, 0)]
PEEPHOLE, IFCO, LATER = 1, 2, 4


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def run(device, step, read, written, flags=0, forget_bias=0.0, cell_clip=0.0):
    """The tensors that the step wrote. Those read are arrays or None, those
    written are their shapes, arrays for what they hold before, or None."""
    dtype = next(array.dtype for array in read if array is not None)
    outputs = [device.tensor(given) if isinstance(given, np.ndarray)
               else given and device.empty(given, dtype) for given in written]
    inputs = [None if array is None else device.tensor(array) for array in read]
    device.block_cell(step, flags, [*inputs, *outputs], forget_bias=forget_bias,
                      cell_clip=cell_clip)
    return outputs


def arrays(shapes, dtype, low=-2.0, high=2.0):
    return [helpers.random(shape, dtype, low, high, seed) for seed, shape in enumerate(shapes)]


def wide(*values):
    return [value.astype(np.float64) for value in values]


def lstm_inputs(rows, units, dtype="float32"):
    """gates bias cs_prev wci wcf wco"""
    return arrays([(rows, 4 * units), (4 * units,), (rows, units), *3 * [(units,)]], dtype)


def lstm(read, flags, forget_bias, cell_clip):
    gates, bias, before, wci, wcf, wco = wide(*read)
    peephole = float(bool(flags & PEEPHOLE))
    i, second, third, o = np.split(gates + bias, 4, axis=1)
    ci, f = (third, second) if flags & IFCO else (second, third)
    i, ci = sigmoid(i + peephole * wci * before), np.tanh(ci)
    f = sigmoid(f + forget_bias + peephole * wcf * before)
    cs = i * ci + f * before
    if cell_clip > 0:
        cs = np.clip(cs, -cell_clip, cell_clip)
    o = sigmoid(o + peephole * wco * cs)
    return [i, cs, f, o, ci, np.tanh(cs), o * np.tanh(cs)]


def without_peepholes(read, flags, first):
    """What is passed: no weights of peepholes where they are not used."""
    if flags & PEEPHOLE:
        return read
    return [None if first <= i < first + 3 else array for i, array in enumerate(read)]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("flags,forget_bias,cell_clip", [
    (0, 1.0, 0.0), (PEEPHOLE, 0.0, 0.5), (IFCO, -2.0, -1.0), (PEEPHOLE | IFCO, 0.5, 1.5),
])
def test_lstm(device, dtype, flags, forget_bias, cell_clip):
    for rows, units in SHAPES:
        read = lstm_inputs(rows, units, dtype)
        got = run(device, "LSTM_BLOCK", without_peepholes(read, flags, 3), 7 * [(rows, units)],
                  flags, forget_bias, cell_clip)
        for tensor, expected in zip(got, lstm(read, flags, forget_bias, cell_clip)):
            helpers.check(tensor, expected)


def test_clipping_keeps_nan(device):
    read = lstm_inputs(2, 3)
    read[2][0, 1] = np.nan
    cs = run(device, "LSTM_BLOCK", without_peepholes(read, 0, 3), 7 * [(2, 3)], cell_clip=0.5)[1]
    np.testing.assert_array_equal(np.isnan(cs.numpy()), np.isnan(read[2]))
    assert np.nanmax(np.abs(cs.numpy())) <= 0.5


def lstm_gradient_inputs(rows, units, dtype="float32"):
    """cs_prev wci wcf wco i cs f o ci co cs_grad cs_grad_later h_grad"""
    state, vector = (rows, units), (units,)
    return arrays([state, *3 * [vector], *9 * [state]], dtype, -1, 1)


def lstm_gradient(read, flags):
    before, wci, wcf, wco, i, cs, f, o, ci, co, dcs, later, dh = wide(*read)
    peephole = float(bool(flags & PEEPHOLE))
    do = o * (1 - o) * dh * co
    dcs = dcs + (1 - co ** 2) * dh * o + peephole * do * wco
    if flags & LATER:
        dcs = dcs + later
    di, df = i * (1 - i) * dcs * ci, f * (1 - f) * dcs * before
    dci = (1 - ci ** 2) * dcs * i
    middle = [df, dci] if flags & IFCO else [dci, df]
    return [np.concatenate([di, *middle, do], axis=1),
            dcs * f + peephole * (di * wci + df * wcf),
            np.concatenate([di * before, df * before, do * cs], axis=1)]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("flags", [0, PEEPHOLE, IFCO | LATER, PEEPHOLE | LATER])
def test_lstm_gradient(device, dtype, flags):
    for rows, units in SHAPES:
        read = lstm_gradient_inputs(rows, units, dtype)
        given = without_peepholes(read, flags, 1)
        if not flags & LATER:
            given = [*given[:11], None, given[12]]
        terms = (rows, 3 * units) if flags & PEEPHOLE else None
        got = run(device, "LSTM_BLOCK_GRADIENT", given,
                  [(rows, 4 * units), (rows, units), terms], flags)
        for tensor, expected in zip(got, lstm_gradient(read, flags)):
            if tensor is not None:
                helpers.check(tensor, expected)


def test_lstm_gradient_is_the_derivative(device):
    rows, units, step = 2, 3, 1e-6
    read = lstm_inputs(rows, units)
    flags = PEEPHOLE
    i, cs, f, o, ci, co, _ = lstm(read, flags, 1.0, 0.0)
    dcs, dh = wide(*arrays([(rows, units)] * 2, "float32"))
    read_back = [read[2], *read[3:], i, cs, f, o, ci, co, dcs, np.zeros_like(dcs), dh]
    dgates, dprev, terms = lstm_gradient(read_back, flags)

    def loss(change, which):
        moved = wide(*read)
        moved[which] = moved[which] + change
        outputs = lstm(moved, flags, 1.0, 0.0)
        return np.sum(outputs[1] * dcs) + np.sum(outputs[6] * dh)

    for which, gradient in [(0, dgates), (2, dprev), (3, terms[:, :3].sum(0)),
                            (4, terms[:, 3:6].sum(0)), (5, terms[:, 6:].sum(0))]:
        for index in np.ndindex(*gradient.shape):
            change = np.zeros(gradient.shape)
            change[index] = step
            slope = (loss(change, which) - loss(-change, which)) / (2 * step)
            np.testing.assert_allclose(slope, gradient[index], rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("dtype", DTYPES)
def test_gru(device, dtype):
    for rows, units in SHAPES:
        state = (rows, units)
        gates, bias, h = arrays([(rows, 2 * units), (2 * units,), state], dtype)
        got = run(device, "GRU_BLOCK_GATES", [gates, bias, h], 3 * [state])
        r, u = np.split(sigmoid(np.add(*wide(gates, bias))), 2, axis=1)
        for tensor, expected in zip(got, [r, u, r * h]):
            helpers.check(tensor, expected)

        product, bias, h, u = arrays([state, (units,), state, state], dtype)
        got = run(device, "GRU_BLOCK_OUTPUTS", [product, bias, h, u], 2 * [state])
        product, bias, h, u = wide(product, bias, h, u)
        c = np.tanh(product + bias)
        for tensor, expected in zip(got, [c, u * h + (1 - u) * c]):
            helpers.check(tensor, expected)


@pytest.mark.parametrize("dtype", DTYPES)
def test_gru_gradient(device, dtype):
    for rows, units in SHAPES:
        state, marker = (rows, units), np.full((rows, 2 * units), 9, dtype)
        kept = np.full(state, 9.0)

        read = arrays(4 * [state], dtype)
        got = run(device, "GRU_BLOCK_OUTPUT_GRADIENT", read, [state, marker])
        h, u, c, dh = wide(*read)
        helpers.check(got[0], dh * (1 - u) * (1 - c ** 2))
        helpers.check(got[1], np.concatenate([kept, dh * (h - c) * u * (1 - u)], axis=1))

        read = arrays(5 * [state], dtype)
        got = run(device, "GRU_BLOCK_RESET_GRADIENT", read, [marker, state])
        h, r, u, dh, dhr = wide(*read)
        helpers.check(got[0], np.concatenate([dhr * h * r * (1 - r), kept], axis=1))
        helpers.check(got[1], dhr * r + dh * u)


def test_in_place(device):
    read = lstm_inputs(3, 5)
    tensors = [device.tensor(array) for array in read[:3]] + 3 * [None]
    outputs = [device.empty((3, 5)) for _ in range(7)]
    outputs[3] = tensors[2]  # o takes the place of cs_prev
    device.block_cell("LSTM_BLOCK", 0, [*tensors, *outputs], forget_bias=1.0, cell_clip=0.0)
    for tensor, expected in zip(outputs, lstm(read, 0, 1.0, 0.0)):
        helpers.check(tensor, expected)


def call(device, step, flags, tensors):
    device.block_cell(step, flags, tensors, forget_bias=0.0, cell_clip=0.0)


def gru_tensors(device, rows=3, units=5):
    return [device.empty((rows, 2 * units)), device.empty((2 * units,)),
            *[device.empty((rows, units)) for _ in range(4)]]


def changed(device, index, tensor):
    tensors = gru_tensors(device)
    tensors[index] = tensor
    return tensors


@pytest.mark.parametrize("step,flags,make,message", [
    (9, 0, gru_tensors, "no step 9"),
    ("GRU_BLOCK_OUTPUT_GRADIENT", 0, lambda d: gru_tensors(d)[:5], "takes 6 tensors, not 5"),
    ("GRU_BLOCK_GATES", PEEPHOLE, gru_tensors, "has no flags 1"),
    ("GRU_BLOCK_GATES", 0, lambda d: changed(d, 2, None), "a tensor is null"),
    ("GRU_BLOCK_GATES", 0, lambda d: changed(d, 4, None), "u is null"),
    ("GRU_BLOCK_GATES", 0, lambda d: changed(d, 2, d.empty((15,))), "takes matrices"),
    ("GRU_BLOCK_GATES", 0, lambda d: changed(d, 0, d.empty((3, 5))), "gates is float32"),
    ("GRU_BLOCK_GATES", 0, lambda d: changed(d, 1, d.empty((10,), "float16")), "bias is float16"),
    ("GRU_BLOCK_GATES", 0, lambda d: changed(d, 3, d.empty((5, 3)).transpose()), "contiguous"),
    ("GRU_BLOCK_GATES", 0, lambda d: changed(d, 5, d.empty((4, 5))), "is float32"),
])
def test_says_what_is_wrong(device, dml, step, flags, make, message):
    with pytest.raises(dml.DmlError, match=message) as error:
        call(device, step, flags, make(device))
    assert error.value.code == dml.Code.INVALID_ARGUMENT


def test_takes_no_doubles(device, dml):
    with pytest.raises(dml.DmlError, match="takes float32 and float16") as error:
        call(device, "GRU_BLOCK_GATES", 0, changed(device, 2, device.empty((3, 5), "float64")))
    assert error.value.code == dml.Code.UNIMPLEMENTED


def test_overlaps(device, dml):
    tensors = gru_tensors(device)
    tensors[5] = tensors[3]  # two that are written
    with pytest.raises(dml.DmlError, match="overlaps"):
        call(device, "GRU_BLOCK_GATES", 0, tensors)
    memory = device.empty((4, 5))
    tensors = gru_tensors(device)
    tensors[2], tensors[3] = memory[:3], memory[1:]
    with pytest.raises(dml.DmlError, match="overlaps"):
        call(device, "GRU_BLOCK_GATES", 0, tensors)
