"""Trains a linear model by the runtime alone, without TensorFlow, and by NumPy."""

import time
from typing import Any, Dict

STEPS = 8
SEED = 1
TOLERANCE = 1e-3


def main() -> Dict[str, Any]:
    """As training.main()."""
    import numpy as np

    from ... import runtime

    random = np.random.RandomState(SEED)
    rows, inputs, outputs, rate = 256, 64, 16, 0.1
    x = random.standard_normal((rows, inputs)).astype(np.float32)
    wanted = x.dot(random.standard_normal((inputs, outputs))).astype(np.float32)

    weights = np.zeros((inputs, outputs), np.float64)
    expected, losses, seconds = [], [], []
    for _ in range(STEPS):
        difference = x.dot(weights) - wanted
        expected.append(float(np.square(difference).mean()))
        weights -= rate / rows * x.T.astype(np.float64).dot(difference)

    with runtime.open(0) as device:
        before = device.statistics()["launches"]
        on_device = device.tensor(x)
        weight = device.tensor(np.zeros((inputs, outputs), np.float32))
        for _ in range(STEPS):
            start = time.perf_counter()
            residual = device.tensor(wanted)
            device.gemm(on_device, weight, residual, alpha=1.0, beta=-1.0)
            losses.append(float(np.square(residual.numpy().astype(np.float64)).mean()))
            device.gemm(on_device.transpose(), residual, weight, alpha=-rate / rows, beta=1.0)
            device.sync()
            seconds.append(time.perf_counter() - start)
        launches = device.statistics()["launches"] - before
    return {
        "expected": expected,
        "losses": losses,
        "first_step_seconds": seconds[0],
        "step_seconds": sorted(seconds[1:])[len(seconds[1:]) // 2],
        "launches": launches,
        "tags": [],
        "tolerance": TOLERANCE,
    }
