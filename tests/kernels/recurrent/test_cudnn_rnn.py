"""Recurrent networks in the form of cuDNN, against the same equations in other ops."""

import numpy as np
import pytest
from harness import (
    DML,
    Row,
    check,
    config,
    covered,
    draw,
    error_of,
    name,
    raw,
    run,
    tf,
    variants,
    zeros,
)
from tensorflow.python.ops import cudnn_rnn_grad  # noqa: F401  registers gradients

TYPES = ("float32", "float16", "float64")
GATES = {"lstm": 4, "gru": 3, "rnn_tanh": 1, "rnn_relu": 1}
LOOSE = {"float32": (1e-4, 1e-5), "float16": (2e-2, 1e-2), "float64": (1e-11, 1e-12)}


class Network:
    """A network's attributes, the sizes of its parameters, and its equations."""

    def __init__(self, mode="lstm", layers=1, units=3, width=2, both=False, skip=False,
                 time_major=True):
        self.mode, self.layers, self.units, self.width = mode, layers, units, width
        self.directions = 2 if both else 1
        self.skip, self.time_major = skip, time_major
        self.attrs = {
            "rnn_mode": mode, "input_mode": "skip_input" if skip else "linear_input",
            "direction": "bidirectional" if both else "unidirectional",
        }

    def shapes(self):
        """Those of the matrices, then those of the biases, in their order."""
        matrices, gates = [], GATES[self.mode]
        for layer in range(self.layers):
            width = self.width if layer == 0 else self.directions * self.units
            if layer == 0 and self.skip:
                width = 0
            for _ in range(self.directions):
                matrices += [(self.units, width)] * gates + [(self.units, self.units)] * gates
        return matrices, [(self.units,)] * len(matrices)

    def size(self):
        return sum(int(np.prod(s)) for s in sum(self.shapes(), []))

    def sample(self, steps, batch, *lengths):
        states = (self.layers * self.directions, batch, self.units)
        sequence = (steps, batch, self.width)
        if not self.time_major:
            states, sequence = (states[1], states[0], states[2]), (batch, steps, self.width)
        return [sequence, states, states, (self.size(),), *lengths]

    def split(self, params):
        """([matrices], [biases]) of each layer and direction."""
        shapes = sum(self.shapes(), [])
        pieces = tf.split(params, [int(np.prod(s)) for s in shapes])
        pieces = [tf.reshape(p, s) for p, s in zip(pieces, shapes)]
        half, each = len(pieces) // 2, 2 * GATES[self.mode]
        return [
            (pieces[i:i + each], pieces[half + i:half + i + each]) for i in range(0, half, each)
        ]

    def reference(self, x, h, c, params, lengths=None):
        if not self.time_major:
            x, h, c = (tf.transpose(t, [1, 0, 2]) for t in (x, h, c))
        steps, batch = x.shape.as_list()[:2]
        if lengths is None:
            lengths = [steps] * batch
        ends_h, ends_c, parts = [], [], self.split(params)
        for layer in range(self.layers):
            outputs = []
            for d in range(self.directions):
                slot = layer * self.directions + d
                y, end_h, end_c = self.walk(x, h[slot], c[slot], parts[slot], lengths, d == 1)
                outputs.append(y)
                ends_h.append(end_h)
                ends_c.append(end_c)
            x = tf.concat(outputs, 2)
        results = [x, tf.stack(ends_h), tf.stack(ends_c)]
        if not self.time_major:
            results = [tf.transpose(t, [1, 0, 2]) for t in results]
        return results if self.mode == "lstm" else results[:2]

    def walk(self, x, h, c, parameters, lengths, backward):
        """One direction of one layer: (outputs, last hidden state, last cell state)."""
        matrices, biases = parameters
        gates, steps = GATES[self.mode], x.shape.as_list()[0]
        outputs = [None] * steps
        for t in reversed(range(steps)) if backward else range(steps):
            from_x, from_h = (
                [
                    (source if m.shape[1] == 0 else tf.matmul(source, m, transpose_b=True)) + b
                    for m, b in zip(matrices[first:first + gates], biases[first:first + gates])
                ]
                for source, first in ((x[t], 0), (h, gates))
            )
            new_h, new_c = self.step(from_x, from_h, h, c)
            live = tf.constant([[t < n] for n in lengths])
            live = tf.tile(live, [1, self.units])
            h, c = tf.where(live, new_h, h), tf.where(live, new_c, c)
            outputs[t] = tf.where(live, new_h, tf.zeros_like(h))
        return tf.stack(outputs), h, c

    def step(self, x, h, hidden, cell):
        if self.mode == "gru":
            r, z = tf.sigmoid(x[0] + h[0]), tf.sigmoid(x[1] + h[1])
            return (1 - z) * tf.tanh(x[2] + r * h[2]) + z * hidden, cell
        a = [i + j for i, j in zip(x, h)]
        if self.mode == "lstm":
            cell = tf.sigmoid(a[1]) * cell + tf.sigmoid(a[0]) * tf.tanh(a[2])
            return tf.sigmoid(a[3]) * tf.tanh(cell), cell
        return (tf.tanh(a[0]) if self.mode == "rnn_tanh" else tf.nn.relu(a[0])), cell


def row(op, network, steps=3, batch=2, lengths=None, types=TYPES):
    attrs = dict(network.attrs)
    if op == "CudnnRNNV3":
        attrs["time_major"] = network.time_major
        lengths = lengths or [steps] * batch
    function = raw(op, attrs)

    def call(*inputs):
        if "CPU" in inputs[0].graph._device_function_stack.peek_top_obj().display_name:
            return network.reference(*inputs[:4], lengths=lengths)
        outputs = function(*inputs)
        return [outputs.output, outputs.output_h, outputs.output_c][:3 if network.mode == "lstm"
                                                                    else 2]

    more = [] if op != "CudnnRNNV3" else [lambda rng, dtype: np.array(lengths, np.int32)]
    return Row(
        op, types, [network.sample(steps, batch, *more)], call=call, gradient=True,
        grad_inputs=[0, 1, 3] if network.mode != "lstm" else [0, 1, 2, 3],
        domain=(-1, 1), tolerance=LOOSE, also=(op.replace("RNN", "RNNBackprop"),),
    )


ROWS = [
    *[row("CudnnRNN", Network(mode)) for mode in GATES],
    *[row("CudnnRNNV2", Network(mode, layers=2, both=True), types=("float32",)) for mode in GATES],
    *[row("CudnnRNN", Network(mode, layers=2, units=4, width=4, both=True, skip=True),
          types=("float32",)) for mode in GATES],
    *[row("CudnnRNNV3", Network(mode, layers=2, both=True, time_major=False), 4, 3, [4, 1, 2],
          types=("float32", "float16")) for mode in GATES],
    row("CudnnRNNV3", Network(), 3, 3, [3, 0, 2]),
    row("CudnnRNNV2", Network(layers=3, units=5, width=7), steps=1, batch=1, types=("float32",)),
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_network(row, dtype):
    check(row, dtype)


covered.update(
    "CudnnRNN" + op + version
    for op in ("ParamsToCanonical", "CanonicalToParams") for version in ("", "V2")
)
covered.add("CudnnRNNParamsSize")


def canonical(op, network, **attrs):
    return raw(op, {**network.attrs, **attrs})


@pytest.mark.parametrize("version", ["", "V2"])
@pytest.mark.parametrize("network", [
    Network(), Network("gru", layers=3, both=True), Network("rnn_relu", units=2, skip=True),
])
def test_parameters(network, version):
    matrices, biases = network.shapes()
    names = ["num_params"] if not version else ["num_params_weights", "num_params_biases"]
    counts = dict.fromkeys(names, len(matrices))
    sizes = [network.layers, network.units, network.width]
    vector = np.random.RandomState(1).uniform(-1, 1, network.size()).astype(np.float32)
    with tf.Graph().as_default(), tf.device(DML), tf.Session(config=config()) as session:
        size = canonical("CudnnRNNParamsSize", network, T=tf.float32, S=tf.int32)(*sizes)
        placeholder = tf.placeholder(tf.float32, vector.shape)
        pieces = canonical("CudnnRNNParamsToCanonical" + version, network, **counts)(
            *sizes, placeholder
        )
        function = getattr(tf.raw_ops, "CudnnRNNCanonicalToParams" + version)
        joined = function(
            num_layers=sizes[0], num_units=sizes[1], input_size=sizes[2],
            weights=pieces.weights, biases=pieces.biases, **network.attrs,
        )
        found, weights, found_biases, again = session.run(
            [size, pieces.weights, pieces.biases, joined], {placeholder: vector}
        )
    assert found.tolist() == [network.size()]
    assert [w.shape for w in weights] == matrices
    assert [b.shape for b in found_biases] == biases
    flat = np.concatenate([p.ravel() for p in weights + found_biases])
    np.testing.assert_array_equal(flat, vector)
    np.testing.assert_array_equal(again, vector)


def test_dropout():
    """Between layers, in training; its gradient has the same mask."""
    network = Network("rnn_relu", layers=2, units=50, width=50)
    rng = np.random.RandomState(1)
    values = [np.abs(draw(rng, s, "float32", (0.1, 1))) for s in network.sample(1, 40)]
    with tf.Graph().as_default(), tf.device(DML), tf.Session(config=config()) as session:
        inputs = [tf.placeholder(tf.float32, v.shape) for v in values]
        feeds = dict(zip(inputs, values))
        for training in (True, False):
            function = raw("CudnnRNN", {
                **network.attrs, "dropout": 0.5, "seed": 3, "seed2": 4, "is_training": training,
            })
            outputs = function(*inputs)
            if training:
                gradients = tf.gradients(outputs.output, inputs[0])
                first, gradient = session.run([outputs.output, gradients[0]], feeds)
                second = session.run(outputs.output, feeds)
            else:
                plain = session.run(outputs.output, feeds)
    assert not np.array_equal(first, second), "the same mask each time"
    # Half of 50 units of about equal weight, twice as strong: the mean remains.
    assert abs(np.mean(first) / np.mean(plain) - 1) < 0.1
    assert np.std(first / plain) > 0.02
    assert np.all(np.isfinite(gradient)) and np.std(gradient) > 0


def test_everything_dropped_out():
    """1 is allowed: the last layer learns from its biases alone. Inference keeps all."""
    network = Network("rnn_relu", layers=2)
    inputs = [
        draw(np.random.RandomState(1), s, "float32", (0.1, 1)) for s in network.sample(2, 3)
    ]

    def call(training, dropout):
        def output(*tensors):
            attrs = {**network.attrs, "dropout": dropout, "is_training": training}
            return raw("CudnnRNN", attrs)(*tensors).output
        return output
    plain = run(call(True, 0.0), inputs)
    np.testing.assert_array_equal(run(call(False, 1.0), inputs), plain)
    dropped = run(call(True, 1.0), inputs)
    assert np.all(np.isfinite(dropped)) and not np.allclose(dropped, plain)
    other = [inputs[0] + 1, *inputs[1:]]
    np.testing.assert_array_equal(run(call(True, 1.0), other), dropped)


ERRORS = [
    ({}, [zeros(2, 3), zeros(1, 2, 3), zeros(1, 2, 3), zeros(72)], "3-D"),
    ({}, [zeros(4, 2, 3), zeros(1, 5, 3), zeros(1, 5, 3), zeros(96)], "input_h"),
    ({}, [zeros(4, 2, 3), zeros(1, 2, 3), zeros(1, 2, 4), zeros(96)], "same shape"),
    ({}, [zeros(4, 2, 3), zeros(1, 2, 3), zeros(1, 2, 3), zeros(95)], "has 96 parameters"),
    ({"input_mode": "skip_input"}, [zeros(4, 2, 2), zeros(1, 2, 3), zeros(1, 2, 3), zeros(9)],
     "as wide as"),
    ({"dropout": 1.5}, [zeros(4, 2, 3), zeros(1, 2, 3), zeros(1, 2, 3), zeros(96)], "dropout"),
]


@pytest.mark.parametrize("attrs, inputs, message", ERRORS)
def test_says_what_is_wrong(attrs, inputs, message):
    def call(*tensors):
        return raw("CudnnRNN", attrs)(*tensors).output
    assert message in error_of(call, inputs)


def test_projections_are_not_there():
    def call(*tensors):
        lengths = tf.constant([4, 4])
        return raw("CudnnRNNV3", {"num_proj": 2})(*tensors, lengths).output
    inputs = [zeros(4, 2, 3), zeros(1, 2, 2), zeros(1, 2, 3), zeros(96)]
    assert "num_proj" in error_of(call, inputs)


def test_no_steps():
    network = Network()
    inputs = [draw(np.random.RandomState(1), s, "float32", (-1, 1)) for s in network.sample(0, 2)]

    def call(*tensors):
        return raw("CudnnRNN", network.attrs)(*tensors).output_h
    np.testing.assert_array_equal(run(call, inputs), inputs[1])


def plain(kernel):
    """CuDNNLSTM's weights as LSTM's: those of each gate transposed in memory."""
    gates = np.split(kernel, 4, axis=1)
    return np.concatenate([g.reshape(g.shape[::-1]).T for g in gates], axis=1)


def test_keras_layer_learns_as_the_plain_one():
    """Scripts choose CuDNNLSTM where there is a GPU."""
    rng = np.random.RandomState(0)
    x = rng.uniform(-1, 1, (8, 5, 3)).astype(np.float32)
    y = np.sum(x, (1, 2))[:, None]
    kernel, recurrent = (rng.uniform(-0.5, 0.5, (n, 16)) for n in (3, 4))
    bias = rng.uniform(-0.5, 0.5, 16)
    layers = [
        (DML, tf.keras.layers.CuDNNLSTM, {},
         [kernel, recurrent, np.concatenate([bias, np.zeros(16)])]),
        ("/cpu:0", tf.keras.layers.LSTM, {"recurrent_activation": "sigmoid"},
         [plain(kernel), plain(recurrent), bias]),
    ]
    found = []
    for device, layer, more, weights in layers:
        with tf.Graph().as_default(), tf.Session(config=config()).as_default(), tf.device(device):
            lstm = layer(4, input_shape=(5, 3), **more)
            model = tf.keras.Sequential([lstm, tf.keras.layers.Dense(1)])
            model.compile(tf.keras.optimizers.SGD(0.05), "mse")
            lstm.set_weights(weights)
            model.layers[1].set_weights([np.full((4, 1), 0.3), np.zeros(1)])
            loss = model.train_on_batch(x, y)
            found.append([loss, *lstm.get_weights(), *model.layers[1].get_weights()])
    cudnn, lstm = found
    cudnn[1:3] = plain(cudnn[1]), plain(cudnn[2])
    # Both halves of the biases have learned the same.
    np.testing.assert_allclose(cudnn[3][:16] - bias, cudnn[3][16:], rtol=1e-4, atol=1e-6)
    cudnn[3] = cudnn[3][:16]
    for got, want in zip(cudnn, lstm):
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-6)
