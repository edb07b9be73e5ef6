"""The ways to train a model of Keras 3; each returns the loss of each step."""

import keras

import tensorflow as tf

BATCH = 8


def cross_entropy():
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def by_fit(model, x, y, **compiled):
    losses = []
    model.compile(keras.optimizers.SGD(0.01, 0.9), cross_entropy(), **compiled)
    record = keras.callbacks.LambdaCallback(
        on_train_batch_begin=lambda batch, logs: model.reset_metrics(),
        on_train_batch_end=lambda batch, logs: losses.append(logs["loss"]))
    model.fit(x, y, batch_size=BATCH, shuffle=False, verbose=0, callbacks=[record])
    return losses


def eagerly(model, x, y):
    return by_fit(model, x, y, run_eagerly=True)


def by_function(model, x, y):
    """A loop of one's own."""
    loss = cross_entropy()
    optimizer = keras.optimizers.SGD(0.01, 0.9)
    optimizer.build(model.trainable_variables)

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            value = loss(y, model(x, training=True))
        gradients = tape.gradient(value, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return value

    return [step(x[i:i + BATCH], y[i:i + BATCH]).numpy() for i in range(0, len(x), BATCH)]
