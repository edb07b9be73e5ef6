"""Which calls are traced, and what is noted of all of them."""

import contextlib
import os
import threading
from typing import Any, Callable, Dict, Iterator, List, Optional

from . import recording as rec
from .sampling import Devices, Sampler, now

# More calls than this are not noted one by one.
MAX_CALLS = 200000


class Recorder:
    """Notes the calls of a script.

    Of each kind of call (rec.Key) it has `steps` traced, after `skip` that are not. The last
    of those skipped is traced too, and not used: starting to trace costs time of its own. So
    is the second call of all, for scripts that make few.
    Only the script's own thread has steps, unless it makes none: others fill queues.
    """

    def __init__(self, recording: rec.Recording, skip: int, steps: int):
        self.recording = recording
        self.graphs: Dict[rec.Key, Any] = {}  # what names of nodes are looked up in
        self.devices = Devices()
        self._main = threading.get_ident()
        self.sampler = Sampler(recording, self.devices, self._main)
        self._skip = skip
        self._steps = steps
        self._count: Dict[rec.Key, int] = {}
        self._tracing = threading.Lock()
        self._main_calls = False
        self._local = threading.local()
        self._finished = False
        self._gives_way = False
        self._process = os.getpid()
        self.at_finish: List[Callable[[], None]] = []

    @property
    def current(self) -> Optional[rec.Call]:
        """The call that this thread is in."""
        return getattr(self._local, "call", None)

    def begin(self, key: rec.Key) -> rec.Call:
        """Opens an outermost call of this thread; its key may be set until it is traced."""
        made = rec.Call(key, now())
        made.main_thread = threading.get_ident() == self._main
        self._main_calls |= made.main_thread
        self._local.call = made
        return made

    def end(self, call: rec.Call) -> None:
        call.end = now()
        self._local.call = None
        self._note(call)

    @contextlib.contextmanager
    def call(self, key: rec.Key) -> Iterator[rec.Call]:
        made = self.begin(key)
        try:
            yield made
        except BaseException as error:
            made.failed = type(error).__name__
            raise
        finally:
            self.end(made)

    def mark(self, call: rec.Call) -> bool:
        """Whether a call is to be traced; it is marked so."""
        if self.wanted(call):
            call.traced = True
            call.warm = self.count(call.key) >= self._skip
            self.sampler.resume()
        elif call.main_thread:
            self.sampler.pause()
        return call.traced

    @contextlib.contextmanager
    def tracing(self, call: rec.Call) -> Iterator[bool]:
        """Around what is traced of a call, one call at a time; tells whether it is to be."""
        alone = self.wanted(call) and self._tracing.acquire(blocking=False)
        if not alone:
            if call.main_thread:
                self.sampler.pause()
            yield False
            return
        try:
            yield self.mark(call)
        finally:
            self._tracing.release()

    def give_way(self) -> None:
        """The script takes a profile of its own: only one can be taken."""
        self._gives_way = True
        self.recording.problems.append(
            "Steps were not traced while the script took a profile of its own."
        )

    def go_on(self) -> None:
        self._gives_way = False

    def count(self, key: rec.Key) -> int:
        """Calls of the key that have ended."""
        return self._count.get(key, 0)

    @property
    def forked(self) -> bool:
        """Whether this is a process that the script forked: it records nothing."""
        return os.getpid() != self._process

    def wanted(self, call: rec.Call) -> bool:
        if (
            self._finished
            or self._gives_way
            or self.forked
            or not (call.main_thread or not self._main_calls)
        ):
            return False
        count = self.count(call.key)
        return count == 1 or self._skip - 1 <= count < self._skip + self._steps

    def done(self, key: rec.Key) -> bool:
        """Whether enough calls of the key were traced."""
        return self.count(key) >= self._skip + self._steps

    def _note(self, call: rec.Call) -> None:
        call.number = self.count(call.key)
        self._count[call.key] = call.number + 1
        if self._finished or self.forked:
            return
        self.devices.open()
        if call.main_thread or not self._main_calls:
            call.counters = self.devices.growth()
            memory = self.devices.memory()
            self.recording.budget = max(self.recording.budget, memory.get("budget", 0))
            call.memory = memory
        if call.traced or len(self.recording.calls) < MAX_CALLS:
            self.recording.calls.append(call)

    def finish(self) -> None:
        """The script has ended: nothing is recorded from here on."""
        if self._finished or self.forked:
            return
        self._finished = True
        self.recording.end = now()
        for action in self.at_finish:
            action()
        self.sampler.stop()
        if self.devices.problem:
            self.recording.problems.append("No counters and no memory: " + self.devices.problem)
        self.devices.close()
