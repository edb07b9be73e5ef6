"""The numbers of elements by their values."""

import helpers
import numpy as np
import pytest
from tensorflow_directml import runtime as dml

BLOCK = 2048  # elements of the least block
CHUNK = 1024  # values that a group takes at once


def partition(device, x, values, layout="contiguous"):
    """Each value's numbers of elements, of a host array."""
    ends = device.empty((values,), "int32")
    order = device.empty(x.shape, "int32")
    device.partition(helpers.upload(device, x, layout), ends, order)
    ends = ends.numpy()
    return np.split(order.numpy(), ends)[:-1]


def expect(device, x, values, **options):
    x = np.asarray(x, np.int32)
    found = partition(device, x, values, **options)
    assert len(found) == values
    for value, numbers in enumerate(found):
        np.testing.assert_array_equal(numbers, np.flatnonzero(x == value), str(value))


def random(count, values, seed=0):
    return np.random.RandomState(seed).randint(0, values, count)


@pytest.mark.parametrize("values", [1, 2, 7, 300, CHUNK, CHUNK + 1, 3 * CHUNK + 5])
@pytest.mark.parametrize("count", [1, 255, 257, BLOCK, BLOCK + 1, 5 * BLOCK - 3])
def test_sizes(device, count, values):
    expect(device, random(count, values), values)


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_layouts(device, layout):
    expect(device, random(3000, 5), 5, layout=layout)


def test_runs_of_one_value(device):
    expect(device, np.repeat([3, 0, 2, 0], [700, 1500, 1, 4000]), 5)


def test_blocks_grow_with_elements_and_values(device):
    """Else each group would read too many counts."""
    expect(device, random(3 << 20, 6), 6)
    expect(device, random(100000, 70000), 70000)


def test_more_values_than_a_launch_takes(device):
    """Drivers bound what an invocation may do in one, some of them silently."""
    expect(device, random(9000, 300000), 300000)


def test_values_out_of_range_are_left_out(device):
    x = random(5000, 9) - 3
    x[::100] = np.iinfo(np.int32).min
    x[1::100] = np.iinfo(np.int32).max
    expect(device, x, 4)


def test_nothing_to_do(device):
    assert [numbers.size for numbers in partition(device, np.zeros(0, np.int32), 3)] == [0, 0, 0]
    assert partition(device, np.zeros(4, np.int32), 0) == []


def test_two_launches(device):
    x = device.tensor(random(9000, 40).astype(np.int32))
    ends, order = device.empty((40,), "int32"), device.empty((9000,), "int32")
    device.sync()
    before = device.statistics()["launches"]
    device.partition(x, ends, order)
    device.sync()
    assert device.statistics()["launches"] - before == 2


@pytest.mark.parametrize("refused, message", [
    (lambda x, ends, order: (x, ends, ends), r"order must be a contiguous int32 \[6\]"),
    (lambda x, ends, order: (x, x.device.empty((3,), "int64"), order),
     r"ends must be a contiguous int32 \[values\]"),
    (lambda x, ends, order: (x.device.empty((6,), "float32"), ends, order),
     r"input must be int32 \[count\]"),
    (lambda x, ends, order: (x, ends, x), "overlap"),
])
def test_refusals(device, refused, message):
    tensors = [device.empty((count,), "int32") for count in (6, 3, 6)]
    with pytest.raises(dml.DmlError, match=message):
        device.partition(*refused(*tensors))
