"""The process in which calls fail: it makes one fail, and says how the step ended."""

import ctypes
import importlib
import os
import shutil
import time

import numpy as np
from faults.kinds import MODES

NEVER = 1 << 40


class Libraries:
    """What makes calls fail, and counts what the driver holds."""

    def __init__(self):
        self.by_name = {
            "vulkan": ctypes.CDLL(os.environ["STAND_IN_LOADER"]),
            "system": ctypes.CDLL(os.environ["FAULT_SYSTEM"]),
        }
        for library in self.by_name.values():
            library.fault_arm.argtypes = [ctypes.c_char_p] + [ctypes.c_int] + [ctypes.c_long] * 2
            library.fault_disarm.restype = ctypes.c_long
        self.stand_in = ctypes.CDLL(os.environ["TF_DIRECTML_VULKAN_LOADER"])
        self.stand_in.stand_in_allocated.restype = ctypes.c_uint64

    def arm(self, kind, after, count):
        self.by_name[kind.library].fault_arm(kind.call.encode(), kind.result, after, count)

    def disarm(self, kind):
        return self.by_name[kind.library].fault_disarm()

    def held(self):
        """Bytes that the driver holds for this process, and its devices."""
        memory = sum(self.stand_in.stand_in_allocated(0, kind) for kind in range(32))
        return memory, self.stand_in.stand_in_devices(0)


class Injector:
    """Answers requests about a layer: on_runtime.py or on_tensorflow.py.

    A layer has Error, the class of its errors; CLEAR, what else they may say of calls; step(),
    which starts from nothing: a device that is opened, and a step of training; and rest(), after
    which nothing is left.
    """

    def __init__(self, layer):
        self.layer = importlib.import_module(layer)
        self.libraries = Libraries()
        for _ in range(2):  # what the first run in a process allocates for good comes first
            self.expected = self.layer.step()
            self.layer.rest()
        time.sleep(1)  # some of it goes back in the background
        self.at_rest = self.libraries.held()

    def count(self, kind):
        """How many calls there are to fail."""
        self.layer.rest()
        self.forget_files()
        self.libraries.arm(kind, NEVER, 0)
        try:
            self.layer.step()
        finally:
            calls = self.libraries.disarm(kind)
        return calls

    def inject(self, kind, number, mode):
        """How a step ends whose call `number` fails, and the one behind it."""
        self.layer.rest()
        self.forget_files()
        self.libraries.arm(kind, number, MODES[mode])
        try:
            end, text = self.end_of(kind)
        finally:
            calls = self.libraries.disarm(kind)
        if calls <= number:
            return "not reached", ""
        next_end, next_text = self.end_of(kind)
        if next_end != "right":
            return "cannot go on", "%s: %s; then %s: %s" % (end, text, next_end, next_text)
        self.layer.rest()
        end_time = time.monotonic() + 10
        while not self.rests():
            if time.monotonic() >= end_time:
                return "leak", "the driver holds %d bytes, %d devices" % self.libraries.held()
            time.sleep(0.02)
        return end, text

    def rests(self):
        return all(now <= before for now, before in zip(self.libraries.held(), self.at_rest))

    def end_of(self, kind):
        try:
            found = self.layer.step()
        except self.layer.Error as error:
            text = str(error)
            words = list(kind.clear)
            if words and kind.call in self.layer.CLEAR:
                words.append(self.layer.CLEAR[kind.call])
            clear = any(word in text for word in words)
            return ("error" if clear else "unclear error"), text[:600]
        for name, value in self.expected.items():
            if not np.array_equal(found[name], value):
                return "wrong", "%s differs" % name
        return "right", ""

    @staticmethod
    def forget_files():
        """So that the folder of the cache is made, and its files written, each time."""
        shutil.rmtree(os.environ["TF_DIRECTML_CACHE_DIR"], ignore_errors=True)
