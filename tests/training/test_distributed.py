"""What docs/distributed.md shows trains to the loss of one device, on the devices."""

import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import time

import numpy as np

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/distributed.md"
SECONDS = 300  # for a group of processes that hangs
PROOF = """
import json, tensorflow_directml
print("launches", json.dumps(tensorflow_directml.launches_by_tag()))
"""
NOT_VISIBLE = "not visible to TensorFlow"


def examples():
    return re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)


MIRRORED, SPLIT, WORKERS, ESTIMATOR, SERVERS = range(5)


def expected(steps):
    """The loss of whole steps of gradient descent, and no other arithmetic than NumPy's."""
    random = np.random.RandomState(0)
    x = np.linalg.qr(random.randn(64, 4))[0] * 8
    y = x.sum(axis=1, keepdims=True) + random.randn(64, 1)
    weights, bias = np.zeros((4, 1)), np.zeros(1)
    for _ in range(steps):
        error = x.dot(weights) + bias - y
        weights -= 0.1 * 2 * x.T.dot(error) / 64
        bias -= 0.1 * 2 * error.mean()
    return np.mean((x.dot(weights) + bias - y) ** 2)


class Said:
    """What a process printed."""

    def __init__(self, out, err):
        self.out, self.err = out, err

    @property
    def loss(self):
        return float(re.search(r"loss (\S+)", self.out).group(1))

    @property
    def replicas(self):
        return int(re.search(r"(\d+) replicas", self.out).group(1))

    @property
    def launches(self):
        return json.loads(re.search(r"launches (.*)", self.out).group(1))


def port():
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return probe.getsockname()[1]


class Process:
    def __init__(self, folder, name, program, arguments=(), **environment):
        script = folder / (name + ".py")
        script.write_text(program)
        self.files = [folder / (name + suffix) for suffix in (".out", ".err")]
        with self.files[0].open("w") as out, self.files[1].open("w") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "ignore", str(script), *map(str, arguments)],
                env=dict(os.environ, **environment), stdout=out, stderr=err)

    def status(self):
        """None while it runs."""
        return self.process.poll()

    def said(self):
        """When it has ended well."""
        out, err = (file.read_text() for file in self.files)
        assert self.status() == 0, (self.status(), out[-1000:], err[-3000:])
        return Said(out, err)

    def end(self):
        self.process.kill()
        self.process.wait()


def together(processes, waited):
    """What those that `waited` is true of said; all end with them, or with the first that fails."""
    deadline = time.monotonic() + SECONDS
    waited_for = [process for name, process in processes if waited(name)]
    try:
        while time.monotonic() < deadline:
            failed = [process for _, process in processes if process.status()]
            if failed:
                failed[0].said()  # raises
            if all(process.status() == 0 for process in waited_for):
                break
            time.sleep(0.05)
        return [process.said() for process in waited_for]
    finally:
        for _, process in processes:
            process.end()


def cluster(folder, program, jobs, arguments=(), waited=("chief", "worker")):
    """What the processes of a cluster said, in its order, of the jobs that are waited for."""
    hosts = {job: ["localhost:%d" % port() for _ in range(count)] for job, count in jobs}
    processes = []
    for job, count in jobs:
        for index in range(count):
            task = {"cluster": hosts, "task": {"type": job, "index": index}}
            processes.append((job, Process(folder, "%s%d" % (job, index), program + PROOF,
                                           arguments, TF_CONFIG=json.dumps(task))))
    return together(processes, lambda job: job in waited)


def alone(folder, program, **environment):
    return together([("", Process(folder, "program", program + PROOF, **environment))],
                    lambda name: True)[0]


def test_one_device(tmp_path):
    said = alone(tmp_path, examples()[MIRRORED])
    assert said.replicas == 1 and said.launches
    np.testing.assert_allclose(said.loss, expected(5), rtol=1e-5)


def test_mirrored_on_two_adapters(tmp_path, vulkan_stand_in, on_vulkan):
    said = alone(tmp_path, examples()[MIRRORED], TF_DIRECTML_VULKAN_LOADER=vulkan_stand_in,
                 STAND_IN_ADAPTERS="adapter software; name one; adapter software; name two")
    assert said.replicas == 2 and said.launches
    assert NOT_VISIBLE not in said.err
    np.testing.assert_allclose(said.loss, expected(5), rtol=1e-5)


def test_mirrored_on_virtual_devices(tmp_path):
    said = alone(tmp_path, examples()[SPLIT] + examples()[MIRRORED])
    assert said.replicas == 2 and said.launches
    assert NOT_VISIBLE not in said.err
    np.testing.assert_allclose(said.loss, expected(5), rtol=1e-5)


def test_mirrored_where_nccl_is_asked_for(tmp_path):
    program = (examples()[SPLIT] + examples()[MIRRORED]).replace(
        "MirroredStrategy()", "MirroredStrategy(cross_device_ops=tf.distribute.NcclAllReduce())")
    assert "Nccl" in program
    said = alone(tmp_path, program)
    assert said.replicas == 2 and said.launches
    assert said.err.count("NCCL is for CUDA") == 1
    np.testing.assert_allclose(said.loss, expected(5), rtol=1e-5)


def test_mirrored_with_the_cpu(tmp_path):
    program = examples()[MIRRORED].replace(
        "MirroredStrategy()", 'MirroredStrategy(["/gpu:0", "/cpu:0"])')
    assert '"/cpu:0"' in program
    said = alone(tmp_path, program)
    assert said.replicas == 2 and said.launches
    assert NOT_VISIBLE not in said.err
    np.testing.assert_allclose(said.loss, expected(5), rtol=1e-5)


def test_workers_with_keras(tmp_path):
    program = examples()[WORKERS].replace(
        "MultiWorkerMirroredStrategy()", "MultiWorkerMirroredStrategy(\n"
        "    tf.distribute.experimental.CollectiveCommunication.NCCL)")
    assert "NCCL" in program
    for said in cluster(tmp_path, program, [("worker", 2)]):
        assert said.err.count("NCCL is for CUDA") == 1
        assert said.replicas == 2
        assert said.launches["Add"] > 0, said.launches  # the ring's
        np.testing.assert_allclose(said.loss, expected(5), rtol=1e-5)


def test_workers_with_estimator(tmp_path):
    chief, other = cluster(tmp_path, examples()[ESTIMATOR], [("chief", 1), ("worker", 1)],
                           ("collective", tmp_path / "model"))
    assert chief.launches["Add"] > 0 and other.launches["Add"] > 0
    np.testing.assert_allclose(chief.loss, expected(5), rtol=1e-5)


def test_parameter_servers_with_estimator(tmp_path):
    """Nobody waits for the worker, the chief least of all: it may have nothing left to do."""
    (chief,) = cluster(tmp_path, examples()[ESTIMATOR],
                       [("ps", 1), ("chief", 1), ("worker", 1)],
                       ("servers", tmp_path / "model"), waited=("chief",))
    assert chief.launches["MatMul"] > 0
    np.testing.assert_allclose(chief.loss, expected(80), rtol=1e-4)


def test_servers(tmp_path):
    hosts = ["localhost:%d" % port() for _ in range(3)]
    processes = [(job + index, Process(tmp_path, job + index, examples()[SERVERS] + PROOF,
                                       [job, index, *hosts]))
                 for job, index in (("ps", "0"), ("worker", "0"), ("worker", "1"))]
    (first,) = together(processes, lambda name: name == "worker0")
    assert first.launches["MatMul"] > 0
    np.testing.assert_allclose(first.loss, expected(80), rtol=1e-4)
