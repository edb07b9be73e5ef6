"""Tells how far a run is: a line for each file that is done, and a bar on a terminal."""

import shutil
import time
from typing import IO, List, Sequence

from .discover import TestFile
from .results import NO_LAUNCHES, PASSED, SKIPPED, STATES, Result
from .scheduler import Scheduler
from .store import Store

_BAR = 24
_REFRESH = 0.2


def counts(results: Sequence[Result]) -> str:
    """As "12 passed, 1 failed"."""
    number = {state: 0 for state in STATES}
    for result in results:
        number[result.state] += 1
    return ", ".join(
        "%d %s" % (number[state], state.replace("_", " ")) for state in STATES if number[state]
    )


class Progress:
    def __init__(self, name: str, files: Sequence[TestFile], store: Store, stream: IO[str]):
        self._name = name
        self._files = list(files)
        self._store = store
        self._stream = stream
        self._bar = stream.isatty()
        self._shown = 0.0
        self._began = time.time()
        self._open: List[TestFile] = list(files)

    def update(self, scheduler: Scheduler) -> None:
        """For Scheduler's on_change."""
        if time.time() - self._shown < _REFRESH:
            return
        self._shown = time.time()
        unfinished = scheduler.unfinished
        for file in list(self._open):
            if file.path not in unfinished:
                self._open.remove(file)
                self._say_done(file)
        if self._bar:
            self._draw(scheduler.running)

    def close(self) -> None:
        """At the end of a run, however it ended."""
        if self._bar:
            self._stream.write("\r\033[K")
        self._stream.flush()

    def finish(self) -> None:
        """At the end of a whole run: the files that are not told yet."""
        for file in self._open:
            self._say_done(file)
        self._open = []

    def _say_done(self, file: TestFile) -> None:
        results = list(self._store.results(file).values())
        seconds = sum(result.seconds for result in results)
        line = "%s %s: %s (%.0f s)" % (self._name, file.path, counts(results) or "empty", seconds)
        self._stream.write(("\r\033[K" if self._bar else "") + line + "\n")
        self._stream.flush()

    def _fraction(self, file: TestFile) -> float:
        if file not in self._open:
            return 1.0
        tests = self._store.tests(file)
        if not tests:
            return 0.0
        wanted = sum(file.wants(test) for test in tests)
        return min(1.0, len(self._store.results(file)) / max(wanted, 1))

    def _draw(self, running: Sequence[str]) -> None:
        weight = sum(file.weight for file in self._files) or 1
        done = sum(file.weight * self._fraction(file) for file in self._files) / weight
        bad = sum(
            result.state not in (PASSED, NO_LAUNCHES, SKIPPED)
            for file in self._files
            for result in self._store.results(file).values()
        )
        text = "%s |%-*s| %3d%%  %d of %d files, %d failed, %s  %s" % (
            self._name,
            _BAR,
            "#" * int(done * _BAR),
            100 * done,
            len(self._files) - len(self._open),
            len(self._files),
            bad,
            time.strftime("%H:%M:%S", time.gmtime(time.time() - self._began)),
            ", ".join(running),
        )
        width = shutil.get_terminal_size().columns
        self._stream.write("\r\033[K" + text[: width - 1])
        self._stream.flush()
