"""The device in TensorFlow 2.x: its names, what XLA may do, variables, functions, profiles."""

import ctypes
import pathlib
import subprocess
import sys

import numpy as np
import pytest
import tensorflow_directml as directml
from launches import launches
from tensorflow_directml.tensorflow2 import xla

import tensorflow as tf

DML = "/job:localhost/replica:0/task:0/device:DML:0"


def test_import_tensorflow_lists_the_device_as_a_gpu():
    (device,) = tf.config.list_physical_devices("GPU")
    assert device.name == "/physical_device:DML:0"
    assert tf.config.list_physical_devices("DML") == [device]
    assert [d.name for d in tf.config.list_logical_devices("GPU")] == ["/device:DML:0"]


@pytest.mark.parametrize("name", ["/gpu:0", "/device:GPU:0", "/device:DML:0", None])
def test_names_of_gpus_name_the_device(name):
    with launches() as ran, tf.device(name):
        result = tf.matmul(tf.ones([3, 3]), tf.ones([3, 3]))
    assert result.device == DML
    np.testing.assert_array_equal(result, np.full((3, 3), 3))
    assert ran["MatMul"] == 1


def test_no_row_of_the_registry_is_a_mistake():
    folder = pathlib.Path(directml.__file__).parent / "tensorflow2"
    version = "_".join(tf.__version__.split(".")[:2])
    library = ctypes.CDLL(str(folder / f"libtensorflow_dml_{version}.so"))
    assert library.dml_registry_problems() == 0


def test_functions_variables_and_gradients():
    variable = tf.Variable(tf.fill([4, 4], 2.0))

    @tf.function
    def step(x):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(variable * x * x)
        variable.assign_sub(0.5 * tape.gradient(loss, variable))
        return loss

    with launches() as ran:
        losses = [float(step(tf.ones([4, 4]))) for _ in range(3)]
    assert losses == [32, 24, 16]
    assert variable.device == DML
    assert ran["Sum"] == 3


@pytest.mark.parametrize(
    "dtype",
    [tf.float32, tf.float16, tf.bfloat16, tf.float64, tf.int8, tf.int16, tf.int32, tf.int64,
     tf.uint8, tf.uint16, tf.uint32, tf.uint64, tf.complex64, tf.complex128],
    ids=lambda dtype: dtype.name,
)
def test_variables_of_every_type_add(dtype):
    variable = tf.Variable(tf.cast([1, 2], dtype))
    variable.assign_add(tf.cast([1, 1], dtype))
    variable.assign_sub(tf.cast([0, 1], dtype))
    np.testing.assert_array_equal(variable.numpy().astype(np.complex128), [2, 2])
    # As with CUDA, int32 is for the host.
    assert variable.device == (DML if dtype != tf.int32 else DML.replace("DML", "CPU"))


@pytest.mark.parametrize("dtype", ["bfloat16", "int8", "int16", "uint8", "uint16", "uint32",
                                   "uint64", "int64", "float32"])
@pytest.mark.parametrize("compiled", [False, True])
def test_variables_of_every_type_scatter(dtype, compiled):
    def update(variable, values):
        slices = tf.IndexedSlices(values, tf.constant([1, 1]))
        for name in ("add", "sub", "mul", "div", "min", "max", "update"):
            getattr(variable, "scatter_" + name)(slices)
        for name in ("add", "sub", "min", "max", "update"):
            getattr(variable, "scatter_nd_" + name)([[2], [0]], values)
        return variable.read_value()

    results = []
    for device in ("CPU", "GPU:0"):
        with tf.device(device):
            variable = tf.Variable(tf.cast([1, 2, 100], dtype))
            values = tf.cast([5, 3], dtype)
            results.append((tf.function(update) if compiled else update)(variable, values))
    assert variable.device == DML
    np.testing.assert_array_equal(*results)


def test_loops_and_branches():
    @tf.function
    def run(x):
        while tf.reduce_sum(x) < 100.0:
            x = x * 2.0
        return tf.cond(tf.reduce_max(x) > 3.0, lambda: x, lambda: -x)

    with launches() as ran:
        result = run(tf.ones([4]))
    np.testing.assert_array_equal(result, [32] * 4)
    assert ran["Mul"] == 5


def test_a_function_for_xla_says_that_it_does_not_work():
    @tf.function(jit_compile=True)
    def double(x):
        return x * 2

    with pytest.raises(ValueError, match="XLA, which does not compile for DML devices"):
        double(tf.ones([2]))
    with tf.device("CPU"):
        assert double(tf.ones([2])).device.endswith("CPU:0")


class Doubling(tf.Module):
    @tf.function(jit_compile=True, input_signature=[tf.TensorSpec([None])])
    def double(self, x):
        return x * 2


@pytest.mark.parametrize("call", ["function", "signature"])
def test_a_function_that_was_saved_for_xla_is_loaded_without(call, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(xla, "_said", set())
    with tf.device("CPU"):
        module = Doubling()
        tf.saved_model.save(module, tmp_path, {"double": module.double})
    loaded = tf.saved_model.load(tmp_path)
    with launches() as ran:
        if call == "function":
            result = loaded.double(tf.ones([3]))
        else:
            (result,) = loaded.signatures["double"](tf.ones([3])).values()
    np.testing.assert_array_equal(result, [2, 2, 2])
    assert result.device == DML and ran["Mul"] == 1
    assert capsys.readouterr().err.count("a function of a SavedModel was saved with jit_comp") == 1


def test_mirrored_strategy_takes_the_device():
    strategy = tf.distribute.MirroredStrategy()
    (worker,) = strategy.extended.worker_devices
    assert tf.DeviceSpec.from_string(worker).device_type == "DML"
    with strategy.scope():
        variable = tf.Variable(1.5)
    with launches() as ran:
        result = strategy.run(lambda: variable * 2.0)
    assert float(result) == 3.0
    assert ran["Mul"] == 1


def test_a_saved_model_runs_on_the_device(tmp_path):
    module = tf.Module()
    module.v = tf.Variable(tf.ones([2]))
    module.f = tf.function(
        lambda x: x * module.v, input_signature=[tf.TensorSpec([None], tf.float32)]
    )
    tf.saved_model.save(module, str(tmp_path))
    loaded = tf.saved_model.load(str(tmp_path))
    with launches() as ran:
        result = loaded.f(tf.constant([1.0, 3.0]))
    np.testing.assert_array_equal(result, [1, 3])
    assert loaded.v.device == DML
    assert ran["Mul"] == 1


def test_a_profile_has_the_device(tmp_path):
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    x = tf.ones([64, 64])
    tf.matmul(x, x).numpy()
    tf.profiler.experimental.start(str(tmp_path))
    tf.matmul(x, x).numpy()
    tf.profiler.experimental.stop()
    (path,) = tmp_path.glob("**/*.xplane.pb")
    space = xplane_pb2.XSpace.FromString(path.read_bytes())
    (plane,) = [plane for plane in space.planes if plane.name == "/device:GPU:0"]
    names = {metadata.name for metadata in plane.event_metadata.values()}
    assert any(name.endswith(":MatMul") for name in names), names
    events = [event for line in plane.lines for event in line.events]
    assert events and all(event.duration_ps > 0 for event in events)


@pytest.mark.parametrize("name", ["DML:0", "GPU:0", "/gpu:0", "/device:GPU:0"])
def test_memory_of_the_device_is_told(name):
    x = tf.ones([256, 256])
    info = tf.config.experimental.get_memory_info(name)
    assert info["current"] >= x.shape.num_elements() * 4
    assert info["peak"] >= info["current"]
    assert tf.config.experimental.get_memory_usage(name) >= x.shape.num_elements() * 4
    for device in ("DML:0", name):
        y = tf.ones([1024, 1024])
        del y
        before = tf.config.experimental.get_memory_info("DML:0")["peak"]
        tf.config.experimental.reset_memory_stats(device)
        assert tf.config.experimental.get_memory_info("DML:0")["peak"] < before


def test_details_name_the_adapter():
    (device,) = tf.config.list_physical_devices("GPU")
    (adapter, *_) = directml.adapters()
    assert tf.config.experimental.get_device_details(device) == {"device_name": adapter.name}


LOGICAL = """
import tensorflow as tf

(gpu,) = tf.config.list_physical_devices("GPU")
limit = tf.config.LogicalDeviceConfiguration
tf.config.set_logical_device_configuration(gpu, [limit(memory_limit=64), limit(memory_limit=128)])
print([device.name for device in tf.config.list_logical_devices("GPU")])
with tf.device("GPU:1"):
    print((tf.ones([2]) + 1).device)
"""


def test_an_adapter_is_split_into_logical_devices():
    """Whether or not TensorFlow is a build that would split GPUs of CUDA."""
    ran = subprocess.run([sys.executable, "-c", LOGICAL], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split("\n")[:2] == ["['/device:DML:0', '/device:DML:1']",
                                          DML.replace("DML:0", "DML:1")], ran.stdout


def test_the_remapper_leaves_the_device_what_it_has_kernels_for():
    @tf.function
    def layer(x, scale, offset):
        mean, variance = tf.nn.moments(x, [-1], keepdims=True)
        normalized = (x - mean) * tf.math.rsqrt(variance + 1e-3)
        return tf.nn.gelu(normalized * scale + offset, approximate=True)

    x = tf.random.stateless_normal([8, 16], [1, 2])
    scale, offset = tf.ones([16]), tf.zeros([16])
    with tf.device("CPU"):
        expected = layer(x, scale, offset)
    np.testing.assert_allclose(layer(x, scale, offset), expected, rtol=1e-4, atol=1e-5)


def on_both(function, *inputs):
    """What a function returns on the CPU and on the device."""
    with tf.device("CPU"):
        expected = tf.nest.map_structure(lambda y: y.numpy(), function(*inputs))
    with tf.device("GPU:0"):
        got = tf.nest.map_structure(lambda y: y.numpy(), function(*inputs))
    return expected, got


def running_averages(x):
    ones = tf.ones([3])
    return tf.raw_ops.FusedBatchNormV3(x=x, scale=ones, offset=ones, mean=2 * ones,
                                       variance=3 * ones, exponential_avg_factor=0.25)[:3]


def explicit_pooling(x):
    return tf.nn.max_pool2d(x, 2, 2, [[0, 0], [1, 0], [0, 1], [0, 0]])


def quantized_by_channel(x):
    x *= [1.0, 9.0, 99.0]
    chosen = dict(input_min=0.0, input_max=0.0, num_bits=4, axis=3)
    return (tf.raw_ops.QuantizeAndDequantizeV2(input=x, **chosen),
            tf.raw_ops.QuantizeAndDequantizeV3(input=x, range_given=False, **chosen))


def indices_of_int64(x):
    return tf.raw_ops.TopKV2(input=x, k=2, index_type=tf.int64)


def spectrum_of_float64(x):
    return tf.signal.rfft(tf.cast(x, tf.float64))


def ignored_indices(x):
    return tf.scatter_nd([[0], [99]], x[0, 0, :2, 0], [4], bad_indices_policy="IGNORE")


@pytest.mark.parametrize(
    "ask",
    [running_averages, explicit_pooling, quantized_by_channel, indices_of_int64,
     spectrum_of_float64, ignored_indices],
    ids=lambda ask: ask.__name__,
)
def test_attributes_that_came_after_1_15_say_what_they_say(ask):
    x = tf.constant(np.random.RandomState(1).standard_normal((2, 5, 5, 3)), tf.float32)
    expected, got = on_both(ask, x)
    for want, have in zip(tf.nest.flatten(expected), tf.nest.flatten(got)):
        assert want.dtype == have.dtype
        np.testing.assert_allclose(have, want, rtol=1e-4, atol=1e-5)


def test_tensor_arrays_in_functions():
    @tf.function
    def partial_sums(x):
        sums = tf.TensorArray(tf.float32, size=0, dynamic_size=True, element_shape=[3])
        total = tf.zeros([3])
        for i in tf.range(tf.shape(x)[0]):
            total += x[i]
            sums = sums.write(i, total)
        return sums.stack(), sums.read(1)

    @tf.function
    def of_unwritten():
        return tf.TensorArray(tf.float32, size=2, element_shape=[3]).read(0)

    x = tf.reshape(tf.range(12.0), [4, 3])
    stacked, second = partial_sums(x)
    np.testing.assert_array_equal(stacked, np.cumsum(x, 0))
    np.testing.assert_array_equal(second, np.cumsum(x, 0)[1])
    unwritten = of_unwritten()
    assert unwritten.device == DML
    np.testing.assert_array_equal(unwritten, np.zeros(3))
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(partial_sums(x)[0])
    np.testing.assert_array_equal(tape.gradient(loss, x), [[4.0 - i] * 3 for i in range(4)])


def test_seeds_of_keras_draw_the_numbers_of_the_cpu():
    def draw():
        return (tf.random.stateless_uniform([4, 5], [1, 2]),
                tf.random.stateless_truncated_normal([4, 5], [1, 2]),
                tf.random.Generator.from_seed(3).normal([4, 5]))

    with launches() as ran:
        expected, got = on_both(draw)
    for want, have in zip(expected, got):
        np.testing.assert_allclose(have, want, rtol=1e-5, atol=1e-5)
    assert ran["StatelessRandomUniformV2"] == 1, ran


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint32", "uint64"])
def test_integers_of_all_bits_are_the_cpus(dtype):
    def draw():
        generator = tf.random.Generator.from_seed(3)
        drawn = (generator.uniform_full_int([5, 3], dtype=dtype),
                 generator.uniform_full_int([2], dtype=dtype))
        generator.skip(7)
        return (*drawn, generator.make_seeds(2), generator.state.read_value(),
                tf.random.stateless_uniform([9], [1, 2], None, None, dtype))

    with launches() as ran:
        expected, got = on_both(draw)
    for want, have in zip(expected, got):
        np.testing.assert_array_equal(have, want)
    assert ran["StatelessRandomUniformFullIntV2"] >= 1 and ran["RngReadAndSkip"] >= 2, ran


def test_bools_are_scattered():
    indices = tf.constant([[0], [3], [0], [5], [3]])
    updates = tf.constant([True, False, False, True, False])
    with launches() as ran:
        expected, got = on_both(lambda: tf.scatter_nd(indices, updates, [7]))
    np.testing.assert_array_equal(got, expected)
    assert ran["ScatterNd"] and got.any() and not got.all()
