"""An estimator whose input is decoded by Python, one example at a time."""

import tempfile
import time

import numpy as np
import tensorflow.compat.v1 as tf


def decode(number):
    time.sleep(0.002)  # a slow disk
    return np.full([32], number / 1000.0, np.float32)


def inputs():
    data = tf.data.Dataset.range(1000).repeat()
    data = data.map(
        lambda number: (
            tf.reshape(tf.py_func(decode, [number], tf.float32), [32]),
            tf.cast(number % 2, tf.float32),
        )
    )
    return data.batch(16)


def model(features, labels, mode):
    hidden = tf.layers.dense(features, 64, tf.nn.relu)
    output = tf.squeeze(tf.layers.dense(hidden, 1), 1)
    loss = tf.losses.mean_squared_error(labels, output)
    train = tf.train.GradientDescentOptimizer(0.01).minimize(loss, tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train)


with tempfile.TemporaryDirectory() as folder:
    estimator = tf.estimator.Estimator(model, folder)
    estimator.train(inputs, steps=12)
    print("trained", estimator.get_variable_value("global_step"))
