"""What the demo shows at its end: curves, and where the operators ran."""

import collections
import re

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot

# A node's line in a trace is "name = Op(inputs)".
LABEL = re.compile(r" = (\w+)\(")


def draw(history, path):
    """Loss and test accuracy over the steps, as a PNG."""
    figure, loss = pyplot.subplots(figsize=(8, 4.5), dpi=120)
    loss.plot(history["step"], history["loss"], color="tab:blue")
    loss.set_xlabel("step")
    loss.set_ylabel("training loss", color="tab:blue")
    accuracy = loss.twinx()
    accuracy.plot(history["step"], history["test"], color="tab:orange")
    accuracy.set_ylabel("test accuracy", color="tab:orange")
    accuracy.set_ylim(0, 1)
    speed = sorted(history["images_per_second"])[len(history["step"]) // 2]
    loss.set_title(f"Handwritten digits, {speed:.0f} images/s")
    figure.tight_layout()
    figure.savefig(path)


def placement(metadata):
    """{device: {op type: executions}} of one traced step."""
    ops = {node.name: node.op for graph in metadata.partition_graphs for node in graph.node}
    executed = collections.defaultdict(collections.Counter)
    for device in metadata.step_stats.dev_stats:
        # Copies and streams are lines of their own, below a device's name.
        match = re.search(r"/device:(\w+:\d+)$", device.device)
        if not match:
            continue
        for node in device.node_stats:
            label = LABEL.search(node.timeline_label)
            op = ops.get(node.node_name) or (label.group(1) if label else None)
            if op and node.node_name not in ("_SOURCE", "_SINK"):
                executed[match.group(1)][op] += 1
    return {device: dict(counts) for device, counts in sorted(executed.items())}


def counters():
    """What the DML device counted since it was opened; empty without one."""
    try:
        import tensorflow_directml
    except ImportError:
        return ""
    if not tensorflow_directml.adapters():
        return ""
    counted = tensorflow_directml.statistics()
    names = ("launches", "submissions", "device_to_host_copies", "programs_compiled")
    return "\nDML:0 in all: " + ", ".join(f"{name} {counted[name]}" for name in names)


def table(executed):
    """The executions of a step by device, as text."""
    total = sum(sum(counts.values()) for counts in executed.values())
    lines = ["", "One training step, executions by device:"]
    for device, counts in executed.items():
        count = sum(counts.values())
        lines.append(f"  {device:<8}{count:5d}  ({count / total:.0%})")
    devices = sorted(executed)
    ops = sorted({op for counts in executed.values() for op in counts})
    width = max(map(len, ops))
    lines += ["", f"  {'op':<{width}}" + "".join(f"{device:>8}" for device in devices)]
    for op in ops:
        counts = [executed[device].get(op, 0) for device in devices]
        lines.append(f"  {op:<{width}}" + "".join(f"{n or '':>8}" for n in counts))
    return "\n".join(lines)
