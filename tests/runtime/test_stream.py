"""The stream: copies, order, barriers, completion, failure, threads."""

import ctypes
import threading
import time

import helpers
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tensorflow_directml import profiling

MIB = 1 << 20
PROPERTY = dict(
    deadline=None,
    max_examples=30,
    suppress_health_check=[getattr(HealthCheck, "function_scoped_fixture", HealthCheck.too_slow)],
)


def noise(size, seed=0):
    return np.random.RandomState(seed).randint(0, 256, size).astype(np.uint8)


class Counted:
    """How the device's counters changed inside the block."""

    def __init__(self, device):
        self.device = device

    def __enter__(self):
        self.before = self.device.statistics()
        return self

    def __exit__(self, *unused):
        after = self.device.statistics()
        self.change = {name: after[name] - self.before[name] for name in after}

    def __getitem__(self, name):
        return self.change[name]


def make_pending(device, tensor):
    """Leaves some milliseconds of work in the stream, the last of it on the tensor."""
    size = tensor.sizes[0]
    zeros = device.tensor(np.zeros(max(size, 4 * MIB), np.uint8))
    busy = device.empty(4 * MIB, np.uint8)
    for _ in range(8):
        device.copy(busy.data, zeros.data, 4 * MIB)
    device.copy(tensor.data, zeros.data, size)


# ---- Copies ----------------------------------------------------------------


@pytest.mark.parametrize("pending", [False, True])
@pytest.mark.parametrize("size", [0, 1, 3, 4, 255, 256, 4097, 100003, 9 * MIB + 5])
def test_round_trip(device, size, pending):
    data = noise(size)
    memory = device.empty(size, np.uint8)
    if pending:
        make_pending(device, memory)
    device.copy_from_host(memory.data, data)
    result = np.zeros(size, np.uint8)
    device.copy_to_host(result, memory.data)
    np.testing.assert_array_equal(result, data)


@settings(**PROPERTY)
@given(st.integers(0, 700), st.integers(0, 700), st.integers(0, 3000), st.booleans())
def test_any_alignment(device, dst, src, size, pending):
    data, patch = noise(4096), noise(size, 1)
    source, target = device.tensor(data), device.tensor(np.zeros(4096, np.uint8))
    if pending:
        make_pending(device, target)
    device.copy(target.data + dst, source.data + src, size)
    expected = np.zeros(4096, np.uint8)
    expected[dst : dst + size] = data[src : src + size]
    np.testing.assert_array_equal(target.numpy(), expected)
    device.copy_from_host(target.data + dst, patch)
    expected[dst : dst + size] = patch
    result = np.empty(size, np.uint8)
    device.copy_to_host(result, target.data + dst)
    np.testing.assert_array_equal(result, patch)
    np.testing.assert_array_equal(target.numpy(), expected)


@pytest.mark.parametrize("shift", [1, 17, 4096])
@pytest.mark.parametrize("size", [100, 5000, 9 * MIB])
@pytest.mark.parametrize("upward", [False, True])
def test_overlapping_copy(device, shift, size, upward):
    data = noise(size + shift)
    memory = device.tensor(data)
    to, start = (shift, 0) if upward else (0, shift)
    device.copy(memory.data + to, memory.data + start, size)
    expected = data.copy()
    expected[to : to + size] = data[start : start + size]
    np.testing.assert_array_equal(memory.numpy(), expected)


def test_more_than_the_staging_limit(device):
    """600 MiB in flight at most 256 MiB at a time, each way."""
    piece = noise(60 * MIB)
    memory = device.empty(60 * MIB, np.uint8)
    other = device.empty(60 * MIB, np.uint8)
    for _ in range(5):
        device.copy(other.data, memory.data, memory.sizes[0])
        device.copy_from_host(memory.data, piece)
    device.copy(other.data, memory.data, memory.sizes[0])
    results = [np.zeros_like(piece) for _ in range(5)]
    futures = [device.copy_to_host_async(result, other.data) for result in results]
    assert device.statistics()["staging_bytes"] <= 2 * 2 * 256 * MIB
    for future in futures:
        np.testing.assert_array_equal(future.result(), piece)


@pytest.mark.parametrize("wait", ["sync", "on_complete"])
def test_idle_staging_is_given_back(device, wait):
    data = noise(4 * MIB)
    memory = device.tensor(data)
    device.copy(memory.data + 1, memory.data, 2 * MIB)  # overlaps: goes through staging
    if wait == "sync":
        device.sync()
    else:
        device.on_complete().result()
    assert device.statistics()["staging_bytes"] > 0
    limit = time.time() + 20
    while device.statistics()["staging_bytes"] > 0 and time.time() < limit:
        time.sleep(0.1)
    assert device.statistics()["staging_bytes"] == 0
    device.copy(memory.data + 1, memory.data, 2 * MIB)
    expected = data.copy()
    for _ in range(2):
        expected[1 : 2 * MIB + 1] = expected[: 2 * MIB].copy()
    np.testing.assert_array_equal(memory.numpy(), expected)


def test_idle_visible_memory_is_not_staged(device):
    if not device.adapter.unified_memory:
        pytest.skip("the device's memory is not host-visible")
    device.sync()
    memory = device.empty(MIB, np.uint8)
    with Counted(device) as counted:
        memory.write(noise(MIB))
        np.testing.assert_array_equal(memory.numpy(), noise(MIB))
    assert counted["submissions"] == 0
    assert counted["host_to_device_bytes"] == counted["device_to_host_bytes"] == MIB


@pytest.mark.parametrize("which", ["before", "after", "host", "freed"])
def test_bad_addresses(device, dml, which):
    with device.open_pool() as pool:
        address = pool.allocate(4096)
        heap = pool.statistics()["bytes_reserved"]
        bad = {
            "before": address - 4096,
            "after": address + heap - 8,  # its first 8 bytes are inside
            "host": np.zeros(4).__array_interface__["data"][0],
            "freed": address,
        }[which]
        size = heap + 4096 if which == "before" else 16
        data = np.zeros(size, np.uint8)
        good = device.empty(size, np.uint8)  # now, since it may take the freed addresses
        if which == "freed":
            pool.free(address)
            pool.trim()
            device.sync()
        for call in (
            lambda: device.copy_from_host(bad, data),
            lambda: device.copy_to_host(data, bad),
            lambda: device.copy(good.data, bad, size),
            lambda: device.copy(bad, good.data, size),
        ):
            with pytest.raises(dml.DmlError, match="device memory") as error:
                call()
            assert error.value.code == dml.Code.INVALID_ARGUMENT


# ---- Order -----------------------------------------------------------------

COUNT = 4  # buffers of a random program
LENGTH = 512  # floats in each

STEPS = st.one_of(
    st.tuples(st.just("add"), *[st.integers(0, COUNT - 1)] * 3),
    st.tuples(st.just("copy"), *[st.integers(0, LENGTH // 2)] * 3),
    st.tuples(st.just("write"), st.integers(0, COUNT - 1), st.integers(-9, 9), st.just(0)),
    st.tuples(st.just("read"), st.integers(0, COUNT - 1), st.just(0), st.just(0)),
    st.tuples(st.sampled_from(["flush", "sync"]), st.just(0), st.just(0), st.just(0)),
)


@settings(**PROPERTY)
@given(st.lists(STEPS, max_size=60))
def test_random_programs_match_numpy(device, program):
    model = [np.full(LENGTH, i + 1, np.float32) for i in range(COUNT)]
    memory = [device.tensor(values) for values in model]
    reads = []
    for action, a, b, c in program:
        if action == "add":
            device.elementwise("ADD", [memory[a], memory[b]], memory[c])
            with np.errstate(over="ignore"):
                model[c] = model[a] + model[b]
        elif action == "copy":  # inside buffer 0, possibly onto itself
            device.copy(memory[0].data + 4 * a, memory[0].data + 4 * b, 4 * c)
            values = model[0].copy()
            values[a : a + c] = model[0][b : b + c]
            model[0] = values
        elif action == "write":
            model[a] = np.full(LENGTH, b, np.float32)
            device.copy_from_host(memory[a].data, model[a])
        elif action == "read":
            result = np.zeros(LENGTH, np.float32)
            reads.append((device.copy_to_host_async(result, memory[a].data), model[a].copy()))
        else:
            getattr(device, action)()
    for future, expected in reads:
        np.testing.assert_array_equal(future.result(), expected)
    for tensor, expected in zip(memory, model):
        np.testing.assert_array_equal(tensor.numpy(), expected)


def test_a_long_chain(device):
    x = device.tensor(np.zeros(100, np.float32))
    one = device.tensor(np.ones(100, np.float32))
    for _ in range(10000):
        device.elementwise("ADD", [x, one], x)
    np.testing.assert_array_equal(x.numpy(), np.full(100, 10000, np.float32))


# ---- Barriers --------------------------------------------------------------


def forget(device):
    """Provokes a barrier: what came before conflicts with nothing any more."""
    one, other = device.empty(256, np.uint8), device.empty(256, np.uint8)
    device.copy(one.data, other.data, 256)
    device.copy(one.data, other.data, 256)


def test_one_barrier_a_step_of_a_chain(device):
    x = device.tensor(np.zeros(100, np.float32))
    one = device.tensor(np.ones(100, np.float32))
    forget(device)
    device.elementwise("ADD", [x, one], x)
    with Counted(device) as counted:
        for _ in range(100):
            device.elementwise("ADD", [x, one], x)
    assert counted["launches"] == counted["barriers"] == 100
    np.testing.assert_array_equal(x.numpy(), np.full(100, 101, np.float32))


def test_bytes_of_launches(device):
    """Each argument counts once a launch: what chains leave unwritten does not."""
    x, one, y = (device.tensor(np.ones(1000, np.float32)) for _ in range(3))
    forget(device)
    with Counted(device) as counted:
        device.elementwise("MULTIPLY", [x, one], y)
        device.elementwise("ADD", [y, y], x)
    assert counted["launch_bytes"] == 2 * 3 * 4000


def test_no_barrier_between_chains(device):
    """Two chains, step by step: a barrier a step of both, none between them."""
    xs = [device.tensor(np.zeros(100, np.float32)) for _ in range(2)]
    one = device.tensor(np.ones(100, np.float32))
    forget(device)
    for x in xs:
        device.elementwise("ADD", [x, one], x)
    with Counted(device) as counted:
        for _ in range(100):
            for x in xs:
                device.elementwise("ADD", [x, one], x)
    assert counted["launches"] == 200
    assert counted["barriers"] == 100
    for x in xs:
        np.testing.assert_array_equal(x.numpy(), np.full(100, 101, np.float32))


def test_no_barrier_among_independent_work(device):
    source = device.tensor(np.arange(100, dtype=np.float32))
    targets = [device.empty(100) for _ in range(100)]
    forget(device)
    device.copy(targets[0].data, source.data, 400)
    with Counted(device) as counted:
        for target in targets[1:]:
            device.copy(target.data, source.data, 400)
    assert counted["device_copies"] == 99
    assert counted["barriers"] == 0
    for target in targets:
        np.testing.assert_array_equal(target.numpy(), np.arange(100))


def test_ranges_not_allocations_conflict(device):
    """Halves of one block are independent; one byte in common is not."""
    block = device.tensor(np.zeros(1024, np.uint8))
    source = device.tensor(np.ones(1024, np.uint8))
    forget(device)
    device.copy(block.data, source.data, 512)
    with Counted(device) as halves:
        device.copy(block.data + 512, source.data + 512, 512)
    assert halves["barriers"] == 0
    with Counted(device) as common:
        device.copy(block.data + 1023, source.data, 1)
    assert common["barriers"] == 1


def concatenate(device, parts, whole):
    at = 0
    for part in parts:
        device.copy_tensor(part, whole[:, at : at + part.shape[1]])
        at += part.shape[1]


def test_no_barrier_between_parts_of_a_whole(device, dml):
    """Columns lie between each other, so that ranges of bytes overlap."""
    values = [noise(700, seed).reshape(100, 7) for seed in range(8)]
    parts = [device.tensor(value) for value in values]
    whole = device.tensor(np.zeros((100, 56), values[0].dtype))
    expected = np.concatenate(values, axis=1)
    forget(device)
    with Counted(device) as apart:
        concatenate(device, parts, whole)
    assert apart["launches"] == 8 and apart["barriers"] == 7
    np.testing.assert_array_equal(whole.numpy(), expected)

    whole = device.tensor(np.zeros((100, 56), values[0].dtype))
    forget(device)
    dml._lib().dml_begin_parts()
    dml._lib().dml_begin_parts()  # the outermost counts
    with Counted(device) as together:
        for columns in (slice(0, 4), slice(4, 8)):
            concatenate(device, parts[columns], whole[:, 7 * columns.start :])
            dml._lib().dml_end_parts()
    assert together["launches"] == 8 and together["barriers"] == 0
    np.testing.assert_array_equal(whole.numpy(), expected)

    # The next whole has an order with this one, and so has what reads it.
    dml._lib().dml_begin_parts()
    with Counted(device) as again:
        concatenate(device, parts[::-1], whole)
    dml._lib().dml_end_parts()
    assert again["launches"] == 8 and again["barriers"] == 1
    copied = device.empty(whole.shape, values[0].dtype)
    with Counted(device) as reading:
        device.copy_tensor(whole, copied)
    assert reading["barriers"] == 1
    np.testing.assert_array_equal(copied.numpy(), np.concatenate(values[::-1], axis=1))


@pytest.mark.parametrize(
    "first, second, barriers",
    [
        ((0, 1), (2, 1), 0),  # both read 1
        ((0, 1), (2, 0), 1),  # read after write
        ((0, 1), (1, 2), 1),  # write after read
        ((0, 1), (0, 2), 1),  # write after write
    ],
)
def test_kinds_of_conflict(device, first, second, barriers):
    blocks = [device.tensor(np.full(256, i, np.uint8)) for i in range(3)]
    forget(device)
    device.copy(blocks[first[0]].data, blocks[first[1]].data, 256)
    with Counted(device) as counted:
        device.copy(blocks[second[0]].data, blocks[second[1]].data, 256)
    assert counted["barriers"] == barriers


# ---- Completion ------------------------------------------------------------


def test_callbacks_come_in_order(device):
    x = device.tensor(np.zeros(1000, np.float32))
    one = device.tensor(np.ones(1000, np.float32))
    order, futures = [], []
    for i in range(20):
        device.elementwise("ADD", [x, one], x)
        future = device.on_complete()
        future.add_done_callback(lambda _, i=i: order.append(i))
        futures.append(future)
    device.sync()
    assert all(future.done() for future in futures)
    assert order == list(range(20))


def test_work_goes_by_age(device):
    """Nobody flushes and nobody waits."""
    x = device.tensor(np.zeros(8, np.uint8))
    device.sync()
    with Counted(device) as counted:
        device.copy(x.data, x.data + 4, 4)
        time.sleep(0.3)
    assert counted["submissions"] == 1


def test_many_commands_share_submissions(device):
    x = device.tensor(np.zeros(100, np.float32))
    one = device.tensor(np.ones(100, np.float32))
    with Counted(device) as counted:
        for _ in range(1000):
            device.elementwise("ADD", [x, one], x)
        device.sync()
    assert 1 <= counted["submissions"] <= 200


def test_completion_of_nothing(device):
    device.sync()
    assert device.on_complete().result(timeout=30) is None
    device.flush()
    device.sync()


def test_tags(device, dml):
    x = device.tensor(np.zeros(100, np.float32))
    before = device.launches_by_tag()
    with dml.tag("Relu"):
        device.elementwise("RELU", [x], x)
        device.elementwise("RELU", [x], x)
    with dml.tag("a" * 100):
        device.elementwise("RELU", [x], x)
    device.elementwise("RELU", [x], x)
    after = device.launches_by_tag()
    changes = {tag: after[tag] - before.get(tag, 0) for tag in after}
    assert {tag: n for tag, n in changes.items() if n} == {"Relu": 2, "a" * 63: 1, "untagged": 1}


# ---- Threads and handles ---------------------------------------------------


def test_threads(device, dml):
    """Threads enqueue chains at the same time; each sees its own in order."""
    failures = []

    def work(seed):
        try:
            x = device.tensor(np.full(300, seed, np.float32))
            step = device.tensor(np.ones(300, np.float32))
            with dml.tag("thread%d" % seed):
                for i in range(300):
                    device.elementwise("ADD", [x, step], x)
                    if i % 50 == 49:
                        np.testing.assert_array_equal(x.numpy(), seed + i + 1)
        except BaseException as error:  # noqa: B902
            failures.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_handles_share_the_device(device, dml):
    with dml.open(device.adapter_index) as other:
        assert other.handle.value == device.handle.value
        x = device.tensor(np.arange(10, dtype=np.float32))
        y = other.empty(10)
        other.copy(y.data, x.data, 40)
        np.testing.assert_array_equal(y.numpy(), np.arange(10))
    device.sync()
    np.testing.assert_array_equal(x.numpy(), np.arange(10))


def test_unknown_adapter(dml):
    with pytest.raises(dml.DmlError, match="no adapter 99") as error:
        dml.open(99)
    assert error.value.code == dml.Code.NOT_FOUND


# ---- Failure ---------------------------------------------------------------
# In processes of their own: the device of this one is shared by all tests.


@pytest.mark.parametrize("backend", ["vulkan", "null"])
@pytest.mark.parametrize("code", ["DEVICE_LOST", "OUT_OF_MEMORY"])
def test_lost_device_reports_and_reopens(backend, code):
    result = helpers.run_python(
        """
        device = dml.open(0)
        pool = device.pool
        x = device.tensor(np.arange(1000, dtype=np.float32))
        y = device.empty(1000)
        device.copy(y.data, x.data, 4000)
        device.sync()
        survivor = device.copy_to_host_async(np.zeros(1000, np.float32), x.data)
        survivor.result()

        device.inject_failure(CODE)
        device.copy(y.data, x.data, 4000)
        futures = [device.on_complete()]
        futures += [device.copy_to_host_async(np.zeros(1000, np.float32), y.data)]

        def fails(call):
            try:
                call()
            except dml.DmlError as error:
                assert error.code == dml.Code[CODE], error
                assert "injected" in error.message, error
            else:
                raise AssertionError("no error")

        for future in futures:
            fails(future.result)
        fails(device.sync)
        fails(device.flush)
        fails(lambda: device.copy(y.data, x.data, 4))
        fails(lambda: device.copy_from_host(y.data, np.zeros(4)))
        fails(lambda: device.copy_to_host(np.zeros(4), y.data))
        fails(lambda: device.elementwise("RELU", [x], y))
        fails(device.on_complete().result)
        assert device.status == dml.Code[CODE]

        again = dml.open(0)
        assert again.handle.value != device.handle.value
        assert again.status == dml.Code.OK
        z = again.tensor(np.arange(5, dtype=np.float32))
        assert (z.numpy() == np.arange(5)).all()
        del x, y
        device.close()
        assert (z.numpy() == np.arange(5)).all()
        again.sync()
        del z
        again.close()
        print("fine")
        """.replace(
            "CODE", repr(code)
        ),
        TF_DIRECTML_BACKEND=backend,
    )
    assert result.stdout.split() == ["fine"], result.stdout + result.stderr
    assert result.returncode == 0


def test_what_a_callback_sets_ends_with_it(device, dml):
    """It may run on the thread of whoever waits, in the middle of an operator."""
    x = device.tensor(np.ones(100, np.float32))
    errors = []

    @ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p)
    def callback(argument, code, message):
        dml._lib().dml_set_tag(b"Callback")
        dml._lib().dml_set_activity(77)
        dml._lib().dml_begin_parts()  # ends with the callback
        try:
            dml._lib().dml_profile_stop(device.handle)
        except dml.DmlError as error:
            errors.append(error.message)

    done = ctypes.cast(callback, type(dml._completed))
    before = device.launches_by_tag()
    with dml.tag("Mine"), profiling.Profile(device) as taken:
        for _ in range(20):
            device.elementwise("RELU", [x], x)
            dml._lib().dml_on_complete(device.handle, done, None)
        device.sync()
        device.elementwise("RELU", [x], x)
    after = device.launches_by_tag()
    assert after["Mine"] - before.get("Mine", 0) == 21
    assert "Callback" not in after
    assert {record.activity for record in taken.records} == {0}
    # Where nothing is left to do, the callback runs on the calling thread, where
    # stopping the profile is refused as well.
    assert len(errors) == 20 and all("callback" in error for error in errors)


def test_failure_in_the_middle_of_work():
    """Batches before the failure complete, later ones fail, all callbacks run."""
    result = helpers.run_python(
        """
        device = dml.open(0)
        x = device.tensor(np.zeros(1 << 20, np.uint8))
        y = device.empty(1 << 20, np.uint8)
        first = []
        for i in range(50):
            device.copy(y.data, x.data, 1 << 20)
            first.append(device.on_complete())
        device.sync()
        device.inject_failure("DEVICE_LOST")
        later = []
        for i in range(50):
            try:
                device.copy(y.data, x.data, 1 << 20)
            except dml.DmlError:
                pass
            later.append(device.on_complete())
        assert all(future.result(60) is None for future in first)
        assert all(future.exception(60) is not None for future in later)
        device.close()
        print("fine")
        """
    )
    assert result.stdout.split() == ["fine"], result.stdout + result.stderr


def test_exit_without_closing():
    result = helpers.run_python(
        """
        device = dml.open(0)
        x = device.tensor(np.zeros(1000, np.float32))
        for _ in range(100):
            device.elementwise("RELU", [x], x)
        globals()["keep"] = (device, x)
        print("fine", flush=True)
        """
    )
    assert result.stdout.split() == ["fine"], result.stderr
    assert result.returncode == 0


# ---- Environment -----------------------------------------------------------

LIST = "print([a.name for a in dml.adapters()]); print(dml.adapter_problem())"


@pytest.mark.parametrize(
    "visible, count, problem",
    [
        ("0", 1, ""),
        (" 0 ", 1, ""),
        ("0,7", 1, "names adapter '7'"),
        ("7,0", 0, "valid are 0 to 0"),
        ("-1", 0, "names adapter '-1'"),
        ("x", 0, "names adapter 'x'"),
        ("0,0", 1, "twice"),
        ("", 0, "hides every adapter"),
    ],
)
def test_visible_devices(visible, count, problem):
    result = helpers.run_python(LIST, TF_DIRECTML_BACKEND="null", DML_VISIBLE_DEVICES=visible)
    names, said = result.stdout.split("\n")[:2]
    assert len(eval(names)) == count
    assert problem in said and bool(problem) == bool(said)


@pytest.mark.parametrize(
    "name, value",
    [
        ("BATCH_FLUSH_SIZE", "0"),
        ("BATCH_FLUSH_TIME", "soon"),
        ("SUBMISSION_TIME", "0"),
        ("LAUNCH_ELEMENTS", "255"),
        ("BACKEND", "cuda"),
    ],
)
def test_bad_values_are_said_and_ignored(name, value):
    variables = {"TF_DIRECTML_BACKEND": "null", "TF_DIRECTML_" + name: value}
    result = helpers.run_python(
        "device = dml.open(0) if dml.adapters() else None; print('fine')", **variables
    )
    assert result.stdout.split() == ["fine"]
    warnings = [line for line in result.stderr.splitlines() if "ignoring" in line]
    assert len(warnings) == 1
    assert "TF_DIRECTML_%s=%s" % (name, value) in warnings[0]


def test_flush_size_is_obeyed():
    result = helpers.run_python(
        """
        device = dml.open(0)
        x = device.tensor(np.zeros(100, np.float32))
        device.sync()
        before = device.statistics()["submissions"]
        for _ in range(10):
            device.copy(x.data, x.data + 200, 200)
            device.on_complete().result()
        print(device.statistics()["submissions"] - before)
        """,
        TF_DIRECTML_BACKEND="null",
        TF_DIRECTML_BATCH_FLUSH_SIZE="1",
    )
    assert result.stdout.split() == ["10"], result.stderr


def test_closing_with_work_under_way_ends():
    result = helpers.run_python(
        """
        for _ in range(300):
            with dml.open(0) as device:
                x = device.empty(100)
                device.elementwise("ADD", [x, x], x)
        print("closed")
        """,
        TF_DIRECTML_BACKEND="null",
    )
    assert result.stdout.split() == ["closed"], result.stderr
