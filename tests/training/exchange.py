"""Programs that write a model in one process and read it in another.

    python exchange.py FORMAT write|read FOLDER

Plain TensorFlow 1.15, none names a device. Each prints one JSON line: a digest of the
weights' bytes, what the model predicts, the losses of some steps of training behind
that where the format can go on, and what the DML device launched.
"""

import hashlib
import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
import numpy as np  # noqa: E402
import tensorflow.compat.v1 as tf  # noqa: E402
import tensorflow_directml as directml  # noqa: E402

SEED = 3
BATCH = 8
INPUTS = np.random.RandomState(SEED).normal(size=(BATCH, 6, 6, 2)).astype(np.float32)
LABELS = np.arange(BATCH) % 3
FEEDS = {"images:0": INPUTS, "labels:0": LABELS}


def digest(values):
    """Of arrays by name."""
    sha = hashlib.sha256()
    for name in sorted(values):
        sha.update(name.encode() + np.ascontiguousarray(values[name]).tobytes())
    return sha.hexdigest()


def network():
    """Variables by reference and by resource, a counter on the host."""
    images = tf.placeholder(tf.float32, [None, 6, 6, 2], "images")
    labels = tf.placeholder(tf.int64, [None], "labels")
    with tf.variable_scope("net"):
        net = tf.layers.conv2d(images, 4, 3, activation=tf.nn.relu)
    with tf.variable_scope("head", use_resource=True):
        logits = tf.layers.dense(tf.layers.flatten(net), 3)
    predictions = tf.nn.softmax(logits, name="predictions")
    loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
    step = tf.train.get_or_create_global_step()
    tf.train.AdamOptimizer(0.01).minimize(loss, step, name="train")
    return images, labels, predictions, loss


def train(session, steps):
    graph = session.graph
    fetches = [graph.get_tensor_by_name("sparse_softmax_cross_entropy_loss/value:0"),
               graph.get_operation_by_name("train")]  # fmt: skip
    return [float(session.run(fetches, FEEDS)[0]) for _ in range(steps)]


def weights(session):
    variables = session.graph.get_collection(tf.GraphKeys.GLOBAL_VARIABLES)
    return dict(zip([variable.name for variable in variables], session.run(variables)))


def predict(session):
    return session.run("predictions:0", {"images:0": INPUTS})


def trained_session():
    tf.set_random_seed(SEED)
    network()
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    train(session, 5)
    return session


def checkpoint(write, folder):
    """tf.train.Saver, the graph from its MetaGraph."""
    path = os.path.join(folder, "model")
    if write:
        session = trained_session()
        tf.train.Saver().save(session, path)
    else:
        session = tf.Session()
        tf.train.import_meta_graph(path + ".meta").restore(session, path)
    return weights(session), predict(session), train(session, 3)


def saved_model(write, folder):
    path = os.path.join(folder, "model")
    if write:
        session = trained_session()
        graph = session.graph
        inputs = {"images": graph.get_tensor_by_name("images:0")}
        outputs = {"predictions": graph.get_tensor_by_name("predictions:0")}
        tf.saved_model.simple_save(session, path, inputs, outputs)
    else:
        session = tf.Session()
        tf.saved_model.load(session, [tf.saved_model.tag_constants.SERVING], path)
    return weights(session), predict(session), train(session, 3)


def frozen_graph(write, folder):
    path = os.path.join(folder, "frozen.pb")
    if write:
        session = trained_session()
        graph = tf.graph_util.convert_variables_to_constants(
            session, session.graph.as_graph_def(), ["predictions"]
        )
        with open(path, "wb") as file:
            file.write(graph.SerializeToString())
    else:
        graph = tf.GraphDef()
        with open(path, "rb") as file:
            graph.ParseFromString(file.read())
        tf.import_graph_def(graph, name="")
        session = tf.Session()
    constants = {
        node.name: np.frombuffer(node.attr["value"].tensor.SerializeToString(), np.uint8)
        for node in graph.node
        if node.op == "Const" and node.name.startswith(("net", "head"))
    }
    return constants, predict(session), []


def keras_model(write, folder):
    """One file of HDF5, optimizer included."""
    path = os.path.join(folder, "model.h5")
    keras = tf.keras
    if write:
        tf.set_random_seed(SEED)
        model = keras.Sequential([
            keras.layers.Conv2D(4, 3, activation="relu", input_shape=(6, 6, 2)),
            keras.layers.BatchNormalization(),
            keras.layers.Flatten(),
            keras.layers.Dense(3, activation="softmax"),
        ])  # fmt: skip
        model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
        model.fit(INPUTS, LABELS, epochs=5, batch_size=BATCH, verbose=0)
        model.save(path)
    else:
        model = keras.models.load_model(path)
    values = dict(enumerate(model.get_weights() + model.optimizer.get_weights()))
    values = {str(key): value for key, value in values.items()}
    predictions = model.predict(INPUTS)
    history = model.fit(INPUTS, LABELS, epochs=3, batch_size=BATCH, verbose=0)
    return values, predictions, history.history["loss"]


def object_checkpoint(write, folder):
    """tf.train.Checkpoint, eager, with tf.function around the step."""
    tf.enable_eager_execution()
    tf.set_random_seed(SEED)
    model = tf.keras.Sequential([
        tf.keras.layers.Conv2D(4, 3, activation="relu", input_shape=(6, 6, 2)),
        tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(3),
    ])  # fmt: skip
    optimizer = tf.keras.optimizers.RMSprop(0.01)
    images, labels = tf.constant(INPUTS), tf.constant(LABELS)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = tf.losses.sparse_softmax_cross_entropy(labels, model(images))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    kept = tf.train.Checkpoint(model=model, optimizer=optimizer)
    if write:
        for _ in range(5):
            step()
        kept.save(os.path.join(folder, "objects"))
    else:
        # Slots come as the first step creates them.
        kept.restore(tf.train.latest_checkpoint(folder)).assert_existing_objects_matched()
    values = {str(i): variable.numpy() for i, variable in enumerate(model.variables)}
    predictions = tf.nn.softmax(model(images)).numpy()
    return values, predictions, [float(step()) for _ in range(3)]


def estimator(write, folder):
    """Its model_dir, for predictions and an evaluation."""

    def model_fn(features, labels, mode):
        net = tf.layers.conv2d(features["images"], 4, 3, activation=tf.nn.relu)
        logits = tf.layers.dense(tf.layers.flatten(net), 3)
        predictions = {"predictions": tf.nn.softmax(logits)}
        if mode == tf.estimator.ModeKeys.PREDICT:
            return tf.estimator.EstimatorSpec(mode, predictions)
        loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
        train = tf.train.MomentumOptimizer(0.01, 0.9).minimize(
            loss, tf.train.get_or_create_global_step()
        )
        return tf.estimator.EstimatorSpec(mode, predictions, loss, train)

    def data():
        return tf.data.Dataset.from_tensors(({"images": INPUTS}, LABELS)).repeat()

    config = tf.estimator.RunConfig(folder, tf_random_seed=SEED)
    model = tf.estimator.Estimator(model_fn, config=config)
    if write:
        model.train(data, steps=5)
    values = {name: model.get_variable_value(name) for name in model.get_variable_names()}
    rows = [row["predictions"] for row in model.predict(lambda: data().take(1))]
    loss = model.evaluate(data, steps=1)["loss"]
    return values, np.array(rows), [float(loss)]


def main(name, action, folder):
    values, predictions, losses = globals()[name](action == "write", folder)
    launches = directml.launches_by_tag() if directml.adapters() else {}
    print(json.dumps({
        "weights": digest(values),
        "count": len(values),
        "predictions": predictions.astype(float).tolist(),
        "losses": [float(loss) for loss in losses],
        "launches": sum(launches.values()),
    }))  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
