"""Which programs TensorFlow takes for steps of common models, whatever they compute.

    python programs_of_training.py OUT

with an interpreter that has the wheel, on the null backend with an adapter's profile, which
runs nothing; so no model may branch on what it computes. Writes a JSON list of
[shader, [constants], model that asked first]. What bench lists of a model are its large
operators; these are all.
"""

import contextlib
import json
import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import numpy as np  # noqa: E402
import tensorflow.compat.v1 as tf  # noqa: E402
import tensorflow_directml as directml  # noqa: E402

BATCH = 8
layers = tf.keras.layers


def classified(logits, labels):
    """(loss, share of the right answers)."""
    loss = tf.losses.sparse_softmax_cross_entropy(labels, tf.cast(logits, tf.float32))
    right = tf.cast(tf.equal(tf.argmax(logits, 1), labels), tf.float32)
    return loss, tf.reduce_mean(right)


def residual(x, filters, stride):
    def normalized(y):
        return tf.layers.batch_normalization(y, axis=3, training=True)

    def convolved(y, size, stride, filters):
        return tf.layers.conv2d(y, filters, size, stride, "same", use_bias=False)

    y = tf.nn.relu(normalized(convolved(x, 1, 1, filters)))
    y = tf.nn.relu(normalized(convolved(y, 3, stride, filters)))
    y = normalized(convolved(y, 1, 1, 4 * filters))
    return tf.nn.relu(y + normalized(convolved(x, 1, stride, 4 * filters)))


def residual_network(dtype):
    images = tf.placeholder(dtype, [None, 64, 64, 3])
    labels = tf.placeholder(tf.int64, [None])
    x = tf.layers.conv2d(images, 64, 7, 2, "same", use_bias=False)
    x = tf.nn.relu(tf.layers.batch_normalization(x, training=True))
    x = tf.layers.max_pooling2d(x, 3, 2, "same")
    x = residual(residual(x, 64, 1), 128, 2)
    x = tf.reduce_mean(x, [1, 2])
    loss, share = classified(tf.layers.dense(x, 1000), labels)
    weights = [tf.nn.l2_loss(tf.cast(v, tf.float32)) for v in tf.trainable_variables()]
    optimizer = tf.train.MomentumOptimizer(
        tf.train.cosine_decay(0.1, tf.train.get_or_create_global_step(), 100), 0.9)
    total = loss + 1e-4 * tf.add_n(weights)
    if dtype == tf.float16:
        gradients = optimizer.compute_gradients(total * 128)
        train = optimizer.apply_gradients([(g / 128, v) for g, v in gradients])
    else:
        train = optimizer.minimize(total)
    return [train, loss, share], {images: np.zeros([BATCH, 64, 64, 3]), labels: [1] * BATCH}


def small_network():
    """Convolutions with biases, dropout, dense layers, Adam."""
    images = tf.placeholder(tf.float32, [None, 32, 32, 3])
    labels = tf.placeholder(tf.int64, [None])
    x = images
    for filters in (32, 64):
        x = tf.layers.conv2d(x, filters, 3, padding="same", activation=tf.nn.relu)
        x = tf.layers.conv2d(x, filters, 3, activation=tf.nn.relu)
        x = tf.layers.dropout(tf.layers.max_pooling2d(x, 2, 2), 0.25, training=True)
    x = tf.layers.dense(tf.layers.flatten(x), 128, tf.nn.relu)
    x = tf.layers.dropout(x, 0.5, training=True)
    loss, share = classified(tf.layers.dense(x, 10), labels)
    train = tf.train.AdamOptimizer().minimize(loss)
    return [train, loss, share], {images: np.zeros([BATCH, 32, 32, 3]), labels: [1] * BATCH}


def mobile_network():
    images = tf.placeholder(tf.float32, [None, 32, 32, 16])
    labels = tf.placeholder(tf.int64, [None])
    x = layers.Conv2D(96, 1, use_bias=False)(images)
    x = tf.nn.relu6(tf.layers.batch_normalization(x, training=True))
    x = layers.DepthwiseConv2D(3, 2, "same", use_bias=False)(x)
    x = tf.nn.relu6(tf.layers.batch_normalization(x, training=True))
    x = layers.GlobalAveragePooling2D()(tf.layers.average_pooling2d(x, 2, 2))
    loss, share = classified(tf.layers.dense(x, 10), labels)
    train = tf.train.RMSPropOptimizer(0.01, momentum=0.9).minimize(loss)
    return [train, loss, share], {images: np.zeros([BATCH, 32, 32, 16]), labels: [1] * BATCH}


def segmentation():
    """Downwards and upwards again, as a U-Net."""
    images = tf.placeholder(tf.float32, [None, 32, 32, 3])
    labels = tf.placeholder(tf.float32, [None, 32, 32, 1])
    across = tf.layers.conv2d(images, 64, 3, padding="same", activation=tf.nn.relu)
    x = tf.layers.max_pooling2d(across, 2, 2)
    x = tf.layers.conv2d(x, 128, 3, padding="same", activation=tf.nn.relu)
    x = tf.layers.conv2d_transpose(x, 64, 2, 2, activation=tf.nn.relu)
    x = tf.concat([across, x], 3)
    logits = tf.layers.conv2d(x, 1, 1)
    loss = tf.losses.sigmoid_cross_entropy(labels, logits)
    train = tf.train.AdamOptimizer().minimize(loss)
    return [train, loss, tf.sigmoid(logits)], {
        images: np.zeros([BATCH, 32, 32, 3]), labels: np.zeros([BATCH, 32, 32, 1])}


def clipped(optimizer, loss):
    variables = tf.trainable_variables()
    gradients, _ = tf.clip_by_global_norm(tf.gradients(loss, variables), 5.0)
    return optimizer.apply_gradients(zip(gradients, variables))


def language_model():
    """An embedding, LSTM cells as a loop and as one layer, each word a class."""
    words = tf.placeholder(tf.int32, [BATCH, 12])
    targets = tf.placeholder(tf.int32, [BATCH, 12])
    x = tf.nn.embedding_lookup(tf.get_variable("embedding", [1000, 128]), words)
    x = tf.nn.dropout(x, rate=0.2)
    cell = tf.nn.rnn_cell.LSTMCell(128)
    x, _ = tf.nn.static_rnn(cell, tf.unstack(x, axis=1), dtype=tf.float32)
    x = layers.CuDNNLSTM(128, return_sequences=True)(tf.stack(x, 1))
    logits = tf.layers.dense(tf.reshape(x, [-1, 128]), 1000)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=tf.reshape(targets, [-1]), logits=logits))
    train = clipped(tf.train.GradientDescentOptimizer(1.0), loss)
    return [train, loss, tf.exp(loss)], {words: np.zeros([BATCH, 12]),
                                         targets: np.zeros([BATCH, 12])}


def transformer():
    words = tf.placeholder(tf.int32, [BATCH, 32])
    targets = tf.placeholder(tf.int64, [BATCH])
    table = tf.get_variable("embedding", [1000, 256])
    x = tf.nn.embedding_lookup(table, words) + tf.get_variable("position", [32, 256])

    def normalized(y):
        mean, variance = tf.nn.moments(y, [-1], keep_dims=True)
        name = f"norm{len(tf.trainable_variables())}"
        scale = tf.get_variable(f"{name}_scale", [256], initializer=tf.ones_initializer())
        offset = tf.get_variable(f"{name}_offset", [256], initializer=tf.zeros_initializer())
        return tf.nn.batch_normalization(y, mean, variance, offset, scale, 1e-6)

    def heads(y):
        return tf.transpose(tf.reshape(tf.layers.dense(y, 256), [BATCH, 32, 4, 64]), [0, 2, 1, 3])

    x = normalized(tf.nn.dropout(x, rate=0.1))
    scores = tf.matmul(heads(x), heads(x), transpose_b=True) / 8
    scores += tf.cast(tf.equal(words, 0), tf.float32)[:, None, None, :] * -1e4
    y = tf.matmul(tf.nn.dropout(tf.nn.softmax(scores), rate=0.1), heads(x))
    y = tf.layers.dense(tf.reshape(tf.transpose(y, [0, 2, 1, 3]), [BATCH, 32, 256]), 256)
    x = normalized(x + y)
    y = tf.layers.dense(x, 1024)
    y = y * 0.5 * (1 + tf.erf(y / np.sqrt(2)))
    x = normalized(x + tf.layers.dense(y, 256))
    loss, share = classified(tf.layers.dense(tf.tanh(tf.layers.dense(x[:, 0], 256)), 2), targets)
    return [clipped(tf.train.AdamOptimizer(), loss), loss, share], {
        words: np.ones([BATCH, 32]), targets: [1] * BATCH}


def keras_model():
    images, labels = np.zeros([2 * BATCH, 32, 32, 3], np.float32), np.zeros([2 * BATCH, 1])
    model = tf.keras.Sequential([
        layers.Conv2D(32, 3, activation="relu", input_shape=(32, 32, 3)),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(64, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(images, labels, batch_size=BATCH, verbose=0)
    model.predict(images)


def train(name, make):
    with tf.Graph().as_default(), tf.Session() as session:
        fetches, feeds = make()
        session.run(tf.global_variables_initializer())
        for _ in range(2):
            session.run(fetches, feeds)


MODELS = {
    "residual network float32": lambda: residual_network(tf.float32),
    "residual network float16": lambda: residual_network(tf.float16),
    "small network": small_network,
    "mobile network": mobile_network,
    "segmentation": segmentation,
    "language model": language_model,
    "transformer": transformer,
}


def main():
    rows, known = [], set()
    for name in [*MODELS, "Keras"]:
        with contextlib.redirect_stdout(sys.stderr):
            if name == "Keras":
                keras_model()
            else:
                train(name, MODELS[name])
        for shader, constants in directml.programs():
            if (shader, constants) not in known:
                known.add((shader, constants))
                rows.append([shader, constants, name])
    pathlib.Path(sys.argv[1]).write_text(json.dumps(rows))


if __name__ == "__main__":
    main()
