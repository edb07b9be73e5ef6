"""What is shown of usage.read()."""

from typing import Any, Dict, List

from . import usage


def _size(count: float) -> str:
    return "%.1f GiB" % (count / 2.0**30) if count >= 1 << 30 else "%.0f MiB" % (count / 2.0**20)


def _head(gpu: usage.Gpu) -> str:
    words = ["%s  %s (%s)" % (gpu.device or "no device", gpu.name, gpu.driver)]
    card = gpu.card
    if card is not None:
        if card.busy_percent is not None:
            words.append("busy %d %%" % card.busy_percent)
        if card.used_bytes is not None and card.memory_bytes:
            words.append("memory %s of %s" % (_size(card.used_bytes), _size(card.memory_bytes)))
        if card.celsius is not None:
            words.append("%.0f °C" % card.celsius)
        if card.watts is not None:
            words.append("%.0f W" % card.watts)
    return "  ".join(words)


def lines(found: Dict[str, Any]) -> List[str]:
    """For people."""
    shown = []
    for gpu in found["gpus"]:
        shown.append(_head(gpu))
        if gpu.processes:
            shown.append("      PID     use    memory  host memory  process")
        for process in gpu.processes:
            use = "-" if process.use_percent is None else "%.0f %%" % process.use_percent
            shown.append(
                "  %7d  %6s  %8s  %11s  %s"
                % (
                    process.pid,
                    use,
                    _size(process.local_bytes),
                    _size(process.host_bytes),
                    process.name,
                )
            )
        if gpu.note:
            shown.append("  " + gpu.note)
    if not shown:
        shown.append("There is no GPU that the system tells of.")
    if found["hidden"]:
        count = found["hidden"]
        shown.append(
            "%d process%s cannot be looked into; their owner and root can."
            % (count, "" if count == 1 else "es")
        )
    return shown


def as_json(found: Dict[str, Any]) -> Dict[str, Any]:
    return {
        "gpus": [
            dict(
                gpu._asdict(),
                card=gpu.card and dict(gpu.card._asdict()),
                processes=[dict(process._asdict()) for process in gpu.processes],
            )
            for gpu in found["gpus"]
        ],
        "hidden_processes": found["hidden"],
    }
