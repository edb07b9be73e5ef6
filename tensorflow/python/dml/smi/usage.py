"""Use of each GPU, as a whole and by process."""

import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence

from . import fdinfo, sysfs


class Process(NamedTuple):
    """What a process has of a GPU."""

    pid: int
    name: str
    use_percent: Optional[float]  # of its busiest engine; None: not told
    engines: Dict[str, float]  # percent
    local_bytes: int
    host_bytes: int


class Gpu(NamedTuple):
    """A GPU: a DML adapter, a card of the system, or both."""

    device: str  # "/device:DML:0"; "" for one that is no adapter
    name: str
    driver: str
    card: Optional[sysfs.Card]
    processes: List[Process]
    note: str  # what is not told, and why


def _percent(before: fdinfo.Client, after: fdinfo.Client, seconds: float) -> Dict[str, float]:
    engines = {}
    for engine, nanos in after.busy.items():
        engines[engine] = 100.0 * (nanos - before.busy.get(engine, nanos)) / (seconds * 1e9)
    for engine, (cycles, total) in after.cycles.items():
        cycles_before, total_before = before.cycles.get(engine, (cycles, total))
        if total > total_before:
            engines[engine] = 100.0 * (cycles - cycles_before) / (total - total_before)
    return {engine: min(100.0, max(0.0, percent)) for engine, percent in engines.items()}


def _processes(
    before: Sequence[fdinfo.Client], after: Sequence[fdinfo.Client], seconds: float
) -> List[Process]:
    """By process: a process may have several clients."""
    known = {(client.driver, client.gpu, client.number): client for client in before}
    found: Dict[int, Process] = {}
    for client in after:
        engines: Dict[str, float] = {}
        earlier = known.get((client.driver, client.gpu, client.number))
        if earlier is not None:
            engines = _percent(earlier, client, seconds)
        same = found.get(client.pid)
        if same is not None:
            for engine, percent in same.engines.items():
                engines[engine] = min(100.0, engines.get(engine, 0.0) + percent)
        found[client.pid] = Process(
            client.pid,
            client.process,
            max(engines.values()) if engines else None,
            engines,
            client.local_bytes + (same.local_bytes if same else 0),
            client.host_bytes + (same.host_bytes if same else 0),
        )
    return sorted(found.values(), key=lambda p: (-(p.use_percent or 0), -p.local_bytes, p.pid))


def _note(software: bool, card: Optional[sysfs.Card], clients: int) -> str:
    if software:
        return "a software adapter: it computes on the CPU, in memory of the process"
    if card is None:
        return (
            "the system tells nothing of it: no entry in /sys/class/drm (on WSL and in "
            "containers there is none)"
        )
    if card.driver == "nvidia":
        return "NVIDIA's driver tells nothing here: nvidia-smi does"
    if not clients:
        return "no process has it open, or the driver (%s) tells nothing by process" % (
            card.driver or "unknown"
        )
    return ""


def read(
    adapters: Sequence[Any],
    proc: str = "/proc",
    sys: str = "/sys",
    seconds: float = 0.5,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Dict[str, Any]:
    """{"gpus": [Gpu], "hidden": processes that may not be seen}.

    `adapters`: those of the runtime, or none. `seconds`: over which use is measured.
    """
    before, start = fdinfo.read(proc), clock()
    sleep(seconds)
    after, passed = fdinfo.read(proc), max(1e-6, clock() - start)
    cards = sysfs.read(sys)
    gpus = []
    for index, adapter in enumerate(adapters):
        software = "SOFTWARE" in getattr(adapter.type, "name", str(adapter.type))
        # Several GPUs of one kind are told apart by their order only.
        card = (
            None
            if software
            else next(
                (
                    card
                    for card in cards
                    if (card.vendor_id, card.device_id) == (adapter.vendor_id, adapter.device_id)
                ),
                None,
            )
        )
        if card is not None:
            cards.remove(card)
        gpus.append(
            _gpu(
                "/device:DML:%d" % index,
                adapter.name,
                adapter.driver,
                software,
                card,
                before,
                after,
                passed,
            )
        )
    for card in cards:
        name = "PCI %04x:%04x" % (card.vendor_id, card.device_id)
        gpus.append(_gpu("", name, card.driver, False, card, before, after, passed))
    return {"gpus": gpus, "hidden": after.hidden}


def _gpu(
    device: str,
    name: str,
    driver: str,
    software: bool,
    card: Optional[sysfs.Card],
    before: fdinfo.Processes,
    after: fdinfo.Processes,
    seconds: float,
) -> Gpu:
    def own(processes: fdinfo.Processes) -> List[fdinfo.Client]:
        if card is None:
            return []
        return [
            client
            for client in processes.clients
            if client.gpu == card.gpu or (not client.gpu and client.driver == card.driver)
        ]

    clients = own(after)
    return Gpu(
        device,
        name,
        driver,
        card,
        _processes(own(before), clients, seconds),
        _note(software, card, len(clients)),
    )
