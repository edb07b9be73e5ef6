"""Layer 3: small models on DML follow the CPU's loss curve.

Initial weights and dropout masks come from TensorFlow's seeded generators, so the
curves can only agree if the device draws the CPU's numbers too.
"""

import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

PROGRAMS = pathlib.Path(__file__).with_name("programs.py")

# Program -> (what must have run on the device, relative tolerance of the losses).
# Float32 sums in another order move a loss by about 1e-6 a step, and training
# amplifies that; float16 rounds each product to 11 bits.
CASES = {
    "session_loop": (
        "Conv2D Conv2DBackpropInput Conv2DBackpropFilter FusedBatchNormV3 "
        "FusedBatchNormGradV3 MaxPool MaxPoolGrad RandomUniform MatMul BiasAdd BiasAddGrad "
        "ReluGrad ApplyMomentum SparseSoftmaxCrossEntropyWithLogits", 2e-4),
    "keras_fit": (
        "Conv2D Conv2DBackpropFilter AvgPool AvgPoolGrad FusedBatchNormV3 MatMul TanhGrad "
        "SparseSoftmaxCrossEntropyWithLogits ResourceApplyAdam", 2e-4),
    "estimator": ("Conv2D Conv2DBackpropFilter AvgPoolGrad MatMul ApplyRMSProp", 2e-4),
    "gradient_tape": (
        "Conv2D Conv2DBackpropFilter EluGrad MaxPoolGrad MatMul Mean ResourceApplyAdagradV2",
        2e-4),
    "recurrent_layers": (
        "CudnnRNNV3 CudnnRNNBackpropV3 MatMul ResourceApplyAdam", 2e-4),
    "half_precision": ("Conv2D Conv2DBackpropFilter MatMul ApplyGradientDescent", 2e-2),
}


# What graph rewrites make of several ops.
FUSED = {
    "_FusedConv2D": ("Conv2D", "BiasAdd"), "_FusedMatMul": ("MatMul", "BiasAdd"),
    "_FusedBatchNormEx": ("FusedBatchNormV3",),
    "_DmlFusedBatchNormGradEx": ("FusedBatchNormGradV3", "ReluGrad"),
}


def ops_of(launches):
    """Those that ran, merged and fused ones as well."""
    names = {name for tag, count in launches.items() if count for name in tag.split("+")}
    return names.union(*(FUSED[name] for name in names & set(FUSED)))


def train(name, visible):
    environment = dict(os.environ, TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER="1",
                       DML_VISIBLE_DEVICES="0" if visible else "-1")
    run = subprocess.run([sys.executable, str(PROGRAMS), name], env=environment,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600,
                         universal_newlines=True)
    assert run.returncode == 0, run.stderr[-4000:]
    assert "DML validation error" not in run.stderr, run.stderr[-4000:]
    result = json.loads(run.stdout.splitlines()[-1])
    return np.array(result["losses"]), result["launches"]


@pytest.mark.parametrize("name", CASES)
def test_follows_the_cpu(name):
    ops, tolerance = CASES[name]
    expected, launches = train(name, visible=False)
    assert not any(launches.values()), "the reference run must not use the device"
    losses, launches = train(name, visible=True)
    missing = sorted(set(ops.split()) - ops_of(launches))
    assert not missing, f"no launches on the device: {missing}; had {launches}"
    assert expected[-1] < 0.8 * expected[0], "the program does not learn: the test proves nothing"
    np.testing.assert_allclose(losses, expected, rtol=tolerance)
