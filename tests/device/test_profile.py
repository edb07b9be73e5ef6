"""Profiles show what the device did and when: RunMetadata, its timeline, tf.profiler,
and the profile for TensorBoard. Each in an interpreter of its own, since a profile is
of the whole process."""

import json

# A training step on the device; traced() gives its RunMetadata and how long it took.
STEP = """
import json
import time

import numpy as np
import tensorflow_directml
from tensorflow.python.client import timeline
from tensorflow_directml import profiling, runtime

FULL_TRACE = v1.RunOptions(trace_level=v1.RunOptions.FULL_TRACE)

with tf.device("/device:DML:0"):
    x = v1.placeholder(tf.float32, [32, 32])
    w = v1.get_variable("w", initializer=np.eye(32, dtype=np.float32))
    y = tf.nn.relu(tf.matmul(x, w, name="product"), name="activation")
    loss = tf.reduce_sum(y, name="loss")
    train = v1.train.GradientDescentOptimizer(0.1).minimize(loss)
    loop = tf.while_loop(lambda i, v: i < 3, lambda i, v: (i + 1, tf.tanh(v, name="turn")), (0, x))
feed = {x: np.ones((32, 32), np.float32)}
session = v1.Session()
session.run(v1.global_variables_initializer())
session.run([train, loss, loop], feed)

def launches():
    return tensorflow_directml.statistics()["launches"]

def room():
    with runtime.open(0) as device:
        return profiling.statistics(device)["timestamp_room"]

def traced(fetches, options=FULL_TRACE):
    metadata = v1.RunMetadata()
    began = time.time()
    session.run(fetches, feed, options=options, run_metadata=metadata)
    return metadata, [int(began * 1e6), int(time.time() * 1e6) + 1]

def line(metadata, name):
    for device in metadata.step_stats.dev_stats:
        if device.device == name:
            return device.node_stats
    return []

def nodes(metadata, name):
    return [node.node_name for node in line(metadata, name)]
"""


def run_step(run_python, program, **environment):
    result = run_python(STEP + program, **environment)
    return json.loads(result.out.splitlines()[-1]), result.err


def test_traced_step(run_python):
    found, _ = run_step(
        run_python,
        """
before = launches()
metadata, wall = traced([train, loss])
stream = line(metadata, "/device:DML:0/stream:all")
trace = json.loads(timeline.Timeline(metadata.step_stats).generate_chrome_trace_format())
pids = {
    event["pid"]
    for event in trace["traceEvents"]
    if event["name"] == "process_name" and "/stream:all Compute" in event["args"]["name"]
}
print(json.dumps({
    "launches": launches() - before,
    "wall": wall,
    "devices": [device.device for device in metadata.step_stats.dev_stats],
    "nodes": [node.node_name for node in stream],
    "labels": [node.timeline_label for node in stream],
    "starts": [node.all_start_micros for node in stream],
    "micros": [node.all_end_rel_micros for node in stream],
    "op_micros": [node.op_end_rel_micros for node in stream],
    "nanos": [node.all_end_rel_nanos for node in stream],
    "start_nanos": [node.all_start_nanos for node in stream],
    "shown": [
        [event["args"]["name"], event["args"]["op"]]
        for event in trace["traceEvents"]
        if event.get("pid") in pids and event.get("ph") == "X"
    ],
}))
""",
    )
    assert "/job:localhost/replica:0/task:0/device:DML:0" in found["devices"]
    assert len(found["nodes"]) == found["launches"] > 3
    for node in ("product:MatMul", "activation:Relu", "loss:Sum"):
        assert node in found["nodes"]
    assert any(node.endswith(":ApplyGradientDescent") for node in found["nodes"])
    assert found["labels"][found["nodes"].index("product:MatMul")].startswith("MatMul, gemm_f32")
    began, ended = found["wall"]
    starts, nanos = found["start_nanos"], found["nanos"]
    assert all(began <= start for start in found["starts"])
    assert all(start + length <= ended * 1000 for start, length in zip(starts, nanos))
    assert all(a + n <= b for a, n, b in zip(starts, nanos, starts[1:]))
    assert all(n > 0 for n in nanos) and sum(nanos) <= (ended - began) * 1000
    assert all(abs(m - n / 1000) <= 1 for m, n in zip(found["micros"], nanos))
    assert found["micros"] == found["op_micros"]
    assert sorted(found["shown"]) == sorted(node.split(":") for node in found["nodes"])


def test_other_steps_are_not_timed(run_python):
    found, _ = run_step(
        run_python,
        """
software, _ = traced([train], v1.RunOptions(trace_level=v1.RunOptions.SOFTWARE_TRACE))
print(json.dumps([room(), [device.device for device in software.step_stats.dev_stats]]))
""",
    )
    assert found[0] == 0
    assert not [name for name in found[1] if "stream" in name or "memcpy" in name]


def test_loops_copies_and_steps_of_their_own(run_python):
    found, _ = run_step(
        run_python,
        """
steps = []
for fetches in (loop, loss, loop):
    metadata, _ = traced(fetches)
    steps.append(nodes(metadata, "/device:DML:0/stream:all"))
with tf.device("/device:DML:0"):
    assign = w.assign(np.zeros((32, 32), np.float32))
metadata, _ = traced(assign)
copies = line(metadata, "/device:DML:0/memcpy")
print(json.dumps([steps, [[copy.node_name, copy.timeline_label] for copy in copies]]))
""",
    )
    steps, copies = found
    assert [step.count("while/turn:Tanh") for step in steps] == [3, 0, 3]
    assert [step.count("loss:Sum") for step in steps] == [0, 1, 0]
    assert ["Assign:MemcpyDtoD", "Assign, 4096 bytes"] in copies


def test_kernels_that_read_a_value_back(run_python):
    found, _ = run_step(
        run_python,
        """
with tf.device("/device:DML:0"):
    find = tf.where(tf.greater(x, 0, name="positive"), name="find")
session.run(find, feed)
before = launches()
metadata, _ = traced(find)
print(json.dumps([nodes(metadata, "/device:DML:0/stream:all"), launches() - before]))
""",
    )
    names, count = found
    # Also what is enqueued once the value is known.
    assert set(names) == {"positive:Greater", "find:Where"}
    assert len(names) == count


def test_tf_profiler(run_python):
    found, _ = run_step(
        run_python,
        """
metadata, _ = traced([train, loss])
options = v1.profiler.ProfileOptionBuilder
quiet = options(options.time_and_memory()).with_empty_output().build()
ops = v1.profiler.profile(tf.compat.v1.get_default_graph(), metadata, cmd="op", options=quiet)
found = {}
def visit(node):
    found[node.name] = [node.accelerator_exec_micros, node.cpu_exec_micros, node.requested_bytes]
    for child in node.children:
        visit(child)
visit(ops)
profiler = v1.profiler.Profiler(tf.compat.v1.get_default_graph())
profiler.add_step(1, metadata)
scope = profiler.profile_name_scope(quiet)
print(json.dumps([found, scope.total_accelerator_exec_micros]))
""",
    )
    ops, total = found
    device, host, memory = ops["MatMul"]
    assert device > 0 and host > 0 and memory >= 32 * 32 * 4
    assert total >= device


def test_profiler_hook(run_python, tmp_path):
    result = run_python(
        STEP.split("session = ")[0]
        + """
hook = tf.estimator.ProfilerHook(save_steps=2, output_dir=%r)
v1.train.create_global_step()
count = v1.assign_add(v1.train.get_global_step(), 1)
with v1.train.MonitoredSession(hooks=[hook]) as session:
    for _ in range(5):
        session.run([train, count], feed)
"""
        % str(tmp_path)
    )
    assert result.status == 0
    written = sorted(tmp_path.glob("timeline-*.json"))
    assert written
    events = json.loads(written[-1].read_text())["traceEvents"]
    names = [event["args"]["name"] for event in events if event["name"] == "process_name"]
    assert "/device:DML:0/stream:all Compute" in names
    assert "product" in [event.get("args", {}).get("name") for event in events]


EAGER = """
import glob
import json
import numpy as np
from tensorflow.core.protobuf import trace_events_pb2
from tensorflow.python.eager import profiler

v1.enable_eager_execution()

def events(serialized):
    trace = trace_events_pb2.Trace.FromString(serialized)
    return [
        [trace.devices[event.device_id].name, event.name, event.duration_ps]
        for event in trace.trace_events
    ]
"""


def test_eager_profiler(run_python):
    result = run_python(
        EAGER
        + """
profiler.start()  # opens the device
@tf.function
def f(x):
    return tf.nn.relu(tf.matmul(x, x))

x = tf.ones([64, 64])
y = f(x) + 1.0
y.numpy()
first = events(profiler.stop())
tf.tanh(y)
profiler.start()
tf.sigmoid(y).numpy()
print(json.dumps([first, events(profiler.stop())]))
"""
    )
    for found, ops in zip(
        json.loads(result.out.splitlines()[-1]), [{"MatMul", "Relu", "AddV2"}, {"Sigmoid"}]
    ):
        device = [event for event in found if event[0] == "/device:DML:0/stream:all"]
        assert ops <= {name for _, name, _ in device}
        assert "Tanh" not in {name for _, name, _ in device}
        assert all(duration > 0 for _, _, duration in device)
        assert "/host:CPU" in {name for name, _, _ in found}


def test_keras_callback_as_tensorboard_shows_it(run_python, tmp_path):
    result = run_python(
        EAGER
        + """
from tensorboard.plugins.profile import profile_plugin

model = tf.keras.Sequential([tf.keras.layers.Dense(4, activation="relu"), tf.keras.layers.Dense(1)])
model.compile("sgd", "mse")
callback = tf.keras.callbacks.TensorBoard(%r, profile_batch=2)
ones = np.ones((32, 8), np.float32)
model.fit(ones, ones[:, :1], batch_size=8, verbose=0, callbacks=[callback])
(path,) = glob.glob(%r + "/plugins/profile/*/local.trace")
with open(path, "rb") as trace:
    print(json.dumps(json.loads(profile_plugin.process_raw_trace(trace.read()))))
"""
        % (str(tmp_path), str(tmp_path))
    )
    shown = json.loads(result.out.splitlines()[-1])["traceEvents"]
    (pid,) = [
        event["pid"]
        for event in shown
        if event.get("name") == "process_name"
        and event["args"]["name"] == "/device:DML:0/stream:all"
    ]
    device = [event for event in shown if event.get("pid") == pid and event.get("ph") == "X"]
    assert "MatMul" in {event["name"] for event in device}
    names = {event["args"].get("long name") for event in device}
    assert any(name and name.startswith("sequential/dense/") for name in names), names
    assert all(event["dur"] > 0 for event in device)


def test_device_lost_in_a_traced_step(run_python):
    found, _ = run_step(
        run_python,
        """
with runtime.open(0) as device:
    device.inject_failure("DEVICE_LOST")
    try:
        traced(loss)
        error = ""
    except tf.errors.UnavailableError as caught:
        error = str(caught)
session = v1.Session()
session.run(v1.global_variables_initializer())
metadata, _ = traced(loss)
print(json.dumps([error, nodes(metadata, "/device:DML:0/stream:all")]))
""",
    )
    assert "new session" in found[0]
    assert "product:MatMul" in found[1]


def test_step_without_device_times(run_python):
    found, log = run_step(
        run_python,
        """
with runtime.open(0) as device, profiling.Profile(device):
    metadata, _ = traced(loss)
print(json.dumps([device.device for device in metadata.step_stats.dev_stats]))
""",
        TF_CPP_MIN_LOG_LEVEL="0",
    )
    assert "/job:localhost/replica:0/task:0/device:DML:0" in found
    assert "/device:DML:0/stream:all" not in found
    assert "No device times in the profile: a profile of this device is already" in log
