"""Tensors of more than 2^31 - 1 elements: operators whose elements or rows are independent take
them, by pieces (see test_pieces.py for all of those); others say what to do instead.
"""

import numpy as np
import pytest

GIB = 1 << 30


@pytest.mark.parametrize("sizes", [(1 << 31,), (1 << 16, 1 << 16), (3, 1 << 30)], ids=str)
def test_more_elements_than_programs_index(device, dml, sizes):
    one = device.empty((1,) * len(sizes), "float32")
    large = one.broadcast_to(sizes)
    for call in (
        lambda: device.softmax(0, large, one),
        lambda: device.softmax(0, one, large),
        lambda: device.gemm(large, one, one),
        lambda: device.range(large, 0, 1),
    ):
        with pytest.raises(dml.DmlError, match=r"more than 2\^31 - 1 elements.*split") as error:
            call()
        assert error.value.code == dml.Code.UNIMPLEMENTED


def test_what_cannot_be_cut(device, dml):
    one = device.empty(1)
    large = one.broadcast_to((1 << 31,))
    with pytest.raises(dml.DmlError, match=r"more than 2\^31 - 1 elements.*split") as error:
        device.scan("SUM", large, 0, 0, 0, large)
    assert error.value.code == dml.Code.UNIMPLEMENTED


@pytest.fixture
def bytes_beyond_2_31(device):
    """uint8 [2^31 + 4099], all 1; skips where that is too much of the memory."""
    count = (1 << 31) + 4099
    with open("/proc/meminfo") as lines:
        available = next(int(line.split()[1]) << 10 for line in lines if "MemAvailable" in line)
    if min(available, device.adapter.memory_bytes) < 4 * GIB:
        pytest.skip("4 GiB of memory are not available")
    if device.adapter.max_heap_bytes < count:
        pytest.skip("a buffer of the adapter holds less")
    tensor = device.empty(count, "uint8")
    device.fill(tensor, 1)
    return tensor


def test_elementwise_and_reductions(device, bytes_beyond_2_31):
    x = bytes_beyond_2_31
    places = [0, (1 << 31) - 65, (1 << 31) - 1, 1 << 31, x.sizes[0] - 1]
    for place, value in zip(places, (3, 5, 7, 9, 11)):
        x[place : place + 1].write(np.array([value], np.uint8))
    device.elementwise("ADD", [x, x], x)
    for place, value in zip(places, (3, 5, 7, 9, 11)):
        assert x[place : place + 1].numpy() == [2 * value]
    assert (x[-4000:-1].numpy() == 2).all() and (x[1:4000].numpy() == 2).all()
    out = device.empty(1, "uint8")
    device.reduce("MAX", x, out, 1)
    assert out.numpy() == [22]
    device.reduce("SUM", x, out, 1)
    assert out.numpy() == [(2 * (x.sizes[0] + 30)) % 256]
    # A copy with a stride, of elements across the limit.
    tail = device.empty(3000, "uint8")
    device.copy_tensor(x[(1 << 31) - 3000 : (1 << 31) + 3000 : 2], tail)
    expected = np.full(3000, 2)
    expected[1500] = 18
    np.testing.assert_array_equal(tail.numpy(), expected)


def test_rows_of_a_large_table(device, bytes_beyond_2_31):
    columns = 1023  # no elements of two bytes
    rows = bytes_beyond_2_31.sizes[0] // columns
    assert rows * columns > (1 << 31)
    table = bytes_beyond_2_31.view((rows, columns))
    indices = np.array([rows - 1, 0, 1 << 20, rows - 2, rows, -1], np.int64)
    updates = np.random.RandomState(1).randint(2, 255, (6, columns)).astype(np.uint8)
    device.scatter("ASSIGN", device.tensor(indices), device.tensor(updates), table)
    out = device.empty((1, 6, columns), "uint8")
    device.gather(table.view((1, rows, columns)), device.tensor(indices), out)
    updates[4:] = 0
    np.testing.assert_array_equal(out.numpy()[0], updates)
    near = device.empty((1, 3, columns), "uint8")
    device.gather(table.view((1, rows, columns)),
                  device.tensor(np.array([1, rows - 3, (1 << 20) + 1])), near)
    assert (near.numpy() == 1).all()
