"""A device's memory as text."""

from . import memory_info, memory_stats, runtime, units


def summary(device: int = 0) -> str:
    """A table: what the driver grants, what is reserved of it, what tensors use."""
    info, stats = memory_info(device), memory_stats(device)  # raise where there is none
    name = runtime.adapters()[device].name
    rows = [
        ("memory of the adapter", info["memory_bytes"], None),
        ("budget of this process, by the driver", info["budget_bytes"], None),
        ("used of it, by the driver's count", info["used_bytes"], None),
        ("reserved for tensors", stats["bytes_reserved"], stats["peak_bytes_reserved"]),
        ("in use by tensors", stats["bytes_in_use"], stats["peak_bytes_in_use"]),
        ("largest free block", stats["largest_free_block"], None),
        ("largest tensor so far", stats["largest_allocation"], None),
        (
            "reserved for operators while they run",
            stats["scratch_bytes_reserved"],
            stats["scratch_peak_bytes_reserved"],
        ),
        ("staging of copies, in the host's memory", info["staging_bytes"], None),
    ]
    lines = ["/device:DML:%d  %s" % (device, name), "%-40s %12s %12s" % ("", "now", "at most")]
    for label, now, peak in rows:
        lines.append(
            ("%-40s %12s %12s"
             % (label, units.size(now), "" if peak is None else units.size(peak))).rstrip()
        )
    lines.append(
        "%s, %s so far, in %s"
        % (
            units.count(stats["live_allocations"], "live tensor"),
            units.count(stats["allocation_count"], "allocation"),
            units.count(stats["heap_count"], "heap"),
        )
    )
    return "\n".join(lines)
