"""Memory as drivers describe it: kinds of adapters that a software driver is not,
by the loader in vulkan_stand_in.
"""

import pytest
from test_adapters import run

# What the adapter has allocated, by memory type, and its budgets.
STAND_IN = """
import ctypes
import numpy as np
stand_in = ctypes.CDLL(os.environ["TF_DIRECTML_VULKAN_LOADER"])
stand_in.stand_in_allocated.restype = ctypes.c_uint64
MIB = 1 << 20

def allocated():
    return [stand_in.stand_in_allocated(0, kind) for kind in range(4)]

def set_budget(heap, size):
    stand_in.stand_in_set_budget(0, heap, ctypes.c_uint64(size))

def error_of(function, *arguments):
    try:
        function(*arguments)
    except dml.DmlError as error:
        return [error.code.name, str(error)]
    return None
"""

# Programs whose parameter blocks are larger than push constants.
SOFTMAX = """
def softmax_is_right(device):
    x = np.random.RandomState(1).rand(7, 33).astype(np.float32)
    y = device.empty(x.shape, x.dtype)
    for _ in range(400):  # more blocks than one chunk holds
        device.softmax(0, device.tensor(x), y)
    expected = np.exp(x) / np.exp(x).sum(1, keepdims=True)
    return bool(np.allclose(y.numpy(), expected, rtol=1e-5))
"""

# Memory types: for tensors, upload, readback, and, where the host sees a window of
# the adapter's memory, parameters.
DISCRETE = """
adapter discrete; heap 256M local; heap 512M; heap 16M local;
type 0 local; type 1 visible coherent; type 1 visible coherent cached;
"""
WINDOW = DISCRETE + "type 2 local visible coherent;"
# The host reaches all memory, but only the second type through its caches.
UNCACHED = """
adapter integrated; heap 256M local;
type 0 local visible coherent; type 0 local visible coherent cached;
"""

CACHED = "adapter integrated; heap 280M local; type 0 local visible coherent cached;"

KIB = 1 << 10
MIB = 1 << 20
CHUNK = 64 * KIB


def result(loader, adapters, code, **environment):
    return run(
        STAND_IN + SOFTMAX + code,
        TF_DIRECTML_VULKAN_LOADER=loader,
        STAND_IN_ADAPTERS=adapters,
        **environment,
    )[0]


PARAMETERS = """
with dml.open(0) as device:
    result = [softmax_is_right(device), allocated()]
"""


def test_a_window_holds_parameters_and_no_tensors(vulkan_stand_in):
    right, sizes = result(vulkan_stand_in, WINDOW, PARAMETERS)
    assert right
    assert sizes[0] >= MIB and sizes[0] % MIB == 0  # whole heaps of pools
    assert sizes[3] > 0 and sizes[3] % CHUNK == 0


def test_parameters_are_copied_where_the_host_sees_no_memory(vulkan_stand_in):
    right, sizes = result(vulkan_stand_in, DISCRETE, PARAMETERS)
    _, tensors = result(vulkan_stand_in, WINDOW, PARAMETERS)
    assert right
    assert sizes[0] > tensors[0] and (sizes[0] - tensors[0]) % CHUNK == 0


def test_parameters_are_copied_where_the_window_is_full(vulkan_stand_in):
    right, sizes = result(vulkan_stand_in, WINDOW + "budget 2 1K;", PARAMETERS)
    _, tensors = result(vulkan_stand_in, WINDOW, PARAMETERS)
    assert right
    assert sizes[0] > tensors[0] and (sizes[0] - tensors[0]) % CHUNK == 0
    assert sizes[3] == 0


def test_a_window_is_no_more_memory(vulkan_stand_in):
    code = """
with dml.open(0) as device:
    statistics = device.statistics()
    result = [device.adapter.memory_bytes, device.adapter.unified_memory,
              statistics["driver_budget_bytes"]]
"""
    found = result(vulkan_stand_in, WINDOW + "budget 0 200M; budget 2 15M;", code)
    assert found == [256 * MIB, 0, 200 * MIB]


def test_uncached_memory_is_written_in_place_and_read_by_copies(vulkan_stand_in):
    code = """
with dml.open(0) as device:
    x = np.arange(100003, dtype=np.int32)
    tensor = device.tensor(x)
    device.sync()
    written = device.statistics()["submissions"]
    right = bool((tensor.numpy() == x).all())
    read = device.statistics()["submissions"] - written
    result = [right, device.adapter.unified_memory, written, read, allocated()]
"""
    right, unified, written, read, sizes = result(vulkan_stand_in, UNCACHED, code)
    assert right and unified
    assert written == 0 and read > 0
    assert sizes[0] > 0 and sizes[1] == MIB  # the staging for readback


def test_pools_grow_within_the_budget_of_the_moment(vulkan_stand_in):
    code = """
with dml.open(0) as device, device.open_pool() as one, device.open_pool() as other:
    result = [error_of(one.allocate, 100 * MIB)]
    set_budget(0, 150 * MIB)
    result.append(error_of(other.allocate, 100 * MIB))
    set_budget(0, 240 * MIB)
    result.append(error_of(other.allocate, 100 * MIB))
    result.append(allocated()[0] // MIB)
"""
    budgets = "budget 0 200M; budget 1 512M;"
    first, (code, message), later, held = result(vulkan_stand_in, WINDOW + budgets, code)
    assert first is None and later is None and held >= 200
    assert code == "OUT_OF_MEMORY"
    assert "limit 150.0 MiB" in message and f"grants this process {150 * MIB} bytes" in message


LARGE = """
with dml.open(0) as device:
    result = [device.adapter.max_heap_bytes]
    with device.open_pool() as pool:
        result.append(error_of(pool.allocate, 96 * MIB))
        x = pool.tensor(np.arange(20, dtype=np.float32))
        result.append(x.numpy().tolist() == list(range(20)))
"""


def test_more_at_once_than_the_driver_promises(vulkan_stand_in):
    limits = "allocation 64M; buffer 128M;"
    assert result(vulkan_stand_in, WINDOW + limits, LARGE) == [128 * MIB, None, True]


def test_more_at_once_than_the_driver_makes(vulkan_stand_in):
    limits = "allocation 64M; buffer 128M; refused 64M; whole;"
    _, (code, message), goes_on = result(vulkan_stand_in, WINDOW + limits, LARGE)
    assert code == "OUT_OF_MEMORY" and goes_on
    for part in ("VK_ERROR_OUT_OF_DEVICE_MEMORY", str(64 * MIB), "maxMemoryAllocationSize"):
        assert part in message


SEVERAL = """
stand_in.stand_in_bound.restype = ctypes.c_uint32
QUARTER = 50 * MIB // 4
with dml.open(0) as device, device.open_pool() as pool:
    error = error_of(lambda: pool.empty(4 * QUARTER, np.int32))
    x = np.random.RandomState(1).randint(0, 1 << 30, 4 * QUARTER).astype(np.int32)
    if error is None:
        y = pool.tensor(x)
        device.elementwise("ADD", [y, y], y)
        right = bool((y.numpy() == x + x).all())
        # From one allocation into others.
        device.copy_tensor(y[:QUARTER], y[2 * QUARTER : 3 * QUARTER])
        right &= bool((y[2 * QUARTER : 3 * QUARTER].numpy() == 2 * x[:QUARTER]).all())
        used = device.statistics()["driver_used_bytes"]
        held = allocated()[0]
        result = [right, stand_in.stand_in_bound(), held // MIB]
        del y
        pool.trim()
        device.sync()
        result += [(used - device.statistics()["driver_used_bytes"]) // MIB,
                   (held - allocated()[0]) // MIB, error_of(pool.allocate, 300 * MIB)[0]]
    else:
        result = error
"""
ROOMY = WINDOW.replace("heap 256M", "heap 280M") + "allocation 64M; buffer 2G; refused 64M;"
ROOMY_UNIFIED = UNCACHED.replace("heap 256M", "heap 280M") + ROOMY[len(WINDOW):]


# By a driver that binds several allocations to a buffer, where the tests have one, and by
# the loader, which makes any driver do so.
@pytest.mark.parametrize("adapters", [ROOMY, ROOMY_UNIFIED], ids=["discrete", "unified"])
@pytest.mark.parametrize("how", ["sparse;", ""], ids=["loader", "driver"])
def test_several_allocations(vulkan_stand_in, adapters, how):
    found = result(vulkan_stand_in, adapters + how, SEVERAL)
    if not how and found[0] == "OUT_OF_MEMORY":
        pytest.skip("this driver does not")
    right, bound, held, counted, given_back, error = found
    assert right
    assert bound == 4  # 64 + 64 + 64 + 8 MiB
    assert held >= 200 and counted == given_back == 200
    assert error == "OUT_OF_MEMORY"


def test_several_allocations_without_memory_to_wait_with(vulkan_stand_in, faulty_loader):
    """What is being bound stays until it is."""
    right, bound, *_ = result(
        vulkan_stand_in,
        ROOMY + "sparse;",
        SEVERAL,
        STAND_IN_LOADER=faulty_loader,
        FAULT_CALL="vkWaitSemaphores",
        FAULT_RESULT="-1",
    )
    assert right is True
    assert bound == 4


def test_several_allocations_where_one_cannot_be_mapped(vulkan_stand_in, faulty_loader):
    """The host reads what it cannot reach by copies, also what no work is at."""
    code = """
stand_in.stand_in_bound.restype = ctypes.c_uint32
with dml.open(0) as device:
    x = np.random.RandomState(1).randint(0, 1 << 30, 50 * MIB).astype(np.int32)
    y = device.tensor(x)
    device.sync()
    result = [bool((y.numpy() == x).all()), stand_in.stand_in_bound()]
"""
    right, bound = result(
        vulkan_stand_in,
        CACHED + "allocation 64M; buffer 2G; sparse;",
        code,
        STAND_IN_LOADER=faulty_loader,
        FAULT_CALL="vkMapMemory",
        FAULT_RESULT="-2",
        FAULT_COUNT="1",
    )
    assert right is True
    assert bound == 4


def test_one_of_several_allocations_fails(vulkan_stand_in):
    """The rest goes back, and the device goes on."""
    code = """
with dml.open(0) as device, device.open_pool() as one, device.open_pool() as other:
    x = other.tensor(np.ones(120 * MIB // 4, np.int32))
    result = [error_of(one.allocate, 200 * MIB), allocated()[0] // MIB]
    result.append(bool((x.numpy() == 1).all()))
"""
    # It has more to give than it has, and fails the third allocation of 64 MiB.
    (error, message), held, goes_on = result(
        vulkan_stand_in, ROOMY + "sparse; budget 0 2G; budget 1 512M;", code)
    assert error == "OUT_OF_MEMORY" and "vkAllocateMemory" in message
    assert held == 120 and goes_on


def test_a_lost_device_gives_several_allocations_back(vulkan_stand_in):
    code = """
import time
device = dml.open(0)
x = device.tensor(np.ones(150 * MIB // 4, np.int32))
device.sync()
result = [allocated()[0] // MIB]
device.inject_failure("DEVICE_LOST")
result.append(error_of(x.numpy)[0])
for _ in range(200):
    if allocated()[0] == 0:
        break
    time.sleep(0.05)
result.append(allocated()[0])
"""
    held, error, left = result(vulkan_stand_in, ROOMY + "sparse;", code)
    assert held >= 150 and error == "DEVICE_LOST" and left == 0


def test_more_at_once_than_buffers_hold(vulkan_stand_in):
    most, (code, message), goes_on = result(vulkan_stand_in, WINDOW + "buffer 64M;", LARGE)
    assert most == 64 * MIB and code == "OUT_OF_MEMORY" and goes_on
    assert f"at most {64 * MIB} bytes at once" in message


# Operators with memory between their launches, or counters, each on a device of its own.
ON_DIRTY_MEMORY = """
x = np.random.RandomState(1).rand(70001).astype(np.float32)
x[x < 0.5] = 0

def fresh(call, size, dtype=np.float32):
    with dml.open(0) as device:
        y = device.empty(size, dtype)
        dirty.append(bool((y.numpy().view(np.uint8) == 0xFF).all()))
        found = call(device, device.tensor(x), y)
        return (y if found is None else found).numpy()

def nonzero(device, x, y):
    ends = device.empty(-(-70001 // 2048), np.int32)
    device.nonzero_count(x, ends)
    found = device.empty((int(ends.numpy()[-1]), 1), np.int64)
    device.nonzero(x, ends, found)
    return found

def sorted_rows(device, x, y):
    device.top_k(x.view((1, 70001)), y.view((1, 70001)), device.empty((1, 70001), np.int32))

def counted(device, x, y):
    device.count_values(device.tensor(np.arange(70001, dtype=np.int32) % 5000), y)

def added(device, x, y):
    indices = device.tensor(np.arange(70001, dtype=np.int32) % 9)
    y.write(np.zeros(9, np.float32))
    device.scatter("ADD", indices, device.tensor(np.ones((70001, 1), np.float32)), y.view((9, 1)))

dirty = []
wide = x.astype(np.float64)
near = lambda a, b: bool(np.allclose(a, b, rtol=1e-4))
found = {
    "reduce": near(fresh(lambda d, x, y: d.reduce("SUM", x, y, 1.0), 1), wide.sum()),
    "scan": near(fresh(lambda d, x, y: d.scan("SUM", x, 0, 0, 0, y), 70001), wide.cumsum()),
    "softmax": near(fresh(lambda d, x, y: d.softmax(0, x.view((1, 70001)), y.view((1, 70001))),
                          70001), np.exp(wide) / np.exp(wide).sum()),
    "nonzero": bool((fresh(nonzero, 1)[:, 0] == np.flatnonzero(x)).all()),
    "top_k": near(fresh(sorted_rows, 70001), -np.sort(-wide)),
    "count_values": near(fresh(counted, 5000, np.int32), np.bincount(np.arange(70001) % 5000)),
    "scatter": near(fresh(added, 9), np.bincount(np.arange(70001) % 9)),
}
result = [dirty, [name for name in found if not found[name]]]
"""


def test_operators_need_no_memory_that_is_zero(vulkan_stand_in):
    """Drivers give memory as it was left; docs/testing.md runs all operators so."""
    dirty, wrong = result(vulkan_stand_in, "dirty", ON_DIRTY_MEMORY)
    assert dirty == [True] * 7 and wrong == []
