"""The worker with TensorFlow inside: main functions, helper modules, missing kernels."""

import pytest

pytest.importorskip("tensorflow")

HEAD = "import tensorflow as tf\nimport tensorflow_directml as dml\n"


def test_files_as_upstream_writes_them(runner):
    """Helpers that only the checkout has, tests made in the main part, data files."""
    folder = runner.source / "tensorflow/python/kernel_tests"
    (folder / "our_helpers").mkdir()
    (folder / "our_helpers/values.py").write_text("def two():\n    return 2\n")
    (folder / "ops_override.py").write_text("")
    (folder / "testdata").mkdir()
    (folder / "testdata/data.txt").write_text("data")
    installed = runner.source / "tensorflow/python/ops"
    installed.mkdir(parents=True)
    (installed / "math_ops.py").write_text("raise ImportError('shadows the installed one')")
    # Folders that would hide modules of Python, were the file's own folder searched.
    for name in ["random", "signal"]:
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text("raise ImportError('hides a module')")
    path = runner.add("style", "")
    path.write_text(
        HEAD
        + """
import os, random, signal
from tensorflow.python.kernel_tests.our_helpers import values
from tensorflow.python.ops import math_ops
from tensorflow.python.platform import test

class StyleTest(test.TestCase):
    def testHelper(self):
        with self.session():
            self.assertEqual(4, self.evaluate(math_ops.add(values.two(), 2)))
    def testData(self):
        name = "tensorflow/python/kernel_tests/testdata/data.txt"
        with open(name) as file:
            self.assertEqual("data", file.read())
        self.assertTrue(os.path.exists(test.test_src_dir_path("python/kernel_tests")))
        with open("written_by_a_test", "w") as file:
            file.write("not into the checkout")
        self.assertIn(os.environ["TMPDIR"], self.get_temp_dir())

if __name__ == "__main__":
    StyleTest.testMadeInMain = lambda self: dml.launch("Add")
    test.main()
"""
    )
    before = sorted(str(path) for path in runner.source.rglob("*"))
    runner.run(status=0)
    assert runner.states() == {
        "StyleTest.testHelper": ("passed", "no_launches"),
        "StyleTest.testData": ("passed", "no_launches"),
        "StyleTest.testMadeInMain": ("passed", "passed"),
    }
    assert sorted(str(path) for path in runner.source.rglob("*")) == before


def test_missing_kernels_are_named(runner):
    runner.let_cuda_have(NthElement=[{"T": ["float32"]}], RandomShuffle=[{"T": ["float64"]}])
    path = runner.add("wants", "")
    path.write_text(
        HEAD
        + """
import sys
class WantsTest(tf.test.TestCase):
    def testSession(self):
        with self.session() as session:
            x = tf.placeholder(tf.float32, [2])
            y = tf.raw_ops.NthElement(input=x, n=0)
            session.run(y, {x: [1, 2]})
            session.run(y, {x: [1, 2]})
    def testFunction(self):
        f = tf.contrib.eager.defun(lambda x: tf.random.shuffle(x))
        with self.session() as session:
            x = tf.placeholder(tf.float64, [2])
            session.run(f(x), {x: [1, 2]})
    def testText(self):
        with self.session() as session:
            x = tf.placeholder(tf.string, [2])
            session.run(tf.strings.lower(x), {x: ["A", "b"]})
    def testNothing(self):
        pass
    def testFails(self):
        with self.session() as session:
            x = tf.placeholder(tf.float32, [2])
            session.run(tf.raw_ops.NthElement(input=x, n=0), {x: [1, 2]})
        print("its own words")
        self.fail()
tf.test.main()
"""
    )
    runner.run()
    rows = runner.report()
    wanted = rows["WantsTest.testSession"]["cpu_ops"]
    assert wanted["NthElement[T=float32]"] == 1, wanted
    assert not any("Identity" in op or op.startswith("_") for op in wanted), wanted
    assert "RandomShuffle[T=float64]" in rows["WantsTest.testFunction"]["cpu_ops"]
    assert "NthElement[T=float32]" not in rows["WantsTest.testFunction"]["cpu_ops"]
    assert not rows["WantsTest.testNothing"]["cpu_ops"]
    quiet = {test: row["quiet"] for test, row in rows.items() if test}
    assert quiet["WantsTest.testSession"] == "cuda_kernels_missing"
    assert quiet["WantsTest.testText"] == "kernels_missing"
    assert quiet["WantsTest.testNothing"] == "no_ops"
    log = rows["WantsTest.testFails"]["log"]
    assert "its own words" in log
    assert "Instantiating kernel" not in log, "the runner's own lines are not the test's log"
    kernels = rows[None]["missing_kernels"]
    (found,) = [kernel for kernel in kernels if kernel["op"] == "NthElement"]
    assert (found["types"], found["tests"], found["files"]) == ("T=float32", 2, 1)
    assert {kernel["op"]: kernel["cuda"] for kernel in kernels} == {
        "NthElement": True,
        "RandomShuffle": True,
        "StringLower": False,
    }


def test_missing_kernels_of_eager_ops(runner):
    path = runner.add("eager", "")
    path.write_text(
        HEAD
        + """
tf.enable_eager_execution()
class EagerTest(tf.test.TestCase):
    def testOne(self):
        tf.raw_ops.NthElement(input=[1.0, 2.0], n=0)
        tf.raw_ops.NthElement(input=[3.0, 4.0], n=0)
    def testTwo(self):
        tf.raw_ops.NthElement(input=[1.0, 2.0], n=0)
        self.fail("to see the log")
tf.test.main()
"""
    )
    runner.run()
    rows = runner.report()
    for test in ["EagerTest.testOne", "EagerTest.testTwo"]:
        assert rows[test]["cpu_ops"] == {"NthElement[T=float32]": 1}
    assert "NthElement" not in rows["EagerTest.testTwo"]["log"], rows["EagerTest.testTwo"]["log"]


def test_on_the_installed_plugin(runner):
    """The whole of it, no fake: needs the wheel, which has a runner too."""
    pytest.importorskip("tensorflow_directml.upstream")
    path = runner.add("device", "")
    path.write_text(
        """
import numpy as np
import tensorflow as tf
class DeviceTest(tf.test.TestCase):
    def testMatMul(self):
        with tf.Session() as session:
            x = tf.placeholder(tf.float32, [2, 2])
            session.run(tf.matmul(x, x), {x: [[1, 2], [3, 4]]})
    def testNothing(self):
        pass
    def testWants(self):
        with tf.Session() as session:
            x = tf.placeholder(tf.float32, [2])
            session.run(tf.as_string(x), {x: [1, 2]})
    def testEmpty(self):
        with tf.Session() as session:
            x = tf.placeholder(tf.float32, [0, 2])
            session.run(tf.matmul(x, [[1.0], [2.0]]), {x: np.zeros([0, 2])})
tf.test.main()
"""
    )
    runner.run(fake=False, status=0)
    rows = runner.report()
    assert rows["DeviceTest.testMatMul"]["launches"]["MatMul"] >= 1
    assert not rows["DeviceTest.testMatMul"]["cpu_ops"]
    assert runner.states()["DeviceTest.testMatMul"] == ("passed", "passed")
    assert runner.states()["DeviceTest.testNothing"] == ("passed", "no_launches")
    quiet = {test: row["quiet"] for test, row in rows.items() if test}
    assert quiet["DeviceTest.testNothing"] == "no_ops"
    assert quiet["DeviceTest.testEmpty"] == "nothing_to_launch"
    assert quiet["DeviceTest.testMatMul"] == ""
    # Strings have no kernel on any device but the CPU, so this one stays wanted.
    assert "AsString[T=float32]" in rows["DeviceTest.testWants"]["cpu_ops"]


def test_pins_by_default_are_lifted(runner):
    path = runner.add("pins", "")
    path.write_text(
        HEAD
        + """
def device_of(session):
    x = tf.placeholder(tf.float32, [1])
    y = tf.add(x, x)
    session.run(y, {x: [1]})
    return y.device
class PinsTest(tf.test.TestCase):
    def testDefault(self):
        with self.session() as session:
            self.assertEqual("", device_of(session))
    def testCached(self):
        with self.cached_session(use_gpu=False) as session:
            self.assertEqual("", device_of(session))
    def testByName(self):
        with self.session() as session, tf.device("/cpu:0"):
            self.assertIn("CPU:0", device_of(session))
    def testForced(self):
        with self.session(force_gpu=True, graph=tf.Graph()) as session:
            self.assertNotIn("CPU", tf.no_op().device)

if __name__ == "__main__":
    tf.test.main()
"""
    )
    runner.run()
    states = runner.states()
    assert {test: state for test, (_, state) in states.items()} == {
        "PinsTest.testDefault": "no_launches",
        "PinsTest.testCached": "no_launches",
        "PinsTest.testByName": "no_launches",
        "PinsTest.testForced": "no_launches",
    }
    runner.run("--as-written")
    states = runner.states()
    assert {test: state for test, (_, state) in states.items()} == {
        "PinsTest.testDefault": "failed",
        "PinsTest.testCached": "failed",
        "PinsTest.testByName": "no_launches",
        "PinsTest.testForced": "no_launches",
    }
