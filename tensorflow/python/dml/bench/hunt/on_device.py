"""In a process of its own: cases on the device."""

import time
from typing import Any, Dict, TextIO, Tuple

from ... import runtime
from .. import ceilings, report
from ..families import REGISTRY
from ..measure import Work
from ..models import Case
from ..timing import measure
from . import process

# Bytes that copies move, and the edge of square matrices, on a GPU and on a driver that runs
# on the CPU.
_ON_A_GPU, _ON_THE_CPU = (256 << 20, 2048), (32 << 20, 384)
# The least of this many samples counts: the machine may do other things in some of them.
_SAMPLES = 5


def serve(source: TextIO, target: TextIO, number: str, types: str, seconds: str) -> None:
    device = runtime.open(int(number))
    device.merge_launches(False)
    limits = possible(device, sorted({"float32", *types.split(",")}), 2 * float(seconds))
    process.answer(target, {"surroundings": report.surroundings(device, ""), "limits": limits})
    for request in process.requests(source):
        case = Case(*request["case"], uses=[])
        row = run(device, case, limits, request["seconds"], request["long"], request["seed"])
        process.answer(target, row)


def possible(device: Any, types: Any, seconds: float) -> Dict[str, Any]:
    """What the adapter does in this run: products by type, copies, and one launch.

    `seconds`: for each rate.
    """
    software = device.adapter.type == runtime.AdapterType.ADAPTER_SOFTWARE
    copied, edge = _ON_THE_CPU if software else _ON_A_GPU
    rates = ceilings.copy_rates(device, copied, seconds)
    return {
        "flops": {dtype: _product_rate(device, dtype, edge, seconds) for dtype in types},
        "bytes_per_second": max(rates["device_copy"], rates["device_program"]),
        "dispatch": ceilings.overheads(device, 200)["dependent_dispatch"],
    }


def _product_rate(device: Any, dtype: str, edge: int, seconds: float) -> float:
    parameters = dict(m=edge, k=edge, n=edge, transpose_a=False, transpose_b=False)
    family = REGISTRY["gemm"](parameters, dtype)
    work = Work(device, family, 0, 1)
    return family.flops / measure(work.launch, device.sync, seconds, _SAMPLES).least


def attainable(limits: Dict[str, Any], dtype: str, flops: float, moved: float) -> Tuple[float, str]:
    """(seconds, what limits), by what products and copies reach in the same run."""
    return max(
        (flops / limits["flops"][dtype], "arithmetic"),
        (moved / limits["bytes_per_second"], "memory"),
        (limits["dispatch"], "dispatch"),
    )


def run(
    device: Any, case: Case, limits: Dict[str, Any], seconds: float, long: float, seed: int
) -> Dict[str, Any]:
    """A row: `seconds` for measuring; what takes more than `long` runs once."""
    family = REGISTRY[case.family](case.parameters, case.dtype)
    time_possible, bound = attainable(limits, case.dtype, family.flops, family.bytes)
    row = {
        "shape": family.label, "flops": family.flops, "bytes": family.bytes,
        "attainable_seconds": time_possible, "bound": bound,
    }
    try:
        work = Work(device, family, 0, seed)
        work.clear()
        taken = _once(device, work)
        row["error"] = work.compare()
        row["correct"] = bool(row["error"] <= family.limit[case.dtype])
        if taken > long:
            # Unless that was a program being compiled.
            taken = min(taken, _once(device, work))
        row["once"] = taken > long
        if row["once"]:
            row["seconds"] = taken
        else:
            with work.merging():
                row["seconds"] = measure(work.launch, device.sync, seconds, _SAMPLES).least
    except runtime.DmlError as problem:
        if problem.code == runtime.Code.DEVICE_LOST:
            raise
        row["problem"] = str(problem)
    finally:
        device.sync()
    return row


def _once(device: Any, work: Work) -> float:
    device.sync()
    start = time.perf_counter()
    work.launch(0)
    device.sync()
    return time.perf_counter() - start
