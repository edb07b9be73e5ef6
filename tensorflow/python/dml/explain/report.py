"""What is shown of explained nodes."""

import collections
from typing import Any, Dict, List, NamedTuple, Tuple

from . import reasons
from .nodes import Node
from .reasons import Reason

_EXAMPLES = 3

# What each code means for a table, the worst first.
_TITLES = collections.OrderedDict(
    [
        (reasons.NO_TYPE, "on the CPU: no kernel for the type"),
        (reasons.NO_KERNEL, "on the CPU: no kernel of DML, but one of CUDA"),
        (reasons.ADAPTER_TYPE, "computed on the CPU: the adapter lacks the type"),
        (reasons.ASKED, "on the CPU: the graph asks for it"),
        (reasons.COLOCATED, "on the CPU: colocated with what is there"),
        (reasons.RESOURCE, "on the CPU: uses a resource that is there"),
        (reasons.PLACER, "on the CPU: the placer's choice"),
        (reasons.FEEDS_HOST, "on the CPU: serves nodes there"),
        (reasons.HOST_OP, "on the CPU: an op for CPUs only"),
        (reasons.HOST_VALUES, "on the device, for values in host memory"),
        (reasons.DEVICE, "on the device"),
    ]
)


class Row(NamedTuple):
    """A node, where it runs, and why."""

    function: str
    node: Node
    reason: Reason


def as_json(rows: List[Row]) -> Dict[str, Any]:
    """Totals by reason, and each node."""
    return {
        "totals": dict(collections.Counter(row.reason.code for row in rows)),
        "nodes": [
            {
                "name": row.node.name,
                "function": row.function,
                "op": row.node.op,
                "device": row.node.device,
                "types": {k: list(v) for k, v in row.node.types},
                "code": row.reason.code,
                "reason": row.reason.text,
                "fallback": row.reason.fallback,
            }
            for row in rows
        ],
    }


def report(rows: List[Row], everything: bool = False) -> List[str]:
    """Lines: for each reason the ops that it holds for, then the totals."""
    groups: Dict[Tuple[str, str, str], List[Row]] = collections.defaultdict(list)
    for row in rows:
        groups[row.reason.code, row.node.op, row.reason.text].append(row)
    lines = []
    for code, title in _TITLES.items():
        of_code = sorted(
            ((op, text, members) for (c, op, text), members in groups.items() if c == code),
            key=lambda group: (-len(group[2]), group[0]),
        )
        if not of_code or (code in (reasons.DEVICE, reasons.HOST_VALUES) and not everything):
            continue
        lines.append("%s (%d)" % (title, sum(len(members) for _, _, members in of_code)))
        for op, text, members in of_code:
            names = [
                "%s%s" % (row.function and row.function + "/", row.node.name)
                for row in members[:_EXAMPLES]
            ]
            more = ", ..." if len(members) > _EXAMPLES else ""
            lines.append("  %4d  %s: %s" % (len(members), op, text))
            lines.append("        %s%s" % (", ".join(names), more))
        lines.append("")
    on_device = sum(1 for row in rows if not reasons.on_cpu(row.node.device))
    fallbacks = sum(1 for row in rows if row.reason.fallback)
    lines.append(
        "%d nodes: %d on the device, %d on the CPU, %d of them fallbacks."
        % (len(rows), on_device, len(rows) - on_device, fallbacks)
    )
    return lines
