"""Batch normalization with its gradients."""

import numpy as np
import pytest
from harness import check, name, tf, variants
from networks import nn

GRADIENTS = {
    "FusedBatchNorm": "FusedBatchNormGrad",
    "FusedBatchNormV2": "FusedBatchNormGradV2",
    "FusedBatchNormV3": "FusedBatchNormGradV3",
}


def normalize(op, training):
    def call(x, scale, offset, mean, variance):
        if training:
            mean, variance = tf.zeros([0]), tf.zeros([0])
        outputs = getattr(tf.raw_ops, op)(x=x, scale=scale, offset=offset, mean=mean,
                                          variance=variance, is_training=training, epsilon=1e-3)
        # In inference the CPU leaves its other outputs as they are.
        return list(outputs[:3 if training else 1])
    return call


def vector(low, high):
    return lambda rng, dtype: rng.uniform(low, high, 3).astype(np.float32)


NORMAL_ROWS = [
    nn(op, [[shape, vector(0.5, 2), vector(-1, 1), vector(-1, 1), vector(0.5, 2)]
            for shape in ((4, 3, 5, 3), (1, 1, 2, 3))],
       types=types, call=normalize(op, training), attrs={"is_training": training},
       grad_inputs=[0, 1, 2], same_type=True, also=(GRADIENTS[op],))
    for training in (True, False)
    for op, types in [("FusedBatchNorm", ("float32",)), ("FusedBatchNormV2", ("float32",)),
                      ("FusedBatchNormV3", ("float32", "float16"))]
]


@pytest.mark.parametrize("row, dtype", variants(NORMAL_ROWS), ids=name)
def test_normalization(row, dtype):
    check(row, dtype)
