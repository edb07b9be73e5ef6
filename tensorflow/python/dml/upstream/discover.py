"""Finds test files in a TensorFlow checkout."""

import fnmatch
import hashlib
import os
import re
from typing import Dict, List, NamedTuple, Sequence, Tuple

SUFFIX = "_test.py"
DEFAULT_PATTERNS = ("tensorflow/python/kernel_tests",)
# Where a pattern may start, beside the checkout itself.
_ROOTS = ("", "tensorflow/python/", "tensorflow/python/kernel_tests/")


class SourceError(ValueError):
    """The checkout or a pattern is not usable; the text says why."""


class TestFile(NamedTuple):
    """A file to run; `select` are globs of Class.method, empty for all."""

    path: str  # relative to the checkout, with slashes
    digest: str  # results of other contents do not count
    weight: int  # rough number of tests
    select: Tuple[str, ...] = ()

    def wants(self, test: str) -> bool:
        return not self.select or any(fnmatch.fnmatchcase(test, glob) for glob in self.select)


def _test_paths(source: str) -> List[str]:
    found = []
    for folder, folders, names in os.walk(os.path.join(source, "tensorflow")):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            if name.endswith(SUFFIX):
                path = os.path.relpath(os.path.join(folder, name), source)
                found.append(path.replace(os.sep, "/"))
    return sorted(found)


def _matches(path: str, pattern: str) -> bool:
    """Whether a pattern names the file, a folder above it, or a glob of either."""
    pattern = pattern.rstrip("/")
    for root in _ROOTS:
        whole = root + pattern
        if path.startswith(whole + "/"):
            return True
        for candidate in (whole, whole + SUFFIX):
            if fnmatch.fnmatchcase(path, candidate):
                return True
    return "/" not in pattern and fnmatch.fnmatchcase(
        path.rsplit("/", 1)[-1], pattern if pattern.endswith(".py") else pattern + SUFFIX
    )


def _read(source: str, path: str) -> bytes:
    with open(os.path.join(source, path), "rb") as file:
        return file.read()


def find(source: str, patterns: Sequence[str]) -> List[TestFile]:
    """The files that the patterns name, by path; all of kernel_tests for none.

    A pattern is a file, a folder or a glob, relative to the checkout, to
    tensorflow/python or to its kernel_tests; "argmax_op" names argmax_op_test.py
    wherever it is. "::GLOB" behind it selects tests by Class.method.
    """
    if not os.path.isdir(os.path.join(source, "tensorflow")):
        raise SourceError(
            "%s holds no folder tensorflow: --source wants a checkout of TensorFlow 1.15, "
            "as from git clone --branch v1.15.5" % source
        )
    paths = _test_paths(source)
    selected: Dict[str, List[str]] = {}
    for pattern in patterns or DEFAULT_PATTERNS:
        name, _, tests = pattern.partition("::")
        matching = [path for path in paths if _matches(path, name)]
        if not matching:
            raise SourceError("no test file in %s matches %s" % (source, name))
        for path in matching:
            selected.setdefault(path, []).append(tests or "*")
    files = []
    for path in sorted(selected):
        text = _read(source, path)
        select = () if "*" in selected[path] else tuple(sorted(set(selected[path])))
        files.append(
            TestFile(
                path,
                hashlib.sha256(text).hexdigest()[:16],
                1 + len(re.findall(rb"^\s+def test", text, re.MULTILINE)),
                select,
            )
        )
    return files


def shard(files: Sequence[TestFile], index: int, count: int) -> List[TestFile]:
    """Part `index` of `count` (from 1) of about equal weight, the same everywhere."""
    loads = [0] * count
    mine = []
    for file in sorted(files, key=lambda file: (-file.weight, file.path)):
        lightest = loads.index(min(loads))
        loads[lightest] += file.weight
        if lightest == index - 1:
            mine.append(file)
    return sorted(mine, key=lambda file: file.path)


def parse_shard(text: str) -> Tuple[int, int]:
    """(i, n) of "i/n"."""
    match = re.match(r"(\d+)/(\d+)$", text)
    if not match or not 1 <= int(match.group(1)) <= int(match.group(2)):
        raise SourceError("--shard wants i/n with 1 <= i <= n, as 2/4; not %s" % text)
    return int(match.group(1)), int(match.group(2))
