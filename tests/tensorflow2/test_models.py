"""Models of Keras 3 that people train have the CPU's losses on the device, by each of the ways to
train them, and compute nothing on the CPU."""

import collections

import keras
import networks
import numpy as np
import pytest
from launches import launches
from placement import computed_on_the_cpu
from ways import BATCH, by_fit, by_function, eagerly

import tensorflow as tf


def train(made, device, how, steps, policy="float32", **compiled):
    make, data = made
    keras.utils.set_random_seed(5)
    keras.config.set_dtype_policy(policy)
    try:
        with tf.device(device):
            model = make()
            x, y = data(np.random.default_rng(3), BATCH * steps)
            return how(model, x, y, **compiled)
    finally:
        keras.config.set_dtype_policy("float32")


def check(made, how, steps, policy="float32", tolerance=1e-3):
    """What the device launched, of which ops how many times."""
    on_cpu = {"jit_compile": False} if how is by_fit else {}
    expected = train(made, "CPU:0", how, steps, policy, **on_cpu)
    with launches() as ran, computed_on_the_cpu() as left:
        losses = train(made, "GPU:0", how, steps, policy)
    assert len(losses) == steps
    np.testing.assert_allclose(losses, expected, rtol=tolerance)
    assert left == collections.Counter()
    return ran


def long_but(name):
    """The models, of which all but one are for the long form."""
    return [pytest.param(other, marks=() if other == name else pytest.mark.long)
            for other in networks.SMALL]


@pytest.mark.parametrize("name", networks.SMALL)
def test_fit(name, steps):
    ran = check(networks.SMALL[name], by_fit, steps)
    assert sum(ran.values()) > 100, ran


@pytest.mark.parametrize("how", [eagerly, by_function], ids=lambda how: how.__name__)
@pytest.mark.parametrize("name", long_but("lstm"))
def test_other_ways(name, how, steps):
    check(networks.SMALL[name], how, steps)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("name", networks.SMALL)
def test_mixed_precision(name, policy):
    """Losses are means of many; activations are rounded to 11 or 8 bits on both."""
    check(networks.SMALL[name], by_fit, 3, policy, tolerance=2e-2)


@pytest.mark.parametrize("saved, loaded", [("GPU:0", "CPU:0"), ("CPU:0", "GPU:0")])
@pytest.mark.parametrize("name", long_but("transformer"))
def test_a_model_saved_on_one_device_predicts_on_another(name, saved, loaded, tmp_path):
    make, data = networks.SMALL[name]
    with tf.device(saved):
        model = make()
        x, y = data(np.random.default_rng(3), BATCH)
        by_fit(model, x, y, jit_compile=False)  # statistics and weights that are not the first
        expected = model.predict(x, verbose=0)
        model.save(tmp_path / "model.keras")
        model.export(tmp_path / "saved_model", verbose=False)
    with tf.device(loaded), launches() as ran:
        model = keras.saving.load_model(tmp_path / "model.keras", compile=False)
        model.compile(jit_compile=False)
        np.testing.assert_allclose(model.predict(x, verbose=0), expected, rtol=1e-3, atol=1e-5)
        served = tf.saved_model.load(tmp_path / "saved_model")
        np.testing.assert_allclose(served.serve(x), expected, rtol=1e-3, atol=1e-5)
    assert bool(ran) == (loaded == "GPU:0"), ran
