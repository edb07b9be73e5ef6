"""Processes that fork: a child of one that had listed GPUs, or opened a device, gets
an error from every call, at once; others may use devices.
"""

import helpers
import pytest

# `inside` runs in a forked process; returns its exit status, or fails when it
# takes long.
FORK = """
import os, signal, sys, threading

def fork(inside):
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        try:
            inside()
        except BaseException as error:
            print(type(error).__name__, error, file=sys.stderr, flush=True)
            os._exit(99)
        os._exit(0)
    return os.waitpid(child, 0)[1]

def fails(call):
    try:
        call()
    except dml.DmlError as error:
        assert error.code == dml.Code.FAILED_PRECONDITION, error
        assert "forked" in error.message and "spawn" in error.message, error
    else:
        raise AssertionError("no error")

def work(device):
    x = device.tensor(np.arange(-50, 51, dtype=np.float32))
    y = device.empty(x.shape)
    device.elementwise("RELU", [x], y)
    assert y.numpy().sum() == 1275

"""

# Everything that a child may try with what its parent had.
TRY_ALL = """
def try_all():
    fails(lambda: dml._lib().dml_process_status())
    fails(dml.adapters)
    fails(lambda: dml.open(0))
    fails(x.numpy)
    fails(lambda: x.write(np.zeros(x.shape, np.float32)))
    fails(lambda: device.empty(10))
    fails(device.open_pool)
    fails(lambda: device.elementwise("RELU", [x], x))
    fails(lambda: device.copy(x.data, x.data + 4, 4))
    fails(device.copy_to_host_async(np.zeros(4, np.float32), x.data).result)
    fails(device.on_complete().result)
    fails(device.flush)
    fails(device.sync)
    fails(lambda: dml._lib().dml_profile_start(device.handle, 0))
    fails(lambda: dml._lib().dml_profile_stop(device.handle))
    fails(lambda: device.tile_candidates() or device.last_tile())
    fails(lambda: device.override_tile(None))
    fails(lambda: device.store_tiles([]))
    fails(device.matrices)
    assert device.status == dml.Code.FAILED_PRECONDITION
    assert "forked" in dml.adapter_problem()
    assert not any(device.statistics().values())
    assert not any(device.memory()["pools"].values())
    assert device.programs() == [] and device.launches_by_tag() == {}
    device.reset_peaks()
    device.pool.trim()
    y.memory.__del__()
    device.close()

device = dml.open(0)
x = device.tensor(np.arange(100, dtype=np.float32))
y = device.empty(100)
"""


def run(code, **variables):
    result = helpers.run_python(FORK + code, **variables)
    # News where Direct3D 12's compiler takes long.
    said = [line for line in result.stderr.splitlines() if "programs of Direct3D 12" not in line]
    assert result.returncode == 0 and not said, result.stderr
    return result.stdout.split()


@pytest.mark.parametrize("backend", ["vulkan", "null"])
def test_a_child_of_an_open_device_gets_errors(backend):
    output = run(
        TRY_ALL
        + """
assert fork(try_all) == 0
device.elementwise("RELU", [x], x)  # the parent goes on
device.sync()
print("fine")
""",
        TF_DIRECTML_BACKEND=backend,
    )
    assert output == ["fine"]


def test_so_does_one_that_was_forked_amid_work_of_other_threads():
    """Whatever lock they hold."""
    output = run(
        TRY_ALL
        + """
stop = threading.Event()

def use():
    while not stop.is_set():
        work(device)

threads = [threading.Thread(target=use) for _ in range(3)]
for thread in threads:
    thread.start()
statuses = {fork(try_all) for _ in range(30)}
stop.set()
for thread in threads:
    thread.join()
print(statuses)
"""
    )
    assert output == ["{0}"]


def test_and_the_child_of_that_child():
    assert run(TRY_ALL + "print(fork(lambda: fork(try_all) == 0 or os._exit(1)))") == ["0"]


def test_even_after_closing():
    """Drivers leave threads behind."""
    assert run(TRY_ALL + "device.close()\nprint(fork(lambda: fails(lambda: dml.open(0))))") == ["0"]


# Whether a child may use what its parent had listed.
LISTED = """
statuses = [fork(lambda: work(dml.open(0)))]
types = {adapter.type.name for adapter in dml.adapters()}

def inside():
    fails(dml.adapters)
    fails(lambda: dml.open(0))
    assert "list_physical_devices" in dml.adapter_problem()

statuses.append(fork(lambda: work(dml.open(0)) if types == {"ADAPTER_SOFTWARE"} else inside()))
work(dml.open(0))
print(*statuses, *types)
"""


def test_a_child_of_one_that_listed_no_gpu_works(dml):
    if any(adapter.type.name != "ADAPTER_SOFTWARE" for adapter in dml.adapters()):
        pytest.skip("this machine has a GPU")
    assert run(LISTED) == ["0", "0", "ADAPTER_SOFTWARE"]


@pytest.mark.parametrize("kind", ["discrete", "integrated"])
def test_a_child_of_one_that_listed_gpus_gets_errors(vulkan_stand_in, kind):
    """Drivers open GPUs as they list them, and do not open them again in the child."""
    output = run(
        LISTED,
        TF_DIRECTML_VULKAN_LOADER=vulkan_stand_in,
        STAND_IN_ADAPTERS=f"adapter {kind}; name GPU; adapter software; name CPU",
        DML_VISIBLE_DEVICES="0",
    )
    assert output == ["0", "0", "ADAPTER_" + kind.upper()]


def test_hidden_gpus_are_not_in_the_way(vulkan_stand_in):
    output = run(
        LISTED,
        TF_DIRECTML_VULKAN_LOADER=vulkan_stand_in,
        STAND_IN_ADAPTERS="adapter discrete; name GPU; adapter software; name CPU",
        DML_VISIBLE_DEVICES="1",
    )
    assert output == ["0", "0", "ADAPTER_SOFTWARE"]


def test_a_child_that_needs_no_gpu_has_none_of_it(vulkan_stand_in):
    """It imports the package, asks for no device, and ends as it likes."""
    output = run(
        """
import tensorflow_directml, threading
assert dml.adapters()

def inside():
    tensorflow_directml.__version__
    threading.Thread(target=np.ones, args=(3,)).start()
    sys.exit(5)

child = os.fork()
if child == 0:
    inside()
print(os.WEXITSTATUS(os.waitpid(child, 0)[1]))
""",
        TF_DIRECTML_VULKAN_LOADER=vulkan_stand_in,
        STAND_IN_ADAPTERS="adapter discrete",
    )
    assert output == ["5"]


@pytest.mark.parametrize("leave", ["sys.exit(5)", "os._exit(5)", "ctypes.CDLL(None).exit(5)"])
def test_a_child_exits_as_ever(leave):
    output = run(
        TRY_ALL
        + f"""
import ctypes
for _ in range(50):
    device.elementwise("RELU", [x], x)
child = os.fork()
if child == 0:
    signal.alarm(60)
    {leave}
print(os.WEXITSTATUS(os.waitpid(child, 0)[1]), device.status.name)
"""
    )
    assert output == ["5", "OK"]


def test_a_child_skips_what_libraries_do_at_exit():
    """Their locks may be held by threads that the child lacks. Streams are flushed."""
    output = run(
        TRY_ALL
        + """
import ctypes
libc = ctypes.CDLL(None)
libc.on_exit(libc.pause, None)
sys.stdout.flush()
child = os.fork()
if child == 0:
    signal.alarm(10)
    libc.printf(b"flushed\\n")
    sys.exit(5)
print(os.waitpid(child, 0)[1], flush=True)
os._exit(0)
"""
    )
    assert output == ["flushed", str(5 << 8)]


def test_multiprocessing():
    output = run(
        TRY_ALL
        + """
import multiprocessing
context = multiprocessing.get_context("fork")
process = context.Process(target=try_all)
process.start()
process.join(60)
print(process.exitcode)
"""
    )
    assert output == ["0"]
