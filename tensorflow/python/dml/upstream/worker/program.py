"""Executes a test file as its own main program, with our collector inside.

A test file is not imported but executed as __main__, since many define part of
their tests, or switch to eager mode, under "if __name__ == '__main__'". Its call
of whatever main function (tf.test.main, absltest.main, unittest.main) parses
flags and comes to unittest.TestProgram in the end; that class is replaced by one
that runs the slice.
"""

import ctypes
import faulthandler
import fnmatch
import runpy
import signal
import sys
import traceback
import unittest
from typing import Any, Dict, Iterator

from ..results import FAILED, SKIPPED, Result
from . import pins, source_finder
from .collector import Collector
from .events import Events

_PR_SET_PDEATHSIG = 1
# tf.test.TestCase has a method of this name, which is no test and skips itself.
_NOT_A_TEST = "test_session"


def _die_with_parent() -> None:
    """A runner that is killed leaves no worker behind, on Linux."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _flatten(suite: Any) -> Iterator[Any]:
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from _flatten(item)
        else:
            yield item


def _by_name(suite: unittest.TestSuite) -> Dict[str, Any]:
    """Tests by Class.method; ids are no names, parameters may stand in them."""
    tests: Dict[str, Any] = {}
    for test in _flatten(suite):
        method = test._testMethodName
        if method == _NOT_A_TEST:
            continue
        name = base = "%s.%s" % (type(test).__name__, method)
        number = 1
        while name in tests:
            number += 1
            name = "%s#%d" % (base, number)
        tests[name] = test
    return tests


def _any_match(name: str, globs: Any) -> bool:
    return any(fnmatch.fnmatchcase(name, glob) for glob in globs)


class _Slice:
    """What stands in for unittest.TestProgram, for one spec."""

    def __init__(self, spec: Dict[str, Any], events: Events):
        self._spec = spec
        self._events = events
        self.ran = False

    def run(self, module: Any, loader: Any) -> None:
        self.ran = True
        # Behind TensorFlow's handlers, which print C++ frames only.
        faulthandler.enable()
        module = sys.modules[module] if isinstance(module, str) else module
        spec = self._spec
        if not spec["pinned"]:
            pins.lift()
        found = _by_name(loader.loadTestsFromModule(module))
        self._events.send("tests", tests=list(found))
        wanted = list(found) if spec["tests"] is None else spec["tests"]
        if spec["select"]:
            wanted = [name for name in wanted if _any_match(name, spec["select"])]
        left = [name for name in wanted if name in found and _any_match(name, spec["leave"])]
        for name in left:
            self._tell(name, SKIPPED, "not run: see known_differences.json")
        lost = [name for name in wanted if name not in found]
        for name in lost:
            self._tell(name, FAILED, "An earlier process found this test in the file; this did not")
        selected = {name: found[name] for name in wanted if name not in left + lost}
        collector = Collector(
            spec["name"], self._events, selected, spec["output"], spec["seconds"], spec["device"]
        )
        unittest.TestSuite(selected.values()).run(collector)
        self._events.send("end", rest=list(collector.pending))

    def _tell(self, test: str, state: str, details: str) -> None:
        result = Result(self._spec["name"], test, state, details=details)
        self._events.send("stop", test=test, offset=0, result=result.as_json())


def main(spec: Dict[str, Any]) -> None:
    _die_with_parent()
    faulthandler.enable()
    events = Events(spec["events"])
    source_finder.install(spec["source"])
    part = _Slice(spec, events)

    class Program:
        """The interface of unittest.TestProgram, as far as main functions use it."""

        def __init__(
            self,
            module: Any = "__main__",
            defaultTest: Any = None,
            argv: Any = None,
            testRunner: Any = None,
            testLoader: Any = unittest.defaultTestLoader,
            **unused: Any,
        ):
            part.run(module, testLoader)
            # Outcomes went their own way; anything but 0 means a crash.
            sys.exit(0)

    unittest.TestProgram = unittest.main = Program  # type: ignore
    sys.argv = [spec["file"]]
    try:
        runpy.run_path(spec["file"], run_name="__main__")
        reason = "The file ended without a call of a test main function"
    except SystemExit as error:
        if part.ran:
            raise
        reason = "The file exited (%s) before it ran its tests" % error
    except BaseException:
        if part.ran:
            raise
        reason = traceback.format_exc()
    if not part.ran:
        events.send("broken", details=reason)
