"""One step of training with the runtime alone: what the sweep makes fail.

As small as it may be, since it is taken thousands of times, and drivers compile its programs
each time: inputs, a product, an element-wise chain, a reduction, an optimizer's step whose
scalars make a larger parameter block, and results that are read.
"""

import numpy as np

BATCH, INPUTS, OUTPUTS = 16, 12, 24


def train(device):
    """What the step leaves, as arrays by name."""
    generator = np.random.RandomState(3)
    with device.open_pool() as pool:
        x, weights, upstream = (
            pool.tensor(generator.normal(size=shape).astype(np.float32))
            for shape in ((BATCH, INPUTS), (INPUTS, OUTPUTS), (BATCH, OUTPUTS)))
        rate, momentum = (pool.tensor(np.float32(value)) for value in (0.1, 0.9))
        slot = pool.tensor(np.zeros((INPUTS, OUTPUTS), np.float32))
        y, sums = pool.empty((BATCH, OUTPUTS)), pool.empty((1, OUTPUTS))
        gradient = pool.empty((INPUTS, OUTPUTS))
        device.gemm(x, weights, y)
        device.elementwise("MULTIPLY", [y, upstream], y)
        device.elementwise("ADD", [y, upstream], y)
        device.gemm(x.transpose(), y, gradient)
        device.reduce("SUM", y, sums)
        device.apply_optimizer("MOMENTUM", [weights, slot, rate, gradient, momentum])
        results = {"sums": sums, "weights": weights, "slot": slot}
        return {name: tensor.numpy() for name, tensor in results.items()}
