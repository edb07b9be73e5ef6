"""The models' shapes are those of the published architectures."""

import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest
from tensorflow_directml.bench import models
from tensorflow_directml.bench.families import REGISTRY

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Trainable parameters as published, within what papers round.
PARAMETERS = {
    "ResNet-50": 25.56e6,
    "MobileNetV2": 3.50e6,
    "BERT-base": 109.5e6,
    "LSTM": 66.0e6,
    "U-Net": 31.03e6,
    "GCN": 23040,
}
# Multiply-adds of an image's forward pass.
MULTIPLY_ADDS = {"ResNet-50": 4.09e9, "MobileNetV2": 0.300e9}


@pytest.fixture(scope="module")
def loaded():
    return {model["name"]: model for model in models.load()}


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters(loaded, name):
    assert loaded[name]["parameters"] == pytest.approx(PARAMETERS[name], rel=2e-3)


@pytest.mark.parametrize("name", MULTIPLY_ADDS)
def test_multiply_adds(loaded, name):
    batch = loaded[name]["batches"][0]
    flops = 0
    for case in models.cases(["float32"], models=[name]):
        if case.family in ("convolution", "depthwise"):
            flops += REGISTRY[case.family](case.parameters, "float32").flops * sum(
                count for _, size, count in case.uses if size == batch
            )
    classifier = 2 * batch * 1000 * (2048 if name == "ResNet-50" else 1280)
    assert (flops + classifier) / 2 / batch == pytest.approx(MULTIPLY_ADDS[name], rel=0.01)


def test_every_row_has_a_family(loaded):
    for case in models.cases(["float32"]):
        family = REGISTRY[case.family](case.parameters, "float32")
        assert family.bytes > 0, case
        assert family.label, case
        for name in [*family.inputs, *family.outputs]:
            assert all(size > 0 for size in family.described(name)[0]), case
    assert loaded["ResNet-50"]["batches"] == [16, 64]
    assert len(loaded["MobileNetV2"]["batches"]) == 2


def test_files_are_what_the_script_derives(tmp_path):
    subprocess.run([sys.executable, ROOT / "benchmarks/make_models.py", tmp_path], check=True)
    derived = {path.name: json.loads(path.read_text()) for path in tmp_path.glob("*.json")}
    kept = {
        path.name: json.loads(path.read_text()) for path in pathlib.Path(models.FOLDER).glob("*")
    }
    assert derived == kept


def test_quick_is_small():
    cases = models.cases(["float32"], quick=True)
    assert {case.family for case in cases} == set(REGISTRY)
    for case in cases:
        family = REGISTRY[case.family](case.parameters, "float32")
        for name in [*family.inputs, *family.outputs]:
            assert np.prod(family.described(name)[0]) < 100000, case


def test_a_product_stands_for_its_gradients_too():
    row = {"family": "matmul", "m": "batch", "k": 5, "n": 7}
    products = [parameters for _, parameters in models._rows(row, 3)]
    assert [(p["m"], p["k"], p["n"]) for p in products] == [(3, 5, 7), (3, 7, 5), (5, 3, 7)]
    assert [(p["transpose_a"], p["transpose_b"]) for p in products] == [
        (False, False), (False, True), (True, False),
    ]
