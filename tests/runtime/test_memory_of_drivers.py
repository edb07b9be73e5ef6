"""Memory as drivers describe it: kinds of adapters that a software driver is not,
by the loader in vulkan_stand_in.
"""

from test_adapters import run

# The adapters' own functions, of the loader that this process uses.
STAND_IN = """
import ctypes
import numpy as np
stand_in = ctypes.CDLL(os.environ["TF_DIRECTML_VULKAN_LOADER"])
stand_in.stand_in_allocated.restype = ctypes.c_uint64
MIB = 1 << 20

def allocated(kind):
    return stand_in.stand_in_allocated(0, kind)

def set_budget(heap, size):
    stand_in.stand_in_set_budget(0, heap, ctypes.c_uint64(size))
"""

# As before resizable BARs: the host sees 8 MiB of the device's memory.
DISCRETE = """
adapter discrete; heap 256M local; heap 512M; heap 8M local;
type 0 local; type 1 visible coherent; type 1 visible coherent cached;
type 2 local visible coherent;
"""


def result(loader, adapters, code, **environment):
    return run(
        STAND_IN + code,
        TF_DIRECTML_VULKAN_LOADER=loader,
        STAND_IN_ADAPTERS=adapters,
        **environment,
    )[0]


def test_memory_of_a_discrete_adapter(vulkan_stand_in):
    code = """
with dml.open(0) as device:
    x = device.tensor(np.arange(1000, dtype=np.float32))
    y = device.empty(x.shape, x.dtype)
    device.elementwise("RELU", [x], y)
    result = [bool((y.numpy() == x.numpy()).all()), device.adapter.unified_memory,
              [allocated(kind) for kind in range(4)]]
"""
    right, unified, sizes = result(vulkan_stand_in, DISCRETE, code)
    assert right and not unified
    assert sizes[0] >= 64 << 20 and sizes[1] > 0 and sizes[2] > 0
