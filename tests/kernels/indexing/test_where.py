"""Where and DynamicPartition, whose results' sizes depend on what they find."""

import numpy as np
import pytest
from harness import (
    DML,
    FLOATS,
    Row,
    check,
    config,
    error_of,
    ids,
    name,
    raw,
    run,
    shaped,
    tf,
    variants,
)


def sparse(*shape):
    """About two thirds zeros."""
    def values(rng, dtype):
        keep = rng.randint(0, 3, shape) == 0
        return np.where(keep, rng.randint(1, 4, shape), 0).astype(dtype)
    return values


def full(value, *shape):
    return lambda rng, dtype: np.full(shape, value, dtype)


def partitions(*shape):
    return lambda rng, dtype: rng.randint(0, 3, shape).astype(np.int32)


ROWS = [
    Row("Where", ("float32", "float64", "int8", "uint8", "int64", "bool", "complex64",
                  "complex128"), [
        [sparse(7)], [sparse(3, 5)], [sparse(2, 3, 4)], [sparse(2, 1, 2, 1, 3, 2, 1, 2)],
        [sparse(5000)], [full(0, 4)], [full(1, 4, 2)], [full(1, 0)], [full(1, 3, 0)],
    ], call=tf.where),
    Row("Where", ("int32",), [[sparse(3, 5)], [full(0, 4)]], call=tf.where, launches=False),
    Row("DynamicPartition", FLOATS + ("float64", "int64"), [
        [(7,), partitions(7)], [(5, 3), partitions(5)], [(2, 3, 4), partitions(2, 3)],
        [(0, 3), partitions(0)], [(3, 0), partitions(3)], [(5000,), partitions(5000)],
    ], attrs={"num_partitions": 4}),
    Row("DynamicPartition", ("float32",), [[(5, 3), ids(0, 2, 2, 0, 1)]],
        call=shaped(raw("DynamicPartition", {"num_partitions": 3}), (2, 3), (1, 3), (2, 3)),
        gradient=True),
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_where(row, dtype):
    check(row, dtype)


def test_boolean_mask_and_where():
    x = np.random.RandomState(0).randn(40, 7).astype(np.float32)
    call = lambda x: [tf.boolean_mask(x, x[:, 0] > 0), tf.where(x > 1)]  # noqa: E731
    check(Row("Where", (), [[x]], call=call), "float32")


def test_a_large_condition():
    x = np.zeros((3000, 1000), bool)
    x[::7, ::13] = True
    np.testing.assert_array_equal(run(tf.where, [x]), np.argwhere(x))


def test_where_beside_other_work_of_its_step():
    """Many at once, each waiting for its own count."""
    x = np.random.RandomState(0).randn(20, 300).astype(np.float32)
    with tf.Graph().as_default(), tf.device(DML):
        fed = tf.placeholder(tf.float32, x.shape)
        found = [tf.gather_nd(fed[i], tf.where(fed[i] > 0)) for i in range(20)]
        total = tf.add_n([tf.reduce_sum(f) for f in found])
        with tf.Session(config=config()) as session:
            for _ in range(5):
                got = session.run(total, {fed: x})
    np.testing.assert_allclose(got, x[x > 0].sum(), rtol=1e-5)


def test_where_counts_either_part():
    """NaN is not zero, -0 is."""
    for dtype, tiny in (("complex64", 1e-45), ("complex128", 5e-324)):
        x = np.zeros(9, dtype)
        x.real = [0, -0.0, 1, 0, np.nan, 0, tiny, 0, -0.0]
        x.imag = [0, -0.0, 0, 2, 0, np.nan, 0, -tiny, 0]
        np.testing.assert_array_equal(run(tf.where, [x])[:, 0], [2, 3, 4, 5, 6, 7])


def test_where_of_a_scalar_is_an_error():
    assert "Unhandled input dimensions: 0" in error_of(tf.where, [np.float32(1)])


@pytest.mark.parametrize("op, attrs, inputs, message", [
    ("DynamicPartition", {"num_partitions": 2}, [np.zeros((2, 3), np.float32), ids(0, 1, 1)],
     "data.shape must start with partitions.shape"),
    ("DynamicPartition", {"num_partitions": 2}, [np.zeros(3, np.float32), ids(0, 1, 2)],
     "partitions[2] = 2 is not in [0, 2)"),
    ("DynamicPartition", {"num_partitions": 2}, [np.zeros(3, np.float32), ids(0, -1, 1)],
     "partitions[1] = -1 is not in [0, 2)"),
])
def test_errors(op, attrs, inputs, message):
    assert message in error_of(raw(op, attrs), inputs)
