"""GatherNd, ScatterNd and their kin, on tensors and on variables."""

import numpy as np
import pytest
from harness import (
    CPU,
    DML,
    Row,
    check,
    compare,
    config,
    covered,
    error_of,
    ints,
    lacks,
    name,
    raw,
    run,
    tf,
    variants,
)

MOVED = ("float32", "float16", "int32", "int64", "bool")
ADDED = ("float32", "float16", "int64")
LONG = np.array([[1, 0], [0, 2], [1, 0]], np.int64)
INDICES = [
    [(4, 3, 2), ints([3, 0], [1, 2])], [(2, 3), LONG], [(5,), ints([4], [0], [4])],
    [(4, 3, 2), ints([[3, 0, 1]], [[1, 2, 0]])], [(4, 3), np.zeros((0, 1), np.int32)],
    [(2, 3), np.zeros((3, 0), np.int32)],
]


def slices(shape, indices):
    return indices.shape[:-1] + shape[indices.shape[-1]:]


# Equal parts add up to the same bits in any order.
UPDATED = [[shape, i, slices(shape, i)] for shape, i in INDICES if i.shape[-1]]

ROWS = [
    Row("GatherNd", MOVED, INDICES, domain=(0, 9)),
    Row("ScatterNd", ADDED, [[i, u, np.array(shape, i.dtype)] for shape, i, u in UPDATED]),
    Row("ScatterNdNonAliasingAdd", ADDED, UPDATED),
    Row("TensorScatterAdd", ADDED, UPDATED), Row("TensorScatterSub", ADDED, UPDATED),
    *[Row(op, ("float32", "float16", "float64", "int32", "int64"), UPDATED)
      for op in ("TensorScatterMax", "TensorScatterMin")],
    Row("TensorScatterUpdate", ADDED, [[(4, 3, 2), ints([3, 0], [1, 2]), (2, 2)]]),
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_nd(row, dtype):
    check(row, dtype)


def test_parts_out_of_range():
    params = np.arange(1, 7, dtype=np.float32).reshape(2, 3)
    # (0, 3) and (1, -1) are other rows' numbers, were they not checked one by one.
    indices = ints([0, 3], [1, -1], [2, 0], [1, 2])
    np.testing.assert_array_equal(run(raw("GatherNd"), [params, indices]), [0, 0, 0, 6])
    got = run(raw("TensorScatterUpdate"), [params, indices, np.full(4, 9, np.float32)])
    np.testing.assert_array_equal(got, [[1, 2, 3], [4, 5, 9]])


def test_errors():
    x = np.zeros((2, 3), np.float32)
    assert "must be <= params rank" in error_of(raw("GatherNd"), [x, ints([0, 0, 0], [0, 0, 0])])
    assert "Must have updates.shape" in error_of(
        raw("TensorScatterAdd"), [x, ints([0], [1]), np.zeros(2, np.float32)])


OPS = ["Update", "Add", "Sub"] + ([] if lacks("ScatterNdMax") else ["Max", "Min"])
covered.update(prefix + op for prefix in ("ScatterNd", "ResourceScatterNd") for op in OPS)
covered.add("ResourceGatherNd")


def update_and_gather(device, op, resource):
    with tf.Graph().as_default():
        with tf.device(device):
            value = np.arange(12, dtype=np.float32).reshape(4, 3)
            variable = tf.Variable(value, use_resource=resource)
            before = variable.read_value()
            indices, updates = ints([3, 0], [1, 2]), np.array([5, 7], np.float32)
            with tf.control_dependencies([before]):
                if resource:
                    update = getattr(tf.raw_ops, "ResourceScatterNd" + op)(
                        ref=variable.handle, indices=indices, updates=updates)
                else:
                    update = getattr(tf.raw_ops, "ScatterNd" + op)(
                        ref=variable._ref(), indices=indices, updates=updates)
            with tf.control_dependencies([update]):
                after = variable.read_value()
                gathered = tf.gather_nd(variable, indices)
        with tf.Session(config=config()) as session:
            session.run(tf.global_variables_initializer())
            return session.run([after, gathered])


def test_updates_of_an_empty_output():
    message = error_of(lambda *x: tf.scatter_nd(*x), [
        np.zeros((2, 1), np.int32), np.zeros((2, 3), np.float32), np.array([0, 3], np.int32)])
    assert "updates specified for empty output" in message


@pytest.mark.parametrize("resource", [False, True], ids=["ref", "resource"])
@pytest.mark.parametrize("op", OPS)
def test_variables(op, resource):
    wants = update_and_gather(CPU, op, resource)
    for want, got in zip(wants, update_and_gather(DML, op, resource)):
        compare(op, want, got, "float32")
