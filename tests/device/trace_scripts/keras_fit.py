"""A small convolutional network, trained by model.fit() on arrays."""

import numpy as np

import tensorflow as tf

random = np.random.RandomState(0)
images = random.rand(96, 20, 20, 1).astype(np.float32)
labels = random.randint(0, 10, 96)

model = tf.keras.Sequential(
    [
        tf.keras.layers.Conv2D(8, 3, activation="relu", input_shape=(20, 20, 1)),
        tf.keras.layers.Conv2D(16, 3, activation="relu"),
        tf.keras.layers.MaxPooling2D(),
        tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(32, activation="relu"),
        tf.keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(images, labels, batch_size=12, epochs=1, verbose=0)
print("loss %.3f" % history.history["loss"][-1])
