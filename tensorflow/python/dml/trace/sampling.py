"""Where the script is, and what memory the devices hold: looked at every few milliseconds.

It costs the script's thread nothing but the interpreter's lock for some microseconds.
"""

import contextlib
import os
import sys
import sysconfig
import threading
import time
from typing import Any, Dict, List, Optional, Tuple

from .. import runtime
from . import recording as rec

INTERVAL = 0.002
MEMORY_EVERY = 3  # looks at memory are rarer than looks at the stack
MAX_SAMPLES = 200000

COUNTERS = (
    "launches",
    "merged_launches",
    "device_copies",
    "barriers",
    "submissions",
    "host_to_device_copies",
    "host_to_device_bytes",
    "device_to_host_copies",
    "device_to_host_bytes",
    "programs_compiled",
)


def now() -> int:
    """Of the clock that TensorFlow's records have."""
    return int(time.time() * 1e9)


class Libraries:
    """Tells the script's own code from that of libraries, by file."""

    _PACKAGES = (
        "tensorflow_core",
        "tensorflow",
        "tensorflow_estimator",
        "tensorflow_directml",
        "tensorboard",
        "keras_applications",
        "keras_preprocessing",
        "numpy",
        "absl",
        "six.py",
        "wrapt",
        "google",
    )

    def __init__(self) -> None:
        here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        paths = sysconfig.get_paths()
        self._standard = (paths["stdlib"] + os.sep, paths["platstdlib"] + os.sep)
        self._sites = {
            os.path.dirname(here) + os.sep,
            paths["purelib"] + os.sep,
            paths["platlib"] + os.sep,
        }
        self._here = here + os.sep
        self._known: Dict[str, bool] = {}

    def __contains__(self, path: str) -> bool:
        known = self._known.get(path)
        if known is None:
            known = self._known[path] = self._is_library(path)
        return known

    def _is_library(self, path: str) -> bool:
        if path.startswith(("<", self._here)):
            return True
        for site in self._sites:
            if path.startswith(site):
                return path[len(site) :].split(os.sep)[0] in self._PACKAGES
        return path.startswith(self._standard)


def place(path: str, line: int) -> str:
    """As "train.py:12": the last two parts of a path tell files apart well enough."""
    folder, name = os.path.split(path)
    parent = os.path.basename(folder)
    return "%s:%d" % (name if not parent or parent == "." else parent + "/" + name, line)


def where(frame: Any, libraries: Libraries) -> Tuple[str, str]:
    """(the script's line, the innermost line) of a stack."""
    top = place(frame.f_code.co_filename, frame.f_lineno) + " in " + frame.f_code.co_name
    while frame is not None and frame.f_code.co_filename in libraries:
        frame = frame.f_back
    if frame is None:
        return "", top
    return place(frame.f_code.co_filename, frame.f_lineno) + " in " + frame.f_code.co_name, top


class Devices:
    """The devices' counters and memory. They are opened when TensorFlow has opened them."""

    def __init__(self) -> None:
        self._opened: List[Any] = []
        self._last: Dict[str, int] = {}
        self.problem = ""

    def open(self) -> None:
        if self._opened or self.problem:
            return
        try:
            self._opened = [runtime.open(index) for index in range(len(runtime.adapters()))]
        except (runtime.DmlError, ImportError) as error:
            self.problem = str(error)
        self._last = self._sum()

    def close(self) -> None:
        for device in self._opened:
            device.close()
        self._opened = []

    def _sum(self) -> Dict[str, int]:
        total = dict.fromkeys(COUNTERS, 0)
        for device in self._opened:
            found = device.statistics()
            for name in COUNTERS:
                total[name] += found[name]
        return total

    def sync(self) -> None:
        """Waits for what was enqueued. An error is the script's to find."""
        for device in self._opened:
            with contextlib.suppress(runtime.DmlError):
                device.sync()

    def growth(self) -> Dict[str, int]:
        """Of the counters, since the last call."""
        if not self._opened:
            return {}
        current = self._sum()
        grown = {name: current[name] - self._last[name] for name in COUNTERS}
        self._last = current
        if min(grown.values()) < 0:  # the device was lost, and another one opened
            return {}
        return grown

    def memory(self) -> Dict[str, int]:
        """Of all devices, in bytes."""
        if not self._opened:
            return {}
        total = dict.fromkeys(
            ("bytes_in_use", "peak_bytes_in_use", "bytes_reserved", "driver_used", "budget"), 0
        )
        for device in self._opened:
            pools = device.memory()["pools"]
            for name in ("bytes_in_use", "peak_bytes_in_use", "bytes_reserved"):
                total[name] += pools[name]
            counters = device.statistics()
            total["driver_used"] += counters["driver_used_bytes"]
            total["budget"] += counters["driver_budget_bytes"]
        return total


class Sampler:
    """A thread that samples while it is active."""

    def __init__(self, recording: rec.Recording, devices: Devices, thread: int):
        self._recording = recording
        self._devices = devices
        self._watched = thread
        self._libraries = Libraries()
        self._active = threading.Event()
        self._ended = False
        self._thread: Optional[threading.Thread] = None

    def resume(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._loop, name="trace", daemon=True)
            self._thread.start()
        self._active.set()

    def pause(self) -> None:
        self._active.clear()

    def stop(self) -> None:
        self._ended = True
        self._active.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _loop(self) -> None:
        turn = 0
        while True:
            self._active.wait()
            if self._ended:
                return
            if len(self._recording.samples) < MAX_SAMPLES:
                self._sample(turn)
            turn += 1
            time.sleep(INTERVAL)

    def _sample(self, turn: int) -> None:
        moment = now()
        frame = sys._current_frames().get(self._watched)
        if frame is not None:
            self._recording.samples.append(rec.Sample(moment, *where(frame, self._libraries)))
        if turn % MEMORY_EVERY == 0:
            memory = self._devices.memory()
            if memory:
                self._recording.memory.append(
                    rec.MemorySample(
                        now(),
                        memory["bytes_in_use"],
                        memory["bytes_reserved"],
                        memory["driver_used"],
                    )
                )
