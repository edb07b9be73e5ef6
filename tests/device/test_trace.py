"""tensorflow-directml trace on scripts as users have them: the largest cost is named rightly,
which a count of the trace's own events, made here, says."""

import gzip
import json
import os
import pathlib
import subprocess
import sys

import pytest
from tensorflow_directml import cli

SCRIPTS = pathlib.Path(__file__).resolve().parent / "trace_scripts"


class Traced:
    """What a run of the command left."""

    def __init__(self, completed, folder):
        self.status, self.out, self.err = (
            completed.returncode,
            completed.stdout,
            completed.stderr,
        )
        self.folder = folder
        if (folder / "report.json").exists():
            self.report = json.loads((folder / "report.json").read_text())
            self.page = (folder / "index.html").read_text(encoding="utf-8")
            with gzip.open(str(folder / "trace.json.gz"), "rt") as file:
                self.events = json.load(file)["traceEvents"]

    @property
    def advice(self):
        return self.report["advice"][0]

    def spans(self, where):
        return [e for e in self.events if e["ph"] == "X" and where(e["args"], e)]

    def steps(self):
        """(start, end of the call, start of the next one) of traced calls, in microseconds."""
        name = self.report["step"]["name"]
        calls = sorted(
            self.spans(lambda args, event: event["pid"] == 1 and event["name"] == name),
            key=lambda call: call["ts"],
        )
        starts = {round(start / 1e3) for start in self.report["step"]["starts"]}
        traced = [i for i, call in enumerate(calls[:-1]) if round(call["ts"]) in starts]
        assert len(traced) == self.report["step"]["traced"]
        assert all(calls[i]["args"]["traced"] for i in traced)
        return [
            (calls[i]["ts"], calls[i]["ts"] + calls[i]["dur"], calls[i + 1]["ts"]) for i in traced
        ]

    def inside(self, where):
        """Milliseconds a step that these events take in the traced steps."""
        steps = self.steps()
        time = sum(
            event["dur"]
            for event in self.spans(where)
            for start, _, end in steps
            if start <= event["ts"] < end
        )
        return time / len(steps) / 1e3


@pytest.fixture
def trace(tmp_path):
    def run(script, *arguments, **options):
        folder = tmp_path / "out"
        command = ["-m", "tensorflow_directml.cli", "trace", "--json", "--output", str(folder)]
        command += ["--skip", "3", "--steps", "3"] + list(options.get("options", ()))
        completed = subprocess.run(
            [sys.executable, "-W", "ignore"] + command + [str(script)] + list(arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
            cwd=str(tmp_path),
            env=dict(os.environ, **options.get("environment", {})),
            timeout=120,
        )
        return Traced(completed, folder)

    return run


def program(tmp_path, text):
    path = tmp_path / "program.py"
    path.write_text(text)
    return path


def largest(report):
    return max(report["parts"], key=lambda part: report["parts"][part])


def test_session(trace):
    """Batches are made by Python; a second run computes the accuracy."""
    traced = trace(SCRIPTS / "raw_session.py", "--steps", "9")
    assert traced.status == 0, traced.err[-3000:]
    assert traced.out.startswith("loss ")
    assert traced.report["counters"]["launches"] > 10
    # By hand: what lies between the calls of a step and the next, but for the other call.
    others = traced.inside(lambda args, event: event["pid"] == 1 and event["name"] == "accuracy")
    between = sum(following - end for _, end, following in traced.steps()) / 1e3
    python = between / len(traced.steps()) - others
    assert python == pytest.approx(traced.report["parts"]["python"] / 1e6, rel=0.1)
    assert python > 0.5 * traced.report["step"]["total"] / 1e6
    assert traced.advice["title"] == "Python between steps: batch"
    line = int(traced.advice["source"].rpartition(":")[2])
    assert "image" in (SCRIPTS / "raw_session.py").read_text().splitlines()[line - 1]
    titles = [advice["title"] for advice in traced.report["advice"]]
    assert "Another call of Session.run between steps: accuracy" in titles
    assert traced.report["memory"]["peak_bytes_in_use"] > 784 * 128 * 4
    assert traced.advice["title"] in traced.page and "raw_session.py" in traced.page


def test_keras(trace):
    """What the device computes takes most, and of that a convolution's gradient or a pool's."""
    traced = trace(SCRIPTS / "keras_fit.py")
    assert traced.status == 0, traced.err[-3000:]
    assert largest(traced.report) == "compute"
    # By hand: the launches of each op.
    ops = {event["args"]["op"] for event in traced.spans(lambda args, _: args.get("program"))}
    time = {
        op: traced.inside(lambda args, _, op=op: args.get("program") and args["op"] == op)
        for op in ops
    }
    dearest = max(time, key=lambda op: time[op])
    assert traced.advice["title"].startswith(dearest + " takes ")
    assert traced.advice["cost"] / 1e6 == pytest.approx(time[dearest], rel=0.01)
    assert traced.advice["source"].startswith("trace_scripts/keras_fit.py:")
    total = sum(time.values())
    assert traced.report["parts"]["compute"] / 1e6 == pytest.approx(total, rel=0.05)


def test_estimator(trace):
    """Python decodes the input, one example at a time."""
    traced = trace(SCRIPTS / "estimator.py")
    assert traced.status == 0, traced.err[-3000:]
    assert largest(traced.report) == "input"
    # By hand: how long the op took that waits for a batch.
    waited = traced.inside(
        lambda args, event: args.get("op") == "IteratorGetNext" and args.get("device") == "CPU:0"
    )
    assert waited > 0.5 * traced.report["step"]["total"] / 1e6
    assert traced.report["parts"]["input"] / 1e6 == pytest.approx(waited, rel=0.2)
    assert traced.advice["title"] == "The input pipeline is slower than the step"
    assert "prefetch" in traced.advice["action"]


FUNCTION = """
import sys
import tensorflow as tf
tf.compat.v1.enable_v2_behavior()
w = tf.Variable(tf.ones([64, 64]))
optimizer = tf.keras.optimizers.SGD(0.001)

@tf.function
def train(x):
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.nn.relu(tf.matmul(x, w)))
        with tf.device("/cpu:0"):
            y += tf.reduce_sum(tf.random.normal([1000000]))
    optimizer.apply_gradients([(tape.gradient(y, w), w)])
    return y

for _ in range(9):
    train(tf.ones([64, 64]))
sys.exit(5)
"""


def test_function_and_exit_status(trace, tmp_path):
    """An op that was pinned to the CPU costs most, and the page tells which and why."""
    traced = trace(program(tmp_path, FUNCTION))
    assert traced.status == 5, traced.err[-3000:]
    assert (traced.report["step"]["kind"], traced.report["step"]["name"]) == ("function", "train")
    assert largest(traced.report) == "host_op"
    by_op = traced.inside(lambda args, _: args.get("op") == "RandomStandardNormal")
    (host,) = [h for h in traced.report["host_ops"] if h["op"] == "RandomStandardNormal"]
    assert host["host"] / 1e6 == pytest.approx(by_op, rel=0.1)
    assert "asks for" in host["reason"] and host["source"].endswith("program.py:13")
    assert traced.advice["title"] == "RandomStandardNormal runs on the CPU"
    assert traced.report["counters"]["launches"] > 3


EAGER_AND_FAILING = """
import tensorflow as tf
tf.compat.v1.enable_eager_execution()
w = tf.Variable(tf.ones([16, 16]))
optimizer = tf.compat.v1.train.GradientDescentOptimizer(0.001)
for _ in range(9):
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.matmul(w, w))
    optimizer.apply_gradients([(tape.gradient(y, w), w)])
raise ValueError("the script's own mistake")
"""


def test_eager_steps_of_a_script_that_fails(trace, tmp_path):
    traced = trace(program(tmp_path, EAGER_AND_FAILING))
    assert traced.status == 1
    assert "ValueError: the script's own mistake" in traced.err
    assert "trace/script.py" not in traced.err
    assert traced.report["step"]["kind"] == "eager step"
    assert traced.report["step"]["traced"] == 3
    assert [op["op"] for op in traced.report["device_ops"]].count("MatMul") == 1
    assert "exit status 1 (ValueError)" in traced.page


def test_a_script_without_tensorflow(trace, tmp_path):
    traced = trace(program(tmp_path, "print('hello')"))
    assert (traced.status, traced.out) == (0, "hello\n")
    assert "did not import TensorFlow" in traced.err


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--steps", "0", "program.py"], "--steps must be at least 1"),
        (["nowhere.py"], "nowhere.py: No such file or directory"),
    ],
)
def test_what_cannot_be_run(tmp_path, capsys, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", list(sys.argv))
    assert cli.main(["trace"] + arguments) == 2
    assert words in capsys.readouterr().err
