#!/usr/bin/env python3
"""What one training step asks of the device: launches, barriers, copies, bytes.

    benchmarks/steps.py [STEP...] [--by-op N] [--check | --write]

Counts of models that users train, the same on every adapter: on the null backend, but for
steps that branch on what the device computed, which take the first adapter. Beside the bytes
that launches read and write stand the fewest that the step's ops can (least_bytes.py). Needs an
installed tensorflow-directml. Each step runs in a process of its own. --by-op adds
the ops that launch most. --check compares with docs/benchmarks/steps.csv, and fails when a
count has grown; --write makes that table. STEP is one of the table's; default: all.
"""

import argparse
import csv
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
TABLE = ROOT / "docs/benchmarks/steps.csv"
BATCH = 8
WARM_UP = 4  # steps until the allocator and TensorFlow's caches are settled
# Launches wait for others only so long, and a busy machine may take longer: of so many steps
# the one with the fewest counts.
MEASURED = 5
# And so often it may be busy for all of them.
AGAIN = 2
# launch_bytes: of all that launches read and write, each argument once a launch.
COUNTS = ("launches", "barriers", "device_copies", "host_to_device_copies",
          "device_to_host_copies", "launch_bytes")
COLUMNS = (*COUNTS, "least_bytes")
# Where a step of this process leaves its trace: RunOptions and RunMetadata, or nothing.
TRACE = ()


def start_session():
    """Keras's, of one thread: else the order of ops, and so the barriers, would vary more."""
    import tensorflow.compat.v1 as tf

    session = tf.Session(config=tf.ConfigProto(inter_op_parallelism_threads=1))
    tf.keras.backend.set_session(session)
    return session


def keras_step(model, optimizer, *sizes):
    """A batch of ones, of these sizes, by train_on_batch."""
    import numpy as np

    traced = dict(zip(("options", "run_metadata"), TRACE))
    model.compile(optimizer, "sparse_categorical_crossentropy", **traced)
    x, y = np.ones((BATCH, *sizes), np.float32), np.zeros(BATCH)
    return lambda: model.train_on_batch(x, y)


def session_step(loss, feed):
    """By Session.run; the graph is complete but for the training."""
    import tensorflow.compat.v1 as tf

    train = tf.train.AdamOptimizer().minimize(loss)
    session = start_session()
    session.run(tf.global_variables_initializer())
    return lambda: session.run([loss, train], feed, *TRACE)


def images_step(application):
    """A network of tf.keras.applications on images of 64 x 64."""
    import tensorflow.compat.v1 as tf

    start_session()
    tf.keras.backend.set_learning_phase(1)  # else the step has both ways, and a switch
    model = getattr(tf.keras.applications, application)(
        weights=None, input_shape=(64, 64, 3), classes=1000)
    return keras_step(model, tf.train.AdamOptimizer(), 64, 64, 3)


def resnet50():
    """tf.keras.applications.ResNet50"""
    return images_step("ResNet50")


def mobilenet_v2():
    """tf.keras.applications.MobileNetV2"""
    return images_step("MobileNetV2")


def lstm():
    """two tf.keras v2 LSTM layers, 20 steps, in a graph: a tf.function, with Adam"""
    import numpy as np
    import tensorflow.compat.v2 as tf

    tf.enable_v2_behavior()
    tf.config.threading.set_inter_op_parallelism_threads(1)  # as in start_session()
    model = lstm_model(tf.keras)
    loss_of = tf.keras.losses.SparseCategoricalCrossentropy()
    optimizer = tf.keras.optimizers.Adam()
    x, y = tf.constant(np.ones((BATCH, 20, 32), np.float32)), tf.constant(np.zeros(BATCH))

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = loss_of(y, model(x))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    return lambda: step().numpy()


def lstm_loop():
    """two tf.keras v1 LSTM layers, whose cells are not cuDNN's: a loop in a graph"""
    import tensorflow.compat.v1 as tf

    start_session()
    return keras_step(lstm_model(tf.keras), tf.train.AdamOptimizer(), 20, 32)


def lstm_model(keras):
    layers = keras.layers
    return keras.Sequential([
        layers.LSTM(64, return_sequences=True, input_shape=(20, 32)),
        layers.LSTM(64), layers.Dense(10, activation="softmax")])


def transformer():
    """a transformer's encoder: 2 layers, layer norm, GELU by tanh, dropout"""
    import numpy as np
    import tensorflow.compat.v1 as tf

    length, width, heads, hidden, words = 16, 64, 4, 128, 100
    dense = tf.layers.dense

    def gelu(x):
        return 0.5 * x * (1 + tf.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * tf.pow(x, 3))))

    def norm(x):
        mean, variance = tf.nn.moments(x, [-1], keepdims=True)
        scale = tf.Variable(tf.ones(width))
        offset = tf.Variable(tf.zeros(width))
        return (x - mean) * tf.rsqrt(variance + 1e-6) * scale + offset

    def split(x):
        return tf.transpose(tf.reshape(x, [BATCH, length, heads, width // heads]), [0, 2, 1, 3])

    def attention(x):
        q, k, v = (split(dense(x, width)) for _ in range(3))
        scores = tf.matmul(q, k, transpose_b=True) / np.sqrt(width // heads)
        weights = tf.nn.dropout(tf.nn.softmax(scores), rate=0.1)
        mixed = tf.transpose(tf.matmul(weights, v), [0, 2, 1, 3])
        return dense(tf.reshape(mixed, [BATCH, length, width]), width)

    ids = tf.placeholder(tf.int32, [BATCH, length])
    labels = tf.placeholder(tf.int64, [BATCH])
    table = tf.Variable(tf.random.normal([words, width]))
    x = tf.gather(table, ids)
    for _ in range(2):
        x = norm(x + tf.nn.dropout(attention(x), rate=0.1))
        x = norm(x + tf.nn.dropout(dense(dense(x, hidden, gelu), width), rate=0.1))
    loss = tf.losses.sparse_softmax_cross_entropy(labels, dense(tf.reduce_mean(x, 1), 10))
    return session_step(loss, {ids: np.zeros((BATCH, length)), labels: np.zeros(BATCH)})


def eager_lstm():
    """tf.keras v2 LSTM, 20 steps, eager: forward and backward"""
    import numpy as np
    import tensorflow.compat.v2 as tf

    tf.enable_v2_behavior()
    layer = tf.keras.layers.LSTM(64)
    x = tf.constant(np.ones((BATCH, 20, 32), np.float32))

    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(layer(x))
        return [g.shape for g in tape.gradient(loss, layer.trainable_variables)]

    return step


def while_rnn():
    """a recurrence by tf.while_loop with maximum_iterations, 50 steps"""
    import numpy as np
    import tensorflow.compat.v1 as tf

    steps, width = 50, 64
    x = tf.placeholder(tf.float32, [BATCH, steps, 32])
    labels = tf.placeholder(tf.int64, [BATCH])
    inputs = tf.TensorArray(tf.float32, steps).unstack(tf.transpose(x, [1, 0, 2]))
    kernel = tf.get_variable("kernel", [32, width])
    recurrent = tf.get_variable("recurrent", [width, width])
    bias = tf.get_variable("bias", [width], initializer=tf.zeros_initializer())

    def body(time, state):
        x = tf.nn.bias_add(tf.matmul(inputs.read(time), kernel), bias)
        return time + 1, tf.tanh(x + tf.matmul(state, recurrent))

    _, state = tf.while_loop(
        lambda time, _: time < tf.shape(x)[1], body, (0, tf.zeros([BATCH, width])),
        maximum_iterations=steps, swap_memory=True)
    loss = tf.losses.sparse_softmax_cross_entropy(labels, tf.layers.dense(state, 10))
    return session_step(loss, {x: np.ones((BATCH, steps, 32)), labels: np.zeros(BATCH)})


def clipped():
    """8 dense layers, whose 16 gradients are clipped by their global norm, with Adam"""
    import numpy as np
    import tensorflow.compat.v1 as tf

    x = tf.placeholder(tf.float32, [BATCH, 32])
    labels = tf.placeholder(tf.int64, [BATCH])
    y = x
    for layer in range(8):
        y = tf.layers.dense(y, 10 if layer == 7 else 48 + layer, tf.nn.relu)
    loss = tf.losses.sparse_softmax_cross_entropy(labels, y)
    optimizer = tf.train.AdamOptimizer()
    gradients, variables = zip(*optimizer.compute_gradients(loss))
    gradients, norm = tf.clip_by_global_norm(gradients, 1.0)
    train = optimizer.apply_gradients(zip(gradients, variables))
    session = start_session()
    session.run(tf.global_variables_initializer())
    feed = {x: np.ones((BATCH, 32)), labels: np.zeros(BATCH)}
    return lambda: session.run([loss, norm, train], feed, *TRACE)


STEPS = {step.__name__: step for step in (
    resnet50, mobilenet_v2, lstm, lstm_loop, transformer, while_rnn, clipped, eager_lstm)}
# These branch on what the device computed, which the null backend doesn't.
COMPUTED = {lstm, eager_lstm}


def measure(name):
    """{"counts": of one step, "ops": its launches by op}, in this process."""
    import tensorflow_directml as dml

    step = STEPS[name]()
    for _ in range(WARM_UP):
        step()
    measured = []
    for _ in range(MEASURED):
        counters, ops = dml.statistics(), dml.launches_by_tag()
        step()
        later = dml.launches_by_tag()
        launches = {op: later[op] - ops.get(op, 0) for op in later}
        counts = {count: value - counters[count] for count, value in dml.statistics().items()
                  if count in COUNTS}
        measured.append({"counts": counts, "ops": {op: n for op, n in launches.items() if n}})
    fewest = min(measured, key=lambda step: (step["counts"]["launches"],
                                             step["counts"]["barriers"]))
    if not fewest["counts"]["launches"]:
        sys.exit("The counters see nothing: is the device another library's?")
    return fewest


def measure_least(name):
    """{"least_bytes": of one step}, in this process; none where it runs no graph."""
    import tensorflow.compat.v1 as tf
    from least_bytes import least_bytes

    global TRACE  # noqa: PLW0603 -- of a process with one step
    options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE, output_partition_graphs=True)
    TRACE = options, tf.RunMetadata()
    step = STEPS[name]()
    if tf.executing_eagerly():
        return {}  # what TensorFlow traces there has no sizes
    step()
    return {"least_bytes": least_bytes(TRACE[1])}


def measure_apart(name, what="counts"):
    backend = {} if STEPS[name] in COMPUTED else {"TF_DIRECTML_BACKEND": "null"}
    environment = {"TF_CPP_MIN_LOG_LEVEL": "1", "TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER": "1",
                   **os.environ, **backend}
    said = subprocess.run([sys.executable, __file__, "--in-process", what, name], env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          universal_newlines=True)
    if said.returncode:
        sys.exit(f"{name}: {said.stderr.strip()[-2000:]}")
    return json.loads(said.stdout.splitlines()[-1])


def read_table():
    """{step: {count: number}} of docs/benchmarks/steps.csv."""
    with TABLE.open(newline="") as file:
        return {row["step"]: {count: int(row[count]) for count in COLUMNS if row[count]}
                for row in csv.DictReader(file)}


def write_table(rows):
    with TABLE.open("w", newline="") as file:
        writer = csv.DictWriter(file, ("step", *COLUMNS), lineterminator="\n")
        writer.writeheader()
        writer.writerows({"step": step, **counts} for step, counts in rows.items())


def grown(counts, before):
    """What of a step is more than it was: texts."""
    # What runs beside a step's ops may change their order a little.
    slack = {"barriers": 1.05}
    return [f"{count} {counts[count]}, not {before[count]}" for count in COUNTS
            if counts[count] > slack.get(count, 1) * before[count]]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("steps", nargs="*", metavar="STEP", help=", ".join(STEPS))
    parser.add_argument("--by-op", type=int, default=0, metavar="N",
                        help="the N ops that launch most, too")
    keep = parser.add_mutually_exclusive_group()
    keep.add_argument("--check", action="store_true", help="fail where a count has grown")
    keep.add_argument("--write", action="store_true", help="put them into the table")
    parser.add_argument("--in-process", choices=("counts", "least"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    unknown = set(args.steps) - set(STEPS)
    if unknown:
        parser.error("no step is called {}: {}".format(
            ", ".join(sorted(unknown)), ", ".join(STEPS)))
    if args.in_process:
        measured = measure if args.in_process == "counts" else measure_least
        print(json.dumps(measured(args.steps[0])))
        return 0
    table = read_table() if TABLE.exists() else {}
    print("{:14}".format("step") + "".join(f"{count:>23}" for count in COLUMNS))
    failed = False
    for step in args.steps or STEPS:
        if args.check and step not in table:
            sys.exit(f"{step} has no row in {TABLE}: --write makes it")
        measured = measure_apart(step)
        for _ in range(AGAIN if args.check else 0):
            if not grown(measured["counts"], table[step]):
                break
            measured = measure_apart(step)
        counts, ops = measured["counts"], measured["ops"]
        if not args.check:
            counts.update(measure_apart(step, "least"))
        print(f"{step:14}" + "".join(f"{counts.get(c, ''):>23}" for c in COLUMNS),
              flush=True)
        for op in sorted(ops, key=ops.get, reverse=True)[:args.by_op]:
            print(f"{ops[op]:>37} {op}")
        more = grown(counts, table[step]) if args.check else []
        failed |= bool(more)
        for text in more:
            print("    MORE: " + text)
        table[step] = counts
    if args.write:
        write_table({step: table[step] for step in STEPS if step in table})
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
