"""TensorFlow's records of a step, as events and nodes."""

import re
from typing import Any, Dict, List

from ..explain.nodes import short_device
from . import recording as rec

_LABEL = re.compile(r" = (\w+)\(")
_BYTES = re.compile(r"(\d+) bytes$")
_POOL = "dml_pool"


def _of_device(stats: Any, device: str, copies: bool) -> rec.Event:
    """An entry of the lines that the DML profiler writes (dml_profiler.cc)."""
    node, _, last = stats.node_name.rpartition(":")
    owner, _, detail = stats.timeline_label.rpartition(", ")
    start = stats.all_start_nanos or stats.all_start_micros * 1000
    length = stats.all_end_rel_nanos or stats.all_end_rel_micros * 1000
    size = _BYTES.search(stats.timeline_label)
    if copies:
        # "node:MemcpyDtoH" of a kernel; of a tensor "MemcpyDtoH:MemcpyDtoH", and its name
        # in the label.
        of_tensor = node == last
        return rec.Event(
            rec.COPY,
            device,
            owner if of_tensor else node,
            "" if of_tensor else owner,
            start,
            start + length,
            last,
            int(size.group(1)) if size else 0,
        )
    return rec.Event(rec.LAUNCH, device, node, last, start, start + length, detail)


def _of_host(stats: Any, device: str, nodes: Dict[str, rec.Node]) -> rec.Event:
    known = nodes.get(stats.node_name)
    label = _LABEL.search(stats.timeline_label)
    op = known.op if known else label.group(1) if label else ""
    begun = stats.all_start_nanos or stats.all_start_micros * 1000
    end = stats.op_end_rel_nanos or stats.op_end_rel_micros * 1000
    if op in rec.INPUT_OPS:  # kernels that return at once, and are done when there is data
        end = max(end, stats.all_end_rel_nanos or stats.all_end_rel_micros * 1000)
    in_use = [
        memory.allocator_bytes_in_use
        for memory in stats.memory
        if memory.allocator_name.startswith(_POOL) and memory.allocator_bytes_in_use
    ]
    return rec.Event(
        rec.OP,
        device,
        stats.node_name,
        op,
        begun + (stats.op_start_rel_nanos or stats.op_start_rel_micros * 1000),
        begun + end,
        "",
        sum(
            output.tensor_description.allocation_description.requested_bytes
            for output in stats.output
        ),
        stats.scheduled_nanos or stats.scheduled_micros * 1000,
        in_use[-1] if in_use else -1,
    )


def _is_input(stats: Any) -> bool:
    return stats.node_name.startswith("Iterator::")


def _of_input(stats: Any) -> rec.Event:
    begun = stats.all_start_nanos or stats.all_start_micros * 1000
    length = stats.all_end_rel_nanos or stats.all_end_rel_micros * 1000
    name = stats.node_name.split(":Iterator::")[0]
    return rec.Event(rec.INPUT, "CPU:0", name, name.split("::")[-1], begun, begun + length)


def events(stats: Any, nodes: Dict[str, rec.Node]) -> List[rec.Event]:
    """Of a StepStats, by their start."""
    found = []
    for line in stats.dev_stats:
        if line.device == "/host:CPU":  # else it repeats what the devices' lines say
            found += [_of_input(entry) for entry in line.node_stats if _is_input(entry)]
            continue
        device = short_device(line.device)
        ours = line.device.startswith("/device:DML")
        for entry in line.node_stats:
            if ours and line.device.endswith(("/stream:all", "/memcpy")):
                found.append(_of_device(entry, device, line.device.endswith("/memcpy")))
            elif not line.device.startswith("/device:"):
                found.append(_of_host(entry, device, nodes))
    return sorted(found, key=lambda event: (event.start, event.end))


# Of the eager profiler.

_KERNEL = re.compile(r"id=(-?\d+),device=(\S+?),async=(true|false)")


def _of_trace(entry: Any, line: str, start: int) -> List[rec.Event]:
    begun, length = start + entry.timestamp_ps // 1000, max(1, entry.duration_ps // 1000)
    long_name, label = entry.args.get("long name", ""), entry.args.get("label", "")
    node = long_name.rpartition(":")[0]
    if line.startswith("/device:DML"):
        copies = line.endswith("/memcpy")
        owner, _, detail = label.rpartition(", ")
        size = _BYTES.search(label)
        if copies:
            of_tensor = node == entry.name
            return [
                rec.Event(
                    rec.COPY,
                    short_device(line),
                    owner if of_tensor else node,
                    "" if of_tensor else owner,
                    begun,
                    begun + length,
                    entry.name,
                    int(size.group(1)) if size else 0,
                )
            ]
        return [
            rec.Event(
                rec.LAUNCH, short_device(line), node, entry.name, begun, begun + length, detail
            )
        ]
    if entry.name.startswith("Iterator::") or long_name.startswith("Iterator::"):
        return [
            rec.Event(
                rec.INPUT, "CPU:0", long_name or entry.name, entry.name, begun, begun + length
            )
        ]
    kernel = _KERNEL.search(label)
    if kernel is None or kernel.group(3) == "true":
        return []  # what is asynchronous has only begun
    if kernel.group(1).startswith("-"):  # as tf.data numbers the steps of its functions
        return [
            rec.Event(rec.INPUT, "CPU:0", "function: " + node, entry.name, begun, begun + length)
        ]
    return [
        rec.Event(rec.OP, short_device(kernel.group(2)), node, entry.name, begun, begun + length)
    ]


def trace_events(serialized: bytes, start: int) -> List[rec.Event]:
    """Of what the eager profiler returns, which was started at `start`.

    It has microseconds, and of ops on a device only those outside of functions.
    """
    from tensorflow.core.protobuf import trace_events_pb2

    trace = trace_events_pb2.Trace.FromString(serialized)
    found: List[rec.Event] = []
    for entry in trace.trace_events:
        found += _of_trace(entry, trace.devices[entry.device_id].name, start)
    return sorted(found, key=lambda event: (event.start, event.end))
