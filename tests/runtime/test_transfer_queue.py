"""Copies on a queue of their own, on an adapter whose queues run in the wrong order but
where somebody waits: the loaders of vulkan_stand_in.
"""

import pytest
from test_adapters import run
from test_memory_of_drivers import DISCRETE

PREAMBLE = """
import ctypes
import numpy as np
queues = ctypes.CDLL(os.environ["STAND_IN_LOADER"])
queues.queues_submitted.restype = queues.queues_waits.restype = ctypes.c_uint64
N = 1 << 19  # float32: twice what takes the transfer queue
rng = np.random.RandomState(1)

def numbers():
    return rng.standard_normal(N).astype(np.float32)

def counts():
    return [queues.queues_submitted(1), queues.queues_waits(0), queues.queues_waits(1)]
"""

# The next input comes while a step computes, and results leave while the next does; each
# into memory that earlier work still uses.
STEPS = """
with dml.open(0) as device:
    inputs = [device.empty(N) for _ in range(2)]
    total = device.tensor(np.zeros(N, np.float32))
    result = device.empty(N)
    expected, wanted, fetched, futures = np.zeros(N, np.float32), [], [], []
    for step in range(24):
        x = numbers()
        memory = inputs[step % 2 if step < 12 else 0]
        device.copy_from_host(memory.data, x)
        for _ in range(3):
            device.elementwise("ADD", [total, memory], total)
            expected = expected + x
        device.elementwise("RELU", [total], result)
        wanted.append(np.maximum(expected, 0))
        fetched.append(np.zeros(N, np.float32))
        futures.append(device.copy_to_host_async(fetched[-1], result.data))
    for future in futures:
        future.result()
    right = [bool((a == b).all()) for a, b in zip(fetched, wanted)]
    result = [all(right), bool((total.numpy() == expected).all()), counts()]
"""


def steps(loader, queues, **environment):
    return run(
        PREAMBLE + STEPS,
        TF_DIRECTML_VULKAN_LOADER=loader,
        STAND_IN_LOADER=queues,
        STAND_IN_ADAPTERS=DISCRETE,
        **environment,
    )[0]


@pytest.mark.parametrize("late", ["transfer", "compute", "neither"])
def test_values_are_right(vulkan_stand_in, two_queues_loader, late):
    fetched, total, (copies, work_waits, copy_waits) = steps(
        vulkan_stand_in, two_queues_loader, QUEUES_LATE=late
    )
    assert fetched and total
    assert copies >= 24
    # For the input and for the result, but where they were there before: on a machine that
    # does other work, that is often. The values tell whether one was missing.
    assert work_waits and copy_waits


def test_it_can_be_turned_off(vulkan_stand_in, two_queues_loader):
    fetched, total, counts = steps(
        vulkan_stand_in, two_queues_loader, TF_DIRECTML_TRANSFER_QUEUE="0"
    )
    assert fetched and total
    assert counts == [0, 0, 0]


@pytest.mark.parametrize("late", ["transfer", "compute"])
def test_memory_is_given_out_again_at_once(vulkan_stand_in, two_queues_loader, late):
    code = """
with dml.open(0) as device:
    right = []
    for step in range(30):
        x = numbers()
        source = device.tensor(x)
        doubled = device.empty(N)
        device.elementwise("ADD", [source, source], doubled)
        del source
        other = device.tensor(x + 1)  # where the source was
        result = np.zeros(N, np.float32)
        future = device.copy_to_host_async(result, doubled.data)
        del doubled
        again = device.tensor(x + 2)
        device.elementwise("RELU", [other], other)
        future.result()
        right.append(bool((result == x + x).all()))
        right.append(bool((again.numpy() == x + 2).all()))
        right.append(bool((other.numpy() == np.maximum(x + 1, 0)).all()))
    result = [all(right), counts()]
"""
    right, (copies, work_waits, copy_waits) = run(
        PREAMBLE + code,
        TF_DIRECTML_VULKAN_LOADER=vulkan_stand_in,
        STAND_IN_LOADER=two_queues_loader,
        STAND_IN_ADAPTERS=DISCRETE,
        QUEUES_LATE=late,
    )[0]
    assert right
    assert copies >= 30 and work_waits and copy_waits  # how many waits: see above


def test_profiles_time_copies(vulkan_stand_in, two_queues_loader):
    code = """
from tensorflow_directml import profiling
with dml.open(0) as device:
    memory = device.empty(N)
    with profiling.Profile(device) as profile:
        for _ in range(5):
            device.copy_from_host(memory.data, numbers())
            device.elementwise("ADD", [memory, memory], memory)
            device.copy_to_host(np.zeros(N, np.float32), memory.data)
    times = [[r.bytes, r.end_ns - r.start_ns] for r in profile.records]
    result = [times, profile.dropped, counts()]
"""
    times, dropped, (copies, _, _) = run(
        PREAMBLE + code,
        TF_DIRECTML_VULKAN_LOADER=vulkan_stand_in,
        STAND_IN_LOADER=two_queues_loader,
        STAND_IN_ADAPTERS=DISCRETE,
    )[0]
    assert copies == 10 and dropped == 0
    assert sorted(size for size, _ in times) == 5 * [0] + 10 * [2 << 20]
    assert all(ns > 0 for _, ns in times)
