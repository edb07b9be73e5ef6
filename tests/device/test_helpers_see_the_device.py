"""TensorFlow's own questions for a GPU are answered by DML devices; questions for
CUDA are not."""

import operator
import re
import unittest

import pytest
from tensorflow.python.client import device_lib
from tensorflow.python.eager import context
from tensorflow.python.framework import test_util
from tensorflow.python.keras import backend

import tensorflow as tf

DML = "/device:DML:0"


def test_questions_for_a_gpu():
    assert tf.test.is_gpu_available() and test_util.is_gpu_available()
    assert tf.test.gpu_device_name() == test_util.gpu_device_name() == DML
    assert context.num_gpus() == len(tf.config.experimental.list_physical_devices("GPU")) > 0


def test_questions_for_cuda():
    assert not tf.test.is_gpu_available(cuda_only=True)
    assert not tf.test.is_built_with_cuda()
    assert not test_util.IsGoogleCudaEnabled()


def test_local_devices_have_their_alias():
    devices = device_lib.list_local_devices()
    (device,) = [d for d in devices if d.name == DML]
    (alias,) = [d for d in devices if d.name == "/device:GPU:0"]
    assert device.device_type == "DML" and alias.device_type == "GPU"
    assert alias.incarnation == device.incarnation
    assert alias.memory_limit == device.memory_limit
    assert alias.physical_device_desc.endswith("alias of " + DML)
    numbers = [sum(d.device_type == kind for d in devices) for kind in ("DML", "GPU")]
    assert numbers[0] == numbers[1]


def test_config_lists_devices_under_both_names():
    config = tf.config.experimental
    for listed in (
        config.list_physical_devices,
        config.list_logical_devices,
        config.get_visible_devices,
    ):
        assert listed("GPU") == listed("DML") != []
        assert listed("CPU")
        assert str(listed("GPU")[0].device_type) == "DML"
        kinds = [device.device_type for device in listed()]
        assert kinds.count("GPU") == kinds.count("DML") == len(listed("GPU"))


def test_device_types_compare_as_strings_do():
    (kind,) = {d.device_type for d in tf.config.experimental.list_physical_devices("GPU")}
    for other, same in (("GPU", True), ("DML", True), (kind, True), ("CPU", False), (None, False)):
        assert operator.eq(kind, other) == operator.eq(other, kind) == same
        assert operator.ne(kind, other) == operator.ne(other, kind) == (not same)
    assert {kind: 1}["DML"] == 1 and str(kind) == "DML"


class _Decorated(tf.test.TestCase):
    """As tests of TensorFlow's suite ask for devices."""

    __test__ = False  # test_decorators runs them

    @test_util.run_gpu_only
    def test_gpu_only(self):
        with test_util.force_gpu():
            self.assertEqual(tf.constant(1.0).device, "/device:GPU:0")

    @test_util.run_cuda_only
    def test_cuda_only(self):
        self.fail("There is no CUDA here")

    @test_util.run_in_graph_and_eager_modes
    def test_use_gpu(self):
        with test_util.use_gpu():
            x = tf.exp(tf.zeros([2]))
            if tf.executing_eagerly():
                self.assertTrue(x.device.endswith(DML))
            else:
                self.assertEqual(x.device, "/device:GPU:0")
            self.assertAllClose(self.evaluate(x), [1.0, 1.0])

    @test_util.run_v1_only("uses sessions")
    def test_force_gpu(self):
        with self.session(use_gpu=True, force_gpu=True):
            x = tf.exp(tf.zeros([2]))
            self.assertEqual(x.device, DML)
            self.assertAllClose(x.eval(), [1.0, 1.0])


@pytest.mark.parametrize(
    "method,skipped",
    [
        ("test_gpu_only", False),
        ("test_cuda_only", True),
        ("test_use_gpu", False),
        ("test_force_gpu", False),
    ],
)
def test_decorators(method, skipped, statistics):
    before = statistics()["launches"]
    result = unittest.TestResult()
    _Decorated(method).run(result)
    assert result.errors == result.failures == []
    assert bool(result.skipped) == skipped
    if method in ("test_use_gpu", "test_force_gpu"):
        assert statistics()["launches"] > before


def test_keras_sees_the_device():
    assert backend._get_available_gpus()[0].endswith(DML)
    assert backend._has_nchw_support()


CONFIG = """
config = tf.config.experimental
gpus = config.list_physical_devices("GPU")
"""


def test_memory_growth_and_virtual_devices(run_python):
    result = run_python(
        CONFIG
        + """
config.set_memory_growth(gpus[0], True)
print("growth", config.get_memory_growth(gpus[0]))
config.set_memory_growth(gpus[0], False)
halves = [config.VirtualDeviceConfiguration(memory_limit=64)] * 2
config.set_virtual_device_configuration(gpus[0], halves)
v1.enable_eager_execution()
print("devices", [d.name[-5:] for d in config.list_logical_devices("GPU")])
with tf.device("/gpu:1"):
    print("placed", tf.exp([0.0]).device[-5:])
"""
    )
    assert "growth True" in result.out
    assert "devices ['DML:0', 'DML:1']" in result.out
    assert "placed DML:1" in result.out


def test_no_visible_gpu(run_python):
    result = run_python(
        CONFIG
        + """
config.set_visible_devices([], "GPU")
v1.enable_eager_execution()
print(config.list_logical_devices("GPU"), tf.exp([0.0]).device[-5:])
"""
    )
    assert "[] CPU:0" in result.out


ANSWERS = """
from tensorflow.python.client import device_lib
from tensorflow.python.eager import context
print(tf.test.is_gpu_available(), repr(tf.test.gpu_device_name()), context.num_gpus(),
      tf.config.experimental.list_physical_devices("GPU"),
      [d.name for d in device_lib.list_local_devices() if d.device_type == "GPU"])
"""


@pytest.mark.parametrize(
    "environment", [{"TF_DIRECTML_GPU_NAMES": "0"}, {"DML_VISIBLE_DEVICES": ""}]
)
def test_switched_off_or_without_adapter(environment, run_python):
    assert run_python(ANSWERS, **environment).out.strip() == "False '' 0 [] []"


def test_a_base_that_does_not_fit_is_refused(run_python):
    result = run_python(
        """
from tensorflow.python.keras import backend
from tensorflow_directml import gpu_compat
del backend._get_available_gpus
try:
    gpu_compat.apply()
except ImportError as error:
    print(error)
"""
    )
    assert "tensorflow.python.keras.backend has no _get_available_gpus" in result.out
    # The file, where pip noted it.
    assert re.search(r"pip install --force-reinstall \S*tensorflow_directml-\S+\.whl", result.out)
