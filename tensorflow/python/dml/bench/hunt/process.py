"""Processes that measure, one request at a time: one that hangs or crashes is replaced."""

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from typing import Any, Dict, Iterator, TextIO

from ... import signals

_PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# The package is the one that this file is of, whatever is installed beside. Answers have a
# channel of their own: what libraries write to stdout goes where errors go.
_START = """
import importlib, importlib.util, os, sys
package, module = sys.argv[1:3]
spec = importlib.util.spec_from_file_location(
    "tensorflow_directml", os.path.join(package, "__init__.py"),
    submodule_search_locations=[package])
sys.modules[spec.name] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules[spec.name])
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
importlib.import_module("tensorflow_directml.bench.hunt." + module).serve(
    sys.stdin, answers, *sys.argv[3:])
"""
# What a process may take to be there: TensorFlow's import, a driver's start.
_START_LIMIT = 300.0


class Failed(Exception):
    """No answer: the process crashed, or took too long. It is gone; start another."""

    def __init__(self, problem: str, hung: bool):
        Exception.__init__(self, problem)
        self.hung = hung


class Process:
    """A module of this folder in a process of its own, which answers each request.

    `hello` is what it says first. Use as a context manager: it ends with the block.
    """

    def __init__(self, module: str, *arguments: str, **variables: str):
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 -- as long as the process
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START, _PACKAGE, module, *arguments],
            env=dict(os.environ, **variables), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self._errors, universal_newlines=True,
            # Ctrl-C is for this process, which ends that one.
            start_new_session=True,
        )
        self._answers = queue.Queue()  # type: queue.Queue[Optional[str]]
        threading.Thread(target=self._read, daemon=True).start()
        try:
            self.hello = self._answer(_START_LIMIT)
        except BaseException:
            self.end()
            raise

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._answers.put(line)
        self._answers.put(None)

    def ask(self, request: Dict[str, Any], limit: float) -> Dict[str, Any]:
        """The answer, within `limit` seconds; else Failed."""
        assert self._process.stdin
        with contextlib.suppress(BrokenPipeError):  # _answer() says how it ended
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        return self._answer(limit)

    def _answer(self, limit: float) -> Dict[str, Any]:
        try:
            line = self._answers.get(timeout=limit)
        except queue.Empty:
            self.end()
            raise Failed("took more than %g s" % limit, True) from None
        if line is None:
            status = self._process.wait()
            said = self.errors()
            self.end()
            raise Failed(_how_it_ended(status, said), False)
        try:
            return json.loads(line)
        except ValueError:  # it ended while it wrote
            self.end()
            raise Failed("the process ended within an answer", False) from None

    def errors(self) -> str:
        """The last that it wrote to stderr."""
        self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, self._errors.tell() - 4096))
        return self._errors.read().decode("utf-8", "replace")

    def end(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        if self._process.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        self._errors.close()

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *unused: Any) -> None:
        self.end()


def _how_it_ended(status: int, said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    if status < 0:
        return "the process crashed (%s)" % signals.name_of(status)
    return lines[-1].strip() if lines else "the process ended with status %d" % status


def requests(source: TextIO) -> Iterator[Dict[str, Any]]:
    """In the process: what is asked, until there is nothing more."""
    for line in iter(source.readline, ""):
        yield json.loads(line)


def answer(target: TextIO, value: Dict[str, Any]) -> None:
    """In the process."""
    target.write(json.dumps(value) + "\n")
    target.flush()
