"""Gathers and scatters by vectors of indices, and gathers of batches: one launch each."""

import helpers
import numpy as np
import pytest
from test_indexing import INDEX_TYPES, SCATTER

TYPES = ["int8", "float16", "float32", "int64", "bool", "complex128"]
# (sizes that indices are places in, count, inner)
CASES = [
    ((7,), 5, 3),
    ((3, 4), 9, 8),
    ((2, 3, 5), 300, 1),
    ((1, 1, 1, 1), 4, 2),
    ((2, 1, 3, 2, 1, 2, 2, 2), 77, 3),
    ((13, 17), 0, 5),
    ((), 3, 7),
    ((0, 4), 3, 2),
    ((11,), 2, 0),
]


def vectors(sizes, count, dtype, seed=1):
    """Some of them out of range, in any of their parts."""
    generator = np.random.RandomState(seed)
    parts = [generator.randint(0, max(size, 1), count) for size in sizes]
    made = np.stack(parts, 1) if parts else np.zeros((count, 0))
    for i in range(0, count if sizes else 0, 5):
        d = generator.randint(len(sizes))
        made[i, d] = (-1, sizes[d], -(2**31), 2**31 - 1)[generator.randint(4)]
    return made.astype(dtype)


def rows_of(indices, sizes):
    """The number of each vector's row; -1 out of range."""
    inside = np.all((indices >= 0) & (indices < np.array(sizes, np.int64)), axis=1)
    rows = np.zeros(len(indices), np.int64)
    for d, size in enumerate(sizes):
        rows = rows * size + indices[:, d]
    return np.where(inside, rows, -1)


def gathered(x, rows):
    if len(x) == 0:
        return np.zeros((len(rows), x.shape[1]), x.dtype)
    return np.where((rows >= 0)[:, None], x[rows], 0).astype(x.dtype)


def count_rows(sizes):
    return int(np.prod(sizes, dtype=np.int64))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("index_dtype", INDEX_TYPES)
@pytest.mark.parametrize("sizes,count,inner", CASES, ids=str)
def test_gather_nd(device, dtype, index_dtype, sizes, count, inner):
    x = helpers.random((count_rows(sizes), inner), dtype, -99, 99)
    indices = vectors(sizes, count, index_dtype)
    y = device.empty((count, inner), dtype)
    tensors = device.tensor(x), device.tensor(indices)
    taken = helpers.launches(
        device, lambda: device.gather_nd(tensors[0], list(sizes), tensors[1], y))
    assert taken == (1 if count * inner else 0)
    helpers.check(y, gathered(x, rows_of(indices, sizes)), 0)


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_gather_nd_layouts(device, layout):
    x, indices = helpers.random((12, 6)), vectors((3, 4), 9, "int32")
    y = helpers.empty(device, (9, 6), "float32", layout)
    tensors = [helpers.upload(device, part, layout) for part in (x, indices)]
    device.gather_nd(tensors[0], [3, 4], tensors[1], y)
    helpers.check(y, gathered(x, rows_of(indices, (3, 4))), 0)


def test_far_indices_are_out_of_range(device):
    x = np.ones((6, 1), np.float32)
    indices = np.array([[2**32, 0], [0, 2**32 + 1], [1, 2], [-(2**32), 0]], np.int64)
    y = device.empty((4, 1))
    device.gather_nd(device.tensor(x), [2, 3], device.tensor(indices), y)
    helpers.check(y, np.array([[0], [0], [1.0], [0]]))
    target = device.tensor(x)
    device.scatter_nd("ADD", [2, 3], device.tensor(indices), y.write(np.ones((4, 1), "f")), target)
    helpers.check(target, np.array([[1.0], [1], [1], [1], [1], [2]]))


SCATTERED = [("ADD", t) for t in ("float32", "float16", "float64", "int64", "complex64")]
SCATTERED += [("SUBTRACT", "float32"), ("MAXIMUM", "int32")]
SCATTERED += [("ASSIGN", t) for t in ("bool", "int8", "float32", "complex128")]


@pytest.mark.parametrize("op,dtype", SCATTERED)
@pytest.mark.parametrize("index_dtype", INDEX_TYPES)
@pytest.mark.parametrize("sizes,count,inner", CASES, ids=str)
def test_scatter_nd(device, op, dtype, index_dtype, sizes, count, inner):
    y = helpers.random((count_rows(sizes), inner), dtype, 1, 3, seed=1)
    updates = helpers.random((count, inner), dtype, 1, 2, seed=2)
    indices = vectors(sizes, count, index_dtype)
    target = device.tensor(y)
    tensors = device.tensor(indices), device.tensor(updates)
    taken = helpers.launches(device, lambda: device.scatter_nd(op, list(sizes), *tensors, target))
    assert taken == (1 if updates.size and y.size else 0)
    combine = (lambda old, new: new) if op == "ASSIGN" else SCATTER[op]
    for row, update in zip(rows_of(indices, sizes), updates):
        if row >= 0:
            y[row] = combine(y[row], update)
    helpers.check(target, y, 0)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("index_dtype", INDEX_TYPES)
@pytest.mark.parametrize(
    "batch,outer,rows,count,inner",
    [(2, 1, 7, 5, 3), (3, 4, 5, 9, 8), (1, 3, 4, 2, 1), (5, 2, 1, 300, 7), (3, 1, 0, 2, 2),
     (0, 2, 3, 2, 2), (4, 3, 6, 0, 2)],
)
def test_gather_of_batches(device, dtype, index_dtype, batch, outer, rows, count, inner):
    x = helpers.random((batch * outer, rows, inner), dtype, -99, 99)
    indices = np.random.RandomState(1).randint(-2, rows + 2, (batch, count)).astype(index_dtype)
    y = device.empty((batch * outer, count, inner), dtype)
    tensors = device.tensor(x), device.tensor(indices)
    taken = helpers.launches(device, lambda: device.gather(*tensors, y))
    assert taken == (1 if batch * count else 0)
    parts = [gathered(x[o], np.where(i < rows, i, -1).clip(-1))
             for o, i in enumerate(np.repeat(indices, outer, axis=0))]
    helpers.check(y, np.stack(parts) if parts else np.zeros(y.shape, dtype), 0)


# A process of its own, where a launch takes few elements.
PIECES = """
device = dml.open(0)
rng = np.random.RandomState(0)
x, i = rng.rand(70, 40, 9).astype("float32"), rng.randint(-1, 41, (10, 50))
y = device.empty((70, 50, 9))
device.gather(device.tensor(x), device.tensor(i), y)
inside = (i >= 0) & (i < 40)
expected = np.stack([
    np.where(inside[o // 7][:, None], x[o, np.where(inside[o // 7], i[o // 7], 0)], 0)
    for o in range(70)])
np.testing.assert_array_equal(y.numpy(), expected)
x, i = rng.rand(600, 5).astype("float32"), rng.randint(-1, 21, (900, 2))
y = device.empty((900, 5))
device.gather_nd(device.tensor(x), [20, 30], device.tensor(i), y)
inside = (i[:, 0] >= 0) & (i[:, 1] >= 0) & (i[:, 0] < 20)
rows = np.where(inside, i[:, 0] * 30 + i[:, 1], 0)
np.testing.assert_array_equal(y.numpy(), np.where(inside[:, None], x[rows], 0))
target = device.tensor(x)
device.scatter_nd("ADD", [20, 30], device.tensor(i), y, target)
np.add.at(x, rows, y.numpy())
np.testing.assert_allclose(target.numpy(), x, 1e-6)
"""


def test_pieces():
    result = helpers.run_python(PIECES, TF_DIRECTML_LAUNCH_ELEMENTS="1000")
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    "sizes,indices,message",
    [
        ([2, 3], ((4, 2), "int16"), "int32 or int64"),
        ([2, 4], ((4, 2), "int32"), "another number of rows"),
        ([-2, -3], ((4, 2), "int32"), "negative"),
        ([1] * 9, ((4, 9), "int32"), "depth up to 8"),
    ],
)
def test_says_what_is_wrong(device, dml, sizes, indices, message):
    x, places, y = device.empty((6, 5)), device.empty(*indices), device.empty((4, 5))
    for wrong in (
        lambda: device.gather_nd(x, sizes, places, y),
        lambda: device.scatter_nd("ADD", sizes, places, y, x),
    ):
        with pytest.raises(dml.DmlError, match=message) as error:
            wrong()
        assert error.value.code == dml.Code.INVALID_ARGUMENT


def test_batches_fit(device, dml):
    with pytest.raises(dml.DmlError, match="do not fit"):
        device.gather(
            device.empty((5, 3, 2)), device.empty((2, 4), "int32"), device.empty((5, 4, 2))
        )
