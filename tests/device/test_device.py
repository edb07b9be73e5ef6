"""Devices and their options: what a session sees, what it may ask for, what
happens when memory ends or a device is lost."""

import json
import pathlib
import shutil
import sysconfig

import pytest

LIST = """
from tensorflow.python.client import device_lib
import json
devices = [d for d in device_lib.list_local_devices(%s) if d.device_type == "DML"]
print(json.dumps([[d.name, d.memory_limit, d.physical_device_desc] for d in devices]))
"""


def listed(result):
    return json.loads(result.out.strip().splitlines()[-1])


def test_adapters_are_devices(run_python):
    devices = listed(run_python(LIST % ""))
    assert devices
    for number, (name, limit, description) in enumerate(devices):
        assert name == "/device:DML:%d" % number
        assert limit > 1 << 20
        for word in ("name: ", "vendor: ", "memory: ", "driver: "):
            assert word in description


def test_devices_are_preferred_to_the_cpu(run_python):
    result = run_python(
        """
with tf.Graph().as_default(), v1.Session() as s:
    options = v1.RunOptions(output_partition_graphs=True)
    metadata = v1.RunMetadata()
    x = v1.placeholder(tf.float32, [2])
    s.run(tf.exp(x, name="exponential"), {x: [1, 2]}, options, metadata)
    print({n.name: n.device for g in metadata.partition_graphs for n in g.node}["exponential"])
"""
    )
    assert result.out.strip().endswith("device:DML:0")


def test_no_adapter_leaves_the_cpu_and_says_why_once(run_python):
    result = run_python(
        LIST % "" + "with v1.Session() as s: print(s.run(tf.constant(2) + 3))",
        TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER="0",
        DML_VISIBLE_DEVICES="",
        TF_CPP_MIN_LOG_LEVEL="0",
    )
    assert result.out.strip().splitlines()[-2:] == ["[]", "5"]
    warnings = [line for line in result.err.splitlines() if ": W " in line]
    assert len(warnings) == 1 and "adapter" in warnings[0]


CONFIG = 'v1.ConfigProto(gpu_options=v1.GPUOptions(%s), device_count={"DML": %d})'


@pytest.mark.parametrize("count, expected", [(0, 0), (1, 1), (99, None)])
def test_device_count(run_python, count, expected):
    everything = len(listed(run_python(LIST % "")))
    devices = listed(run_python(LIST % (CONFIG % ("", count))))
    assert len(devices) == (everything if expected is None else expected)


@pytest.mark.parametrize(
    "options, message",
    [
        ('visible_device_list="7"', "adapter 7"),
        ('visible_device_list="0,0"', "twice"),
        ('visible_device_list="x"', "Could not parse"),
        ("per_process_gpu_memory_fraction=1.5", "fraction"),
    ],
)
def test_bad_options_are_explained(run_python, options, message):
    result = run_python(LIST % (CONFIG % (options, 1)), check=False)
    assert result.status == 1
    assert "InvalidArgument" in result.err and message in result.err


def test_memory_fraction_is_a_limit(run_python):
    devices = listed(run_python(LIST % ""))
    memory = int(devices[0][2].split("memory: ")[1].split(" ")[0]) << 20
    options = "per_process_gpu_memory_fraction=0.125, allow_growth=True"
    limited = listed(run_python(LIST % (CONFIG % (options, 1))))
    assert abs(limited[0][1] - memory // 8) < 1 << 20  # which is listed in MiB


def test_options_of_the_first_session_win(run_python):
    result = run_python(
        """
def limit(fraction):
    options = v1.GPUOptions(per_process_gpu_memory_fraction=fraction, allow_growth=True)
    with v1.Session(config=v1.ConfigProto(gpu_options=options)) as s:
        return [d.memory_limit_bytes for d in s.list_devices() if d.device_type == "DML"][0]
print(limit(0.125) == limit(0.25))
""",
        TF_CPP_MIN_LOG_LEVEL="0",
    )
    assert result.out.strip() == "True"
    assert result.err.count("memory options differ") == 1


def test_virtual_devices_split_an_adapter_and_exchange_tensors(run_python):
    result = run_python(
        """
import numpy as np
split = v1.GPUOptions.Experimental.VirtualDevices(memory_limit_mb=[64, 96])
options = v1.GPUOptions(allow_growth=True,
    experimental=v1.GPUOptions.Experimental(virtual_devices=[split]))
config = v1.ConfigProto(gpu_options=options)
config.graph_options.rewrite_options.disable_meta_optimizer = True
with tf.Graph().as_default():
    x = v1.placeholder(tf.float32, [3])
    with tf.device("/device:DML:0"):
        y = x * 2.0
        n = tf.zeros([0])
    with tf.device("/device:DML:1"):
        z = y + 1.0
        n = tf.identity(n)
    with tf.device("/device:DML:0"):
        z = z * z
    with v1.Session(config=config) as s:
        limits = [d.memory_limit_bytes >> 20 for d in s.list_devices() if d.device_type == "DML"]
        print(limits, s.run([z, n], {x: [1, 2, 3]}))
"""
    )
    assert "[64, 96]" in result.out
    assert "9., 25., 49." in result.out


def test_out_of_memory_names_tensor_limit_and_holders(run_python):
    result = run_python(
        """
split = v1.GPUOptions.Experimental.VirtualDevices(memory_limit_mb=[32])
options = v1.GPUOptions(allow_growth=True,
    experimental=v1.GPUOptions.Experimental(virtual_devices=[split]))
with tf.Graph().as_default(), tf.device("/device:DML:0"):
    kept = v1.get_variable("kept", [2 << 20], initializer=v1.zeros_initializer())
    n = v1.placeholder(tf.int32, [])
    total = tf.reduce_sum(tf.exp(tf.fill([n], 0.0)))
    with v1.Session(config=v1.ConfigProto(gpu_options=options)) as s:
        s.run(kept.initializer)
        try:
            s.run(total, {n: 64 << 20})
        except tf.errors.ResourceExhaustedError as e:
            print(e.message.replace("\\n", " "))
        print(s.run(total, {n: 8}))
"""
    )
    lines = result.out.strip().splitlines()
    assert "[67108864]" in lines[0]  # the tensor's shape
    assert "limit" in lines[0] and "32" in lines[0]
    assert "Assign" in lines[0] or "Fill" in lines[0] or "VariableV2" in lines[0]
    assert lines[-1] == "8.0"


LOSE = """
import tensorflow_directml.runtime as runtime
with tf.Graph().as_default(), tf.device("/device:DML:0"):
    v = v1.get_variable("v", [4], initializer=v1.ones_initializer())
    y = v * 2.0
    with v1.Session() as s:
        s.run(v.initializer)
        with runtime.open(0) as device:
            device.inject_failure(runtime.Code.DEVICE_LOST)
        for _ in range(2):
            try:
                s.run(y)
                print("no error")
            except tf.errors.UnavailableError as e:
                print("lost:", e.message.replace("\\n", " "))
    with v1.Session() as s:
        s.run(v.initializer)
        print(s.run(y))
"""


def test_a_lost_device_fails_its_sessions_and_a_new_session_works(run_python):
    lines = run_python(LOSE).out.strip().splitlines()
    assert len(lines) == 3
    for line in lines[:2]:
        assert line.startswith("lost: ")
        assert "device failed" in line and "new session" in line
    assert lines[2] == "[2. 2. 2. 2.]"


def test_stock_tensorflow_beside_us_is_refused(run_python, tmp_path):
    # The check looks at the folder that TensorFlow's libraries lie in: here a
    # tree of links with a package record of stock TensorFlow beside them.
    packages = pathlib.Path(sysconfig.get_paths()["platlib"])
    other = pathlib.Path(str(tmp_path)) / "site-packages"
    # TensorFlow's extension finds its library by "..", so that is no link.
    (other / "tensorflow_core/python").mkdir(parents=True)
    for name in ("tensorflow", "tensorflow-plugins", "tensorflow_directml"):
        (other / name).symlink_to(packages / name)
    for folder in ("tensorflow_core", "tensorflow_core/python"):
        for entry in (packages / folder).iterdir():
            target = other / folder / entry.name
            if entry.name.startswith("libtensorflow_framework"):
                shutil.copy(str(entry), str(target))
            elif not target.exists():
                target.symlink_to(entry)
    assert run_python("", PYTHONPATH=str(other)).status == 0
    (other / "tensorflow-1.15.5.dist-info").mkdir()
    result = run_python("", check=False, PYTHONPATH=str(other))
    assert result.status == 1
    assert "can't share an environment with tensorflow-1.15.5" in result.err
    assert "pip uninstall" in result.err
