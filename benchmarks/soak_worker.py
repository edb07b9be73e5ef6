"""A process of benchmarks/soak.py: trains models in turn, and measures itself after each.

    soak_worker.py NUMBER DEVICE SHAPES [LEAK...]

Prints a JSON object a round on stdout, until its stdin is closed: what it did, and what the
process and its device hold then, when all that the round made is gone.
"""

import gc
import itertools
import json
import os
import random
import sys
import threading
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER", "1")
import numpy as np  # noqa: E402
import psutil  # noqa: E402

import tensorflow as tf  # noqa: E402

v1 = tf.compat.v1
CLASSES = 4
STEPS = 2  # of training, a round
WARM_UPS = 2  # rounds of each combination
BATCHES = (3, 8, 17)


class Convolutional:
    """Convolutions, a batch norm, pooling; images of changing sizes."""

    sizes = ((8, 8, 3), (13, 9, 3), (16, 24, 3))

    def __init__(self):
        layers = tf.keras.layers
        self.model = tf.keras.Sequential([
            layers.Conv2D(6, 3, padding="same"), layers.BatchNormalization(),
            layers.ReLU(), layers.MaxPooling2D(2), layers.Conv2D(8, 3, padding="same"),
            layers.GlobalAveragePooling2D(), layers.Dense(CLASSES)])
        self.optimizer = tf.keras.optimizers.SGD(0.01, momentum=0.9)


class Recurrent:
    """An LSTM over sequences of changing lengths."""

    sizes = ((5, 7), (11, 7), (20, 7))

    def __init__(self):
        layers = tf.keras.layers
        self.model = tf.keras.Sequential([layers.LSTM(12), layers.Dense(CLASSES)])
        self.optimizer = tf.keras.optimizers.Adam(0.01)


class Attention:
    """A head of attention, layer norms and a gather; sequences of changing lengths."""

    sizes = ((4, 16), (9, 16), (15, 16))

    def __init__(self):
        layers = tf.keras.layers

        class Head(tf.keras.Model):
            def __init__(self):
                super().__init__()
                self.project = [layers.Dense(16) for _ in range(3)]
                self.norm, self.out = layers.LayerNormalization(), layers.Dense(CLASSES)

            def call(self, x, training=True):
                query, key, value = (layer(x) for layer in self.project)
                weights = tf.nn.softmax(tf.matmul(query, key, transpose_b=True))
                return self.out(tf.reduce_mean(self.norm(x + tf.matmul(weights, value)), 1))

        self.model = Head()
        self.optimizer = tf.keras.optimizers.RMSprop(0.01)


def train_step(net, x, y):
    """Eagerly, or in a function."""
    with tf.GradientTape() as tape:
        logits = net.model(x, training=True)
        loss = tf.reduce_mean(
            tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))
    variables = net.model.trainable_variables
    net.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
    return loss


class InSessions:
    """A graph and a session for each round, which are closed."""

    name = "session"

    def __init__(self, kind):
        self.kind = kind

    def train(self, x, y):
        with tf.Graph().as_default():
            v1.set_random_seed(1)
            net = self.kind()
            images = v1.placeholder(tf.float32, x.shape)
            labels = v1.placeholder(tf.int32, y.shape)
            logits = net.model(images, training=True)
            loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
            train = v1.train.MomentumOptimizer(0.01, 0.9).minimize(loss)
            with v1.Session() as session:
                session.run(v1.global_variables_initializer())
                feeds = {images: x, labels: y}
                return [float(session.run([loss, train], feeds)[0]) for _ in range(STEPS)]


class Eager:
    """The same variables throughout."""

    name = "eager"

    def __init__(self, kind):
        self.net = kind()
        self.step = train_step

    def train(self, x, y):
        x, y = tf.constant(x), tf.constant(y)
        return [float(self.step(self.net, x, y)) for _ in range(STEPS)]


class InFunctions(Eager):
    """As above, by a tf.function, which is traced for each shape once."""

    name = "function"

    def __init__(self, kind):
        super().__init__(kind)
        net = self.net
        traced = tf.function(lambda x, y: train_step(net, x, y))
        self.step = lambda net, x, y: traced(x, y)


def plan(seed, shape_count):
    """Endlessly: a model and how it is run, a batch and one of so many shapes; each as often."""
    kinds = (Convolutional, Recurrent, Attention)
    runs = [ways(kind) for kind in kinds for ways in (InSessions, Eager, InFunctions)]
    generator = random.Random(seed)
    shapes = generator.sample(list(itertools.product(range(3), BATCHES)), shape_count)
    # First all that there is, so that it is known when all caches are filled; and again, since
    # programs are made in the background, and allocators' arenas settle.
    for shape, batch in WARM_UPS * shapes:
        for run, kind in zip(runs, (kind for kind in kinds for _ in range(3))):
            yield run, kind, kind.sizes[shape], batch, True
    while True:
        position = generator.randrange(len(runs))
        shape, batch = generator.choice(shapes)
        kind = kinds[position // 3]
        yield runs[position], kind, kind.sizes[shape], batch, False


class Leak:
    """What a test has each round keep, so that it can be seen to be found."""

    def __init__(self, kinds):
        self.kept = []
        ways = {
            "memory": lambda: self.kept.append(np.ones(1 << 17)),
            "device": lambda: self.kept.append(tf.zeros([1 << 14])),
            "handles": lambda: self.kept.append(os.open(os.devnull, os.O_RDONLY)),
            "threads": self.thread,
        }
        self.ways = [ways[kind] for kind in kinds]

    def add(self):
        for way in self.ways:
            way()

    def thread(self):
        thread = threading.Thread(target=threading.Event().wait, daemon=True)
        thread.start()
        self.kept.append(thread)


def measure(process, device):
    """What the process, and the device for it, hold now."""
    gc.collect()
    found = {
        "resident_bytes": process.memory_info().rss,
        "threads": process.num_threads(),
        "handles": process.num_fds(),
        "python_objects": len(gc.get_objects()),
    }
    if device == "DML":
        import tensorflow_directml as dml

        stats, info = dml.memory_stats(), dml.memory_info()
        found["device_bytes_reserved"] = stats["bytes_reserved"]
        found["device_bytes_in_use"] = stats["bytes_in_use"]
        found["device_tensors"] = stats["live_allocations"]
        found["staging_bytes"] = info["staging_bytes"]
        found["programs"] = len(dml.programs())
    return found


def main(number, device, shapes, *leaks):
    v1.enable_eager_execution()
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    stop = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
    process = psutil.Process()
    generator = np.random.RandomState(int(number))
    leaking = Leak(leaks)
    begin = time.monotonic()
    launches = 0
    with tf.device("/device:%s:0" % device):
        for run, kind, size, batch, first in plan(int(number), int(shapes)):
            if stop.is_set():
                break
            x = generator.normal(size=(batch, *size)).astype(np.float32)
            y = generator.randint(0, CLASSES, batch).astype(np.int32)
            losses = run.train(x, y)
            if not np.isfinite(losses).all():
                raise SystemExit("losses of %s: %s" % (kind.__name__, losses))
            if device == "DML":
                import tensorflow_directml as dml

                before, launches = launches, dml.statistics()["launches"]
                if launches <= before:
                    raise SystemExit("the device did nothing")
            leaking.add()
            found = {"seconds": time.monotonic() - begin, "first": first,
                     "model": kind.__name__, "way": run.name}
            found.update(measure(process, device))
            answers.write(json.dumps(found) + "\n")
            answers.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
