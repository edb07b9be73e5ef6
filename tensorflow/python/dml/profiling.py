"""When the device did what, without TensorFlow.

    from tensorflow_directml import profiling, runtime as dml

    with dml.open(0) as device:
        with profiling.Profile(device) as taken:
            with profiling.activity(7):
                device.gemm(a, b, c)
        for record in taken.records:
            print(record.activity, record.program, record.end_ns - record.start_ns)

Times are nanoseconds of time.monotonic(). dml_runtime.h says what they mean. In
TensorFlow programs use TensorFlow's own profilers, which show the same times.
"""

import collections
import contextlib
import ctypes
from typing import Any, Dict, Iterator, List

from .binding.declarations import ENUMS, STRUCTS, fields
from .binding.device import Device
from .binding.library import lib

_STRUCT = STRUCTS["dml_profile_record"]

Record = collections.namedtuple("Record", [name for name, _ in _STRUCT._fields_])
WorkKind = ENUMS["dml_work_kind"]


@contextlib.contextmanager
def activity(number: int) -> Iterator[None]:
    """Names this thread's work inside the block, in profiles."""
    before = lib().dml_set_activity(number)
    try:
        yield
    finally:
        lib().dml_set_activity(before)


class Profile:
    """Times the device's work while it is entered; one at a time on a device.

    `records` are there when it is left, in the order of enqueuing; `dropped`
    counts those beyond `max_records` (0: a million).
    """

    def __init__(self, device: Device, max_records: int = 0):
        self.device = device
        self.max_records = max_records
        self.records: List[Any] = []
        self.dropped = 0

    def __enter__(self) -> "Profile":
        lib().dml_profile_start(self.device.handle, self.max_records)
        return self

    def __exit__(self, *unused: Any) -> None:
        try:
            lib().dml_profile_stop(self.device.handle)
        finally:
            self.read()
            self.dropped = statistics(self.device)["dropped"]

    def read(self) -> None:
        """Moves what is complete by now to `records`."""
        buffer = (_STRUCT * 1024)()
        count = len(buffer)
        while count == len(buffer):
            count = lib().dml_profile_read(
                self.device.handle, ctypes.addressof(buffer), len(buffer)
            )
            for found in buffer[:count]:
                values = fields(found)
                values["kind"] = WorkKind(found.kind)
                self.records.append(Record(**values))


def statistics(device: Device) -> Dict[str, int]:
    """The dml_profile_statistics of a device."""
    found = STRUCTS["dml_profile_statistics"]()
    lib().dml_profile_get_statistics(device.handle, ctypes.byref(found))
    return fields(found)
