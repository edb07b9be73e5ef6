"""Models of Keras 3 that people train, at sizes for tests: a model, and data to fit it to."""

import keras
import numpy as np
from keras import layers

CLASSES = 5
WORDS = 30


def sentences(random, count):
    return random.integers(0, WORDS, (count, 9)), random.integers(0, CLASSES, count)


def masks(random, count):
    return (random.standard_normal((count, 16, 16, 3), np.float32),
            random.integers(0, CLASSES, (count, 16, 16)))


def of_words(*stack):
    return keras.Sequential([
        layers.Input((9,), dtype="int32"), layers.Embedding(WORDS, 12), *stack,
        layers.Dense(CLASSES, dtype="float32")])


def lstm():
    return of_words(layers.LSTM(16, return_sequences=True), layers.LSTM(8))


def gru():
    return of_words(layers.Bidirectional(layers.GRU(12)))


def transformer():
    words = layers.Input((9,), dtype="int32")
    x = layers.Embedding(WORDS, 16)(words)
    x = x + layers.Embedding(9, 16)(np.arange(9))
    for _ in range(2):
        normal = layers.LayerNormalization()(x)
        x = x + layers.MultiHeadAttention(2, 8)(normal, normal, use_causal_mask=True)
        y = layers.Dense(32, activation="gelu")(layers.LayerNormalization()(x))
        x = x + layers.Dense(16)(y)
    x = layers.GlobalAveragePooling1D()(layers.LayerNormalization()(x))
    return keras.Model(words, layers.Dense(CLASSES, dtype="float32")(x))


def unet():
    def block(x, filters):
        for _ in range(2):
            x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
            x = layers.ReLU()(layers.BatchNormalization()(x))
        return x

    inputs = layers.Input((16, 16, 3))
    skips, x = [], inputs
    for filters in (8, 12):
        skips.append(block(x, filters))
        x = layers.MaxPooling2D()(skips[-1])
    x = block(x, 16)
    for filters, skip in zip((12, 8), reversed(skips)):
        x = layers.Conv2DTranspose(filters, 2, strides=2)(x)
        x = block(layers.Concatenate()([x, skip]), filters)
    return keras.Model(inputs, layers.Conv2D(CLASSES, 1, dtype="float32")(x))


# The model and its data, by name.
SMALL = {
    "lstm": (lstm, sentences),
    "gru": (gru, sentences),
    "transformer": (transformer, sentences),
    "unet": (unet, masks),
}
