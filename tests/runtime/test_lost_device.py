"""A device that is lost gives all memory back at once, and its adapter opens
again. The loader says what the driver still holds.
"""

import json

import helpers
import pytest

COMMON = """
import ctypes, json, os
loader = ctypes.CDLL(os.environ["TF_DIRECTML_VULKAN_LOADER"])
loader.stand_in_allocated.restype = ctypes.c_uint64

def held():
    "Bytes, and devices, that the driver holds for this process."
    return sum(loader.stand_in_allocated(0, t) for t in range(32)), loader.stand_in_devices(0)

def work(device):
    x = device.tensor(np.arange(-50, 51, dtype=np.float32))
    y = device.empty(x.shape)
    device.elementwise("RELU", [x], y)
    return float(y.numpy().sum())

def lose(device, call):
    os.environ.update(FAULT_CALL=call, FAULT_RESULT="-4")
    try:
        work(device)
    except dml.DmlError as error:
        assert error.code == dml.Code.DEVICE_LOST, error
    else:
        raise AssertionError("not lost")
    finally:
        del os.environ["FAULT_CALL"]

"""


@pytest.fixture
def run(faulty_loader, vulkan_stand_in, tmp_path):
    def run(code, **variables):
        result = helpers.run_python(
            COMMON + code,
            TF_DIRECTML_VULKAN_LOADER=vulkan_stand_in,
            STAND_IN_LOADER=faulty_loader,
            TF_DIRECTML_CACHE_DIR=str(tmp_path),
            **variables,
        )
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout.splitlines()[-1]), result.stderr

    return run


TENSORS_LIVE_ON = """
device = dml.open(0)
assert work(device) == 1275
tensors = [device.empty(1 << 22) for _ in range(8)]
other_pool = device.open_pool()
more = other_pool.empty(1 << 20)
before = held()
assert before[0] > 8 << 24 and before[1] == 1
lose(device, CALL)
again = dml.open(0)  # waits until the lost one has given back
after = held()
values = work(again)
with_again = held()

def fails(call):
    try:
        call()
    except dml.DmlError as error:
        assert error.code == dml.Code.DEVICE_LOST and "was lost" in error.message, error
    else:
        raise AssertionError("no error")

# What the process still has of the lost one.
fails(tensors[0].numpy)
fails(lambda: tensors[0].write(np.zeros(1 << 22, np.float32)))
fails(lambda: device.elementwise("RELU", [tensors[0]], tensors[1]))
fails(lambda: device.elementwise("SIGMOID", [tensors[0]], tensors[1]))
fails(lambda: device.copy(tensors[0].data, tensors[1].data, 4))
fails(lambda: device.empty(10))
fails(lambda: other_pool.empty(10))
fails(lambda: device.open_pool().empty(10))
fails(device.sync)
assert device.programs()
device.statistics(), device.memory(), device.launches_by_tag()
del tensors, more
other_pool.close()
device.close()
assert work(again) == 1275
again.close()
print(json.dumps({"after": after, "values": values, "with": with_again, "end": held()}))
"""


@pytest.mark.parametrize("call", ["vkQueueSubmit", "vkWaitSemaphores"])
@pytest.mark.parametrize("debug", ["", "1"])
def test_memory_goes_back_at_once(run, call, debug):
    found, stderr = run(
        TENSORS_LIVE_ON.replace("CALL", repr(call)), TF_DIRECTML_DEBUG=debug or "0"
    )
    bytes_after, devices_after = found["after"]
    assert devices_after == 1  # the new one
    assert bytes_after < 1 << 20  # of the new one: its command lists' parameters at most
    assert found["values"] == 1275
    assert found["with"][1] == 1
    assert found["end"] == [0, 0]
    assert "DML validation error" not in stderr, stderr


def test_a_device_that_cannot_be_made_since_it_is_lost(run):
    """And later can."""
    found, _ = run(
        """
os.environ.update(FAULT_CALL="vkCreateDevice", FAULT_RESULT="-4")
errors = []
for _ in range(2):
    try:
        dml.open(0)
    except dml.DmlError as error:
        errors.append(str(error))
del os.environ["FAULT_CALL"]
with dml.open(0) as device:
    print(json.dumps([errors, work(device)]))
"""
    )
    errors, values = found
    assert len(errors) == 2
    for error in errors:
        assert "DEVICE_LOST" in error and "vkCreateDevice" in error and "try again" in error
    assert values == 1275


def test_it_may_be_lost_again_and_again(run):
    found, _ = run(
        """
sums = []
keep = []
for _ in range(5):
    device = dml.open(0)
    keep.append((device, device.empty(1 << 22)))
    sums.append(work(device))
    lose(device, "vkQueueSubmit")
last = dml.open(0)
sums.append(work(last))
print(json.dumps([sums, held()]))
"""
    )
    sums, held = found
    assert sums == [1275] * 6
    assert held[1] == 1 and held[0] < 64 << 20


def test_threads_that_use_it_get_the_error(run):
    found, _ = run(
        """
import threading
device = dml.open(0)
work(device)
codes = []

def use():
    while True:
        try:
            work(device)
        except dml.DmlError as error:
            codes.append(error.code.name)
            return

threads = [threading.Thread(target=use) for _ in range(4)]
for thread in threads:
    thread.start()
os.environ.update(FAULT_CALL="vkQueueSubmit", FAULT_RESULT="-4")
for thread in threads:
    thread.join()
del os.environ["FAULT_CALL"]
print(json.dumps([codes, work(dml.open(0))]))
"""
    )
    assert found == [["DEVICE_LOST"] * 4, 1275]


def test_the_null_backend_gives_back_too():
    result = helpers.run_python(
        """
        device = dml.open(0)
        x = device.tensor(np.zeros(1 << 20, np.float32))
        device.inject_failure("DEVICE_LOST")
        try:
            device.copy(x.data, x.data + 4, 4)
            device.sync()
        except dml.DmlError:
            pass
        again = dml.open(0)
        print(device.statistics()["driver_used_bytes"], device.memory()["pools"]["bytes_reserved"])
        """,
        TF_DIRECTML_BACKEND="null",
    )
    assert result.stdout.split() == ["0", "0"], result.stderr
