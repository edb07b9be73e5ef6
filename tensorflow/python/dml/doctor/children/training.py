"""Trains a small convolutional network on the first device and on the CPU, by TensorFlow."""

import time
from typing import Any, Dict, List, Tuple

STEPS = 8
SEED = 1
# Of the losses of both; sums of float32 in another order differ by less.
TOLERANCE = 1e-3


def _losses(device: str) -> Tuple[List[float], List[float]]:
    """The loss before each step, and each step's seconds."""
    import numpy as np
    import tensorflow.compat.v1 as tf

    random = np.random.RandomState(SEED)
    images = random.uniform(-1, 1, (64, 16, 16, 3)).astype(np.float32)
    labels = random.randint(0, 10, 64)

    def variable(*shape: int) -> Any:
        scale = np.sqrt(2.0 / np.prod(shape[:-1]))
        return tf.Variable(scale * random.standard_normal(shape).astype(np.float32))

    with tf.Graph().as_default(), tf.device(device):
        x, wanted = tf.placeholder(tf.float32, images.shape), tf.placeholder(tf.int64, [64])
        hidden = tf.nn.relu(tf.nn.conv2d(x, variable(3, 3, 3, 16), 1, "SAME"))
        hidden = tf.nn.max_pool2d(hidden, 2, 2, "VALID")
        logits = tf.matmul(tf.reshape(hidden, [64, -1]), variable(8 * 8 * 16, 10))
        loss = tf.reduce_mean(
            tf.nn.sparse_softmax_cross_entropy_with_logits(labels=wanted, logits=logits)
        )
        train = tf.train.MomentumOptimizer(0.005, 0.9).minimize(loss)
        # Nothing may fall back to the CPU unseen.
        config = tf.ConfigProto(allow_soft_placement=False)
        losses, seconds = [], []
        with tf.Session(config=config) as session:
            session.run(tf.global_variables_initializer())
            for _ in range(STEPS):
                start = time.perf_counter()
                value, _ = session.run([loss, train], {x: images, wanted: labels})
                seconds.append(time.perf_counter() - start)
                losses.append(float(value))
    return losses, seconds


def main() -> Dict[str, Any]:
    import tensorflow_directml

    expected, _ = _losses("/cpu:0")
    before = tensorflow_directml.launches_by_tag()
    losses, seconds = _losses("/device:DML:0")
    after = tensorflow_directml.launches_by_tag()
    return {
        "expected": expected,
        "losses": losses,
        # The first compiles programs.
        "first_step_seconds": seconds[0],
        "step_seconds": sorted(seconds[1:])[len(seconds[1:]) // 2],
        "launches": sum(after.values()) - sum(before.values()),
        "tags": sorted(set(after) - set(before)),
        "tolerance": TOLERANCE,
    }
