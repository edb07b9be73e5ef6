"""The list of tests that Direct3D 12 is excepted from: what its plugin of pytest does."""

import json
import os
import pathlib
import subprocess
import sys

import pytest
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "ci/d3d12/plugins"

TESTS = """
import pytest

@pytest.fixture
def loader():
    raise AssertionError

def test_passes():
    pass

def test_fails():
    assert False

@pytest.mark.parametrize("size", [1, 2])
def test_loader(loader, size):
    pass
"""


@pytest.fixture
def run(tmp_path):
    """Runs TESTS with these exceptions; returns (exit status, what pytest says)."""
    (tmp_path / "test_some.py").write_text(TESTS)

    def run(*exceptions, most=100, processes=0):
        (tmp_path / "list.json").write_text(json.dumps({"exception": exceptions}))
        said = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p",
             "d3d12_exceptions", f"--exceptions={tmp_path / 'list.json'}",
             f"--most-exceptions={most}", f"--numprocesses={processes}", tmp_path],
            env={**os.environ, "PYTHONPATH": str(PLUGINS)}, cwd=tmp_path, capture_output=True,
            text=True, check=False)
        return said.returncode, said.stdout + said.stderr

    return run


FAILS = {"tests": r".*test_some\.py::test_fails", "reason": "fails here"}
LOADER = {"tests": r".*test_some\.py::test_loader", "reason": "takes a loader", "run": False}


def test_without_a_list_nothing_is_excepted(run):
    status, text = run()
    assert status == 1 and "1 failed, 1 passed, 2 errors" in text and "excepted" not in text


@pytest.mark.parametrize("processes", [0, 2])
def test_what_is_excepted_is_counted(run, processes):
    status, text = run(FAILS, LOADER, processes=processes)
    assert status == 0 and "1 passed, 2 skipped, 1 xfailed" in text
    assert "    2 takes a loader" in text and "    1 fails here" in text
    assert "3 of 4 tests, 75.00 in 100" in text


@pytest.mark.parametrize("processes", [0, 2])
def test_too_many_fail_the_run(run, processes):
    assert run(FAILS, LOADER, most=75, processes=processes)[0] == 0
    assert run(FAILS, LOADER, most=74, processes=processes)[0] == 1


def test_one_that_passes_is_no_exception(run):
    passes = {"tests": ".*::test_passes", "reason": "fails here"}
    status, text = run(passes, FAILS, LOADER)
    assert status == 1 and "XPASS(strict)" in text and "1 failed, 2 skipped, 1 xfailed" in text


@pytest.mark.parametrize("entry", [{"reason": "z"}, {"tests": "x"}])
def test_an_entry_says_what_and_why(run, entry):
    assert run(entry)[0] not in (0, 1)


def test_the_list_is_read():
    entries = tomllib.loads((ROOT / "tests/d3d12/exceptions.toml").read_text())["exception"]
    assert entries and all(entry["reason"] for entry in entries)
