"""What DML and CUDA have of one op: tensorflow-directml ops NAME."""

import difflib
import json
import sys
from typing import Any, Dict, List

from . import cuda_kernels, op_support

_PREFIX = "tensorflow-directml ops: "


def describe(op: str) -> Dict[str, Any]:
    """Types by attribute, and arguments in host memory.

    "dml" and "cuda" are None where there is no kernel, "cuda_beyond" has the types that only
    CUDA's take. Raises KeyError for what is no op. Imports TensorFlow.
    """
    if op_support.arguments(op) is None:
        raise KeyError(op)
    kernels = cuda_kernels.load()
    ours = op_support.supported("DML").get(op) or op_support.supported("DEFAULT").get(op)
    return {
        "op": op,
        "dml": ours
        and {
            "kernels": ours.kernels,
            "types": ours.types,
            "host_arguments": ours.host,
            "host_only": ours.host_only,
        },
        "cuda": {"types": cuda_kernels.types(kernels, op)} if op in kernels else None,
        "cuda_beyond": op_support.missing_types({op: ours}).get(op, {}) if ours else {},
    }


def lines(found: Dict[str, Any]) -> List[str]:
    """describe() for people."""
    ours, cuda = found["dml"], found["cuda"]
    shown = [found["op"]]
    if ours is None:
        shown.append("  DML   no kernel: it runs on the CPU")
    else:
        number = "%d kernel%s" % (ours["kernels"], "" if ours["kernels"] == 1 else "s")
        host = ", working in host memory: they launch nothing" if ours["host_only"] else ""
        shown.append("  DML   " + number + host)
        for name, types in ours["types"].items():
            shown.append("        %s: %s" % (name, ", ".join(types)))
        if ours["host_arguments"] and not ours["host_only"]:
            shown.append("        in host memory: %s" % ", ".join(ours["host_arguments"]))
    if cuda is None:
        shown.append("  CUDA  no kernel")
    elif ours is None:
        shown.append("  CUDA  %s" % (op_support.by_attribute(cuda["types"]) or "any type"))
    else:
        beyond = op_support.by_attribute(found["cuda_beyond"])
        shown.append("  CUDA  %s" % ("also " + beyond if beyond else "nothing beyond"))
    return shown


def _unknown(name: str) -> str:
    from tensorflow.python.framework import op_def_registry

    known = {op.lower(): op for op in sorted(op_def_registry.get_registered_ops())}
    near = difflib.get_close_matches(name.lower(), list(known), 3, 0.6)
    hint = "; do you mean %s?" % " or ".join(known[each] for each in near) if near else ""
    return "TensorFlow has no op %s%s" % (name, hint)


def main(names: List[str], as_json: bool) -> int:
    """Prints what there is of some ops; the exit status is 1 if one is none."""
    op_support.supported("DML")  # imports TensorFlow, which registers the ops
    status, found = 0, []
    for name in names:
        try:
            found.append(describe(name))
        except KeyError:
            status = 1
            print(_PREFIX + _unknown(name), file=sys.stderr)
    if as_json:
        print(json.dumps(found, indent=1))
    else:
        print("\n".join(line for one in found for line in lines(one)))
    return status
