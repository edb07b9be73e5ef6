"""The device's launch counters, before and after a test.

Counted are dispatches, by op type, and copies from one place on the device to
another, which is what a Concat along the first axis comes to. Transfers from and to
the host are no proof of work.
"""

import collections
from typing import Dict, Optional

_COPIES = "(device copy)"


class Launches:
    """Counts what all DML devices of this process launch."""

    def __init__(self) -> None:
        import tensorflow_directml

        self._dml = tensorflow_directml
        self._devices = range(len(tensorflow_directml.adapters()))
        self._before: Dict[str, int] = {}

    def start(self) -> None:
        self._before = self._read()

    def stop(self) -> Dict[str, int]:
        """Launches since start(), by op type."""
        after = self._read()
        delta = {tag: count - self._before.get(tag, 0) for tag, count in after.items()}
        return {tag or "(untagged)": count for tag, count in sorted(delta.items()) if count > 0}

    def _read(self) -> Dict[str, int]:
        total: Dict[str, int] = collections.Counter()
        for device in self._devices:
            for tag, count in self._dml.launches_by_tag(device).items():
                total[tag] += count
            total[_COPIES] += self._dml.statistics(device).get("device_copies", 0)
        return total

    def problem(self) -> Optional[str]:
        """Why the device cannot be used any more, if so."""
        try:
            from tensorflow_directml import runtime
        except ImportError:
            return None
        for device in self._devices:
            with runtime.open(device) as opened:
                if opened.status:
                    return "device %d: %s" % (device, getattr(opened.status, "name", opened.status))
        return None
