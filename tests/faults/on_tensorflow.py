"""A step of TensorFlow: a graph in a session of its own, on a device that is opened anew."""

import numpy as np
from tensorflow_directml import runtime

import tensorflow as tf

v1 = tf.compat.v1
Error = tf.errors.OpError
# An adapter that cannot be opened is left out, with a line in the log.
CLEAR = dict.fromkeys(
    ("vkCreateDevice", "vkCreateCommandPool", "mmap", "pthread_create"), "available devices are")
v1.logging.set_verbosity(v1.logging.ERROR)

BATCH, SIZE, CLASSES = 8, 8, 5


def graph():
    """A convolution, a dropout and a dense layer, with Momentum, in v1.Graph()."""
    generator = np.random.RandomState(5)

    def variable(name, *shape):
        value = 0.1 * generator.normal(size=shape).astype(np.float32)
        return v1.get_variable(name, initializer=value)

    images = v1.placeholder(tf.float32, [None, SIZE, SIZE, 3])
    labels = v1.placeholder(tf.int32, [None])
    x = tf.nn.conv2d(images, variable("filter", 3, 3, 3, 4), strides=1, padding="SAME")
    x = tf.nn.relu(tf.nn.bias_add(x, variable("bias", 4)))
    x = tf.nn.max_pool2d(x, 2, 2, "SAME")
    x = tf.reshape(x, [-1, SIZE * SIZE])
    x = x * tf.tanh(x) + v1.random_uniform(tf.shape(x), seed=3)
    logits = tf.matmul(x, variable("weights", SIZE * SIZE, CLASSES))
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=labels, logits=logits))
    train = v1.train.MomentumOptimizer(0.05, 0.9).minimize(loss)
    feeds = {images: generator.normal(size=(BATCH, SIZE, SIZE, 3)).astype(np.float32),
             labels: generator.randint(0, CLASSES, BATCH)}
    return train, loss, feeds


def rest():
    """Loses the device, which TensorFlow never closes: the next session opens the adapter
    again, and until then the driver holds nothing."""
    with runtime.open(0) as device:
        x = device.tensor(np.zeros(4, np.float32))
        device.inject_failure("DEVICE_LOST")
        try:
            device.copy(x.data, x.data + 4, 4)
            device.sync()
        except runtime.DmlError:
            pass


def step():
    with tf.Graph().as_default():
        v1.set_random_seed(1)
        with tf.device("/device:DML:0"):
            train, loss, feeds = graph()
        with v1.Session() as session:
            session.run(v1.global_variables_initializer())
            losses = [session.run([loss, train], feeds)[0] for _ in range(2)]
            values = session.run(v1.trainable_variables())
    found = {"value %d" % i: value for i, value in enumerate(values)}
    found["losses"] = np.array(losses)
    return found
