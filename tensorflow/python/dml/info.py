"""The command tensorflow-directml info: what belongs into a bug report.

What may crash, or fail to load, is asked in processes of its own, as doctor does.
"""

import argparse
import json
import os
import platform
import sys
from typing import Any, Dict, List, Tuple

from . import __version__, build_info, environment, units
from .doctor.checks import cache
from .doctor.system import System

# Of dml_adapter_info: what holds bytes, and what is yes or no.
_BYTES = {
    "memory_bytes": "memory for tensors",
    "max_heap_bytes": "largest heap",
    "max_shared_bytes": "shared memory of a group",
}
_SWITCHES = ("unified_memory", "float16_arithmetic", "float64")
_IDS = ("vendor_id", "device_id")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as JSON, sizes in bytes")
    parser.set_defaults(run=main)


def _processor(system: System) -> str:
    for line in system.read("/proc/cpuinfo").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def _memory(system: System) -> int:
    """The host's bytes; 0 where it doesn't tell."""
    for line in system.read("/proc/meminfo").splitlines():
        if line.startswith("MemTotal:"):
            return int(line.split()[1]) * 1024
    return 0


def _commit(system: System) -> str:
    modified = build_info.stored(system.package).get("modified")
    return build_info.commit(system.package) + (", with changes" if modified else "")


def _versions(system: System) -> Dict[str, str]:
    """By name; what cannot be had says why."""
    numpy = system.child("numpy_import")
    versions = {
        "tensorflow-directml": __version__,
        "built from commit": _commit(system) or "unknown",
    }
    if system.linux:
        tensorflow = system.child("tensorflow_import")
        versions["TensorFlow"] = (
            "cannot be imported: " + tensorflow.problem
            if tensorflow.problem
            else "%(version)s, build %(build)s" % tensorflow.value
        )
    versions["NumPy"] = (
        "cannot be imported: " + numpy.problem if numpy.problem else numpy.value["version"]
    )
    versions["Python"] = "%s %s" % (platform.python_implementation(), platform.python_version())
    return versions


def _host(system: System) -> Dict[str, Any]:
    return {
        "system": system.distribution or platform.system(),
        "kernel": platform.platform(),
        "WSL": "WSL %d" % system.wsl if system.wsl else "no",
        "container": system.container or "no",
        "processor": "%s, %s" % (
            _processor(system) or system.machine, units.count(os.cpu_count() or 0, "thread")),
        "memory_bytes": _memory(system),
    }


def collect(system: System) -> Dict[str, Any]:
    """All of it; sizes in bytes."""
    asked = system.child("adapters", "matrices")
    if asked.problem:  # perhaps what opening them did
        plain = system.child("adapters")
        asked = asked if plain.problem else plain
    found = asked.value or {"library": "", "adapters": [], "left_out": [], "problem": asked.problem}
    folder = cache.folder(system)
    return {
        "versions": _versions(system),
        "host": _host(system),
        "runtime": found["library"] or "cannot be loaded: " + found["problem"],
        "cache": {"folder": folder, "bytes": cache.size(folder) if folder else 0},
        "variables": dict(environment.in_force(system.variables)),
        "unknown_variables": [str(entry) for entry in environment.unknown(system.variables)],
        "adapters": found["adapters"],
        "left_out": found["left_out"],
        "problem": found["problem"],
    }


def _matrices(adapter: Dict[str, Any]) -> str:
    """As "16x16x16; they compute rightly"."""
    if not adapter["matrix_shapes"]:
        return "none"
    shapes = ", ".join("x".join(str(size) for size in shape) for shape in adapter["matrix_shapes"])
    verdict = {
        "right": "; the check of their results passed",
        "wrong": "; not used: the check of their results failed",
        "none": "; not used",
    }
    return shapes + verdict.get(adapter.get("matrices", ""), "; not checked")


def adapter_rows(adapter: Dict[str, Any]) -> List[Tuple[str, str]]:
    """(name, value with its unit)."""
    rows = []
    for key, value in adapter.items():
        if key in _BYTES:
            rows.append((_BYTES[key], units.exact_size(value)))
        elif key in _SWITCHES:
            rows.append((key.replace("_", " "), "yes" if value else "no"))
        elif key in _IDS:
            rows.append((key.replace("_", " "), "0x%04x" % value))
        elif key == "type":
            rows.append((key, value[len("ADAPTER_"):].lower()))
        elif key == "matrix_shapes":
            rows.append(("matrix shapes (m x n x k)", _matrices(adapter)))
        elif key == "others":
            rows += [("other driver", "%s (%s, %s)" % tuple(other)) for other in value]
        elif key == "subgroup_size":
            rows.append(("subgroup size", units.count(value, "invocation")))
        elif key == "max_group_invocations":
            rows.append(("max group size", units.count(value, "invocation")))
        elif key != "matrices":
            rows.append((key, str(value)))
    return rows


def _sections(found: Dict[str, Any]) -> List[Tuple[str, List[Tuple[str, str]]]]:
    host = dict(found["host"])
    memory = host.pop("memory_bytes")
    rows = [("memory", units.exact_size(memory) if memory else "unknown")]
    stored = found["cache"]
    rows += [
        ("runtime", found["runtime"]),
        ("cache folder", "%s (%s)" % (stored["folder"] or "none", units.size(stored["bytes"]))),
    ]
    sections = [
        ("", list(found["versions"].items()) + list(host.items()) + rows),
        ("Variables", list(found["variables"].items()) or [("none is set", "")]),
    ]
    for index, adapter in enumerate(found["adapters"]):
        sections.append(("/device:DML:%d" % index, adapter_rows(adapter)))
    for adapter in found["left_out"]:
        sections.append((
            "Left out: " + adapter["name"],
            [(key, adapter[key]) for key in ("driver", "api", "reason")],
        ))
    return sections


def main(arguments: argparse.Namespace) -> int:
    found = collect(System())
    if arguments.json:
        print(json.dumps(found, indent=2))
        return 0
    for title, rows in _sections(found):
        if title:
            print("\n" + title)
        for name, value in rows:
            print(("%s%-26s %s" % ("  " if title else "", name, value)).rstrip())
    for line in found["unknown_variables"] + [found["problem"]]:
        if line:
            print(line, file=sys.stderr)
    return 0
