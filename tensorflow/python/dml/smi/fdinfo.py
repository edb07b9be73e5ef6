"""What Linux's drivers tell of each process: /proc/PID/fdinfo, keys drm-*.

The format: https://docs.kernel.org/gpu/drm-usage-stats.html
"""

import collections
import os
import re
from typing import Dict, List, NamedTuple, Tuple

_UNITS = {"": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
# Regions of memory that are the GPU's own; others are the host's.
_LOCAL = re.compile(r"^(vram|local|lmem|vidmem)\d*", re.IGNORECASE)


class Client(NamedTuple):
    """An open device of a process."""

    pid: int
    process: str  # its name
    gpu: str  # PCI address, or "" where the driver tells none
    driver: str
    number: str  # the driver's for it
    local_bytes: int  # memory of the GPU's own
    host_bytes: int  # memory of the host's that the GPU reaches
    busy: Dict[str, int]  # nanoseconds so far, by engine
    cycles: Dict[str, Tuple[int, int]]  # cycles so far and all that there were, by engine


class Processes(NamedTuple):
    clients: List[Client]
    hidden: int  # processes that only their owner or root may look into


def _fields(text: str) -> Dict[str, str]:
    fields = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon and name.startswith("drm-"):
            fields[name[len("drm-") :]] = value.strip()
    return fields


def _amount(value: str) -> int:
    """Of "1234 KiB", in bytes."""
    number, _, unit = value.partition(" ")
    try:
        return int(number) * _UNITS.get(unit.strip(), 1)
    except ValueError:
        return 0


def _memory(fields: Dict[str, str]) -> Tuple[int, int]:
    """Bytes of the GPU's own memory and of the host's; what is resident, where it is told."""
    regions: Dict[str, Dict[str, int]] = collections.defaultdict(dict)
    for name, value in fields.items():
        kind, _, region = name.partition("-")
        if region.startswith("cycles-"):
            continue  # drm-total-cycles-...
        if region and kind in ("memory", "total", "resident"):
            regions[region][kind] = _amount(value)
    local = host = 0
    for region, told in regions.items():
        amount = told.get("resident", told.get("memory", told.get("total", 0)))
        if _LOCAL.match(region):
            local += amount
        else:
            host += amount
    return local, host


def parse(text: str, pid: int, process: str) -> List[Client]:
    """The client that a file of fdinfo describes; none for what is no GPU's."""
    fields = _fields(text)
    if "driver" not in fields:
        return []
    local, host = _memory(fields)
    busy, cycles = {}, {}
    for name, value in fields.items():
        if name.startswith("engine-") and not name.startswith("engine-capacity-"):
            busy[name[len("engine-") :]] = _amount(value.replace(" ns", ""))
        elif name.startswith("cycles-"):
            engine = name[len("cycles-") :]
            cycles[engine] = (_amount(value), _amount(fields.get("total-cycles-" + engine, "0")))
    return [
        Client(
            pid,
            process,
            fields.get("pdev", ""),
            fields["driver"],
            fields.get("client-id", ""),
            local,
            host,
            busy,
            cycles,
        )
    ]


def _text(path: str) -> str:
    try:
        with open(path, errors="replace") as file:
            return file.read()
    except OSError:
        return ""  # it has ended meanwhile, or that file was closed


def _of_process(folder: str, pid: int) -> List[Client]:
    found = []
    process = _text(os.path.join(folder, "comm")).strip() or "?"
    for descriptor in sorted(os.listdir(os.path.join(folder, "fdinfo"))):
        try:
            target = os.readlink(os.path.join(folder, "fd", descriptor))
        except OSError:
            continue
        if target.startswith(("/dev/dri/", "/dev/accel/")):
            found += parse(_text(os.path.join(folder, "fdinfo", descriptor)), pid, process)
    return found


def read(root: str = "/proc") -> Processes:
    """The clients of all processes that may be seen, each once."""
    clients: Dict[Tuple[str, str, str], Client] = collections.OrderedDict()
    hidden = 0
    try:
        pids = sorted(int(name) for name in os.listdir(root) if name.isdigit())
    except OSError:
        return Processes([], 0)
    for pid in pids:
        folder = os.path.join(root, str(pid))
        try:
            of_process = _of_process(folder, pid)
        except PermissionError:
            hidden += 1
            continue
        except OSError:
            continue  # it has ended
        for client in of_process:
            # A descriptor that several share, or have twice, is one client.
            key = (client.driver, client.gpu, client.number or str(pid))
            clients.setdefault(key, client)
    return Processes(list(clients.values()), hidden)
