"""tensorflow-directml explain and ops NAME, on graphs that TensorFlow itself places."""

import json

import pytest
from tensorflow_directml import cli

import tensorflow as tf

v1 = tf.compat.v1


@pytest.fixture
def graph():
    made = tf.Graph()
    with made.as_default():
        x = v1.placeholder(tf.float32, [None, 8], name="x")
        weights = v1.get_variable("weights", [8, 4])
        y = tf.matmul(x, weights, name="product")
        tf.unique(tf.reshape(tf.cast(y, tf.int16), [-1]), name="odd")
        tf.strings.as_string(y, name="text")
        with tf.device("/cpu:0"):
            tf.tanh(y, name="pinned")
    return made


def run(capfd, *arguments):
    status = cli.main(["explain"] + list(arguments))
    captured = capfd.readouterr()
    return status, captured.out, captured.err


def test_reasons_of_a_graph(graph, tmp_path, capfd):
    path = tmp_path / "graph.pb"
    path.write_bytes(graph.as_graph_def().SerializeToString())
    status, out, _ = run(capfd, str(path), "--json")
    nodes = {node["name"]: node for node in json.loads(out)["nodes"]}
    assert status == 1
    assert nodes["product"]["device"] == "DML:0" and nodes["product"]["code"] == "device"
    assert nodes["odd"]["code"] == "no_type" and "T=int16" in nodes["odd"]["reason"]
    assert nodes["pinned"]["code"] == "asked"
    assert nodes["text"]["code"] == "host_op"
    assert [name for name, node in nodes.items() if node["fallback"]] == ["odd"]
    status, out, _ = run(capfd, str(path))
    assert out.startswith("on the CPU: no kernel for the type (1)\n     1  Unique: ")
    assert out.endswith("1 of them fallbacks.\n")


def test_text_graphs_with_the_devices_of_a_cluster(graph, tmp_path, capfd):
    definition = graph.as_graph_def()
    for node in definition.node:
        if node.name == "weights":
            node.device = "/job:ps/task:3/device:GPU:0"
        if node.name in ("odd", "text"):
            node.op = "Identity"
            node.attr["T"].type = tf.int16.as_datatype_enum if node.name == "odd" else 1
            node.attr.pop("out_idx", None)
    keep = [node for node in definition.node if node.name not in ("odd", "text")]
    del definition.node[:]
    definition.node.extend(keep)
    path = tmp_path / "graph.pbtxt"
    path.write_text(str(definition))
    status, out, _ = run(capfd, str(path), "--all")
    assert status == 0 and "runs on the device" in out


def test_functions_of_a_saved_model(tmp_path, capfd):
    folder = str(tmp_path / "model")
    with tf.Graph().as_default(), v1.Session() as session:
        weights = tf.Variable(tf.ones([4, 4]), use_resource=True)

        @tf.function
        def called(x):
            y = tf.matmul(x, weights, name="product")
            return tf.unique(tf.reshape(tf.cast(y, tf.int16), [-1]), name="odd")[0]

        x = v1.placeholder(tf.float32, [None, 4])
        y = called(x)
        session.run(v1.global_variables_initializer())
        v1.saved_model.simple_save(session, folder, {"x": x}, {"y": y})
    status, out, _ = run(capfd, folder, "--json")
    nodes = json.loads(out)["nodes"]
    (product,) = [n for n in nodes if n["op"] == "MatMul"]
    assert product["function"] and product["device"] == "DML:0"
    assert status == 1
    assert [n["op"] for n in nodes if n["fallback"]] == ["Unique"]
    status, _, err = run(capfd, folder, "--tags", "train")
    assert status == 2 and "there are: serve" in err


@pytest.mark.parametrize(
    "data, words",
    [(None, "No such file"), (b"not a graph", "is no graph"), (b"", "is no graph")],
)
def test_what_is_no_graph(tmp_path, capfd, data, words):
    path = tmp_path / "file.pb"
    if data is not None:
        path.write_bytes(data)
    status, out, err = run(capfd, str(path))
    assert (status, out) == (2, "")
    assert words in err and "Traceback" not in err


def test_a_graph_with_an_op_that_nobody_knows(tmp_path, capfd):
    graph_def = v1.GraphDef()
    graph_def.node.add(name="a", op="OpOfAnotherLibrary")
    path = tmp_path / "graph.pb"
    path.write_bytes(graph_def.SerializeToString())
    status, _, err = run(capfd, str(path))
    assert status == 2 and "OpOfAnotherLibrary" in err


def test_one_op(capsys):
    assert cli.main(["ops", "Conv2D", "SaveV2"]) == 0
    out = capsys.readouterr().out
    assert "T: float16, float32, float64" in out
    assert "SaveV2\n  DML   no kernel" in out
    assert cli.main(["ops", "--json", "Transpose"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["dml"]["host_arguments"] == ["perm"] and found["cuda_beyond"] == {}


def test_an_op_that_is_none(capsys):
    assert cli.main(["ops", "conv2dbackprop"]) == 1
    assert "do you mean Conv2DBackprop" in capsys.readouterr().err
