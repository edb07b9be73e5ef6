"""Sums of many updates, which go row by row: the same numbers as in order."""

import helpers
import numpy as np
import pytest

MANY = 20001
# rows, inner
SHAPES = [(1, 1), (1, 5), (3, 70), (300, 3), (70000, 2), (1 << 24, 1)]


def draw(rows, count, dtype="int32", seed=1):
    """Some of them out of range."""
    indices = np.random.RandomState(seed).randint(0, rows, count)
    indices[::97] = -1
    indices[5::97] = rows
    indices[11::97] = np.iinfo(dtype).min
    indices[13::97] = np.iinfo(dtype).max
    return indices.astype(dtype)


def expected(y, indices, updates, sign=1):
    exact = y.dtype if y.dtype.kind in "ic" else np.float64
    y = y.astype(exact)
    inside = (indices >= 0) & (indices < len(y))
    np.add.at(y, indices[inside], sign * updates[inside].astype(exact))
    return y


def whole(shape, seed):
    """Numbers of which every order has the same sums."""
    return np.random.RandomState(seed).randint(-8, 9, shape).astype(np.float32)


def planned(dml, call):
    with dml.plan() as programs:
        call()
    return {program.shader for program in programs}


def run(device, dml, op, y, indices, updates, layout="contiguous"):
    target = helpers.upload(device, y, layout)
    tensors = helpers.upload(device, indices, layout), helpers.upload(device, updates, layout)
    programs = planned(dml, lambda: device.scatter(op, *tensors, target))
    assert any(name.startswith("scatter_sorted") for name in programs), programs
    device.scatter(op, *tensors, target)
    return target


@pytest.mark.parametrize("op", ["ADD", "SUBTRACT"])
@pytest.mark.parametrize("rows, inner", SHAPES)
def test_sums(device, dml, rows, inner, op):
    y = helpers.random((rows, inner), low=-1, high=1, seed=1)
    updates = helpers.random((MANY, inner), low=-1, high=1, seed=2)
    indices = draw(rows, MANY)
    target = run(device, dml, op, y, indices, updates)
    helpers.check(target, expected(y, indices, updates, 1 if op == "ADD" else -1), 1e-5)


@pytest.mark.parametrize("dtype", ["float16", "float64", "int32", "int64", "complex64"])
@pytest.mark.parametrize("index_dtype", ["int32", "int64"])
def test_types(device, dml, dtype, index_dtype):
    y = helpers.random((40, 3), dtype, -3, 3, seed=1)
    updates = helpers.random((MANY, 3), dtype, -3, 3, seed=2)
    indices = draw(40, MANY, index_dtype)
    target = run(device, dml, "ADD", y, indices, updates)
    limit = {"float16": 2e-3, "float64": 1e-13, "complex64": 1e-5}.get(dtype, 0)
    helpers.check(target, expected(y, indices, updates), limit)


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_layouts(device, dml, layout):
    y, updates = whole((60, 4), 1), whole((MANY, 4), 2)
    indices = draw(60, MANY)
    target = run(device, dml, "ADD", y, indices, updates, layout)
    helpers.check(target, expected(y, indices, updates), 0)


@pytest.mark.parametrize("run_length", [1, 16, 140, 141, 142, 1000, MANY])
def test_runs_meet_the_edges_of_blocks(device, dml, run_length):
    indices = (np.arange(MANY) // run_length).astype(np.int32)
    rows = int(indices[-1]) + 2
    updates = whole((MANY, 2), 3)
    y = np.ones((rows, 2), np.float32)
    target = run(device, dml, "ADD", y, indices, updates)
    helpers.check(target, expected(y, indices, updates), 0)


def test_sorting_is_stable_over_all_bytes(device, dml):
    """Rows above 2^24 take four passes; updates of a row are added up in their order."""
    rows = (1 << 24) + 5
    indices = np.array([rows - 1, 3, 1 << 16, 255, 256, 0, rows - 1, 1 << 8], np.int32)
    indices = np.tile(indices, 4000)
    updates = np.arange(len(indices), dtype=np.float32).reshape(-1, 1) % 7
    y = np.zeros((rows, 1), np.float32)
    target = run(device, dml, "ADD", y, indices, updates)
    helpers.check(target, expected(y, indices, updates), 0)


def test_the_same_bits_every_time(device, dml):
    y, updates = helpers.random((9, 3), seed=1), helpers.random((MANY, 3), seed=2)
    indices = draw(9, MANY)
    first = run(device, dml, "ADD", y, indices, updates).numpy()
    for _ in range(3):
        again = run(device, dml, "ADD", y, indices, updates).numpy()
        np.testing.assert_array_equal(first.view(np.uint32), again.view(np.uint32))


def test_vectors_of_indices(device, dml):
    sizes = (7, 11, 5)
    vectors = np.random.RandomState(1).randint(-1, 6, (MANY, 3)).astype(np.int32)
    inside = np.all((vectors >= 0) & (vectors < sizes), axis=1)
    numbers = np.where(inside, (vectors[:, 0] * 11 + vectors[:, 1]) * 5 + vectors[:, 2], -1)
    y, updates = whole((7 * 11 * 5, 2), 1), whole((MANY, 2), 2)
    target, tensors = device.tensor(y), (device.tensor(vectors), device.tensor(updates))
    call = lambda: device.scatter_nd("ADD", list(sizes), *tensors, target)  # noqa: E731
    assert "scatter_sorted_f32" in planned(dml, call)
    call()
    helpers.check(target, expected(y, numbers, updates), 0)


def test_few_updates_take_one_launch(device, dml):
    for rows, count in ((1, 100), (1000, 1000)):
        tensors = (device.tensor(draw(rows, count)), device.empty((count, 2)))
        y = device.empty((rows, 2))
        launches = helpers.launches(device, lambda: device.scatter("ADD", *tensors, y))  # noqa: B023
        assert launches == 1
    # What does not add up goes in order.
    tensors = device.tensor(draw(9, MANY)), device.empty((MANY, 1))
    y = device.empty((9, 1))
    for op in ("ASSIGN", "MULTIPLY", "DIVIDE", "MINIMUM", "MAXIMUM"):
        programs = planned(dml, lambda: device.scatter(op, *tensors, y))  # noqa: B023
        assert not any("sorted" in name for name in programs)


def test_new_sizes_compile_nothing(device, dml):
    def add(rows, count):
        y = helpers.random((rows, 3), seed=1)
        run(device, dml, "ADD", y, draw(rows, count), helpers.random((count, 3), seed=2))

    add(7, MANY)
    add(70000, 2 * MANY)
    before = device.statistics()["programs_compiled"]
    add(5000, 3 * MANY)
    add(1, 70000)
    assert device.statistics()["programs_compiled"] == before
