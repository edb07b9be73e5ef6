"""Ops that look for elements, and whose results' sizes depend on them: Where,
DynamicPartition, SegmentSum, CheckNumerics; search in sorted rows; sequences
backwards."""

import numpy as np
import pytest
from harness import (
    DML,
    FLOATS,
    Row,
    as_list,
    check,
    config,
    covered,
    directml,
    error_of,
    ints,
    name,
    raw,
    run,
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


def ordered(*shape):
    """Rows in order, with ties."""
    return lambda rng, dtype: np.sort(rng.randint(0, 9, shape), axis=-1).astype(dtype)


def near(*shape):
    return lambda rng, dtype: rng.randint(-1 if dtype[0] != "u" else 0, 11, shape).astype(dtype)


def partitions(*shape):
    return lambda rng, dtype: rng.randint(0, 3, shape).astype(np.int32)


def ids(*values, dtype=np.int32):
    return np.array(values, dtype)


def shaped(call, *shapes):
    """With shapes that depend on the data told, as gradients of the harness ask."""
    def told(*inputs):
        outputs = as_list(call(*inputs))
        for output, shape in zip(outputs, shapes):
            output.set_shape(shape)
        return outputs
    return told


def zeros(*shape):
    return np.zeros(shape, np.float32)


def adjoint(a=False, b=False):
    return {"adjoint_a": a, "adjoint_b": b}


SORTED = [[ordered(1, 7), near(1, 5)], [ordered(3, 20), near(3, 40)], [ordered(2, 0), near(2, 3)],
          [ordered(4, 3), near(4, 0)]]
LENGTHS = [[(3, 5), ids(0, 5, 2)], [(3, 5, 2), ids(1, 4, 3)], [(0, 4), ids()]]
MATRIX = np.array([[0, 2], [1, 0], [1, 3], [4, 1], [1, 0]], np.int64)
SHAPE = np.array([5, 4], np.int64)

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
    Row("SegmentSum", FLOATS + ("float64",), [
        [(5, 3), ids(0, 0, 2, 2, 2)], [(4,), ids(0, 1, 2, 5, dtype=np.int64)], [(0, 3), ids()],
        [(2, 3, 4), ids(1, 1)], [(3, 0), ids(0, 0, 1)],
    ]),
    Row("SegmentSum", FLOATS, [[(5, 3), ids(0, 0, 2, 2, 2)]],
        call=shaped(raw("SegmentSum"), (3, 3)), gradient=True),
    Row("ReverseSequence", ("float32", "float16", "float64", "int64", "int32", "bool"), LENGTHS,
        attrs={"seq_dim": 1, "batch_dim": 0}),
    Row("ReverseSequence", ("float32",), [[(2, 4, 3, 5, 2), ids(2, 4, 1, 0, 3, dtype=np.int64)]],
        attrs={"seq_dim": 1, "batch_dim": 3}),
    Row("ReverseSequence", FLOATS, [[(5, 3), ids(0, 5, 2)]], attrs={"seq_dim": 0, "batch_dim": 1},
        gradient=True),
    Row("Bucketize", ("float32", "float64", "int32", "int64"), [
        [near(3, 5)], [near(7)], [full(2, 0)], [full(4)]],
        attrs={"boundaries": [0.0, 2.0, 2.0, 4.5, 9.0]}),
    Row("Bucketize", ("float32",), [[near(3)]], attrs={"boundaries": []}),
    Row("Roll", FLOATS + ("int32", "int64", "bool"), [
        [(7,), ints(2), ints(0)], [(3, 5), ints(-1, 12), ints(0, 1)],
        [(2, 3, 4), ints(1, 1, 3), ints(-1, -1, 0)], [(0, 3), ints(1), ints(0)],
        [(5, 2), ints(5), ints(0)],
    ], copies=True),
    Row("Roll", FLOATS, [[(3, 5), ints(-1, 2), ints(0, 1)]], copies=True, gradient=True),
    Row("CheckNumerics", FLOATS + ("float64",), [[(3, 4)], [()], [(0,)], [(5000,)]],
        attrs={"message": "x"}),
] + [
    Row(op, ("float32", "float16", "float64", "int8", "int32", "int64", "uint8"), SORTED,
        attrs={"out_type": dtype}, same_type=True)
    for op in ("LowerBound", "UpperBound") for dtype in (tf.int32, tf.int64)
] + [
    Row("SparseTensorDenseMatMul", ("float32", "float64"), [[MATRIX, (5,), SHAPE, (4, 3)]],
        attrs=adjoint(), gradient=True, grad_inputs=[1, 3]),
    Row("SparseTensorDenseMatMul", ("float32",), [[MATRIX, (5,), SHAPE, (3, 4)]],
        attrs=adjoint(b=True), gradient=True, grad_inputs=[1, 3]),
    Row("SparseTensorDenseMatMul", ("float32",), [[MATRIX, (5,), SHAPE, (5, 3)]],
        attrs=adjoint(a=True)),
    Row("SparseTensorDenseMatMul", ("float32",), [[MATRIX[:0], (0,), SHAPE, (4, 3)]],
        attrs=adjoint()),
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_searches(row, dtype):
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


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_sparse_entries_out_of_range(dtype):
    """As on other accelerators: what does not exist is NaN, or dropped."""
    indices = np.array([[0, 1], [1, 4], [2, -1], [9, 0]], dtype)
    call = raw("SparseTensorDenseMatMul", {"adjoint_a": False, "adjoint_b": False})
    product = run(call, [indices, np.ones(4, np.float32), np.array([4, 4]),
                         np.ones((4, 2), np.float32)])
    np.testing.assert_array_equal(product, [[1, 1], [np.nan] * 2, [np.nan] * 2, [0, 0]])


def test_sparse_products_that_no_tensor_can_hold():
    call = raw("SparseTensorDenseMatMul", {"adjoint_a": False, "adjoint_b": False})
    inputs = [np.zeros((0, 2), np.int64), zeros(0), np.array([-3, 2]), zeros(2, 2)]
    assert "must be >= 0" in error_of(call, inputs)
    inputs[2] = np.array([2**62, 2])
    assert "more than 2**63 - 1 elements" in error_of(call, inputs)


@pytest.mark.parametrize("last, message", [
    (2**62, "more than 2**63 - 1 elements"), (2**63 - 1, "is too large"), (-1, "must be >= 0")])
def test_segments_that_no_tensor_can_hold(last, message):
    inputs = [zeros(2, 5), ids(0, last, dtype=np.int64)]
    assert message in error_of(raw("SegmentSum"), inputs)


def test_where_counts_either_part():
    """NaN is not zero, -0 is."""
    for dtype, tiny in (("complex64", 1e-45), ("complex128", 5e-324)):
        x = np.zeros(9, dtype)
        x.real = [0, -0.0, 1, 0, np.nan, 0, tiny, 0, -0.0]
        x.imag = [0, -0.0, 0, 2, 0, np.nan, 0, -tiny, 0]
        np.testing.assert_array_equal(run(tf.where, [x])[:, 0], [2, 3, 4, 5, 6, 7])


def test_check_numerics_says_what_it_found():
    for values, found in (([1, np.inf], "Inf"), ([np.nan, 1], "NaN"),
                          ([np.nan, -np.inf], "Inf and NaN")):
        message = error_of(lambda x: tf.check_numerics(x, "of x"), [np.array(values, np.float32)])
        assert "of x : Tensor had %s values" % found in message


def draws(logits, count, dtype="float32"):
    with tf.Graph().as_default(), tf.device(DML):
        samples = tf.random.categorical(tf.constant(np.log(logits), dtype), count, seed=3)
        with tf.Session(config=config()) as session:
            before = directml.launches_by_tag().get("Multinomial", 0)
            first, second = session.run(samples), session.run(samples)
            assert directml.launches_by_tag()["Multinomial"] > before
    assert (first != second).any()
    return first


covered.add("Multinomial")


@pytest.mark.parametrize("dtype", FLOATS + ("float64",))
def test_multinomial_draws_by_probability(dtype):
    with np.errstate(divide="ignore"):
        p = np.array([[0.1, 0.2, 0.7], [0.5, 0.0, 0.5]])
        samples = draws(p, 20000, dtype)
    assert samples.shape == (2, 20000) and samples.dtype == np.int64
    for row, expected in zip(samples, p):
        share = np.bincount(row, minlength=3) / 20000.0
        np.testing.assert_allclose(share, expected, atol=0.015)  # four deviations


covered.add("StatelessMultinomial")


def test_stateless_multinomial_draws_what_its_seed_says():
    logits = np.log([[0.1, 0.2, 0.7]]).astype(np.float32)

    def draw(seed, dtype="int32"):
        return run(lambda x: tf.random.stateless_categorical(x, 20000, seed, dtype), [logits])

    samples = draw([1, 2])
    assert samples.dtype == np.int32
    np.testing.assert_allclose(np.bincount(samples[0]) / 20000.0, [0.1, 0.2, 0.7], atol=0.015)
    np.testing.assert_array_equal(samples, draw([1, 2], "int64"))
    assert (samples != draw([1, 3])).any()


MOVED_BFLOAT16 = {
    "concat": lambda x: tf.concat([x, x], 1),
    "split": lambda x: tf.split(x, 2, 1)[1],
    "stack": lambda x: tf.stack([x, x]),
    "transpose": lambda x: tf.transpose(x),
    "slice": lambda x: tf.slice(x, [1, 0], [1, 3]),
    "zeros": tf.zeros_like,
    "ones": tf.ones_like,
    "fill": lambda x: tf.fill([3], x[0, 0]),
    "pad": lambda x: tf.pad(x, [[1, 0], [0, 2]]),
    "unstack": lambda x: tf.unstack(x)[1],
    "tile": lambda x: tf.tile(x, [2, 1]),
}


@pytest.mark.parametrize("move", sorted(MOVED_BFLOAT16))
def test_bfloat16_moves(move):
    x = np.random.RandomState(0).randn(2, 4).astype(np.float32)

    def call(x):
        return tf.cast(MOVED_BFLOAT16[move](tf.cast(x, tf.bfloat16)), tf.float32)

    check(Row("Cast", (), [[x]], call=call), "float32")


@pytest.mark.parametrize("dtype", ["float16", "float64", "int32", "int64", "uint8", "bool"])
def test_bfloat16_casts(dtype):
    x = np.arange(200).reshape(2, 100).astype(dtype)

    def call(x):
        return [tf.cast(tf.cast(x, tf.bfloat16), x.dtype)]

    check(Row("Cast", (), [[x]], call=call, same_type=True), dtype)


def test_bfloat16_is_not_computed_in():
    def call(x):
        return tf.while_loop(lambda i, _: i < 1, lambda i, y: (i + 1, y),
                             [0, tf.cast(x, tf.bfloat16)])[1]

    x = np.ones(3, np.float32)
    np.testing.assert_array_equal(run(lambda x: tf.cast(call(x), tf.float32), [x]), x)


def test_guarantee_const():
    x = np.arange(5, dtype=np.float32)
    call = lambda x: tf.guarantee_const(x * 2)  # noqa: E731
    np.testing.assert_array_equal(run(call, [x]), x * 2)


covered.add("GuaranteeConst")


def test_where_of_a_scalar_is_an_error():
    assert "Unhandled input dimensions: 0" in error_of(tf.where, [np.float32(1)])


@pytest.mark.parametrize("op, attrs, inputs, message", [
    ("LowerBound", {}, [np.zeros((2, 3)), np.zeros((3, 3))], "Leading dim_size of both"),
    ("DynamicPartition", {"num_partitions": 2}, [np.zeros((2, 3), np.float32), ids(0, 1, 1)],
     "data.shape must start with partitions.shape"),
    ("DynamicPartition", {"num_partitions": 2}, [np.zeros(3, np.float32), ids(0, 1, 2)],
     "partitions[2] = 2 is not in [0, 2)"),
    ("DynamicPartition", {"num_partitions": 2}, [np.zeros(3, np.float32), ids(0, -1, 1)],
     "partitions[1] = -1 is not in [0, 2)"),
    ("SegmentSum", {}, [np.zeros((2, 3), np.float32), ids(0)], "the same size as dimension 0"),
    ("SegmentSum", {}, [np.zeros((2, 3), np.float32), ids(-3, -2)], "segment ids must be >= 0"),
    ("ReverseSequence", {"seq_dim": 0}, [np.zeros((2, 3), np.float32), ids(0, 0)],
     "batch_dim == seq_dim"),
    ("ReverseSequence", {"seq_dim": 1}, [np.zeros((2, 3), np.float32), ids(0)], "len(seq_lens)"),
    ("Roll", {}, [np.zeros(3, np.float32), ints(1), ints(1)], "axis 1 is out of range"),
    ("SparseTensorDenseMatMul", {}, [MATRIX, np.zeros(5, np.float32), SHAPE,
                                     np.zeros((3, 3), np.float32)], "inner dimension"),
])
def test_errors(op, attrs, inputs, message):
    assert message in error_of(raw(op, attrs), inputs)
