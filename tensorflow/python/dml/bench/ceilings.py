"""The adapter's limits, measured: what every other number is compared with."""

import statistics
import time
from typing import Any, Callable, Dict

import numpy as np

from .. import api, runtime
from .timing import measure

_GROUP = api.CONSTANTS["DML_BENCHMARK_GROUP_SIZE"]
_MULTIPLY_ADDS = api.CONSTANTS["DML_BENCHMARK_MULTIPLY_ADDS"]
TYPES = ("float32", "float16", "float64")


def all_ceilings(
    device: Any, quick: bool = False, progress: Callable[[str], None] = lambda text: None
) -> Dict[str, Any]:
    """flops by type, bytes_per_second of copies, seconds of overheads."""
    seconds = 0.02 if quick else 0.2
    size = (4 if quick else 256) << 20
    result = {"flops": {}, "bytes_per_second": {}, "seconds": {}}  # type: Dict[str, Any]
    for dtype in TYPES:
        progress("multiply-adds, %s" % dtype)
        rate = multiply_add_rate(device, dtype, seconds)
        if rate:
            result["flops"][dtype] = rate
    progress("copies")
    result["bytes_per_second"] = copy_rates(device, size, seconds)
    progress("overheads")
    result["seconds"] = overheads(device, 200 if quick else 2000)
    return result


def multiply_add_rate(device: Any, dtype: str, seconds: float) -> float:
    """Floating-point operations a second, two in a multiply-add; 0 without the type."""
    info = device.adapter
    if (dtype == "float16" and not info.float16_arithmetic) or (
        dtype == "float64" and not info.float64
    ):
        return 0.0
    # Enough groups to fill a large adapter many times over; for a small one the
    # number of iterations stays low.
    output = device.empty(1024 if info.type == runtime.AdapterType.ADAPTER_SOFTWARE else 16384)
    output = output.view(output.sizes) if dtype == "float32" else device.empty(output.sizes, dtype)
    iterations = 1
    launch = runtime.prepare(device, "benchmark_multiply_add", iterations, output)
    launch()  # compiles
    device.sync()
    while True:
        launch = runtime.prepare(device, "benchmark_multiply_add", iterations, output)
        start = time.perf_counter()
        launch()
        device.sync()
        taken = time.perf_counter() - start
        if taken >= seconds / 8 or iterations >= 1 << 20:
            break
        iterations *= 2
    timing = measure(lambda index: launch(), device.sync, seconds)
    operations = 2.0 * output.sizes[0] * _GROUP * _MULTIPLY_ADDS * iterations
    return operations / timing.median


def copy_rates(device: Any, size: int, seconds: float) -> Dict[str, float]:
    """Bytes a second; on the device, bytes read plus bytes written."""
    source, target = device.empty(size // 4), device.empty(size // 4)
    host = np.resize(np.arange(1000, dtype=np.float32), size // 4)
    source.write(host)
    rates = {}

    def rate(name: str, moved: int, launch: Callable[[], None]) -> None:
        rates[name] = moved / measure(lambda index: launch(), device.sync, seconds).median

    rate("device_copy", 2 * size, lambda: device.copy(target.data, source.data, size))
    rate(
        "device_program", 2 * size,
        runtime.prepare(device, "elementwise", "IDENTITY", [source], target),
    )
    rate("host_to_device", size, lambda: device.copy_from_host(target.data, host))
    rate("device_to_host", size, lambda: device.copy_to_host(host, source.data))
    return rates


def overheads(device: Any, count: int) -> Dict[str, float]:
    """Seconds, medians. Enqueuing includes the call from Python."""
    one, others = device.empty(64), [device.empty(64) for _ in range(16)]
    dependent = runtime.prepare(device, "benchmark_empty", one)
    independent = [runtime.prepare(device, "benchmark_empty", other) for other in others]
    dependent()
    device.sync()

    def samples(work: Callable[[], None], repeats: int = 15) -> float:
        times = []
        for _ in range(repeats):
            device.sync()
            start = time.perf_counter()
            work()
            times.append(time.perf_counter() - start)
        return statistics.median(times)

    def many(launches: Any) -> None:
        for index in range(count):
            launches[index % len(launches)]()

    def round_trip() -> None:
        dependent()
        device.sync()

    def synced(launches: Any) -> Callable[[], None]:
        def work() -> None:
            many(launches)
            device.sync()

        return work

    return {
        "enqueue": samples(lambda: many(independent)) / count,
        "submit_round_trip": samples(round_trip, 101),
        "empty_dispatch": samples(synced(independent)) / count,
        "dependent_dispatch": samples(synced([dependent])) / count,
    }


def attainable(ceilings: Dict[str, Any], dtype: str, flops: float, moved: float) -> Any:
    """(seconds, what limits): the roofline. float16 accumulates in float32."""
    arithmetic = ceilings["flops"]["float32" if dtype == "float16" else dtype]
    rates = ceilings["bytes_per_second"]
    limits = [
        (flops / arithmetic, "arithmetic"),
        (moved / max(rates["device_copy"], rates["device_program"]), "memory"),
        (ceilings["seconds"]["dependent_dispatch"], "dispatch"),
    ]
    return max(limits)
