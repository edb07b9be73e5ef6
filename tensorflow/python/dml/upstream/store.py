"""Results on disk: JSON lines, written as tests end, from which a run goes on.

A folder holds one file for each (device, build, shard), such as
baseline-1f0c22ab.jsonl and dml-93ad0e12.2of4.jsonl. All files of a build are
read together, so copying the shards of several machines into one folder merges
them. Lines, by their key "kind": "build" (what was tested, first), "tests" (what
a test file defines), "result", and "forget" (tests that are to run again). The last
line of a test counts; a result for other contents of the test file does not.
"""

import glob
import json
import os
import sys
from typing import IO, Any, Dict, Iterator, List, Optional, Sequence

from .discover import TestFile
from .results import EXIT, Result, from_json

try:
    import fcntl
except ImportError:  # not on Windows, where nothing is locked
    fcntl = None  # type: ignore


class StoreError(RuntimeError):
    """The folder cannot be used; the text says why."""


class Store:
    """The results of one build on one device, those of every shard."""

    def __init__(self, folder: str, device: str, build: Dict[str, Any], key: str, shard: str = ""):
        self.build = build
        self._pattern = os.path.join(folder, "%s-%s*.jsonl" % (device, key))
        self._path = os.path.join(folder, "%s-%s%s.jsonl" % (device, key, shard and "." + shard))
        self._file: Optional[IO[str]] = None
        # By path: the digest of the contents, and what is known of them.
        self._digests: Dict[str, str] = {}
        self._tests: Dict[str, List[str]] = {}
        self._results: Dict[str, Dict[str, Result]] = {}
        for path in sorted(glob.glob(self._pattern)):
            self._read(path)

    def _read(self, path: str) -> None:
        for line in _lines(path):
            if line["kind"] == "build":
                self.build = line["build"]
            elif line["kind"] == "tests":
                self._forget_others(line["file"], line["digest"])
                self._tests[line["file"]] = line["tests"]
            elif line["kind"] == "result":
                self._forget_others(line["file"], line["digest"])
                self._results.setdefault(line["file"], {})[line["test"]] = from_json(line)
            elif line["kind"] == "forget":
                for test in line["tests"]:
                    self._results.get(line["file"], {}).pop(test, None)

    def _forget_others(self, path: str, digest: str) -> None:
        if self._digests.get(path) != digest:
            self._digests[path] = digest
            self._tests.pop(path, None)
            self._results.pop(path, None)

    # Reading.

    def tests(self, file: TestFile) -> Optional[List[str]]:
        """What the file defines, in its order; None if that is not known."""
        return self._tests.get(file.path) if self._digests.get(file.path) == file.digest else None

    def results(self, file: TestFile) -> Dict[str, Result]:
        """By test."""
        if self._digests.get(file.path) != file.digest:
            return {}
        return self._results.get(file.path, {})

    def seconds(self, file: TestFile) -> Dict[str, float]:
        return {test: result.seconds for test, result in self.results(file).items()}

    def __iter__(self) -> Iterator[Result]:
        for path in sorted(self._results):
            for result in self._results[path].values():
                yield result

    def all_tests(self, path: str) -> Optional[List[str]]:
        """As tests(), of the contents that the file had last."""
        return self._tests.get(path)

    # Writing.

    def open(self) -> None:
        """Takes the file for writing; one run at a time may."""
        os.makedirs(os.path.dirname(self._path) or ".", exist_ok=True)
        self._file = open(self._path, "a+")  # noqa: SIM115
        if fcntl:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                self._file.close()
                self._file = None
                raise StoreError(
                    "another run writes to %s; wait for it, or give another --out" % self._path
                ) from None
        size = self._file.seek(0, os.SEEK_END)
        if size == 0:
            self._write({"kind": "build", "build": self.build})
        else:
            # A run that was killed may have left half a line.
            self._file.write("\n")

    def close(self) -> None:
        if self._file:
            self._file.close()
            self._file = None

    def _write(self, line: Dict[str, Any]) -> None:
        assert self._file is not None, "Store.open() first"
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()

    def add_tests(self, file: TestFile, tests: Sequence[str]) -> None:
        if self.tests(file) == list(tests):
            return
        old = self.results(file)
        self._forget_others(file.path, file.digest)
        self._tests[file.path] = list(tests)
        self._results.setdefault(file.path, {}).update(old)
        self._write(
            {"kind": "tests", "file": file.path, "digest": file.digest, "tests": list(tests)}
        )

    def add(self, file: TestFile, result: Result) -> None:
        self._forget_others(file.path, file.digest)
        self._results.setdefault(file.path, {})[result.test] = result
        self._write(dict(result.as_json(), kind="result", digest=file.digest))

    def forget(self, file: TestFile, states: Sequence[str]) -> None:
        """Drops results of these states, so that the tests run again."""
        results = self.results(file)
        tests = [test for test, result in results.items() if result.state in states]
        if EXIT in tests:
            tests = list(results)  # it may be due to any of them
        for test in tests:
            del results[test]
        if tests:
            self._write({"kind": "forget", "file": file.path, "tests": tests})


def _lines(path: str) -> Iterator[Dict[str, Any]]:
    with open(path) as file:
        for number, text in enumerate(file, 1):
            if not text.strip():
                continue
            try:
                yield json.loads(text)
            except ValueError:
                # What a run that was killed left; its test runs again.
                print("%s:%d: half a line, ignored" % (path, number), file=sys.stderr)


def newest(folder: str, device: str) -> Optional[Store]:
    """The store of the build that was last written to."""
    paths = glob.glob(os.path.join(folder, device + "-*.jsonl"))
    if not paths:
        return None
    latest = max(paths, key=os.path.getmtime)
    key = os.path.basename(latest)[len(device) + 1 :].split(".")[0]
    return Store(folder, device, {}, key)
