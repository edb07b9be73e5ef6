"""LSTM and GRU layers of Keras (v2) take CudnnRNN wherever they would on a GPU: eagerly,
and in functions, where Grappler chooses between implementations."""

import pytest

# Runs each layer on the device and on the CPU, forward and backward, and prints what of
# CudnnRNN the device launched. `inputs` may come with a mask.
PROGRAM = """
import sys
import numpy as np
import tensorflow_directml

v1.enable_v2_behavior()
layers = tf.compat.v2.keras.layers
rng = np.random.RandomState(0)
x = rng.normal(size=[4, 5, 3]).astype(np.float32)
right = np.arange(5) < np.array([[5], [2], [3], [1]])
left = right[:, ::-1].copy()


def step(layer, device, traced, mask):
    def compute(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x, mask=mask if mask is None else tf.constant(mask))
            loss = tf.reduce_sum(y * tf.cos(y))
        return [y] + tape.gradient(loss, [x] + layer.trainable_variables)

    if traced:
        compute = tf.function(compute)
    with tf.device(device):
        return [value.numpy() for value in compute(tf.constant(x))]


def launched():
    tags = tensorflow_directml.launches_by_tag()
    return {tag for tag, count in tags.items() if count and tag.startswith("Cudnn")}


def compare(name, layer, device, traced, mask=None):
    if not layer.built:
        layer.build(x.shape)
        layer.set_weights([rng.normal(size=w.shape) for w in layer.get_weights()])
    counts = tensorflow_directml.launches_by_tag()
    got = step(layer, device, traced, mask)
    later = tensorflow_directml.launches_by_tag()
    taken = sorted(t for t in later if later[t] > counts.get(t, 0) and t.startswith("Cudnn"))
    for value, want in zip(got, step(layer, "/cpu:0", False, mask)):
        np.testing.assert_allclose(value, want, rtol=1e-4, atol=1e-5)
    print(name, *taken)
"""
BOTH = "CudnnRNN CudnnRNNBackprop"
WITH_LENGTHS = "CudnnRNNBackpropV3 CudnnRNNV3"


def lines(result):
    return dict(line.split(" ", 1) for line in result.out.splitlines() if " " in line)


@pytest.mark.parametrize("traced", [False, True], ids=["eager", "function"])
@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_layers_take_cudnn(run_python, kind, traced):
    result = run_python(PROGRAM + f"""
layer = layers.{kind}
for device in ("/gpu:0", "/device:DML:0"):
    compare(device, layer(4), device, {traced})
compare("anywhere", layer(4, return_sequences=True, go_backwards=True), None, {traced})
compare("right", layer(4), None, {traced}, right)
""")
    taken = lines(result)
    assert len(taken) == 4
    for name, ops in taken.items():
        assert ops == (WITH_LENGTHS if name == "right" else BOTH), name


def test_what_cudnn_cannot_do_takes_the_loop(run_python):
    result = run_python(PROGRAM + """
for kind in (layers.LSTM, layers.GRU):
    compare("relu", kind(4, activation="relu"), None, False)
    compare("hard_sigmoid", kind(4, recurrent_activation="hard_sigmoid"), None, False)
    compare("no_bias", kind(4, use_bias=False), None, False)
    compare("unrolled", kind(4, unroll=True), None, False)
    compare("left_padded", kind(4), None, False, left)
    compare("cpu", kind(4), "/cpu:0", False)
print("done")
""")
    assert "done" in result.out
    assert "Cudnn" not in result.out


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_functions_choose_as_eager_layers_do(run_python, kind):
    result = run_python(PROGRAM + f"""
compare("relu", layers.{kind}(4, activation="relu"), None, True)
compare("left_padded", layers.{kind}(4), None, True, left)
compare("cpu", layers.{kind}(4), "/cpu:0", True)
print("done")
""")
    assert "done" in result.out
    assert "Cudnn" not in result.out


def test_a_bidirectional_layer_in_a_model(run_python):
    result = run_python(PROGRAM + """
model = tf.compat.v2.keras.Sequential([
    layers.Masking(input_shape=(5, 3)), layers.Bidirectional(layers.GRU(4)), layers.Dense(1)])
model.compile("sgd", "mse")
padded = x * right[:, :, None]
losses = model.fit(padded, np.zeros(4), epochs=2, verbose=0).history["loss"]
print(losses[1] < losses[0])
print(*sorted(launched()))
""")
    assert result.out.splitlines()[-2:] == ["True", WITH_LENGTHS]


def test_switched_off(run_python):
    result = run_python(PROGRAM + """
compare("eager", layers.LSTM(4), "/device:DML:0", False)
compare("function", layers.LSTM(4), "/device:DML:0", True)
print("done")
""", TF_DIRECTML_GPU_NAMES="0")
    assert "done" in result.out
    assert "Cudnn" not in result.out
