"""tensorflow-directml: what is beside TensorFlow's own API.

    import tensorflow_directml as dml

    dml.is_available()      whether there is a device
    dml.adapters()          the GPUs that /device:DML:0, :1, ... stand for
    dml.adapter_problem()   why one that you expect is missing
    dml.synchronize()       waits for a device's work
    dml.statistics()        launches, copies, submissions since the device opened
    dml.memory_info()       the driver's memory budget and use
    dml.memory_stats()      what tensors hold of it, hold at most, and reserve
    dml.memory_summary()    both, as text
    dml.empty_cache()       gives memory that no tensor uses back to the driver
    dml.launches_by_tag()   how often the device ran each op type
    dml.programs()          the programs that were compiled

Importing this imports no TensorFlow. In a process that runs TensorFlow the
numbers are those of TensorFlow's devices: both use one runtime. The runtime
itself, with its operators, is tensorflow_directml.runtime.
"""

from typing import Any, Dict, List

__version__ = "1.15.9"


def is_available() -> bool:
    """Whether TensorFlow has a DML device here; adapter_problem() says why not.

    False, too, where the runtime cannot be loaded. Opens no device.
    """
    try:
        return bool(adapters())
    except (ImportError, OSError):
        return False


def adapters() -> List[Any]:
    """The visible adapters, in the order of the device numbers."""
    from . import runtime

    return runtime.adapters()


def adapter_problem() -> str:
    """Why there is no adapter, or fewer than asked for; empty when all is well."""
    from . import runtime

    return runtime.adapter_problem()


def statistics(device: int = 0) -> Dict[str, int]:
    """Counters of a device; their names are those of dml_device_statistics."""
    from . import runtime

    with runtime.open(device) as opened:
        return opened.statistics()


def synchronize(device: int = 0) -> None:
    """Waits until all work that a device was given so far is done.

    Raises runtime.DmlError where some of it failed.
    """
    from . import runtime

    with runtime.open(device) as opened:
        opened.sync()


def memory_info(device: int = 0) -> Dict[str, int]:
    """Memory of an adapter, and what its driver grants and counts as used."""
    from . import runtime

    with runtime.open(device) as opened:
        counters = opened.statistics()
        return {
            "memory_bytes": opened.adapter.memory_bytes,
            "budget_bytes": counters["driver_budget_bytes"],
            "used_bytes": counters["driver_used_bytes"],
            "staging_bytes": counters["staging_bytes"],
        }


def memory_stats(device: int = 0, reset_peaks: bool = False) -> Dict[str, int]:
    """What tensors on a device take: in use, at most so far, and reserved from the driver.

    The names are those of dml_pool_statistics, summed over the pools that are open;
    "scratch_bytes_reserved" and its peak are what operators use while they run.
    `reset_peaks`: later calls tell the peaks from here on.
    """
    from . import runtime

    with runtime.open(device) as opened:
        memory = opened.memory()
        if reset_peaks:
            opened.reset_peaks()
    scratch = memory["scratch"]
    names = ("bytes_reserved", "peak_bytes_reserved")
    return dict(memory["pools"], **{"scratch_" + name: scratch[name] for name in names})


def memory_summary(device: int = 0) -> str:
    """memory_info() and memory_stats() as a table for people."""
    from . import memory

    return memory.summary(device)


def empty_cache(device: int = 0) -> int:
    """Gives memory that no tensor uses back to the driver, for other programs to have.

    Returns how many bytes went. TensorFlow's next steps reserve again what they need.
    """
    from . import runtime

    def reserved() -> int:
        return sum(part["bytes_reserved"] for part in opened.memory().values())

    with runtime.open(device) as opened:
        before = reserved()
        opened.trim()
        opened.sync()  # what was in use by enqueued work goes now
        return max(0, before - reserved())


def launches_by_tag(device: int = 0) -> Dict[str, int]:
    """How many dispatches a device was sent, by op type."""
    from . import runtime

    with runtime.open(device) as opened:
        return opened.launches_by_tag()


def programs(device: int = 0) -> List[Any]:
    """What a device compiled: pairs (shader, values of its specialization constants)."""
    from . import runtime

    with runtime.open(device) as opened:
        return opened.programs()
