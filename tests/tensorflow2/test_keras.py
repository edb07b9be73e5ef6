"""Models of Keras 3 train on the device as they do on the CPU, by fit() as it is."""

import json
import zipfile

import keras
import numpy as np
import pytest
from keras.src.trainers import trainer
from launches import launches
from tensorflow_directml.tensorflow2 import xla

import tensorflow as tf

STEPS = 12
BATCH = 16


def mlp():
    return keras.Sequential([
        keras.layers.Input((12,)),
        keras.layers.Dense(24, activation="relu"),
        keras.layers.LayerNormalization(),
        keras.layers.Dense(5),
    ]), (12,)


def cnn():
    return keras.Sequential([
        keras.layers.Input((12, 12, 3)),
        keras.layers.Conv2D(8, 3, padding="same", use_bias=False),
        keras.layers.BatchNormalization(),
        keras.layers.ReLU(),
        keras.layers.MaxPooling2D(),
        keras.layers.Conv2D(12, 3, strides=2, activation="relu"),
        keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dense(5),
    ]), (12, 12, 3)


def lstm():
    return keras.Sequential([
        keras.layers.Input((7, 6)),
        keras.layers.LSTM(10, return_sequences=True),
        keras.layers.LSTM(8),
        keras.layers.Dense(5),
    ]), (7, 6)


# The ops that each must have had run on the device.
MODELS = {
    mlp: {"MatMul", "_FusedMatMul", "ReluGrad"},
    cnn: {"Conv2D", "Conv2DBackpropFilter", "MaxPoolGrad", "ReluGrad"},
    lstm: {"MatMul"},
}


def fit(make, device, **compiled):
    """The loss of each step."""
    keras.utils.set_random_seed(5)
    with tf.device(device):
        model, shape = make()
        model.compile(
            optimizer=keras.optimizers.Adam(0.01),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            **compiled,
        )
        random = np.random.RandomState(3)
        x = random.standard_normal((BATCH * STEPS, *shape)).astype(np.float32)
        y = random.randint(0, 5, len(x))
        losses = []
        record = keras.callbacks.LambdaCallback(
            on_train_batch_begin=lambda batch, logs: model.reset_metrics(),
            on_train_batch_end=lambda batch, logs: losses.append(logs["loss"]),
        )
        model.fit(x, y, batch_size=BATCH, shuffle=False, verbose=0, callbacks=[record])
    return losses


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_fit_has_the_losses_of_the_cpu(make):
    expected = fit(make, "CPU:0", jit_compile=False)
    with launches() as ran:
        losses = fit(make, "GPU:0")
    assert len(losses) == STEPS
    np.testing.assert_allclose(losses, expected, rtol=2e-4)
    assert MODELS[make] <= set(ran), ran
    assert all(ran[op] >= STEPS for op in MODELS[make]), ran


def test_fit_without_a_device_named_runs_on_it():
    with launches() as ran:
        fit(mlp, None)
    assert ran["MatMul"] >= STEPS, ran


def test_models_are_not_compiled_by_xla_unless_asked():
    model, _ = mlp()
    model.compile("sgd", "mse")
    assert model.jit_compile is False


def test_asking_for_xla_says_that_it_does_not_work():
    model, _ = mlp()
    with pytest.raises(ValueError, match="XLA, which does not compile for DML devices"):
        model.compile("sgd", "mse", jit_compile=True)
    with tf.device("CPU"):
        model.compile("sgd", "mse", jit_compile=True)
    assert model.jit_compile is True


def saved_jit_compile(path):
    config = json.loads(zipfile.ZipFile(path).read("config.json"))
    return config["compile_config"]["jit_compile"]


def test_a_model_that_was_saved_with_xla_is_loaded_without(tmp_path, capsys, monkeypatch):
    """As Keras saves what "auto" is where XLA compiles: on a machine for CUDA, and the CPU."""
    monkeypatch.setattr(xla, "_said", set())
    with tf.device("CPU"):
        model, shape = mlp()
        model.compile("sgd", "mse")
        model.save(tmp_path / "model.keras")
    assert saved_jit_compile(tmp_path / "model.keras") is True
    for _ in range(2):
        loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.jit_compile is False
    assert capsys.readouterr().err.count("a model was saved with jit_compile=True") == 1
    with launches() as ran:
        loaded.fit(np.ones((4, *shape)), np.ones((4, 5)), verbose=0)
    assert ran["MatMul"], ran
    with tf.device("CPU"):
        assert keras.models.load_model(tmp_path / "model.keras").jit_compile is True


def test_auto_is_saved_as_such(tmp_path):
    model, _ = mlp()
    model.compile("sgd", "mse")
    model.save(tmp_path / "auto.keras")
    assert saved_jit_compile(tmp_path / "auto.keras") == "auto"
    assert keras.models.load_model(tmp_path / "auto.keras").jit_compile is False
    with tf.device("CPU"):
        assert keras.models.load_model(tmp_path / "auto.keras").jit_compile is True
    model.compile("sgd", "mse", jit_compile=False)
    model.save(tmp_path / "off.keras")
    assert saved_jit_compile(tmp_path / "off.keras") is False


def test_another_backend_of_keras_is_left_alone(monkeypatch):
    model, _ = mlp()
    monkeypatch.setattr(trainer.backend, "backend", lambda: "jax")
    assert trainer.model_supports_jit(model)
    model.compile("sgd", "mse", jit_compile=True)
    assert model.jit_compile is True
    model.compile_from_config({"optimizer": "sgd", "loss": "mse", "jit_compile": True})
    assert model.jit_compile is True
