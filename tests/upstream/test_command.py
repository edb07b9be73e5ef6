"""Splitting, resuming, selecting, sharding, reports, and what a person gets wrong."""

import json
import os
import signal
import sys
import time
import xml.etree.ElementTree as ElementTree

import pytest

MANY = """
class A(unittest.TestCase):
    pass
class B(unittest.TestCase):
    pass
def wait(self):
    line = "%d %s %s\\n" % (os.getpid(), len(dml.adapters()), self.id())
    open(os.environ["TRACE"], "a").write(line)
    time.sleep(0.2)
    dml.launch("Add")
for i in range(6):
    setattr(A, "test_%d" % i, wait)
    setattr(B, "test_%d" % i, wait)
"""


@pytest.fixture
def trace(tmp_path, monkeypatch):
    """A file of lines "PID ADAPTERS TEST", of every test that runs."""
    path = tmp_path / "trace"
    path.touch()
    monkeypatch.setenv("TRACE", str(path))
    return lambda: [line.split() for line in path.read_text().splitlines()]


def test_a_long_file_is_split(runner, trace):
    runner.add("many", MANY)
    runner.run("--slice", 0.5, "--jobs", 2, status=0)
    for adapters in "01":
        ran = [line for line in trace() if line[1] == adapters]
        assert len(ran) == len({line[2] for line in ran}) == 12, "each test runs once"
        assert len({line[0] for line in ran}) >= 3, "no process has it all"
    assert set(runner.states().values()) == {("passed", "passed")}


def test_goes_on_after_being_stopped(runner, trace):
    runner.add("many", MANY)
    process = runner.start("--jobs", 1)
    while len(trace()) < 16:
        time.sleep(0.05)
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    output = "".join(process.communicate(timeout=60))
    assert process.returncode == 130
    assert "goes on from here" in output
    before = len(trace())
    runner.run("--report-only", status=0)
    assert "not_run" in [dml for _, dml in runner.states().values()]
    runner.run(status=0)
    assert set(runner.states().values()) == {("passed", "passed")}
    # Only the test that was cut off may have run twice.
    assert 24 <= len(trace()) <= 25
    assert before < 24
    runner.run(status=0)
    assert len(trace()) <= 25, "nothing is left to run"


def test_a_killed_runner_leaves_no_process(runner, trace):
    runner.add("many", MANY + "\n    time.sleep(0.1)\n")
    process = runner.start("--jobs", 1)
    while not trace():
        time.sleep(0.05)
    process.kill()
    process.communicate()
    worker = trace()[0][0]
    deadline = time.time() + 10
    while os.path.exists(f"/proc/{worker}/stat") and time.time() < deadline:
        with open(f"/proc/{worker}/stat") as file:
            if " Z " in file.read():
                break
        time.sleep(0.05)
    else:
        assert time.time() < deadline, "the worker outlived its runner"
    # A torn line must not hurt.
    (store,) = runner.out.glob("baseline-*.jsonl")
    with open(store, "a") as file:
        file.write('{"kind": "resu')
    assert "half a line" in runner.run(status=0)
    assert set(runner.states().values()) == {("passed", "passed")}


def test_what_changed_runs_again(runner, trace):
    runner.add("one", "class T(unittest.TestCase):\n    def test(self): dml.launch('Add')")
    runner.run(status=0)
    runner.add("one", "class T(unittest.TestCase):\n    def test(self): self.fail()")
    runner.run()
    assert runner.states() == {"T.test": ("failed", "failed")}
    runner.add("one", "class T(unittest.TestCase):\n    def other(self): pass\n    test_2 = other")
    runner.run(status=0)
    assert runner.states() == {"T.test_2": ("passed", "no_launches")}
    # Another build of the device keeps the baseline.
    fake = runner.folder / "packages/tensorflow_directml/__init__.py"
    fake.write_text(fake.read_text() + "\n# changed\n")
    output = runner.run(status=0)
    assert len(list(runner.out.glob("dml-*.jsonl"))) == 2
    assert len(list(runner.out.glob("baseline-*.jsonl"))) == 1
    assert "1 no launches" in output


def test_rerun(runner, trace):
    runner.add(
        "flaky",
        """
        class T(unittest.TestCase):
            def test_a(self): dml.launch("Add"); open(os.environ["TRACE"], "a").write("a\\n")
            def test_b(self):
                open(os.environ["TRACE"], "a").write("b\\n")
                dml.launch("Add")
                if dml.adapters(): self.assertTrue(os.path.exists(os.environ["TRACE"] + ".fixed"))
        """,
    )
    runner.run(status=1)
    runner.run(status=1)
    assert trace().count(["b"]) == 2, "no silent retries"
    open(os.environ["TRACE"] + ".fixed", "w").close()
    runner.run("--rerun", "failed,crashed", status=0)
    assert (trace().count(["a"]), trace().count(["b"])) == (2, 3)
    runner.run("--rerun", "all", status=0)
    assert (trace().count(["a"]), trace().count(["b"])) == (3, 4)


def test_selection_and_shards(runner, trace):
    for name in ["alpha", "beta", "gamma", "delta"]:
        runner.add(name, "class T(unittest.TestCase):\n    def test(self): pass\n    test_2 = test")
    other = runner.source / "tensorflow/python/training"
    other.mkdir()
    (other / "adam_test.py").write_text("")

    def listed(*arguments):
        process = runner.start("--list", *arguments)
        return process.communicate(timeout=60)[0].split()

    folder = "tensorflow/python/kernel_tests/"
    everything = [f"{folder}{name}_test.py" for name in ["alpha", "beta", "delta", "gamma"]]
    assert listed() == listed("kernel_tests") == listed(folder) == everything
    assert listed("alpha") == listed("kernel_tests/alpha_test.py") == everything[:1]
    assert listed("*lta", "training") == [everything[2], "tensorflow/python/training/adam_test.py"]
    shards = [listed("--shard", f"{i}/3") for i in (1, 2, 3)]
    assert sorted(path for shard in shards for path in shard) == everything
    assert all(shards)
    runner.run("alpha::T.test_2", status=0)
    assert list(runner.states()) == ["T.test_2"]
    for i in (1, 2):
        runner.run("--shard", f"{i}/2", status=0)
    assert len(list(runner.out.glob("*of2.jsonl"))) == 4
    assert len(runner.report()[None]["tests"]) == 8, "shards are merged, and tests left out run"


def test_known_differences(runner):
    runner.add(
        "known",
        """
        class T(unittest.TestCase):
            def test_precise(self): dml.launch("Exp"); self.assertFalse(dml.adapters())
            def test_never(self): os.abort()
            def test_repaired(self): dml.launch("Add")
        """,
    )
    entry = {
        "file": "tensorflow/python/kernel_tests/known_test.py",
        "reason": "the device rounds otherwise",
        "figure": "3e-7, wants 1e-7",
    }
    path = runner.folder / "known.json"
    entries = [
        {**entry, "tests": ["T.test_prec*"], "states": ["failed"]},
        {**entry, "tests": ["T.test_never"], "states": ["skipped"], "run": False},
        {**entry, "tests": ["T.test_repaired"], "states": ["failed"]},
    ]
    path.write_text(json.dumps(entries))
    output = runner.run("--known-differences", path, status=0)
    rows = runner.report()
    assert rows["T.test_precise"]["verdict"] == rows["T.test_never"]["verdict"] == "known"
    assert rows["T.test_precise"]["known"] == "the device rounds otherwise (3e-7, wants 1e-7)"
    assert rows["T.test_never"]["dml"] == "skipped"
    assert "none any more" in output
    assert "T.test_repaired" in output
    for wrong, said in [
        ({"reason": ""}, "lacks reason"),
        ({"states": ["passed"]}, "passed"),
        ({"typo": 1}, "typo"),
    ]:
        path.write_text(json.dumps([{**entries[0], **wrong}]))
        assert said in runner.run("--known-differences", path, status=2)


def test_reports(runner):
    runner.add(
        "nasty",
        """
        class T(unittest.TestCase):
            def test_ok(self): dml.launch("Add")
            def test_text(self):
                dml.launch("Add")
                if dml.adapters(): self.fail("</script><b> \\x00 \\x1b[31m & \\u2028 \\ud83d")
        """,
    )
    readme = runner.folder / "README.md"
    marks = "<!-- upstream-tests:{} -->\nold\n<!-- upstream-tests:end -->\n"
    readme.write_text("before\n" + marks.format("line") + "between\n" + marks.format("table"))
    runner.run("--update", readme, status=1)
    text = readme.read_text()
    assert "old" not in text
    assert "of 2 in 1 files" in text
    assert "1 pass on DML" in text
    assert "| tensorflow/python/kernel_tests/nasty_test.py | 1 | 0 | 0 | 1 |" in text
    page = (runner.out / "report.html").read_text(encoding="utf-8")
    assert page.count("</script>") == 1, "no text of a test ends the script"
    assert "http" not in page.replace("http-equiv", ""), "the page needs no other file"
    suite = ElementTree.parse(runner.out / "report.xml").find("testsuite")
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "1", "0")
    assert suite.find("testcase/failure") is not None
    readme.write_text("no marks")
    assert "no part to fill" in runner.run("--report-only", "--update", readme, status=2)


def test_baseline_of_its_own(runner, tmp_path):
    """--baseline-python needs no tensorflow_directml in that interpreter."""
    python = tmp_path / "stock"
    python.write_text(
        '#!/bin/sh\necho ran >> {}\nunset PYTHONPATH\nexec {} "$@"\n'.format(
            tmp_path / "calls", os.path.realpath(sys.executable)
        )
    )
    python.chmod(0o755)
    path = runner.add("plain", "")
    path.write_text(
        "import unittest\nclass T(unittest.TestCase):\n"
        "    def test(self):\n        try:\n            import tensorflow_directml\n"
        "        except ImportError:\n            return\n"
        "        tensorflow_directml.launch('Add')\nunittest.main()\n"
    )
    runner.run("--baseline-python", python, status=0)
    assert (tmp_path / "calls").exists()
    assert runner.states() == {"T.test": ("passed", "passed")}


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["nothing_like_it"], "no test file"),
        (["--shard", "3/2"], "i/n"),
        (["--rerun", "broken"], "no state broken"),
        (["--baseline-python", "/no/such/python"], "no interpreter"),
        (["--report-only"], "no results"),
        (["--jobs", "0"], "not above 0"),
        (["--source", "."], "checkout"),
    ],
    ids=lambda value: value[-1] if isinstance(value, list) else "",
)
def test_mistakes_are_explained(runner, arguments, said):
    runner.add("plain", "")
    assert said in runner.run(*arguments, status=2)


def test_without_an_adapter(runner):
    runner.add("plain", "class T(unittest.TestCase):\n    def test(self): pass")
    fake = runner.folder / "packages/tensorflow_directml/__init__.py"
    fake.write_text(fake.read_text().replace('!= "-1"', '== "none"'))
    output = runner.run(status=2)
    assert "no DML adapter" in output
    assert "hidden" in output
    runner.run("--baseline-only", status=0)
    assert runner.states() == {"T.test": ("passed", "not_run")}


def test_one_run_at_a_time(runner, trace):
    runner.add("many", MANY)
    first = runner.start("--baseline-only")
    while not trace():
        time.sleep(0.05)
    assert "another run" in runner.run("--baseline-only", status=2)
    first.send_signal(signal.SIGTERM)
    first.communicate(timeout=30)
    assert first.returncode == 128 + signal.SIGTERM
