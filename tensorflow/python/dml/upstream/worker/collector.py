"""A unittest result that reports each test to the runner as it ends."""

import os
import sys
import time
import traceback
import unittest
from typing import Any, Dict, List, Optional

from ..results import FAILED, NO_LAUNCHES, PASSED, SKIPPED, Result
from . import placement
from .events import Events
from .launches import Launches

# The runner keeps logs short, too; a comparison of two big arrays is not.
_DETAILS_LIMIT = 16000


class Collector(unittest.TestResult):
    """Runs with a suite; `tests` are its tests by name, in order."""

    def __init__(
        self,
        name: str,
        events: Events,
        tests: Dict[str, unittest.TestCase],
        output: str,
        seconds: float,
        device: bool,
    ):
        super().__init__()
        self._file = name
        self._events = events
        self._names = {id(test): name for name, test in tests.items()}
        self.pending = dict(tests)
        self._output = open(output, "rb")  # noqa: SIM115  as long as the process
        self._deadline = time.time() + seconds
        self._launches: Optional[Launches] = Launches() if device else None
        # Asked of TensorFlow when a test needs it: not every test file uses it.
        self._kernels: Optional[placement.DeviceKernels] = None
        self._state = PASSED
        self._details: List[str] = []
        self._started = 0.0
        self._offset = 0

    # unittest's calls.

    def startTest(self, test: Any) -> None:
        super().startTest(test)
        self._state = PASSED
        self._details = []
        self._offset = self._end_of_output()
        self._events.send("start", test=self._names[id(test)], offset=self._offset)
        if self._launches:
            self._launches.start()
        self._started = time.time()

    def stopTest(self, test: Any) -> None:
        super().stopTest(test)
        seconds = time.time() - self._started
        launches = self._count_launches()
        end = self._end_of_output()
        if self._state == PASSED and self._launches and not launches:
            self._state = NO_LAUNCHES
        self._report(
            self._names[id(test)],
            self._state,
            "\n".join(self._details),
            end,
            seconds=seconds,
            launches=launches,
            **(self._placement(end) if self._launches else {}),
        )
        if time.time() > self._deadline:
            self.stop()

    def addError(self, test: Any, error: Any) -> None:
        if id(test) in self._names:
            self._note(FAILED, _text(error))
        else:
            self._fixture(test, FAILED, _text(error))

    def addFailure(self, test: Any, error: Any) -> None:
        self._note(FAILED, _text(error))

    def addSkip(self, test: Any, reason: str) -> None:
        if id(test) in self._names:
            self._note(SKIPPED, reason)
        else:
            self._fixture(test, SKIPPED, reason)

    def addSubTest(self, test: Any, subtest: Any, error: Any) -> None:
        if error is None:
            return
        state = SKIPPED if issubclass(error[0], unittest.SkipTest) else FAILED
        self._note(state, "%s\n%s" % (subtest._subDescription(), _text(error)))

    def addExpectedFailure(self, test: Any, error: Any) -> None:
        pass  # as good as a pass

    def addUnexpectedSuccess(self, test: Any) -> None:
        self._note(FAILED, "passed, but is marked as a test that must fail")

    # What they share.

    def _note(self, state: str, details: str) -> None:
        if self._state != FAILED:
            self._state = state
        self._details.append(details)

    def _report(self, test: str, state: str, details: str, end: int, **values: Any) -> None:
        self.pending.pop(test, None)
        details = details[:_DETAILS_LIMIT]
        result = Result(self._file, test, state, details=details, **values)
        self._events.send("stop", test=test, offset=end, result=result.as_json())

    def _fixture(self, holder: Any, state: str, details: str) -> None:
        """A fixture of a class or of the module failed, or wants to skip."""
        # Its description is as "setUpClass (__main__.ConvTest)".
        fixture, _, owner = holder.description.partition(" ")
        end = self._end_of_output()
        if not fixture.startswith("setUp"):
            name = owner.strip("()").rsplit(".", 1)[-1]
            self._report("%s.%s" % (name, fixture), state, details, end)
            return
        # The class of the tests that unittest now passes over is that of the next one.
        pending = list(self.pending.items())
        for name, test in pending:
            if fixture == "setUpClass" and type(test) is not type(pending[0][1]):
                break
            self._report(name, state, "%s: %s" % (holder.description, details), end)

    def _count_launches(self) -> Dict[str, int]:
        if not self._launches:
            return {}
        try:
            launches = self._launches.stop()
            problem = self._launches.problem()
        except Exception as error:  # whatever the device's library raises
            launches, problem = {}, str(error)
        if problem:
            # What comes next deserves a process with a working device.
            self._note(FAILED, "After the test, the device cannot be used: " + problem)
            self.stop()
        return launches

    def _placement(self, end: int) -> Dict[str, Any]:
        """What the output since the test's start says of where its ops ran."""
        self._output.seek(self._offset)
        output = self._output.read(end - self._offset).decode("utf-8", "replace")
        found: Dict[str, Any] = {"dml_kernels": sum(placement.created(output, "DML").values())}
        if placement.created(output, "CPU"):
            if not self._kernels:
                self._kernels = placement.DeviceKernels()
            found["cpu_ops"] = self._kernels.missing(output)
        return found

    def _end_of_output(self) -> int:
        sys.stdout.flush()
        sys.stderr.flush()
        return os.fstat(self._output.fileno()).st_size


def _text(error: Any) -> str:
    return "".join(traceback.format_exception(*error))
