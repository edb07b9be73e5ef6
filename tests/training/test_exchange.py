"""What one device wrote, the other reads: same weights, and it goes on from there."""

import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

PROGRAM = pathlib.Path(__file__).with_name("exchange.py")
FORMATS = ["checkpoint", "saved_model", "frozen_graph", "keras_model", "object_checkpoint",
           "estimator"]  # fmt: skip


def run(name, action, folder, on_dml):
    environment = dict(os.environ, DML_VISIBLE_DEVICES="0" if on_dml else "-1")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(PROGRAM), name, action, str(folder)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        timeout=300,
        universal_newlines=True,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert "DML validation error" not in done.stderr, done.stderr[-4000:]
    result = json.loads(done.stdout.splitlines()[-1])
    assert bool(result["launches"]) == on_dml
    return result


@pytest.mark.parametrize("writer", ["DML", "CPU"])
@pytest.mark.parametrize("name", FORMATS)
def test_between_dml_and_the_cpu(name, writer, tmp_path):
    written = run(name, "write", tmp_path, writer == "DML")
    read = run(name, "read", tmp_path, writer != "DML")
    assert written["count"] > 0
    assert read["weights"] == written["weights"], "the weights' bytes changed on the way"
    np.testing.assert_allclose(read["predictions"], written["predictions"], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(read["losses"], written["losses"], rtol=2e-4)
