"""A classifier of digits as tutorials of TensorFlow 1 wrote it: placeholders and feeds.

What it is slow at: it prepares its batches in Python, and looks at the accuracy by a second
run.
"""

import argparse

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()


def batch(random, size):
    """Images that are brightened, one pixel at a time."""
    images = random.rand(size, 784).astype(np.float32)
    for image in images:
        for start in range(0, 784, 7):
            image[start : start + 7] = np.clip(image[start : start + 7] * 1.1, 0, 1)
    return images, random.randint(0, 10, size)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--batch", type=int, default=64)
    options = parser.parse_args()

    x = tf.placeholder(tf.float32, [None, 784], name="images")
    y = tf.placeholder(tf.int64, [None], name="labels")
    hidden = tf.layers.dense(x, 128, tf.nn.relu, name="hidden")
    logits = tf.layers.dense(hidden, 10, name="logits")
    loss = tf.losses.sparse_softmax_cross_entropy(y, logits)
    train = tf.train.AdamOptimizer(1e-3).minimize(loss)
    right = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1), y), tf.float32), name="accuracy")

    random = np.random.RandomState(0)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(options.steps):
            images, labels = batch(random, options.batch)
            feed = {x: images, y: labels}
            _, value = session.run([train, loss], feed)
            accuracy = session.run(right, feed)
        print("loss %.3f accuracy %.2f" % (value, accuracy))


if __name__ == "__main__":
    main()
