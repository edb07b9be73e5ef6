"""Upstream tests whose outcome on DML rightly differs, from known_differences.json.

An entry of the file:

    {
      "file": "tensorflow/python/kernel_tests/foo_test.py",
      "tests": ["FooTest.testDouble*"],
      "states": ["failed"],
      "reason": "Why this is right on this hardware or by documented GPU semantics.",
      "figure": "What was measured: error 3e-7, the test wants 1e-7."
    }

"tests" are globs of Class.method, "states" the outcomes that are accepted. An entry
with "run": false is for a test that must not even start (it would hang the machine,
or needs a cluster); its state is then "skipped", on both devices. Nothing is left
out of a run in any other way.
"""

import fnmatch
import json
import os
from typing import List, NamedTuple, Optional, Sequence, Tuple

from .results import NO_LAUNCHES, PASSED, STATES, Result

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "known_differences.json")
_REQUIRED = {"file", "tests", "states", "reason", "figure"}


class EntryError(ValueError):
    """An entry is incomplete or unknown; the text says which."""


class Entry(NamedTuple):
    file: str
    tests: Tuple[str, ...]
    states: Tuple[str, ...]
    reason: str
    figure: str
    run: bool = True

    def names(self, file: str, test: str) -> bool:
        return file == self.file and any(fnmatch.fnmatchcase(test, glob) for glob in self.tests)


def _entry(values: dict) -> Entry:
    where = "%s %s" % (values.get("file"), values.get("tests"))
    missing = sorted(key for key in _REQUIRED if not values.get(key))
    if missing:
        raise EntryError("%s: the entry lacks %s" % (where, ", ".join(missing)))
    unknown = sorted(set(values) - _REQUIRED - {"run"})
    if unknown:
        raise EntryError("%s: no such key: %s" % (where, ", ".join(unknown)))
    wrong = [state for state in values["states"] if state not in STATES or state == PASSED]
    if wrong:
        raise EntryError("%s: not a state that can differ: %s" % (where, ", ".join(wrong)))
    return Entry(
        values["file"],
        tuple(values["tests"]),
        tuple(values["states"]),
        values["reason"],
        values["figure"],
        values.get("run", True),
    )


def load(path: str = PATH) -> List[Entry]:
    with open(path) as file:
        return [_entry(values) for values in json.load(file)]


def accepting(entries: Sequence[Entry], result: Result) -> Optional[Entry]:
    """The entry that says why this outcome is right, if there is one."""
    for entry in entries:
        if entry.names(result.file, result.test) and result.state in entry.states:
            return entry
    return None


def not_run(entries: Sequence[Entry], file: str) -> List[str]:
    """Globs of a file's tests that must not start."""
    return [
        glob for entry in entries if entry.file == file and not entry.run for glob in entry.tests
    ]


def stale(entries: Sequence[Entry], results: Sequence[Result]) -> List[Entry]:
    """Entries whose tests ran and all passed: they should go."""
    found = []
    for entry in entries:
        ran = [result for result in results if entry.names(result.file, result.test)]
        good = (PASSED,) if NO_LAUNCHES in entry.states else (PASSED, NO_LAUNCHES)
        if ran and all(result.state in good for result in ran):
            found.append(entry)
    return found
