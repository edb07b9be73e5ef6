"""Pools and addresses: placement, reuse, limits, growth, trimming, faults."""

import re
import signal
import sys
import threading

import helpers
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

MIB = 1 << 20

# Hypothesis runs many examples against one device, which is the point.
PROPERTY = dict(
    deadline=None,
    max_examples=30,
    suppress_health_check=[getattr(HealthCheck, "function_scoped_fixture", HealthCheck.too_slow)],
)


def rounded(size):
    return max(1, -(-size // 256)) * 256


@pytest.fixture
def pool(device):
    with device.open_pool() as opened:
        yield opened


def test_addresses_are_aligned_and_apart(pool):
    sizes = [1, 255, 256, 257, 4096, 3 * MIB, 40 * MIB]
    blocks = sorted((pool.allocate(size), size) for size in sizes)
    for address, size in blocks:
        assert address != 0 and address % 256 == 0
        assert pool.allocated_bytes(address) >= size
    for (address, size), (following, _) in zip(blocks, blocks[1:]):
        assert address + size <= following


def test_zero_bytes_have_addresses_of_their_own(pool):
    addresses = [pool.allocate(0) for _ in range(10)]
    assert len(set(addresses)) == 10
    assert pool.statistics()["bytes_in_use"] == 10 * 256


def test_allocated_bytes_knows_live_blocks_only(pool):
    address = pool.allocate(1000)
    assert pool.allocated_bytes(address) == 1024
    assert pool.allocated_bytes(address + 256) == 0
    pool.free(address)
    assert pool.allocated_bytes(address) == 0
    pool.free(address)  # of no effect
    assert pool.statistics()["live_allocations"] == 0


@settings(**PROPERTY)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("allocate"), st.integers(0, 3 * MIB)),
            st.tuples(st.just("free"), st.integers(0, 1000)),
        ),
        max_size=60,
    )
)
def test_random_programs(device, program):
    with device.open_pool(heap_bytes=4 * MIB) as pool:
        live, peak = {}, 0
        for action, number in program:
            if action == "allocate":
                address = pool.allocate(number)
                for other, size in live.items():
                    assert address + rounded(number) <= other or other + rounded(size) <= address
                live[address] = number
            elif live:
                address = sorted(live)[number % len(live)]
                pool.free(address)
                del live[address]
            in_use = sum(rounded(size) for size in live.values())
            peak = max(peak, in_use)
            now = pool.statistics()
            assert now["bytes_in_use"] == in_use
            assert now["peak_bytes_in_use"] == peak
            assert now["live_allocations"] == len(live)
            assert now["bytes_reserved"] >= in_use
        for address in live:
            pool.free(address)
        # Everything coalesced: whole heaps can go.
        pool.trim()
        assert pool.statistics()["bytes_reserved"] == 0
        assert pool.statistics()["heap_count"] == 0


def test_blocks_coalesce(device):
    with device.open_pool(heap_bytes=4 * MIB, limit_bytes=4 * MIB) as pool:
        blocks = [pool.allocate(MIB) for _ in range(4)]
        for index in (1, 3, 2, 0):
            pool.free(blocks[index])
        assert pool.statistics()["largest_free_block"] == 4 * MIB
        assert pool.allocate(4 * MIB) == blocks[0]


def test_best_fit(device):
    with device.open_pool(heap_bytes=8 * MIB) as pool:
        sizes = [MIB, 256, MIB // 2, 256, 2 * MIB, 256]
        blocks = [pool.allocate(size) for size in sizes]
        for index in (0, 2, 4):
            pool.free(blocks[index])
        assert pool.allocate(MIB // 2 - 256) == blocks[2]
        assert pool.allocate(MIB - 256) == blocks[0]


def test_freed_memory_is_reused_in_order(device, pool):
    """A block is freed while its last reader is pending, and written again."""
    count = 1 << 16
    for round_ in range(8):
        first = np.full(count, round_ + 1, np.float32)
        source = pool.allocate(first.nbytes)
        target = pool.allocate(first.nbytes)
        device.copy_from_host(source, first)
        device.copy(target, source, first.nbytes)
        pool.free(source)
        again = pool.allocate(first.nbytes)
        assert again == source
        device.copy_from_host(again, np.full(count, -1, np.float32))
        result = np.empty_like(first)
        device.copy_to_host(result, target)
        np.testing.assert_array_equal(result, first)
        pool.free(again)
        pool.free(target)


def test_exhaustion_names_everything(device, dml):
    with device.open_pool(limit_bytes=8 * MIB) as pool:
        with dml.tag("Conv2D"):
            large = pool.allocate(5 * MIB)
        with dml.tag("MatMul"):
            small = [pool.allocate(MIB) for _ in range(2)]
        with pytest.raises(dml.DmlError) as error:
            pool.allocate(3 * MIB)
        assert error.value.code == dml.Code.OUT_OF_MEMORY
        for part in ("3.0 MiB", "limit 8.0 MiB", "in use 7.0 MiB", "largest free block 1.0 MiB"):
            assert part in error.value.message
        lines = error.value.message.splitlines()
        assert "  5.0 MiB in 1 block: Conv2D" in lines
        assert "  2.0 MiB in 2 blocks: MatMul" in lines
        assert lines.index("  5.0 MiB in 1 block: Conv2D") + 1 == lines.index(
            "  2.0 MiB in 2 blocks: MatMul"
        )
        for address in [large] + small:
            pool.free(address)
        assert pool.allocate(8 * MIB)


@pytest.mark.parametrize("size", [8 * MIB + 1, 1 << 40, (1 << 64) - 1])
def test_more_than_the_limit(device, dml, size):
    with device.open_pool(limit_bytes=8 * MIB) as pool:
        with pytest.raises(dml.DmlError) as error:
            pool.allocate(size)
        assert error.value.code == dml.Code.OUT_OF_MEMORY
        assert pool.allocate(MIB)


def test_more_than_the_driver_has(device, dml, pool):
    """The device keeps working after the driver refused."""
    with pytest.raises(dml.DmlError) as error:
        pool.allocate(1 << 50)
    assert error.value.code == dml.Code.OUT_OF_MEMORY
    x = pool.tensor(np.arange(10, dtype=np.float32))
    np.testing.assert_array_equal(x.numpy(), np.arange(10))


def test_limit_holds_for_heaps(device, dml):
    with device.open_pool(limit_bytes=10 * MIB, heap_bytes=4 * MIB) as pool:
        blocks = []
        with pytest.raises(dml.DmlError):
            while True:
                blocks.append(pool.allocate(MIB))
        now = pool.statistics()
        assert len(blocks) == 10
        assert now["bytes_reserved"] <= now["limit_bytes"] == 10 * MIB


def test_a_large_request_replaces_unused_heaps(device):
    """Free blocks that are too small each do not count against the limit."""
    with device.open_pool(limit_bytes=12 * MIB, heap_bytes=4 * MIB) as pool:
        blocks = [pool.allocate(2 * MIB) for _ in range(6)]
        for address in blocks:
            pool.free(address)
        assert pool.allocate(12 * MIB)


def test_without_growth_the_limit_is_reserved_at_first_use(device, dml):
    with device.open_pool(limit_bytes=16 * MIB, allow_growth=False) as pool:
        assert pool.statistics()["bytes_reserved"] == 0
        address = pool.allocate(1)
        assert pool.statistics()["bytes_reserved"] == 16 * MIB
        pool.free(address)
        pool.trim()
        assert pool.statistics()["bytes_reserved"] == 16 * MIB
        pool.allocate(16 * MIB)
        with pytest.raises(dml.DmlError):
            pool.allocate(1)


def test_growth_stays_near_the_live_set(device):
    """Steps that allocate and free like training, with sizes that vary."""
    generator = np.random.RandomState(1)
    with device.open_pool(heap_bytes=4 * MIB) as pool:
        weights = [pool.allocate(int(size)) for size in generator.randint(1, 2 * MIB, 40)]
        sizes = generator.randint(1, 4 * MIB, 60)
        for step in range(6):
            batch = sizes // (1 + step % 2)  # the last batch of an epoch is smaller
            activations = [pool.allocate(int(size)) for size in batch]
            for address in reversed(activations):
                gradient = pool.allocate(int(generator.randint(1, MIB)))
                pool.free(address)
                pool.free(gradient)
        now = pool.statistics()
        assert now["peak_bytes_reserved"] <= 1.15 * now["peak_bytes_in_use"]
        for address in weights:
            pool.free(address)


def test_trim_gives_memory_back_to_the_driver(device):
    # From 25.0 on, Mesa's software driver tells what the whole machine uses.
    counts = re.search(r"llvmpipe Mesa (2[5-9]|[3-9]\d)\.", device.adapter.driver) is None
    device.sync()
    before = device.statistics()["driver_used_bytes"]
    with device.open_pool(heap_bytes=8 * MIB) as pool:
        kept = pool.allocate(MIB)
        large = pool.allocate(64 * MIB)
        device.copy(large, kept, MIB)  # pending work uses what is trimmed
        pool.free(large)
        if counts:
            assert device.statistics()["driver_used_bytes"] >= before + 72 * MIB
        assert pool.statistics()["bytes_reserved"] == 72 * MIB
        pool.trim()
        device.sync()
        assert pool.statistics()["bytes_reserved"] == 8 * MIB
        if counts:
            assert device.statistics()["driver_used_bytes"] <= before + 16 * MIB
        assert pool.allocated_bytes(kept) == MIB


def test_a_device_trims_all_its_pools(device):
    with device.open_pool(heap_bytes=8 * MIB) as one, device.open_pool(heap_bytes=8 * MIB) as two:
        kept = one.allocate(MIB)
        for pool in (one, two):
            pool.free(pool.allocate(64 * MIB))
        assert [pool.statistics()["bytes_reserved"] for pool in (one, two)] == [72 * MIB, 64 * MIB]
        device.trim()
        assert [pool.statistics()["bytes_reserved"] for pool in (one, two)] == [8 * MIB, 0]
        assert one.allocated_bytes(kept) == MIB


def test_statistics(pool):
    first = pool.allocate(1000)
    second = pool.allocate(5 * MIB)
    pool.free(second)
    now = pool.statistics()
    assert now["bytes_in_use"] == 1024
    assert now["peak_bytes_in_use"] == now["largest_allocation"] + 1024 == 5 * MIB + 1024
    assert now["allocation_count"] == 2
    assert now["live_allocations"] == 1
    assert now["largest_free_block"] >= 5 * MIB
    assert now["limit_bytes"] > 0
    pool.reset_peaks()
    assert pool.statistics()["peak_bytes_in_use"] == 1024
    pool.free(first)


def test_pools_are_apart(device, dml):
    with device.open_pool(limit_bytes=4 * MIB) as one, device.open_pool() as other:
        one.allocate(4 * MIB)
        address = other.allocate(4 * MIB)
        assert one.allocated_bytes(address) == 0
        with pytest.raises(dml.DmlError):
            one.allocate(MIB)


def test_threads(pool):
    """Blocks that threads hold at the same time never overlap."""
    owners, lock, failures = {}, threading.Lock(), []

    def work(seed):
        generator = np.random.RandomState(seed)
        mine = []
        for _ in range(300):
            if mine and generator.rand() < 0.5:
                address = mine.pop(generator.randint(len(mine)))
                with lock:
                    del owners[address]
                pool.free(address)
            else:
                size = int(generator.randint(1, 200000))
                address = pool.allocate(size)
                with lock:
                    for other, other_size in owners.items():
                        if address < other + other_size and other < address + size:
                            failures.append((address, size, other, other_size))
                    owners[address] = size
                mine.append(address)
        for address in mine:
            with lock:
                del owners[address]
            pool.free(address)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert pool.statistics()["bytes_in_use"] == 0


@pytest.mark.parametrize(
    "access", ["ctypes.c_char.from_address(a).value", "ctypes.memset(a, 0, 1)"]
)
@pytest.mark.parametrize("offset", [0, 4095])
def test_host_access_faults(access, offset):
    result = helpers.run_python(
        """
        import ctypes
        device = dml.open(0)
        memory = device.tensor(np.zeros(4096, np.uint8))
        device.sync()
        a = memory.data + %d
        print("before", flush=True)
        %s
        print("after", flush=True)
        """
        % (offset, access)
    )
    if sys.platform == "win32":
        # What ctypes calls itself, it catches the fault of.
        access_violation = 0xC0000005
        assert result.returncode == access_violation or "access violation" in result.stderr
    else:
        assert result.returncode == -signal.SIGSEGV
    assert result.stdout.split() == ["before"]


def test_memory_of_a_device_is_that_of_its_pools(device):
    before = device.memory()["pools"]
    with device.open_pool() as one, device.open_pool() as other:
        one.allocate(1 << 20)
        block = other.allocate(2 << 20)
        during = device.memory()["pools"]
        assert during["bytes_in_use"] - before["bytes_in_use"] == 3 << 20
        assert during["heap_count"] - before["heap_count"] == 2
        other.free(block)
        assert device.memory()["pools"]["peak_bytes_in_use"] == during["peak_bytes_in_use"]
        device.reset_peaks()
        after = device.memory()["pools"]
        assert after["peak_bytes_in_use"] == after["bytes_in_use"]
    assert device.memory()["pools"]["bytes_in_use"] == before["bytes_in_use"]
