"""Gather, scatter and one-hot."""

import helpers
import numpy as np
import pytest

TYPES = ["int8", "float16", "float32", "int64", "bool", "complex128"]
INDEX_TYPES = ["int32", "int64"]


def gather(x, indices):
    inside = (indices >= 0) & (indices < x.shape[1])
    if x.shape[1] == 0:
        return np.zeros((x.shape[0], len(indices), x.shape[2]), x.dtype)
    return np.where(inside[None, :, None], x[:, np.where(inside, indices, 0)], 0).astype(x.dtype)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("index_dtype", INDEX_TYPES)
def test_gather(device, dtype, index_dtype):
    for outer, rows, count, inner in [(1, 7, 5, 3), (3, 4, 9, 8), (2, 1, 2, 1), (1, 5, 0, 2),
                                      (2, 0, 3, 2), (1, 50, 300, 7), (0, 3, 2, 2)]:
        x = helpers.random((outer, rows, inner), dtype, -99, 99)
        indices = np.random.RandomState(1).randint(-2, rows + 2, count).astype(index_dtype)
        y = device.empty((outer, count, inner), dtype)
        device.gather(device.tensor(x), device.tensor(indices), y)
        helpers.check(y, gather(x, indices), 0)


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_gather_layouts(device, layout):
    x = helpers.random((2, 5, 6))
    indices = np.array([4, 0, 0, 3], np.int32)
    y = helpers.empty(device, (2, 4, 6), "float32", layout)
    parts = [helpers.upload(device, part, layout) for part in (x, indices)]
    device.gather(*parts, y)
    helpers.check(y, gather(x, indices), 0)


def test_far_index_is_out_of_range(device):
    x = np.ones((1, 3, 1), np.float32)
    indices = np.array([2**32, 2**33 + 1, -(2**40), 1], np.int64)
    y = device.empty((1, 4, 1))
    device.gather(device.tensor(x), device.tensor(indices), y)
    helpers.check(y, np.array([0, 0, 0, 1.0]).reshape(1, 4, 1))


SCATTER = {
    "ASSIGN": lambda old, new: new,
    "ADD": lambda old, new: old + new,
    "SUBTRACT": lambda old, new: old - new,
    "MULTIPLY": lambda old, new: old * new,
    "DIVIDE": lambda old, new: (
        old / new if old.dtype.kind == "f" else np.fix(old / new).astype(old.dtype)
    ),
    "MINIMUM": np.minimum,
    "MAXIMUM": np.maximum,
}


def scatter(op, y, indices, updates):
    y = y.copy()
    for index, row in zip(indices, updates):
        if 0 <= index < len(y):
            y[index] = SCATTER[op](y[index], row)
    return y


SCATTERED = [
    (op, dtype) for op in SCATTER for dtype in ("float32", "float16", "float64", "int32", "int64")
] + [("ASSIGN", dtype) for dtype in ("bool", "int8", "uint16", "uint64")]


@pytest.mark.parametrize("op, dtype", SCATTERED)
@pytest.mark.parametrize("index_dtype", INDEX_TYPES)
def test_scatter(device, op, dtype, index_dtype):
    for rows, inner, count in [(5, 3, 12), (1, 1, 9), (600, 1, 700), (7, 300, 20), (3, 2, 0)]:
        y = helpers.random((rows, inner), dtype, 1, 3, seed=1)
        updates = helpers.random((count, inner), dtype, 1, 2, seed=2)
        indices = np.random.RandomState(3).randint(-1, rows + 1, count).astype(index_dtype)
        target = device.tensor(y)
        device.scatter(op, device.tensor(indices), device.tensor(updates), target)
        # In order and in the tensor's own type: the same to the last bit, but
        # for products and quotients.
        tolerance = 0 if op not in ("MULTIPLY", "DIVIDE") else None
        with np.errstate(over="ignore"):
            helpers.check(target, scatter(op, y, indices, updates), tolerance)


def test_scatter_computes_in_few_types(device, dml):
    y, indices = device.empty((2, 2), "bool"), device.tensor(np.zeros(2, np.int32))
    with pytest.raises(dml.DmlError, match="only assignment takes bool"):
        device.scatter("ADD", indices, device.empty((2, 2), "bool"), y)


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_scatter_layouts(device, layout):
    y = helpers.random((6, 4), seed=1)
    updates = helpers.random((5, 4), seed=2)
    indices = np.array([1, 5, 1, 0, 5], np.int32)
    target = helpers.upload(device, y, layout)
    device.scatter(
        "ADD",
        helpers.upload(device, indices, layout),
        helpers.upload(device, updates, layout),
        target,
    )
    helpers.check(target, scatter("ADD", y, indices, updates), 0)


def test_scatter_of_one_broadcast_row(device):
    y = device.tensor(np.zeros((4, 3), np.int32))
    one = device.tensor(np.ones((1, 1), np.int32)).broadcast_to((1000, 3))
    indices = np.resize(np.arange(4), 1000).astype(np.int32)
    device.scatter("ADD", device.tensor(indices), one, y)
    helpers.check(y, np.full((4, 3), 250))


@pytest.mark.parametrize("index_dtype", INDEX_TYPES)
def test_scatter_of_very_many_updates_to_one_row(device, index_dtype):
    updates = np.arange(100003, dtype=np.int32).reshape(-1, 1)
    indices = device.tensor(np.zeros(len(updates), index_dtype))
    total = device.tensor(np.zeros((1, 1), np.int32))
    device.scatter("ADD", indices, device.tensor(updates), total)
    helpers.check(total, updates.sum(dtype=np.int32).reshape(1, 1))
    backwards = device.tensor(updates)[::-1]
    device.scatter("ASSIGN", indices, backwards, total)
    helpers.check(total, np.zeros((1, 1)))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("index_dtype", ["uint8", *INDEX_TYPES])
def test_one_hot(device, dtype, index_dtype):
    off, on = np.array([0, 1], dtype)
    for outer, inner, depth in [(3, 4, 5), (1, 1, 1), (7, 1, 40), (0, 2, 3), (2, 3, 0)]:
        indices = np.random.RandomState(1).randint(0, depth + 2, (outer, inner))
        if index_dtype != "uint8":
            indices -= 1
        indices = indices.astype(index_dtype)
        y = device.empty((outer, depth, inner), dtype)
        device.one_hot(device.tensor(indices), device.tensor(on), device.tensor(off), y)
        hit = indices[:, None, :] == np.arange(depth)[None, :, None]
        helpers.check(y, np.where(hit, on, off), 0)


def test_errors(device, dml):
    x = device.empty((1, 3, 2))
    indices = device.tensor(np.zeros(4, np.int32))
    with pytest.raises(dml.DmlError, match="do not fit"):
        device.gather(x, indices, device.empty((1, 3, 2)))
    with pytest.raises(dml.DmlError, match="int32 or int64"):
        device.gather(x, indices.as_type("float32"), device.empty((1, 4, 2)))
    with pytest.raises(dml.DmlError, match="overlaps"):
        device.gather(x, indices[:3], x)
    y = device.empty((3, 2))
    with pytest.raises(dml.DmlError, match="do not fit"):
        device.scatter("ADD", indices, device.empty((3, 2)), y)
    with pytest.raises(dml.DmlError, match="DML_UNIMPLEMENTED|UNIMPLEMENTED"):
        device.scatter("ADD", indices, device.empty((4, 2), "int8"), device.empty((3, 2), "int8"))
    with pytest.raises(dml.DmlError, match="do not fit"):
        device.one_hot(indices.view((2, 2)), y[0, 0], y[0, 1], device.empty((2, 3, 3)))
