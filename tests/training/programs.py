"""Small training programs, each plain TensorFlow 1.15, as users write them.

    python programs.py NAME

trains on whatever device TensorFlow chooses and prints one JSON line: the losses,
and what the DML device did. None of the training code names a device: a test runs
each program twice, with the adapters visible and hidden, and compares.
"""

import json
import os
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
import numpy as np  # noqa: E402
import tensorflow.compat.v1 as tf  # noqa: E402

SEED = 20
CLASSES = 4
STEPS = 12
BATCH = 16


def digits(count=STEPS * BATCH, size=8):
    """Images [count, size, size, 1] of one bright quadrant each, and labels."""
    rng = np.random.RandomState(SEED)
    labels = rng.randint(0, CLASSES, count)
    images = rng.normal(0, 0.3, (count, size, size, 1))
    half = size // 2
    for image, label in zip(images, labels):
        row, column = half * (label // 2), half * (label % 2)
        image[row:row + half, column:column + half] += 1
    return images.astype(np.float32), labels.astype(np.int64)


class LossOfBatches(tf.keras.callbacks.Callback):
    """Of a call of fit()."""

    def __init__(self):
        super().__init__()
        self.losses = []

    def on_train_batch_end(self, batch, logs=None):
        self.losses.append(logs["loss"])


def session_loop():
    """A raw tf.Session loop: convolutions, batch norm, dropout, Momentum."""
    images, labels = digits()
    tf.set_random_seed(SEED)
    x = tf.placeholder(tf.float32, [None, 8, 8, 1])
    y = tf.placeholder(tf.int64, [None])
    net = tf.layers.conv2d(x, 8, 3, padding="same", use_bias=False)
    net = tf.nn.relu(tf.layers.batch_normalization(net, training=True))
    net = tf.layers.max_pooling2d(net, 2, 2)
    net = tf.layers.conv2d(net, 16, 3, strides=2, padding="valid")
    net = tf.layers.flatten(tf.nn.relu(net))
    net = tf.layers.dropout(net, 0.25, training=True)
    logits = tf.layers.dense(net, CLASSES)
    loss = tf.losses.sparse_softmax_cross_entropy(y, logits)
    updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    with tf.control_dependencies(updates):
        train = tf.train.MomentumOptimizer(0.05, 0.9).minimize(loss)
    losses = []
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for step in range(STEPS):
            batch = slice(step * BATCH, (step + 1) * BATCH)
            feed = {x: images[batch], y: labels[batch]}
            losses.append(session.run([loss, train], feed)[0])
    return losses


def keras_fit():
    """tf.keras: fit() of a Sequential model with Adam."""
    images, labels = digits()
    tf.set_random_seed(SEED)
    model = tf.keras.Sequential([
        tf.keras.layers.Conv2D(8, 3, activation="relu", input_shape=(8, 8, 1)),
        tf.keras.layers.BatchNormalization(),
        tf.keras.layers.AveragePooling2D(2),
        tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(16, activation="tanh"),
        tf.keras.layers.Dense(CLASSES, activation="softmax"),
    ])
    model.compile(tf.keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")

    record = LossOfBatches()
    model.fit(images, labels, batch_size=BATCH, epochs=1, shuffle=False, verbose=0,
              callbacks=[record])
    return record.losses


def estimator():
    """tf.estimator: train() with an input pipeline and RMSProp."""
    images, labels = digits()

    def input_fn():
        data = tf.data.Dataset.from_tensor_slices((images, labels))
        return data.batch(BATCH).repeat().prefetch(2)

    def model_fn(features, labels, mode):
        net = tf.layers.conv2d(features, 8, 3, activation=tf.nn.relu)
        net = tf.layers.average_pooling2d(net, 2, 2)
        logits = tf.layers.dense(tf.layers.flatten(net), CLASSES)
        loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
        step = tf.train.get_or_create_global_step()
        train = tf.train.RMSPropOptimizer(0.05).minimize(loss, step)
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train)

    losses = []

    class Record(tf.train.SessionRunHook):
        def before_run(self, run_context):
            return tf.train.SessionRunArgs(
                run_context.session.graph.get_collection(tf.GraphKeys.LOSSES)[0])

        def after_run(self, run_context, run_values):
            losses.append(run_values.results)

    with tempfile.TemporaryDirectory() as folder:
        config = tf.estimator.RunConfig(folder, tf_random_seed=SEED)
        tf.estimator.Estimator(model_fn, config=config).train(
            input_fn, hooks=[Record()], steps=STEPS)
    return losses


def gradient_tape():
    """Eager: tf.function, GradientTape, a hand-written loop with Adagrad."""
    tf.enable_eager_execution()
    images, labels = digits()
    tf.set_random_seed(SEED)
    conv = tf.keras.layers.Conv2D(8, 3, activation="elu")
    dense = tf.keras.layers.Dense(CLASSES)
    optimizer = tf.keras.optimizers.Adagrad(0.1)

    @tf.function
    def gradients(x, y):
        with tf.GradientTape() as tape:
            net = tf.reduce_mean(tf.nn.max_pool2d(conv(x), 2, 2, "SAME"), axis=[3])
            logits = dense(tf.reshape(net, [-1, 9]))
            loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))
        variables = conv.trainable_variables + dense.trainable_variables
        return loss, tape.gradient(loss, variables)

    losses = []
    for step in range(STEPS):
        batch = slice(step * BATCH, (step + 1) * BATCH)
        loss, gradient = gradients(tf.constant(images[batch]), tf.constant(labels[batch]))
        variables = conv.trainable_variables + dense.trainable_variables
        optimizer.apply_gradients(zip(gradient, variables))
        losses.append(loss.numpy())
    return losses


def recurrent_layers():
    """tf.keras v2: LSTM and GRU, masked, by fit()."""
    import tensorflow.compat.v2 as tf2

    tf2.enable_v2_behavior()
    images, labels = digits()
    images[:, 6:] *= (labels < 2)[:, None, None, None]  # some sequences end before others
    tf2.random.set_seed(SEED)
    layers = tf2.keras.layers
    model = tf2.keras.Sequential([
        layers.Reshape((8, 8), input_shape=(8, 8, 1)), layers.Masking(),
        layers.LSTM(12, return_sequences=True), layers.GRU(12),
        layers.Dense(CLASSES, activation="softmax")])
    model.compile(tf2.keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy")
    record = LossOfBatches()
    model.fit(images, labels, batch_size=BATCH, epochs=1, shuffle=False, verbose=0,
              callbacks=[record])
    return record.losses


def half_precision():
    """float16 storage and arithmetic, a static loss scale, plain SGD."""
    images, labels = digits()
    tf.set_random_seed(SEED)
    x = tf.placeholder(tf.float16, [None, 8, 8, 1])
    y = tf.placeholder(tf.int64, [None])
    net = tf.layers.conv2d(x, 8, 3, activation=tf.nn.relu)
    net = tf.layers.flatten(tf.layers.average_pooling2d(net, 2, 2))
    logits = tf.cast(tf.layers.dense(net, CLASSES), tf.float32)
    loss = tf.losses.sparse_softmax_cross_entropy(y, logits)
    optimizer = tf.train.GradientDescentOptimizer(0.1 / 128)
    train = optimizer.minimize(loss * 128)
    losses = []
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for step in range(STEPS):
            batch = slice(step * BATCH, (step + 1) * BATCH)
            feed = {x: images[batch], y: labels[batch]}
            losses.append(session.run([loss, train], feed)[0])
    return losses


def main():
    name = sys.argv[1]
    losses = [float(loss) for loss in globals()[name]()]
    import tensorflow_directml as directml

    launches = directml.launches_by_tag() if directml.adapters() else {}
    print(json.dumps({"losses": losses, "launches": launches}))


if __name__ == "__main__":
    main()
