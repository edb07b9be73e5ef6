"""How many processes this machine carries."""

import os
from typing import Optional

GIB = 2**30
# A limit that says "none" in the older control groups.
_NO_LIMIT = 2**60


def cpus() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _read(path: str) -> str:
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def _group_room() -> Optional[int]:
    """What a container's limit leaves, if there is one."""
    for limit, usage in (
        ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
        (
            "/sys/fs/cgroup/memory/memory.limit_in_bytes",
            "/sys/fs/cgroup/memory/memory.usage_in_bytes",
        ),
    ):
        most, used = _read(limit).strip(), _read(usage).strip()
        if most.isdigit() and used.isdigit() and int(most) < _NO_LIMIT:
            return max(int(most) - int(used), 0)
    return None


def available_memory() -> Optional[int]:
    """Bytes that can still be allocated without swapping; None where the system doesn't tell."""
    found = [_group_room()]
    for line in _read("/proc/meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            found.append(int(line.split()[1]) * 1024)
    known = [room for room in found if room is not None]
    return min(known) if known else None


def default_jobs(bytes_each: int) -> int:
    """One process a core, if memory allows."""
    room = available_memory()
    if room is None:
        return cpus()
    return max(1, min(cpus(), room // bytes_each))
