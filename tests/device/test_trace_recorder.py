"""What tensorflow-directml trace puts around sessions and functions leaves scripts alone."""

import os
import threading

import numpy as np
import pytest
from tensorflow.python.client import session as session_module
from tensorflow.python.eager import def_function, function, profiler
from tensorflow.python.keras.optimizer_v2 import optimizer_v2
from tensorflow.python.training import optimizer
from tensorflow_directml.trace import analyse, functions, recorder, recording, sampling, sessions

import tensorflow as tf

v1 = tf.compat.v1
PATCHED = (
    (session_module.BaseSession, ("run", "_call_tf_sessionrun")),
    (session_module.BaseSession._Callable, ("__init__", "__call__", "__del__")),
    (function.ConcreteFunction, ("_call_flat",)),
    (function.Function, ("_create_graph_function",)),
    (def_function.Function, ("__call__",)),
    (optimizer.Optimizer, ("apply_gradients",)),
    (optimizer_v2.OptimizerV2, ("apply_gradients",)),
    (profiler, ("start", "stop")),
)


@pytest.fixture
def watched(monkeypatch):
    """A recorder that traces the third and fourth call of each kind, and is taken off again."""
    for owner, names in PATCHED:
        for name in names:
            monkeypatch.setattr(owner, name, getattr(owner, name))
    found = recorder.Recorder(recording.Recording(), 2, 2)
    sessions.Sessions(found).install()
    functions.Functions(found).install()
    yield found
    found.finish()


@pytest.fixture
def net():
    with tf.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf.float32, [None, 16], name="x")
        weights = v1.get_variable("weights", [16, 16])
        y = tf.reduce_sum(tf.matmul(x, weights), name="y")
        session.run(v1.global_variables_initializer())
        yield session, x, y


ONES = np.ones((4, 16), np.float32)
FULL = v1.RunOptions(trace_level=v1.RunOptions.FULL_TRACE)


def calls(watched, **wanted):
    watched.finish()
    return [
        call
        for call in watched.recording.calls
        if all(getattr(call.key, name) == value for name, value in wanted.items())
    ]


def ops(call):
    return {event.op for event in call.events if event.kind == recording.LAUNCH}


def test_run_and_callables(watched, net):
    session, x, y = net
    made = session.make_callable(y, feed_list=[x])
    fast = session.make_callable(y.op.inputs[1].op)
    expected = session.run(y, {x: ONES})
    for _ in range(4):
        assert made(ONES) == expected  # by Session.run, as the one before
        fast()
    found = calls(watched, name="y")
    assert [call.traced for call in found] == [False, True, True, True, False]
    assert [call.warm for call in found if call.traced] == [False, True, True]
    assert all("MatMul" in ops(call) for call in found if call.traced)
    assert found[2].feeds == [recording.Feed("x:0", ONES.nbytes)]
    assert found[2].fetched_bytes == 4
    assert found[2].counters["launches"] >= 2
    assert [call.traced for call in calls(watched, name="Const")] == [False, True, True, True]


def test_options_and_metadata_of_the_script(watched, net):
    session, x, y = net
    for _ in range(4):
        metadata = v1.RunMetadata()
        session.run(y, {x: ONES}, options=FULL, run_metadata=metadata)
        lines = [line.device for line in metadata.step_stats.dev_stats]
        assert "/device:DML:0/stream:all" in lines
    with pytest.raises(tf.errors.DeadlineExceededError):
        queue = tf.queue.FIFOQueue(1, tf.float32)
        session.run(queue.dequeue(), options=v1.RunOptions(timeout_in_ms=50))
    found = calls(watched, name="y")
    assert all("MatMul" in ops(call) for call in found if call.traced)
    (late,) = [call for call in watched.recording.calls if call.failed]
    assert late.failed == "DeadlineExceededError"


def test_keras_functions(watched):
    with tf.Graph().as_default(), v1.Session() as session:
        v1.keras.backend.set_session(session)
        model = v1.keras.Sequential([v1.keras.layers.Dense(1, input_shape=(16,))])
        model.compile("sgd", "mse")
        for _ in range(4):
            model.train_on_batch(ONES, ONES[:, :1])
    found = [call for call in calls(watched, kind="callable") if call.traced]
    assert len(found) == 3
    assert all("ResourceApplyGradientDescent" in ops(call) for call in found)


def test_only_the_scripts_own_thread_has_steps(watched, net):
    session, x, y = net
    z = y + 1.0
    session.run(y, {x: ONES})
    thread = threading.Thread(target=lambda: [session.run(z, {x: ONES}) for _ in range(5)])
    thread.start()
    thread.join()
    found = calls(watched, name=z.op.name)
    assert [(call.main_thread, call.traced) for call in found] == [(False, False)] * 5


def test_a_profile_of_the_script_comes_first(watched, net):
    session, x, y = net
    profiler.start()
    for _ in range(3):
        session.run(y, {x: ONES})
    assert b"MatMul" in profiler.stop()
    for _ in range(2):
        session.run(y, {x: ONES})
    found = calls(watched, name="y")
    assert [call.traced for call in found] == [False, False, False, True, False]
    assert "a profile of its own" in watched.recording.problems[0]


def test_a_forked_process_records_nothing(watched, net, monkeypatch):
    session, x, y = net
    session.run(y, {x: ONES})
    pid = os.getpid()
    with monkeypatch.context() as child:
        child.setattr(os, "getpid", lambda: pid + 1)
        for _ in range(3):
            session.run(y, {x: ONES})
        watched.finish()
    assert len(calls(watched, name="y")) == 1


def test_where_nodes_were_made(watched, net):
    from tensorflow_directml.trace import origins

    session, x, y = net
    with session.graph.as_default():
        gradient = tf.gradients(y, x)[0]
    for _ in range(4):
        session.run(gradient, {x: ONES})
    watched.finish()
    origins.add(watched.recording, watched.graphs)
    origins.explain(watched.recording)
    result = analyse.analyse(watched.recording)
    (product,) = [row for row in result.nodes if row.name.startswith("gradients/MatMul")]
    # That of what it is the gradient of: the line in net().
    line = int(product.source.rpartition(":")[2])
    with open(__file__) as file:
        assert "tf.matmul" in file.read().splitlines()[line - 1]
    assert product.source.startswith("device/test_trace_recorder.py")
    key = result.key
    assert watched.recording.reasons[key, product.name][0] == "device"


def test_stacks_tell_the_script_from_libraries():
    libraries = sampling.Libraries()
    assert np.__file__ in libraries and tf.__file__ in libraries and os.__file__ in libraries
    assert sampling.__file__ in libraries
    assert __file__ not in libraries

    def inside():
        import sys

        return sampling.where(sys._getframe(), libraries)

    user, top = inside()
    assert user == top and user.startswith("device/test_trace_recorder.py:")
    assert user.endswith(" in inside")
