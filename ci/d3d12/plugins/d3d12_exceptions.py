"""A plugin of pytest: the tests that Direct3D 12 on vkd3d is excepted from.

tests/d3d12/exceptions.toml has them, each with its reason: a table `[[exception]]` has

    tests   a regular expression that the start of a test's id below tests/ matches, as
            "runtime/test_slices\\.py::test_light"
    reason  a sentence
    run     false where the test ends the process

A test that is run has to fail, and so is out of the list as soon as it passes.
--exceptions=FILE is the list as JSON, since the wheel's Python may read no TOML;
--most-exceptions=PERCENT fails a run of which more than that is excepted. Where pytest-xdist
runs the tests in several processes, each has collected all of them, and says what it met.
"""

import collections
import json
import os
import pathlib
import re

import pytest

TESTS = pathlib.Path(__file__).resolve().parents[3] / "tests"


class Exempt:
    """A table of the list."""

    def __init__(self, tests, reason, run=True):
        self.tests = re.compile(tests)
        self.mark = (pytest.mark.xfail(reason=reason, strict=True) if run
                     else pytest.mark.skip(reason=reason))
        self.reason = reason

    def meets(self, item):
        file = os.path.relpath(str(item.fspath), TESTS)
        return self.tests.match("::".join([file, *item.nodeid.split("::")[1:]]))


class Exceptions:
    """The list, and what of it the tests of this run met."""

    def __init__(self, entries):
        self.all = [Exempt(**entry) for entry in entries]
        self.met = collections.Counter()
        self.collected = 0

    def mark(self, items):
        self.collected = len(items)
        for item in items:
            exempt = next((e for e in self.all if e.meets(item)), None)
            if exempt:
                item.add_marker(exempt.mark)
                self.met[exempt.reason] += 1

    def counts(self):
        return {"collected": self.collected, "met": dict(self.met)}

    def take(self, counts):
        """What another process counted of the same tests."""
        self.collected = counts["collected"]
        self.met = collections.Counter(counts["met"])

    @property
    def percent(self):
        return 100 * sum(self.met.values()) / max(1, self.collected)


def pytest_addoption(parser):
    parser.addoption("--exceptions", type=pathlib.Path, required=True, metavar="FILE")
    parser.addoption("--most-exceptions", type=float, default=100.0, metavar="PERCENT")


def pytest_configure(config):
    path = config.getoption("--exceptions")
    config.exceptions = Exceptions(json.loads(path.read_text())["exception"])


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    config.exceptions.mark(items)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    counts = getattr(node, "workeroutput", {}).get("exceptions")
    if counts:
        node.config.exceptions.take(counts)


def pytest_sessionfinish(session):
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["exceptions"] = session.config.exceptions.counts()
        return
    most = session.config.getoption("--most-exceptions")
    if session.exitstatus == pytest.ExitCode.OK and session.config.exceptions.percent > most:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    exceptions = config.exceptions
    if not exceptions.met:
        return
    terminalreporter.section("excepted on Direct3D 12")
    for reason, count in exceptions.met.most_common():
        terminalreporter.line(f"{count:5} {reason}")
    terminalreporter.line(f"{sum(exceptions.met.values())} of {exceptions.collected} tests, "
                          f"{exceptions.percent:.2f} in 100")
