"""TopK and InTopK."""

import numpy as np
import pytest
from harness import (
    DML,
    FLOATS,
    Row,
    check,
    config,
    covered,
    error_of,
    ints,
    name,
    raw,
    tf,
    variants,
    zeros,
)

TYPES = FLOATS + ("int8", "int32", "int64", "uint8", "float64")


def ties(*shape):
    return lambda rng, dtype: rng.randint(0, 4, shape).astype(dtype)


TOP_ROWS = [
    Row("TopKV2", TYPES, [
        [(3, 7), ints(2)], [(7,), ints(7)], [(2, 3, 5), ints(1)], [ties(4, 9), ints(6)],
        [(2, 3), ints(0)], [(0, 3), ints(2)], [(2, 2100), ints(1500)],
    ], domain=(0, 100)),
    Row("TopKV2", ("float32",), [[(3, 7), ints(2)]], gradient=True, grad_inputs=[0]),
]


def targets(dtype):
    return np.array([0, 2, 4, 7, -1], dtype)


IN_TOP_ROWS = [
    row
    for dtype in ("int32", "int64")
    for row in (
        Row("InTopK", ("float32",), [[(5, 5), targets(dtype)], [ties(5, 5), targets(dtype)],
                                     [(0, 3), np.zeros(0, dtype)]], attrs={"k": 2}),
        Row("InTopKV2", ("float32",), [[(5, 5), targets(dtype), np.array(3, dtype)],
                                       [ties(5, 5), targets(dtype), np.array(0, dtype)]]),
    )
]


@pytest.mark.parametrize("row, dtype", variants(TOP_ROWS), ids=name)
def test_top_k(row, dtype):
    check(row, dtype)


@pytest.mark.parametrize("row, dtype", variants(IN_TOP_ROWS), ids=name)
def test_in_top_k(row, dtype):
    check(row, dtype)


def test_sort_and_argsort():
    x = np.random.RandomState(0).randint(0, 50, (3, 40)).astype(np.float32)
    row = Row("TopKV2", (), [[x]], call=lambda x: [
        tf.sort(x), tf.argsort(x, direction="DESCENDING", stable=True)])
    check(row, "float32")


covered.add("TopK")


def test_top_k_of_old_graphs():
    """Graphs written before TopKV2 was there."""
    x = np.random.RandomState(0).randint(0, 5, (4, 9)).astype(np.float32)
    with tf.Graph().as_default() as graph:
        tf.constant(x, name="x")
    old = graph.as_graph_def()
    old.versions.producer = 6
    node = old.node.add(name="top", op="TopK", input=["x"], device=DML)
    node.attr["k"].i = 3
    node.attr["sorted"].b = True
    node.attr["T"].type = tf.float32.as_datatype_enum
    with tf.Graph().as_default():
        top = tf.import_graph_def(old, return_elements=["top:0", "top:1"])
        with tf.Session(config=config()) as session:
            values, indices = session.run(top)
    order = np.argsort(-x, axis=1, kind="stable")[:, :3]
    np.testing.assert_array_equal(indices, order)
    np.testing.assert_array_equal(values, np.take_along_axis(x, order, 1))


@pytest.mark.parametrize("op, attrs, inputs, message", [
    ("TopKV2", {}, [zeros(2, 3), ints(4)], "must have at least k columns. Had 3, needed 4"),
    ("TopKV2", {}, [zeros(2, 3), ints(-1)], "Need k >= 0, got -1"),
    ("TopKV2", {}, [zeros(), ints(0)], "must be >= 1-D"),
    ("InTopKV2", {}, [zeros(2, 3), np.zeros(3, np.int32), ints(1)], "for each row of predictions"),
])
def test_errors(op, attrs, inputs, message):
    assert message in error_of(raw(op, attrs), inputs)
