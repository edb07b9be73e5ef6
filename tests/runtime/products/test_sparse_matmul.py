"""Sparse matrices, given by their entries, times dense ones."""

import helpers
import numpy as np
import pytest

INDEX_TYPES = ["int32", "int64"]


def entries(count, rows, depth, dtype, seed=0):
    generator = np.random.RandomState(seed)
    return [np.asarray(generator.randint(0, size, count), dtype) for size in (rows, depth)]


def product(rows, inner, values, b, y):
    values, b, y = (array.astype(np.float64) for array in (values, b, y))
    with np.errstate(invalid="ignore"):
        for row, k, value in zip(rows, inner, values):
            if 0 <= row < len(y):
                y[row] += value * b[k] if 0 <= k < len(b) else np.nan
    return y


def run(device, arrays, y, layout="contiguous"):
    target = helpers.upload(device, y, layout)
    device.sparse_matmul(*(helpers.upload(device, array, layout) for array in arrays), target)
    return target


@pytest.mark.parametrize("index_dtype", INDEX_TYPES)
@pytest.mark.parametrize("dtype", ["float32", "float16", "float64"])
@pytest.mark.parametrize("shape", [(5, 7, 3), (1, 4, 1), (300, 40, 6), (9, 50, 700), (2000, 9, 16)])
def test_sparse_matmul(device, dtype, index_dtype, shape):
    rows, depth, columns = shape
    arrays = [
        *entries(900, rows, depth, index_dtype),
        helpers.random((900,), dtype, seed=1),
        helpers.random((depth, columns), dtype, seed=2),
    ]
    if dtype == "float16":  # few sums a row, or their roundings add up
        arrays[:3] = [array[:: max(1, 900 // rows)] for array in arrays[:3]]
    y = helpers.random((rows, columns), dtype, seed=3)
    before = device.statistics()["launches"]
    target = run(device, arrays, y)
    # Few entries go in order; many of few rows take longer so than sorted.
    if rows >= 300:
        assert device.statistics()["launches"] == before + 1
    helpers.check(target, product(*arrays, y).astype(dtype))


@pytest.mark.parametrize("index_dtype", INDEX_TYPES)
@pytest.mark.parametrize("dtype", ["float32", "float16", "float64"])
@pytest.mark.parametrize("shape", [(2, 3, 5), (700, 40, 3), (30000, 9, 2)])
def test_many_entries(device, dml, dtype, index_dtype, shape):
    """Row by row; some rows are out of range."""
    rows, depth, columns = shape
    count = 20001
    arrays = [
        *entries(count, rows, depth, index_dtype),
        helpers.random((count,), dtype, -1, 1, seed=1),
        helpers.random((depth, columns), dtype, -1, 1, seed=2),
    ]
    arrays[0][7::91] = rows
    arrays[0][8::91] = -1
    y = helpers.random((rows, columns), dtype, seed=3)
    target, tensors = device.tensor(y), [device.tensor(array) for array in arrays]
    with dml.plan() as programs:
        device.sparse_matmul(*tensors, target)
    assert any(program.shader.startswith("sparse_matmul_sorted") for program in programs)
    device.sparse_matmul(*tensors, target)
    limit = {"float16": 4e-3, "float32": 2e-5, "float64": 1e-12}[dtype]
    helpers.check(target, product(*arrays, y), limit)


def test_many_entries_with_inner_numbers_out_of_range(device):
    count = 20001
    arrays = [
        *entries(count, 50, 8, np.int64), helpers.random((count,), seed=1),
        helpers.random((8, 3), seed=2),
    ]
    arrays[1][np.flatnonzero(arrays[0] == 17)[5]] = 8
    y = helpers.random((50, 3), seed=3)
    target = run(device, arrays, y)
    expected = product(*arrays, y)
    assert np.isnan(expected[17]).all() and np.isfinite(np.delete(expected, 17, 0)).all()
    helpers.check(target, expected, 2e-5)


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_layouts(device, layout):
    arrays = [
        *entries(30, 6, 5, np.int32),
        helpers.random((30,), seed=1),
        helpers.random((5, 4), seed=2),
    ]
    y = helpers.random((6, 4), seed=3)
    helpers.check(run(device, arrays, y, layout), product(*arrays, y).astype(np.float32))


@pytest.mark.parametrize("index_dtype", INDEX_TYPES)
def test_what_is_out_of_range(device, index_dtype):
    far = np.iinfo(index_dtype).max
    rows = np.array([0, 1, 2, 3, -1, far], index_dtype)
    inner = np.array([0, 4, -1, far, 1, 1], index_dtype)
    arrays = [rows, inner, np.ones(6, np.float32), np.ones((4, 2), np.float32)]
    y = np.zeros((5, 2), np.float32)
    target = run(device, arrays, y).numpy()
    np.testing.assert_array_equal(target, [[1, 1], *[[np.nan] * 2] * 3, [0, 0]])


def test_no_row_to_take(device):
    """Every entry is out of range where b has no rows."""
    arrays = [
        np.zeros(1, np.int32), np.zeros(1, np.int32), np.ones(1, np.float32),
        np.ones((0, 2), np.float32),
    ]  # fmt: skip
    target = run(device, arrays, np.zeros((2, 2), np.float32)).numpy()
    np.testing.assert_array_equal(target, [[np.nan] * 2, [0, 0]])


def test_nothing_to_do(device):
    none = np.zeros(0, np.int32)
    arrays = [none, none, none.astype(np.float32), np.ones((3, 2), np.float32)]
    y = helpers.random((4, 2))
    before = device.statistics()["launches"]
    helpers.check(run(device, arrays, y), y, 0)
    assert device.statistics()["launches"] == before


def test_very_many_entries_of_one_row(device):
    """More than one launch, in order."""
    count = 100003
    arrays = [
        np.zeros(count, np.int32), np.resize(np.arange(3, dtype=np.int32), count),
        np.ones(count, np.float64), np.array([[1.0], [2.0], [4.0]]),
    ]  # fmt: skip
    y = np.zeros((1, 1))
    helpers.check(run(device, arrays, y), product(*arrays, y), 0)


def test_the_same_bits_every_time(device):
    arrays = [
        *entries(5000, 7, 90, np.int64),
        helpers.random((5000,), seed=1),
        helpers.random((90, 33), seed=2),
    ]
    y = np.zeros((7, 33), np.float32)
    first = run(device, arrays, y).numpy()
    for _ in range(3):
        np.testing.assert_array_equal(run(device, arrays, y).numpy(), first)


def test_what_does_not_fit(device, dml):
    rows = device.tensor(np.zeros(4, np.int32))
    values, b, y = device.empty((4,)), device.empty((3, 2)), device.empty((5, 2))
    device.sparse_matmul(rows, rows, values, b, y)
    cases = [
        (rows[:3], rows, values, b, y), (rows, rows, values[:3], b, y),
        (rows, rows, values, device.empty((3, 3)), y), (rows, rows, values, device.empty((3,)), y),
        (rows, rows, values, b.as_type("int32"), y), (rows, rows.as_type("uint32"), values, b, y),
    ]  # fmt: skip
    for case in cases:
        with pytest.raises(dml.DmlError, match="do not fit"):
            device.sparse_matmul(*case)
    u = rows.as_type("uint32")
    with pytest.raises(dml.DmlError, match="rows must be int32 or int64"):
        device.sparse_matmul(u, u, values, b, y)
    i = [tensor.as_type("int32") for tensor in (values, b, y)]
    with pytest.raises(dml.DmlError, match="no products of int32"):
        device.sparse_matmul(rows, rows, *i)
    with pytest.raises(dml.DmlError, match="overlap"):
        device.sparse_matmul(rows, rows, values, y[:3], y)
