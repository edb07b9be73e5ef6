"""Runs slices in isolated processes, as many at a time as the machine carries.

A test's outcome is final: nothing runs twice. After a crash or a timeout, the rest
of the slice goes on in a new process from the next test. A file whose tests are not
known yet starts as one slice; its process stops after the time of a slice, and what
is left is cut by what the tests took so far.
"""

import collections
import selectors
import time
from typing import Any, Callable, Deque, Dict, List, NamedTuple, Optional, Sequence, Set

from .. import signals
from . import machine, plan
from .discover import TestFile
from .process import Process, Slice, Target
from .results import CRASHED, EXIT, FAILED, IMPORT, PASSED, SKIPPED, TIMED_OUT, Result, from_json
from .store import Store

# A device may take this many times what a test took before, by the hints: a test that
# is long on any device is not one that hangs.
_SLOWDOWN = 10.0
# A process has nothing to do any more once its tests ended.
_EXIT_LIMIT = 60.0
_POLL = 0.2
_PASSED_OVER = "The suite ended without running this test and without saying why"


class Limits(NamedTuple):
    jobs: int
    memory: int  # bytes that must be free before one more process starts
    timeout: float  # seconds for a test, and for the import of a file; see _SLOWDOWN
    slice: float  # seconds after which a process leaves the rest to others


class _Run:
    """A process, and how far its slice got."""

    def __init__(self, process: Process):
        self.process = process
        # What is to come, in order; None until the file is imported.
        self.pending: Optional[List[str]] = None
        self.current: Optional[str] = None
        self.offset = 0  # in the output, where the current test's log begins
        self.limit = 0.0  # seconds for the current test
        self.imported = False
        self.progressed = False
        self.ended = False


class Scheduler:
    """Runs one target's tests into a store."""

    def __init__(
        self,
        target: Target,
        source: str,
        limits: Limits,
        store: Store,
        leave: Callable[[str], Sequence[str]],
        hints: Callable[[TestFile], Dict[str, float]],
        on_change: Callable[["Scheduler"], None],
    ):
        self._target = target
        self._source = source
        self._limits = limits
        self._store = store
        self._leave = leave
        self._hints = hints
        self._on_change = on_change
        self._queue: Deque[Slice] = collections.deque()
        self._running: List[_Run] = []
        self._selector = selectors.DefaultSelector()

    # For whoever shows progress.

    @property
    def running(self) -> List[str]:
        """What runs now: tests, or files that are being imported."""
        return [run.current or run.process.slice.file.path for run in self._running]

    @property
    def unfinished(self) -> Set[str]:
        """Paths of the files that run or wait."""
        parts = list(self._queue) + [run.process.slice for run in self._running]
        return {part.file.path for part in parts}

    # The loop.

    def run(self, files: Sequence[TestFile]) -> None:
        """Returns when every test of the files has a result in the store."""
        for file in files:
            self._enqueue(file)
        try:
            while self._queue or self._running:
                while self._queue and self._room():
                    self._start(self._queue.popleft())
                self._selector.select(_POLL)
                for run in list(self._running):
                    self._advance(run)
                self._on_change(self)
        finally:
            for run in self._running:
                run.process.kill()
                run.process.close()
            self._selector.close()

    def _room(self) -> bool:
        if len(self._running) >= self._limits.jobs:
            return False
        room = machine.available_memory()
        # One runs at any rate: it is the tests' memory then, not their number.
        return not self._running or room is None or room >= self._limits.memory

    def _enqueue(self, file: TestFile) -> None:
        done = self._store.results(file)
        tests = self._store.tests(file)
        if tests is not None:
            rest = [test for test in tests if file.wants(test) and test not in done]
            self._enqueue_tests(file, rest)
        elif IMPORT not in done:
            self._queue.append(Slice(file, None))

    def _enqueue_tests(self, file: TestFile, tests: Sequence[str]) -> None:
        seconds = dict(self._hints(file))
        seconds.update(self._store.seconds(file))
        for part in plan.slices(tests, seconds, self._limits.slice):
            self._queue.append(Slice(file, part))

    def _start(self, part: Slice) -> None:
        process = Process(
            part, self._target, self._source, self._leave(part.file.path), self._limits.slice
        )
        run = _Run(process)
        run.pending = None if part.tests is None else list(part.tests)
        self._running.append(run)
        self._selector.register(process.events, selectors.EVENT_READ)

    def _advance(self, run: _Run) -> None:
        process = run.process
        # Before its events are read: an exit after that leaves none unread.
        status = process.exit_status
        for event in process.read():
            self._on_event(run, event)
        if process.silent and process.events in self._selector.get_map():
            # Or select() would return at once until the process is gone.
            self._selector.unregister(process.events)
        if status is None:
            limit = run.limit if run.current is not None else self._limits.timeout
            if run.ended:
                limit = min(limit, _EXIT_LIMIT)
            if time.time() - process.last_event <= limit:
                return
            process.kill(ask=True)
            for event in process.read():
                self._on_event(run, event)
        self._running.remove(run)
        if process.events in self._selector.get_map():
            self._selector.unregister(process.events)
        try:
            self._finish(run, process.exit_status or 0)
        finally:
            process.close()

    def _limit(self, file: TestFile, test: str) -> float:
        timeout = self._limits.timeout
        before = self._hints(file).get(test, 0.0)
        # What was killed before tells nothing.
        return max(timeout, _SLOWDOWN * before) if before < timeout else timeout

    def _on_event(self, run: _Run, event: Dict[str, Any]) -> None:
        file = run.process.slice.file
        kind = event["event"]
        if kind == "tests":
            run.imported = True
            self._store.add_tests(file, event["tests"])
            if run.pending is None:
                run.pending = [test for test in event["tests"] if file.wants(test)]
        elif kind == "start":
            run.current, run.offset = event["test"], event["offset"]
            run.limit = self._limit(file, run.current)
        elif kind == "stop":
            result = from_json(event["result"])
            if result.state not in (PASSED, SKIPPED):
                start = run.offset if run.current == result.test else 0
                result = result._replace(log=run.process.log(start, event["offset"]))
            self._add(run, result)
        elif kind == "end":
            run.ended = True
            run.pending = []
            if run.progressed:
                self._enqueue_tests(file, event["rest"])
            else:
                for test in event["rest"]:
                    self._add(run, Result(file.path, test, FAILED, details=_PASSED_OVER))
        elif kind == "broken":
            run.ended = True
            self._not_imported(run, FAILED, event["details"])

    def _add(self, run: _Run, result: Result) -> None:
        run.progressed = True
        run.current = None
        if run.pending and result.test in run.pending:
            run.pending.remove(result.test)
        self._store.add(run.process.slice.file, result)

    def _not_imported(self, run: _Run, state: str, details: str) -> None:
        """The file's tests cannot run, those of this slice at least."""
        file = run.process.slice.file
        log = run.process.log(0)
        for test in [IMPORT] if run.pending is None else run.pending:
            self._store.add(file, Result(file.path, test, state, details=details, log=log))
        run.pending = []

    def _finish(self, run: _Run, status: int) -> None:
        """Books what became of a process that is gone."""
        process = run.process
        file = process.slice.file
        if process.killed:
            state = TIMED_OUT
            seconds = time.time() - process.last_event
            details = "No end after %.0f s; the process was killed" % seconds
        else:
            state, seconds, details = CRASHED, 0.0, _describe(status)
        if run.ended:
            if status != 0:
                log = process.log(run.offset)
                self._store.add(
                    file, Result(file.path, EXIT, state, seconds, details=details, log=log)
                )
            return
        if not run.imported:
            self._not_imported(run, state, "While the file was imported: " + details)
            return
        if run.current is None and run.pending and not run.progressed:
            # Not even one test began: its class's fixtures, most likely.
            run.current = run.pending[0]
            details = "Before the test began, in a fixture: " + details
        if run.current is not None:
            self._add(
                run,
                Result(
                    file.path,
                    run.current,
                    state,
                    seconds,
                    details=details,
                    log=process.log(run.offset),
                ),
            )
        self._enqueue_tests(file, run.pending or [])


def _describe(status: int) -> str:
    if status >= 0:
        return "The process ended itself with exit status %d" % status
    return "The process died of %s" % signals.name_of(status)
