"""Trains a convolutional network on handwritten digits, in plain TensorFlow 1.x.

Nothing in here names a device: the operators run where TensorFlow places them.
Data: the 1797 images of scikit-learn's digits (UCI's Optical Recognition of
Handwritten Digits), a fifth of them for testing. Results go to --out: TensorBoard
summaries, a checkpoint, curves.png and result.json.
"""

import argparse
import json
import os
import time

import numpy as np
import report
import tensorflow.compat.v1 as tf
import tqdm
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from tensorflow.python.client import device_lib

CLASSES = 10


def load():
    """(train images, train labels), (test images, test labels); images in [0, 1]."""
    digits = load_digits()
    images = (digits.images[..., np.newaxis] / 16).astype(np.float32)
    labels = digits.target.astype(np.int64)
    train_x, test_x, train_y, test_y = train_test_split(
        images, labels, test_size=0.2, random_state=0, stratify=labels
    )
    return (train_x, train_y), (test_x, test_y)


def augmented_batches(images, labels, batch_size):
    """Endless shuffled batches, each image moved by up to one pixel."""

    def shift(image, label):
        padded = tf.pad(image, [[1, 1], [1, 1], [0, 0]])
        return tf.random_crop(padded, image.shape), label

    data = tf.data.Dataset.from_tensor_slices((images, labels))
    data = data.shuffle(len(images), seed=1).repeat().map(shift)
    return data.batch(batch_size, drop_remainder=True).prefetch(4)


def network(images, training):
    """Logits of a small convolutional network with batch normalization."""

    def convolution(x, filters):
        x = tf.layers.conv2d(x, filters, 3, padding="same", use_bias=False)
        return tf.nn.relu(tf.layers.batch_normalization(x, momentum=0.9, training=training))

    x = convolution(images, 32)
    x = convolution(x, 32)
    x = tf.layers.max_pooling2d(x, 2, 2)
    x = convolution(x, 64)
    x = convolution(x, 64)
    x = tf.layers.max_pooling2d(x, 2, 2)
    x = tf.layers.dense(tf.layers.flatten(x), 128, activation=tf.nn.relu)
    x = tf.layers.dropout(x, 0.3, training=training)
    return tf.layers.dense(x, CLASSES)


class Model:
    """The graph: placeholders, loss, accuracy, training step, summaries."""

    def __init__(self, steps):
        self.images = tf.placeholder(tf.float32, [None, 8, 8, 1], "images")
        self.labels = tf.placeholder(tf.int64, [None], "labels")
        self.training = tf.placeholder_with_default(False, [], "training")
        logits = network(self.images, self.training)
        self.loss = tf.losses.sparse_softmax_cross_entropy(self.labels, logits)
        correct = tf.equal(tf.argmax(logits, 1), self.labels)
        self.correct = tf.reduce_sum(tf.cast(correct, tf.float32))
        self.accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))

        step = tf.train.get_or_create_global_step()
        rate = tf.train.cosine_decay(2e-3, step, steps)
        with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
            self.train = tf.train.AdamOptimizer(rate).minimize(self.loss, step)
        self.summary = tf.summary.merge(
            [
                tf.summary.scalar("train/loss", self.loss),
                tf.summary.scalar("train/accuracy", self.accuracy),
                tf.summary.scalar("train/learning_rate", rate),
            ]
        )

    def evaluate(self, session, images, labels, batch_size):
        """The share of images that are classified correctly."""
        correct = 0.0
        for start in range(0, len(images), batch_size):
            end = start + batch_size
            correct += session.run(
                self.correct, {self.images: images[start:end], self.labels: labels[start:end]}
            )
        return correct / len(images)


def train(arguments):
    (train_x, train_y), (test_x, test_y) = load()
    steps = arguments.epochs * len(train_x) // arguments.batch_size
    os.makedirs(arguments.out, exist_ok=True)
    checkpoint = os.path.join(arguments.out, "model.ckpt")
    history = {"step": [], "loss": [], "images_per_second": [], "test": []}

    with tf.Graph().as_default():
        tf.set_random_seed(0)
        batches = augmented_batches(train_x, train_y, arguments.batch_size)
        next_batch = tf.data.make_one_shot_iterator(batches).get_next()
        model = Model(steps)
        saver = tf.train.Saver()
        with tf.Session() as session, tf.summary.FileWriter(
            os.path.join(arguments.out, "summaries"), session.graph
        ) as writer:
            session.run(tf.global_variables_initializer())
            started, measured = time.time(), 0
            for step in tqdm.trange(1, steps + 1, unit="step", disable=arguments.quiet or None):
                images, labels = session.run(next_batch)
                feeds = {model.images: images, model.labels: labels, model.training: True}
                last = step == steps
                if step % 20 and not last:
                    session.run(model.train, feeds)
                    continue
                _, loss, summary = session.run([model.train, model.loss, model.summary], feeds)
                speed = (step - measured) * arguments.batch_size / (time.time() - started)
                test = model.evaluate(session, test_x, test_y, arguments.batch_size)
                writer.add_summary(summary, step)
                writer.add_summary(
                    tf.Summary(
                        value=[
                            tf.Summary.Value(tag="test/accuracy", simple_value=test),
                            tf.Summary.Value(tag="images_per_second", simple_value=speed),
                        ]
                    ),
                    step,
                )
                for key, value in (
                    ("step", step),
                    ("loss", float(loss)),
                    ("images_per_second", speed),
                    ("test", test),
                ):
                    history[key].append(value)
                tqdm.tqdm.write(
                    f"step {step:4d}  loss {loss:.4f}  test accuracy {test:.2%}  "
                    f"{speed:.0f} images/s"
                )
                started, measured = time.time(), step

            saver.save(session, checkpoint)
            accuracy = history["test"][-1]
            metadata = tf.RunMetadata()
            session.run(
                model.train,
                feeds,
                run_metadata=metadata,
                options=tf.RunOptions(
                    trace_level=tf.RunOptions.FULL_TRACE, output_partition_graphs=True
                ),
            )

        # A new session knows nothing but the checkpoint.
        with tf.Session() as session:
            saver.restore(session, checkpoint)
            reloaded = model.evaluate(session, test_x, test_y, arguments.batch_size)

    print(f"test accuracy {accuracy:.2%}; from the checkpoint {reloaded:.2%}")
    if reloaded != accuracy:
        raise SystemExit("the reloaded model differs from the trained one")
    report.draw(history, os.path.join(arguments.out, "curves.png"))
    placement = report.placement(metadata)
    print(report.table(placement))
    print(report.counters())
    with open(os.path.join(arguments.out, "result.json"), "w") as file:
        json.dump({"accuracy": accuracy, "history": history, "placement": placement}, file)
    if accuracy < arguments.least_accuracy:
        raise SystemExit(f"the test accuracy is below {arguments.least_accuracy:.0%}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", default="build/demo")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--least-accuracy", type=float, default=0.97)
    parser.add_argument(
        "--quiet", action="store_true", help="no progress bar, which terminals only get anyway"
    )
    arguments = parser.parse_args()
    tf.logging.set_verbosity(tf.logging.ERROR)
    for device in device_lib.list_local_devices():
        print(device.name, device.physical_device_desc)
    train(arguments)


if __name__ == "__main__":
    main()
