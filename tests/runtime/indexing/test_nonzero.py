"""Coordinates of elements that are not zero."""

import helpers
import numpy as np
import pytest

BLOCK = 2048
TYPES = ["float32", "float16", "float64", "int8", "int16", "int32", "int64", "uint8", "uint64",
         "bool", "complex64", "complex128"]
SHAPES = [(1,), (7,), (BLOCK,), (BLOCK + 1,), (3 * BLOCK - 5,), (3, 5), (40, 9, 31),
          (2, 1, 3, 2, 1, 2, 3, 2), (0,), (3, 0), ()]


def nonzero(device, x):
    """The coordinates, of a device tensor."""
    size = int(np.prod(x.shape))
    ends = device.empty((-(-size // BLOCK),), "int32")
    device.nonzero_count(x, ends)
    count = ends.numpy()[-1] if size else 0
    found = device.empty((count, len(x.shape)), "int64")
    device.nonzero(x, ends, found)
    return found.numpy()


def sparse(shape, dtype="float32", share=0.3, seed=0):
    keep = np.random.RandomState(seed).rand(*shape) < share
    values = np.ones(shape) if dtype == "bool" else helpers.random(shape, dtype, 1, 2)
    return np.where(keep, values, 0).astype(dtype)


@pytest.mark.parametrize("share", [0, 0.3, 1])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_shapes(device, shape, share):
    x = sparse(shape, share=share)
    found = nonzero(device, device.tensor(x))
    np.testing.assert_array_equal(found, np.argwhere(x))


@pytest.mark.parametrize("dtype", TYPES)
def test_types(device, dtype):
    x = sparse((5, 700), dtype)
    np.testing.assert_array_equal(nonzero(device, device.tensor(x)), np.argwhere(x))


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_layouts(device, layout):
    x = sparse((7, 5, 90))
    np.testing.assert_array_equal(nonzero(device, helpers.upload(device, x, layout)),
                                  np.argwhere(x))


@pytest.mark.parametrize("dtype", ["float32", "float16", "float64"])
def test_special_values(device, dtype):
    tiny = np.finfo(dtype).tiny / 4
    x = np.array([0.0, -0.0, np.nan, -np.nan, np.inf, tiny, -tiny, 1], dtype)
    assert nonzero(device, device.tensor(x)).ravel().tolist() == [2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_either_part_of_a_complex_number_counts(device, dtype, layout):
    tiny = np.finfo(dtype).tiny / 4
    x = np.zeros(12, dtype)
    x.real = [0, -0.0, 1, 0, np.nan, 0, tiny, 0, -0.0, 0, np.inf, -2]
    x.imag = [0, -0.0, 0, 2, -0.0, -np.nan, 0, -tiny, 0, -0.0, 0, 3]
    assert nonzero(device, helpers.upload(device, x, layout)).ravel().tolist() == [
        2, 3, 4, 5, 6, 7, 10, 11]


def test_high_bits_count(device):
    x = np.array([0, 2**63, 2**32, 1], np.uint64)
    assert nonzero(device, device.tensor(x)).ravel().tolist() == [1, 2, 3]


def test_more_blocks_than_a_grid_has_groups(device):
    x = np.zeros(70000 * BLOCK + 3, np.uint8)
    places = [0, 1, 65535 * BLOCK - 1, 65535 * BLOCK, 69999 * BLOCK + 17, 70000 * BLOCK + 2]
    x[places] = 1
    assert nonzero(device, device.tensor(x)).ravel().tolist() == places


def test_an_input_that_changed_writes_no_more_than_fits(device):
    ends = device.empty((1,), "int32")
    device.nonzero_count(device.tensor(sparse((100,), share=0)), ends)
    memory = device.tensor(np.full((3, 1), -1, np.int64))
    device.nonzero(device.tensor(np.ones(100, np.float32)), ends, memory[:2])
    assert memory.numpy()[2:].tolist() == [[-1]]


def test_new_sizes_compile_nothing(device):
    nonzero(device, device.tensor(sparse((100,))))
    nonzero(device, device.tensor(sparse((100, 100))))
    before = device.statistics()["programs_compiled"]
    nonzero(device, device.tensor(sparse((33, 7, 41))))
    assert device.statistics()["programs_compiled"] == before


@pytest.mark.parametrize("ends,dtype", [((2,), "int32"), ((1,), "int64"), ((1, 1), "int32")])
def test_says_what_is_wrong(device, dml, ends, dtype):
    with pytest.raises(dml.DmlError, match=r"must be a contiguous int32 \[1\]") as error:
        device.nonzero_count(device.empty((9,)), device.empty(ends, dtype))
    assert error.value.code == dml.Code.INVALID_ARGUMENT
    ends = device.empty((1,), "int32")
    with pytest.raises(dml.DmlError, match=r"int64 \[results, 1\]"):
        device.nonzero(device.empty((9,)), ends, device.empty((3, 2), "int64"))
