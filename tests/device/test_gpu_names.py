"""/gpu:N and /device:GPU:N mean /device:DML:N, wherever the name comes from."""

import numpy as np
import pytest
from tensorflow.python.framework import function
from tensorflow.python.ops import functional_ops

import tensorflow as tf

v1 = tf.compat.v1
GPU_NAMES = ["/gpu:0", "/GPU:0", "/device:GPU:0", "gpu:0"]
LAUNCHED = """
import tensorflow_directml as dml
def launched(op):
    print(op, "launches:", dml.launches_by_tag().get(op, 0))
"""
V2 = LAUNCHED + "import numpy as np\nv1.enable_v2_behavior()\n"


def strict(**options):
    config = v1.ConfigProto(allow_soft_placement=False, **options)
    # Constants would be folded on the host.
    config.graph_options.rewrite_options.disable_meta_optimizer = True
    config.graph_options.optimizer_options.opt_level = -1
    return config


def placement(fetch, feed=None, config=None):
    """The value, and the device type of each node, as placed."""
    options = v1.RunOptions(output_partition_graphs=True)
    metadata = v1.RunMetadata()
    with v1.Session(config=config or strict()) as s:
        s.run(v1.global_variables_initializer())
        value = s.run(fetch, feed, options, metadata)
    nodes = [node for graph in metadata.partition_graphs for node in graph.node]
    return value, {node.name: node.device.rsplit(":", 2)[-2] for node in nodes}


@pytest.mark.parametrize("name", GPU_NAMES)
def test_graph(name):
    with tf.Graph().as_default():
        with tf.device(name):
            y = tf.exp(tf.constant([0.0, 1.0]), name="y")
        # The graph keeps its names, so that it runs on CUDA as well.
        assert y.device == "/device:GPU:0"
        value, devices = placement(y)
    np.testing.assert_allclose(value, np.exp([0.0, 1.0]), rtol=1e-6)
    assert devices["y"] == "DML"


def test_colocation_and_variables():
    with tf.Graph().as_default():
        with tf.device("/gpu:0"):
            ref = v1.get_variable("ref", initializer=[1.0, 2.0], use_resource=False)
            resource = v1.get_variable("resource", initializer=[3.0, 4.0], use_resource=True)
        with v1.colocate_with(ref):
            y = tf.multiply(ref, resource, name="y")
        value, devices = placement(y)
    assert value.tolist() == [3.0, 8.0]
    assert devices["y"] == "DML"


def test_cpu_stays_cpu():
    with tf.Graph().as_default():
        with tf.device("/gpu:0"), tf.device("/cpu:0"):
            y = tf.exp(tf.constant([0.0]), name="y")
        assert placement(y)[1]["y"] == "CPU"


def test_bodies_of_functions(statistics):
    @function.Defun(tf.float32, noinline=True)
    def body(x):
        with tf.device("/gpu:0"):
            return tf.exp(x)

    with tf.Graph().as_default():
        before = statistics()["launches"]
        value, _ = placement(body(tf.constant([0.0])))
    assert value.tolist() == [1.0]
    assert statistics()["launches"] > before


@pytest.mark.parametrize("target", ["/gpu:0", "GPU:0"])
def test_target_of_a_remote_call(target, statistics):
    @function.Defun(tf.float32)
    def body(x):
        return tf.exp(x)

    with tf.Graph().as_default():
        with tf.device("/cpu:0"):
            y = functional_ops.remote_call(
                args=[tf.constant([0.0])], Tout=[tf.float32], f=body, target=target
            )
        before = statistics()["launches"]
        value, _ = placement(y, config=v1.ConfigProto(allow_soft_placement=True))
    assert value[0].tolist() == [1.0]
    assert statistics()["launches"] > before


@pytest.mark.parametrize("version", [1, 2])
def test_control_flow(version, run_python):
    result = run_python(
        LAUNCHED
        + f"v1.{'enable' if version == 2 else 'disable'}_control_flow_v2()\n"
        + """
with tf.Graph().as_default(), v1.Session() as s:
    with tf.device("/gpu:0"):
        _, y = tf.while_loop(
            lambda i, x: i < 3,
            lambda i, x: (i + 1, tf.cond(i > 0, lambda: tf.exp(x), lambda: x - 1.0)),
            [tf.constant(0), v1.placeholder_with_default([1.0], [1])],
        )
    print(s.run(y))
launched("Exp")
"""
    )
    assert "[2.7182817]" in result.out and "Exp launches: 2" in result.out


def test_frozen_graph():
    with tf.Graph().as_default() as graph:
        x = v1.placeholder(tf.float32, [2], name="x")
        with tf.device("/gpu:0"):
            tf.exp(x * tf.constant([1.0, 2.0]), name="y")
    frozen = graph.as_graph_def()
    assert {node.device for node in frozen.node} == {"", "/device:GPU:0"}
    with tf.Graph().as_default():
        (y,) = tf.import_graph_def(frozen, return_elements=["y:0"])
        value, devices = placement(y, {"import/x:0": [0.0, 0.0]})
    assert value.tolist() == [1.0, 1.0]
    assert devices["import/y"] == "DML"


def test_saved_model(tmp_path):
    folder = str(tmp_path / "model")
    with tf.Graph().as_default(), v1.Session() as s:
        with tf.device("/gpu:0"):
            x = v1.placeholder(tf.float32, [2], name="x")
            w = v1.get_variable("w", initializer=[1.0, 2.0])
            tf.exp(x * w, name="y")
        s.run(v1.global_variables_initializer())
        builder = v1.saved_model.Builder(folder)
        builder.add_meta_graph_and_variables(s, ["serve"])
        builder.save()
    options, metadata = v1.RunOptions(output_partition_graphs=True), v1.RunMetadata()
    with tf.Graph().as_default(), v1.Session(config=strict()) as s:
        model = v1.saved_model.load(s, ["serve"], folder)
        assert "/device:GPU:0" in {node.device for node in model.graph_def.node}
        value = s.run("y:0", {"x:0": [0.0, 0.0]}, options, metadata)
    assert value.tolist() == [1.0, 1.0]
    placed = {n.name: n.device for graph in metadata.partition_graphs for n in graph.node}
    assert placed["y"].endswith("device:DML:0")


def test_object_based_saved_model(run_python, tmp_path):
    result = run_python(
        V2
        + f"""
class Model(tf.Module):
    def __init__(self):
        self.w = tf.Variable([1.0, 2.0])

    @tf.function(input_signature=[tf.TensorSpec([2], tf.float32)])
    def f(self, x):
        with tf.device("/gpu:0"):
            return tf.exp(x) * self.w

tf.saved_model.save(Model(), {str(tmp_path)!r})
model = tf.compat.v2.saved_model.load({str(tmp_path)!r})
print(model.f(tf.zeros([2])).numpy())
launched("Exp")
"""
    )
    assert "[1. 2.]" in result.out and "Exp launches: 1" in result.out


def test_estimator(run_python, tmp_path):
    result = run_python(
        LAUNCHED
        + f"""
import numpy as np
def model_fn(features, labels, mode):
    with tf.device("/gpu:0"):
        loss = tf.reduce_mean((v1.layers.dense(features, 1) - labels) ** 2)
        step = v1.train.get_global_step()
        train = v1.train.GradientDescentOptimizer(0.1).minimize(loss, step)
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train)

def data():
    return tf.data.Dataset.from_tensors((np.ones([4, 2], "f"), np.ones([4, 1], "f"))).repeat(5)

estimator = tf.estimator.Estimator(model_fn, {str(tmp_path)!r})
estimator.train(data)
estimator.evaluate(data)
launched("ApplyGradientDescent")
""",
        TF_DIRECTML_MERGING="0",  # one launch a variable
    )
    assert "ApplyGradientDescent launches: 10" in result.out


KERAS = """
with tf.device("/gpu:0"):
    model = tf.keras.Sequential([
        tf.keras.layers.Conv2D(2, 3, input_shape=(6, 6, 1)),
        tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(2),
    ])
model.compile("sgd", "mse")
model.fit(np.ones([4, 6, 6, 1], "f"), np.zeros([4, 2], "f"), epochs=1, verbose=0)
launched("Conv2DBackpropFilter")
"""


@pytest.mark.parametrize("head", [LAUNCHED + "import numpy as np\n", V2], ids=["v1", "v2"])
def test_keras(head, run_python):
    assert "Conv2DBackpropFilter launches: 1" in run_python(head + KERAS).out


def test_eager(run_python):
    result = run_python(
        V2
        + f"""
for name in {GPU_NAMES}:
    with tf.device(name):
        v = tf.Variable([1.0, 2.0])
        v.assign_add(tf.exp(tf.constant([0.0, 0.0])))
        print(v.handle.device[-5:], tf.constant(2.0).device[-5:], v.numpy())
with tf.device("/cpu:0"):
    host = tf.constant(1.0)
print("copied to", host.gpu().device)
with tf.device(tf.test.gpu_device_name()):
    print("helper", tf.exp(host).device)
@tf.function
def f(x):
    with tf.device("/gpu:0"):
        return tf.exp(x)
with tf.device("/cpu:0"):
    print("function", f(host).numpy())
launched("Exp")
"""
    )
    assert result.out.count("DML:0 DML:0 [2. 3.]") == len(GPU_NAMES)
    full = "/job:localhost/replica:0/task:0/device:DML:0"
    assert "copied to " + full in result.out
    assert "helper " + full in result.out
    assert f"Exp launches: {len(GPU_NAMES) + 2}" in result.out


def test_strategies_and_input_pipelines(run_python):
    result = run_python(
        V2
        + """
for strategy in (tf.distribute.OneDeviceStrategy("/gpu:0"), tf.distribute.MirroredStrategy()):
    print(strategy.extended.worker_devices)
    with strategy.scope():
        model = tf.keras.Sequential([tf.keras.layers.Dense(2, input_shape=(3,))])
        model.compile("sgd", "mse")
    model.fit(np.ones([4, 3], "f"), np.zeros([4, 2], "f"), batch_size=4, verbose=0)
    launched("ResourceApplyGradientDescent")
numbers = tf.data.Dataset.range(3).map(lambda x: tf.cast(x, tf.float32))
copied = numbers.apply(tf.data.experimental.copy_to_device("/gpu:0"))
with tf.device("/gpu:0"):
    for x in copied:
        print("copied", x.device[-5:], x.numpy())
""",
        TF_DIRECTML_MERGING="0",
    )
    assert result.out.count("device:GPU:0',)") == 2
    # One a variable and step.
    assert "Descent launches: 2" in result.out and "Descent launches: 4" in result.out
    for number in range(3):
        assert f"copied DML:0 {number}.0" in result.out


def test_several_devices(run_python):
    result = run_python(
        LAUNCHED
        + """
options = tf.compat.v1.GPUOptions.Experimental
virtual = options(virtual_devices=[options.VirtualDevices(memory_limit_mb=[64, 64])])
config = v1.ConfigProto(gpu_options=v1.GPUOptions(experimental=virtual))
with v1.Session(config=config) as s:
    v1.keras.backend.set_session(s)
    model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(3,))])
    tf.keras.utils.multi_gpu_model(model, 2).predict([[[1.0, 2.0, 3.0]] * 4])
    with tf.device("/gpu:1"):
        y = tf.exp(tf.constant([0.0]), name="y")
    metadata = v1.RunMetadata()
    s.run(y, options=v1.RunOptions(output_partition_graphs=True), run_metadata=metadata)
    print({n.name: n.device[-5:] for g in metadata.partition_graphs for n in g.node})
launched("_FusedMatMul")  # with its bias
"""
    )
    assert "'y': 'DML:1'" in result.out and "_FusedMatMul launches: 2" in result.out


def test_local_server(run_python):
    result = run_python(
        LAUNCHED
        + """
server = v1.train.Server.create_local_server()
with tf.Graph().as_default(), v1.Session(server.target) as s:
    x = v1.placeholder(tf.float32, [1])
    with tf.device("/job:local/task:0/gpu:0"):
        print(s.run(tf.exp(x), {x: [0.0]}))
launched("Exp")
"""
    )
    assert "Exp launches: 1" in result.out


def test_device_count_of_gpus():
    with tf.Graph().as_default():
        for count, expected in ((0, 0), (1, 1)):
            with v1.Session(config=v1.ConfigProto(device_count={"GPU": count})) as s:
                devices = [d for d in s.list_devices() if d.device_type == "DML"]
                assert len(devices) == expected


@pytest.mark.parametrize("name", ["/gpu:0", "/device:DML:0"])
def test_without_soft_placement_the_missing_kernel_is_named(name):
    with tf.Graph().as_default():
        with tf.device(name):
            y = tf.strings.join(["a", "b"], name="joined")
        with pytest.raises(tf.errors.InvalidArgumentError) as error:
            placement(y)
        soft = v1.ConfigProto(allow_soft_placement=True)
        assert placement(y, config=soft)[0] == b"ab"
    assert "joined" in str(error.value)
    assert "no supported kernel for DML devices" in str(error.value)
    assert "Op: StringJoin" in str(error.value)


def test_eager_names_the_op_whose_kernel_is_missing(run_python):
    result = run_python(
        V2
        + """
tf.config.set_soft_device_placement(False)
with tf.device("/gpu:0"):
    try:
        tf.strings.as_string(tf.exp(1.0))
    except tf.errors.InvalidArgumentError as error:
        print(error)
"""
    )
    assert "AsString" in result.out and "device:DML:0" in result.out


def test_a_number_without_device():
    with tf.Graph().as_default():
        with tf.device("/gpu:99"):
            y = tf.exp(tf.constant([0.0]))
        with pytest.raises(tf.errors.InvalidArgumentError, match="GPU:99.*DML:0"):
            placement(y)


PLACED = """
with tf.Graph().as_default():
    with tf.device("/gpu:0"):
        y = tf.exp(tf.constant([0.0]))
    with v1.Session(config=v1.ConfigProto(allow_soft_placement=False)) as s:
        try:
            s.run(y)
            print("placed")
        except tf.errors.InvalidArgumentError as error:
            print(error)
"""


def test_the_switch(run_python):
    assert "placed" in run_python(PLACED).out
    result = run_python(PLACED, TF_DIRECTML_GPU_NAMES="0")
    assert "explicitly assigned to /device:GPU:0" in result.out
    assert "appears to be a GPU, but CUDA is not enabled" in result.out


def test_without_an_adapter_names_mean_what_they_did(run_python):
    result = run_python(PLACED, DML_VISIBLE_DEVICES="")
    assert "appears to be a GPU, but CUDA is not enabled" in result.out
