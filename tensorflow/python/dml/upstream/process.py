"""One worker process: starting it, reading its events, ending it for sure."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from typing import Any, Dict, List, NamedTuple, Optional, Sequence

from .discover import TestFile
from .worker import placement

_WORKER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "worker")
# How long a process that was asked to end may print where it hangs.
_GRACE = 5.0
# Of a long log, its beginning and its end are kept.
_LOG_HEAD, _LOG_TAIL = 8000, 24000
# Variables by which a surrounding test system would change what a file runs.
_FOREIGN = (
    "TEST_TOTAL_SHARDS",
    "TEST_SHARD_INDEX",
    "TEST_SHARD_STATUS_FILE",
    "TESTBRIDGE_TEST_ONLY",
    "TESTBRIDGE_TEST_RUNNER_FAIL_FAST",
    "TEST_RANDOMIZE_ORDERING_SEED",
    "XML_OUTPUT_FILE",
    "RUNNING_UNDER_TEST_DAEMON",
)


class Target(NamedTuple):
    """What runs the tests: an interpreter with a TensorFlow, with DML or not."""

    name: str  # "baseline" or "dml"
    python: str
    device: bool  # whether DML adapters are visible
    pinned: bool = True  # whether graphs pinned to the CPU by default stay there

    def environment(self) -> Dict[str, str]:
        environment = {key: value for key, value in os.environ.items() if key not in _FOREIGN}
        if "PYTHONPATH" in environment:
            # Relative to this process's folder; a worker has its own.
            environment["PYTHONPATH"] = os.pathsep.join(
                os.path.abspath(path) for path in environment["PYTHONPATH"].split(os.pathsep)
            )
        # Names of parameterized tests must be the same in every process.
        environment["PYTHONHASHSEED"] = "0"
        # The checkout is the user's; no __pycache__ goes there.
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
        if self.device:
            environment.update(placement.VARIABLES)
        else:
            environment.update(DML_VISIBLE_DEVICES="-1", CUDA_VISIBLE_DEVICES="-1")
        return environment


class Slice(NamedTuple):
    """Tests of one file for one process; `tests` is None for all."""

    file: TestFile
    tests: Optional[Sequence[str]]


class Process:
    """A running slice, in a process group and a scratch folder of its own.

    The scratch folder is laid out as Bazel's runfiles, since tests look for data
    files relative to their working folder and to TEST_SRCDIR.
    """

    def __init__(
        self, part: Slice, target: Target, source: str, leave: Sequence[str], seconds: float
    ):
        self.slice = part
        self.last_event = time.time()
        self.killed = False
        self.silent = False  # nobody is left who could send an event
        self._scratch = tempfile.mkdtemp(prefix="upstream-")
        self._unread = b""
        root = os.path.join(self._scratch, "org_tensorflow")
        temporary = os.path.join(self._scratch, "tmp")
        os.mkdir(root)
        os.mkdir(temporary)
        os.symlink(os.path.join(source, "tensorflow"), os.path.join(root, "tensorflow"))
        output = os.path.join(self._scratch, "output")
        self.events, write_end = os.pipe()
        os.set_blocking(self.events, False)
        spec = {
            "file": os.path.join(source, part.file.path),
            "name": part.file.path,
            "source": source,
            "tests": part.tests,
            "select": part.file.select,
            "leave": list(leave),
            "seconds": seconds,
            "device": target.device,
            "pinned": target.pinned,
            "output": output,
            "events": write_end,
        }
        spec_path = os.path.join(self._scratch, "spec.json")
        with open(spec_path, "w") as file:
            json.dump(spec, file)
        environment = target.environment()
        # Behind the slash, since some tests use it as a prefix.
        environment.update(
            TEST_SRCDIR=self._scratch, TEST_TMPDIR=temporary + os.sep, TMPDIR=temporary
        )
        try:
            # Appending, so that children of a test cannot overwrite what stands there.
            with open(output, "ab") as log:
                self._process = subprocess.Popen(
                    [target.python, _WORKER, spec_path],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd=root,
                    env=environment,
                    pass_fds=[write_end],
                    start_new_session=True,
                )
        except BaseException:
            os.close(self.events)
            shutil.rmtree(self._scratch, ignore_errors=True)
            raise
        finally:
            os.close(write_end)

    def read(self) -> List[Dict[str, Any]]:
        """The events since the last call."""
        while True:
            try:
                data = os.read(self.events, 1 << 16)
            except BlockingIOError:
                break
            if not data:
                self.silent = True
                break
            self._unread += data
        lines = self._unread.split(b"\n")
        self._unread = lines.pop()
        if lines:
            self.last_event = time.time()
        return [json.loads(line.decode()) for line in lines]

    @property
    def exit_status(self) -> Optional[int]:
        """As of subprocess; None while it runs. Its children do not count."""
        return self._process.poll()

    def kill(self, ask: bool = False) -> None:
        """Ends the whole group; if asked, the worker first prints where it is."""
        self.killed = True
        if ask and self.exit_status is None:
            # Its faulthandler writes all threads' stacks to the log, then it dies.
            self._process.send_signal(signal.SIGABRT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_GRACE)
        self._kill_group()

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def log(self, start: int, end: Optional[int] = None) -> str:
        """Part of its output, for people: cut if long, without our own noise."""
        with open(os.path.join(self._scratch, "output"), "rb") as file:
            file.seek(start)
            data = file.read() if end is None else file.read(max(end - start, 0))
        text = placement.NOISE.sub("", data.decode("utf-8", "replace"))
        if len(text) > _LOG_HEAD + _LOG_TAIL:
            left_out = len(text) - _LOG_HEAD - _LOG_TAIL
            text = "%s\n[... %d characters left out ...]\n%s" % (
                text[:_LOG_HEAD],
                left_out,
                text[-_LOG_TAIL:],
            )
        return text

    def close(self) -> None:
        """Also ends what the tests left running."""
        self._kill_group()
        os.close(self.events)
        shutil.rmtree(self._scratch, ignore_errors=True)
