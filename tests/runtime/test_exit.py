"""A process may end whenever it likes. The loader ends one that calls the driver
after the driver's own handlers of the exit, and makes waiting take long.
"""

import signal

import helpers
import pytest


@pytest.fixture
def run(faulty_loader, tmp_path):
    def run(code, **variables):
        return helpers.run_python(
            code,
            TF_DIRECTML_VULKAN_LOADER=faulty_loader,
            TF_DIRECTML_CACHE_DIR=str(tmp_path),
            TF_DIRECTML_BATCH_FLUSH_SIZE="1",
            **{"FAULT_EXIT": "vkCreateDevice", "FAULT_SLOW": "vkWaitSemaphores",
               "FAULT_MILLISECONDS": "30", **variables},
        )

    return run


# Much of it is under way and recorded when this ends.
WORK = """
import atexit, ctypes, os, signal, sys, threading
libc = ctypes.CDLL(None)
device = dml.open(0)
x = device.tensor(np.zeros(1000, np.float32))
def work(count=200):
    for _ in range(count):
        device.elementwise("RELU", [x], x)
work()
"""


@pytest.mark.parametrize(
    "end, status",
    [
        ("", 0),
        ("sys.exit(3)", 3),
        ("os._exit(3)", 3),
        ("libc.exit(3)", 3),
        ("raise KeyError", 1),
        # Others enqueue, wait and allocate at that time.
        ("[threading.Thread(target=t, daemon=True).start() for t in 2 * (forever, waiting)]", 0),
    ],
)
def test_amid_work(run, end, status):
    result = run(
        WORK
        + """
def forever():
    while True:
        work()
def waiting():
    while True:
        device.sync()
        device.empty(10)
"""
        + end
    )
    assert result.returncode == status, result.stderr
    assert "driver" not in result.stderr and "terminate" not in result.stderr, result.stderr


def test_drivers_that_make_arrangements_with_their_first_work(run):
    """As LLVM does in Mesa's software driver, when it first compiles."""
    result = run(WORK + """
device.sync()
work()
""", FAULT_EXIT="vkQueueSubmit")
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""


def test_drivers_that_make_arrangements_as_the_process_exits(run):
    """As the validation layer does at first calls: nothing has completed yet."""
    result = run(WORK + """
while not device.statistics()["submissions"]:
    pass
libc.exit(3)
""", FAULT_EXIT="vkQueueSubmit", FAULT_MILLISECONDS="200")
    assert result.returncode == 3, result.stderr
    assert result.stderr == ""


@pytest.mark.parametrize("leave", ["libc.exit(7)", "os._exit(7)"])
def test_inside_of_a_callback(run, leave):
    result = run(
        WORK
        + f"""
@ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p)
def callback(argument, code, message):
    {leave}
done = ctypes.cast(callback, type(dml._completed))
dml._lib().dml_on_complete(device.handle, done, None)
work()
device.sync()
threading.Event().wait(60)
"""
    )
    assert result.returncode == 7, (result.returncode, result.stderr)
    assert result.stderr == ""


def test_with_futures_that_nobody_waited_for(run):
    """They are done before the interpreter goes, which their callbacks need."""
    result = run(
        WORK
        + """
futures = [device.copy_to_host_async(np.zeros(1000, np.float32), x.data) for _ in range(10)]
""",
        before="import atexit\natexit.register(lambda: print([f.done() for f in futures]))",
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == str([True] * 10).split()
    assert result.stderr == ""


def test_interrupted_in_sync(run):
    result = run(
        WORK
        + """
# A shell's background jobs ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)
threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    for _ in range(1000):
        work()
        device.sync()
except KeyboardInterrupt:
    device.sync()  # it works on
    print("interrupted")
"""
    )
    assert result.stdout.split() == ["interrupted"], result.stderr
    assert result.returncode == 0


def test_interrupted_without_a_handler(run):
    result = run(
        WORK
        + """
signal.signal(signal.SIGINT, signal.SIG_DFL)
threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()
while True:
    work()
    device.sync()
"""
    )
    assert result.returncode == -signal.SIGINT
    assert result.stderr == ""
