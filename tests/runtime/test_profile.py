"""Profiles: when the device did what. On the null adapter, too: its clock wraps
every second and can't be calibrated."""

import time

import numpy as np
import pytest
from tensorflow_directml import profiling
from test_adapters import run

OUT_OF_DEVICE_MEMORY = "-2"

# Programs for a process of its own: `work(n)` is n launches of activity 1, 2, 3...
WORK = """
import time
import numpy as np
from tensorflow_directml import profiling

device = dml.open(0)
x = device.tensor(np.arange(-50, 51, dtype=np.float32))
y = device.empty(x.shape, x.dtype)

def work(count):
    for number in range(1, count + 1):
        with profiling.activity(number):
            device.elementwise("RELU", [x], y)

def summary(taken, began, ended):
    records = taken.records
    return {
        "activities": [record.activity for record in records],
        "kinds": sorted({record.kind.name for record in records}),
        "programs": sorted({record.program for record in records}),
        "ordered": all(a.end_ns <= b.start_ns for a, b in zip(records, records[1:])),
        "inside": all(began <= r.start_ns <= r.end_ns <= ended for r in records),
        "busy": sum(record.end_ns - record.start_ns for record in records),
        "wall": ended - began,
        "dropped": taken.dropped,
        "room": profiling.statistics(device)["timestamp_room"],
    }

def take(count):
    began = time.monotonic_ns()
    with profiling.Profile(device) as taken:
        work(count)
    return summary(taken, began, time.monotonic_ns())
"""

BACKENDS = ["vulkan", "null"]


def check(found, count):
    assert found["activities"] == list(range(1, count + 1))
    assert found["kinds"] == ["WORK_LAUNCH"] and len(found["programs"]) == 1
    assert found["ordered"] and found["inside"]
    assert 0 < found["busy"] <= found["wall"]
    assert found["dropped"] == 0


@pytest.mark.parametrize("backend", BACKENDS)
def test_times(backend):
    found, _ = run(WORK + "result = take(300)", TF_DIRECTML_BACKEND=backend)
    check(found, 300)
    assert "unary" in found["programs"][0]


@pytest.mark.parametrize("backend", BACKENDS)
def test_no_profile_no_queries(backend):
    code = """
work(300)
device.sync()
result = [profiling.statistics(device), device.statistics()["launches"]]
"""
    (statistics, launches), _ = run(WORK + code, TF_DIRECTML_BACKEND=backend)
    assert launches == 300
    assert statistics == {"waiting": 0, "dropped": 0, "timestamp_room": 0}


@pytest.mark.parametrize("backend", BACKENDS)
def test_batches_of_thousands(backend):
    code = """
large = device.tensor(np.ones((1024, 1024), np.float32))
out = device.empty(large.shape)
device.gemm(large, large, out)  # compiles
device.sync()
device.gemm(large, large, out)  # keeps a slow device busy, so that batches grow
result = take(9000)
result["type"] = device.adapter.type.name
"""
    found, _ = run(
        WORK + code,
        TF_DIRECTML_BACKEND=backend,
        TF_DIRECTML_BATCH_FLUSH_SIZE="4096",
        TF_DIRECTML_BATCH_FLUSH_TIME="1000000",
    )
    check(found, 9000)
    assert 0 < found["room"] < 100000
    if found["type"] == "ADAPTER_SOFTWARE":
        # More in one submission than what the first queries have room for.
        assert found["room"] > 1000


@pytest.mark.parametrize("backend", BACKENDS)
def test_queries_go_when_their_batch_is_used_again(backend):
    code = """
take(300)
before = profiling.statistics(device)["timestamp_room"]
for _ in range(4):
    work(3000)
    device.sync()
result = [before, profiling.statistics(device)["timestamp_room"]]
"""
    (before, after), _ = run(WORK + code, TF_DIRECTML_BACKEND=backend)
    assert 0 <= after < before


@pytest.mark.parametrize("backend", BACKENDS)
def test_times_stay_right_over_time(backend):
    code = """
began = time.monotonic_ns()
bounds = []
with profiling.Profile(device) as taken:
    for number in range(4):
        before = time.monotonic_ns()
        work(1)
        device.sync()
        bounds.append((before, time.monotonic_ns()))
        time.sleep(0.4)
result = summary(taken, began, time.monotonic_ns())
result["each"] = [
    before <= record.start_ns <= record.end_ns <= after
    for record, (before, after) in zip(taken.records, bounds)
]
"""
    found, _ = run(WORK + code, TF_DIRECTML_BACKEND=backend)
    assert found["each"] == [True] * 4 and found["ordered"]


def test_work_while_half_of_the_clock_passes():
    # Its begin is less than half a wrap after the work before it, its end is more.
    code = '''
HALF_NS = 1 << 29
source, copy = (device.empty(1 << 26) for _ in range(2))

def timed():
    before = time.monotonic_ns()
    device.copy(copy.data, source.data, 1 << 28)
    device.sync()
    return before, time.monotonic_ns()

timed()  # touches the memory
with profiling.Profile(device) as taken:
    bounds = [timed()]
    for _ in range(4):
        before, after = bounds[-1]
        time.sleep((HALF_NS - (after - before) / 2) / 1e9)
        bounds.append(timed())
result = [
    [before, record.start_ns, record.end_ns, after]
    for record, (before, after) in zip(taken.records, bounds)
]
'''
    found, _ = run(WORK + code, TF_DIRECTML_BACKEND="null")
    assert len(found) == 5
    for times in found:
        assert times == sorted(times)


def test_copies():
    code = """
before = device.statistics()
with profiling.Profile(device) as taken:
    x.write(np.ones(101, np.float32))
    device.copy(y.data, x.data, 404)
    y.numpy()
result = [(record.kind.name, record.bytes, record.program) for record in taken.records]
"""
    found, _ = run(WORK + code, TF_DIRECTML_BACKEND="null")
    assert found == [
        ["WORK_HOST_TO_DEVICE", 404, ""],
        ["WORK_DEVICE_TO_DEVICE", 404, ""],
        ["WORK_DEVICE_TO_HOST", 404, ""],
    ]


def test_long_work_takes_long(device):
    small, large = (device.tensor(np.ones((n, n), np.float32)) for n in (8, 256))
    out = [device.empty(x.shape) for x in (small, large)]
    device.gemm(large, large, out[1])  # compiles
    device.gemm(small, small, out[0])
    device.sync()
    with profiling.Profile(device) as taken:
        for _ in range(10):
            with profiling.activity(1):
                device.gemm(small, small, out[0])
            with profiling.activity(2):
                device.gemm(large, large, out[1])
    # The shortest of ten: others use the machine, too.
    times = {
        number: min(r.end_ns - r.start_ns for r in taken.records if r.activity == number)
        for number in (1, 2)
    }
    assert 0 < times[1] < times[2]


def test_only_what_is_enqueued_meanwhile(device):
    x = device.tensor(np.ones(5, np.float32))
    device.elementwise("RELU", [x], x)
    with profiling.Profile(device) as taken:
        device.elementwise("NEGATE", [x], x)
    device.elementwise("RELU", [x], x)
    device.sync()
    taken.read()
    assert len(taken.records) == 1


def test_records_come_as_work_completes(device):
    x = device.tensor(np.ones(5, np.float32))
    with profiling.Profile(device) as taken:
        device.elementwise("RELU", [x], x)
        device.sync()
        taken.read()
        assert len(taken.records) == 1
        assert profiling.statistics(device)["timestamp_room"] > 0
        device.elementwise("RELU", [x], x)
    assert len(taken.records) == 2


def test_memory_is_bounded(device):
    x = device.tensor(np.ones(5, np.float32))
    with profiling.Profile(device, max_records=10) as taken:
        for _ in range(25):
            device.elementwise("RELU", [x], x)
    assert len(taken.records) == 10 and taken.dropped == 15


def test_one_profile_at_a_time(device, dml):
    x = device.tensor(np.ones(5, np.float32))
    with profiling.Profile(device) as taken:
        with pytest.raises(dml.DmlError, match="already being taken") as error:
            profiling.Profile(device).__enter__()
        assert error.value.code == dml.Code.FAILED_PRECONDITION
        device.elementwise("RELU", [x], x)
    assert len(taken.records) == 1
    with pytest.raises(dml.DmlError, match="no profile"):
        taken.__exit__()


def test_activities_are_the_threads_own(device):
    import threading

    def in_thread():
        device.elementwise("RELU", [x], x)

    x = device.tensor(np.ones(5, np.float32))
    with profiling.Profile(device) as taken:
        with profiling.activity(3):
            with profiling.activity(1 << 63):
                device.elementwise("RELU", [x], x)
            thread = threading.Thread(target=in_thread)
            thread.start()
            thread.join()
            device.elementwise("RELU", [x], x)
    assert [record.activity for record in taken.records] == [1 << 63, 0, 3]


def test_results_are_those_without_a_profile(device):
    x = np.linspace(-3, 3, 1001).astype(np.float32)
    source, out = device.tensor(x), device.empty(x.shape)
    with profiling.Profile(device):
        for _ in range(200):
            device.elementwise("RELU", [source], out)
            device.elementwise("NEGATE", [out], out)
        result = out.numpy()
    np.testing.assert_array_equal(result, -np.maximum(x, 0))


@pytest.mark.parametrize("backend", BACKENDS)
def test_lost_device(backend):
    code = """
result = {}
taken = profiling.Profile(device)
try:
    with taken:
        work(3)
        device.sync()
        device.inject_failure("DEVICE_LOST")
        work(5)
except dml.DmlError as error:
    result["error"] = str(error)
result["records"] = len(taken.records)
try:
    profiling.Profile(device).__enter__()
except dml.DmlError as error:
    result["again"] = str(error)
device = dml.open(0)
x = device.tensor(np.ones(3, np.float32))
y = device.empty(3)
result["anew"] = take(2)["activities"]
"""
    began = time.monotonic()
    found, _ = run(WORK + code, TF_DIRECTML_BACKEND=backend)
    assert time.monotonic() - began < 60
    assert "DEVICE_LOST" in found["error"] and "DEVICE_LOST" in found["again"]
    assert found["records"] == 3
    assert found["anew"] == [1, 2]


def test_adapter_without_timestamps(faulty_loader):
    code = """
try:
    take(1)
except dml.DmlError as error:
    result = [str(error)]
work(3)
result.append(y.numpy()[-1].item())
"""
    (error, value), _ = run(
        WORK + code, TF_DIRECTML_VULKAN_LOADER=faulty_loader, FAULT_TIMESTAMPS="1"
    )
    assert "UNIMPLEMENTED" in error and "no timestamps on its compute queue" in error
    assert value == 50


@pytest.mark.parametrize(
    "fault",
    [
        dict(FAULT_EXTENSION="VK_EXT_calibrated_timestamps"),
        dict(FAULT_FUNCTION="vkGetCalibratedTimestampsEXT"),
    ],
    ids=["no extension", "no function"],
)
def test_clock_that_cannot_be_calibrated(faulty_loader, fault):
    found, _ = run(
        WORK + "result = take(300)", TF_DIRECTML_VULKAN_LOADER=faulty_loader, **fault
    )
    check(found, 300)


@pytest.mark.parametrize("call", ["vkCreateQueryPool", "vkGetQueryPoolResults"])
def test_timestamps_that_fail_leave_the_work_alone(faulty_loader, call):
    code = """
result = take(20)
result["value"] = y.numpy()[-1].item()
"""
    found, _ = run(
        WORK + code,
        TF_DIRECTML_VULKAN_LOADER=faulty_loader,
        FAULT_CALL=call,
        FAULT_RESULT=OUT_OF_DEVICE_MEMORY,
    )
    assert found["activities"] == [] and found["dropped"] == 20
    assert found["value"] == 50
