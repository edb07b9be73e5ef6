"""Matrix products against NumPy in float64."""

import helpers
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

DTYPES = ["float32", "float16", "float64"]


def activate(values, activation):
    return {
        "NONE": lambda v: v,
        "RELU": lambda v: np.maximum(v, 0),
        "RELU6": lambda v: np.clip(v, 0, 6),
        "ELU": lambda v: np.where(v < 0, np.expm1(np.minimum(v, 0)), v),
    }[activation](values)


def operand(device, shape, dtype, transposed, seed):
    """An operand as (array, tensor), its last two dimensions swapped in memory."""
    array = helpers.random(shape, dtype, -1, 1, seed)
    if not transposed:
        return array, helpers.upload(device, array)
    axes = list(range(len(shape) - 2)) + [len(shape) - 1, len(shape) - 2]
    swapped = helpers.upload(device, np.ascontiguousarray(array.transpose(axes)))
    return array, swapped.transpose(*axes)


def tolerance(dtype, k):
    return helpers.TOLERANCE[np.dtype(dtype)] * max(1.0, k / 100)


def product(a, b):
    return a.astype(np.float64) @ b.astype(np.float64)


# Sizes: one, below, at and beyond a tile; deep enough to be split.
SHAPES = [(1, 1, 1), (1, 70, 33), (70, 1, 33), (5, 3, 2), (64, 64, 64), (130, 67, 9), (3, 5, 2100)]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("m, n, k", SHAPES)
def test_product(device, dtype, m, n, k):
    a, a_tensor = operand(device, (m, k), dtype, False, 1)
    b, b_tensor = operand(device, (k, n), dtype, False, 2)
    c = device.empty((m, n), dtype)
    device.gemm(a_tensor, b_tensor, c, 1.0, 0.0, None, "NONE")
    helpers.check(c, product(a, b), tolerance(dtype, k))


@pytest.mark.parametrize("transpose_c", [False, True])
@pytest.mark.parametrize("transpose_b", [False, True])
@pytest.mark.parametrize("transpose_a", [False, True])
def test_transposes(device, transpose_a, transpose_b, transpose_c):
    a, a_tensor = operand(device, (37, 21), "float32", transpose_a, 1)
    b, b_tensor = operand(device, (21, 70), "float32", transpose_b, 2)
    c = device.empty((70, 37)).transpose() if transpose_c else device.empty((37, 70))
    device.gemm(a_tensor, b_tensor, c, 1.0, 0.0, None, "NONE")
    helpers.check(c, product(a, b))


VECTORS = [(1, 1, 1), (1, 1, 3000), (1, 2, 300), (3, 1, 70), (1, 1, 400000)]


@pytest.mark.parametrize("dtype", DTYPES + ["int32", "int64"])
@pytest.mark.parametrize("batch", [(), (5,), (3, 40)])
@pytest.mark.parametrize("m, n, k", VECTORS)
def test_vectors(device, dml, m, n, k, batch, dtype):
    """Few elements of a product are no tile: lanes share out their depth."""
    k = k if not batch else min(k, 3000)
    integer = dtype.startswith("int")
    a, b = (helpers.random(batch + shape, dtype, *((-9, 9) if integer else (-1, 1)), seed)
            for seed, shape in ((1, (m, k)), (2, (k, n))))
    a_tensor, b_tensor, c = device.tensor(a), device.tensor(b), device.empty(batch + (m, n), dtype)
    with dml.plan() as programs:
        device.gemm(a_tensor, b_tensor, c)
    assert programs[0].shader.startswith("vector_product_"), programs
    assert len(programs) <= 2
    device.gemm(a_tensor, b_tensor, c)
    helpers.check(c, a @ b if integer else product(a, b), tolerance(dtype, k) if not integer else 0)


@pytest.mark.parametrize("transpose_b", [False, True])
@pytest.mark.parametrize("transpose_a", [False, True])
@pytest.mark.parametrize("m, n", [(1, 3), (4, 1)])
def test_vectors_of_transposes(device, dml, m, n, transpose_a, transpose_b):
    a, a_tensor = operand(device, (2, m, 130), "float32", transpose_a, 1)
    b, b_tensor = operand(device, (1, 130, n), "float32", transpose_b, 2)
    c = device.empty((2, m, n))
    device.gemm(a_tensor, b_tensor.broadcast_to((2, 130, n)), c)
    helpers.check(c, product(a, b), tolerance("float32", 130))
    # What ends in more than a store is a tile's.
    with dml.plan() as programs:
        device.gemm(a_tensor, b_tensor.broadcast_to((2, 130, n)), c, 1.0, 1.0)
    assert programs[0].shader == "gemm_f32"


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_layouts(device, layout):
    a, b = helpers.random((2, 9, 20), seed=1), helpers.random((2, 20, 12), seed=2)
    c = helpers.empty(device, (2, 9, 12), "float32", layout)
    device.gemm(
        helpers.upload(device, a, layout), helpers.upload(device, b, layout), c,
        1.0, 0.0, None, "NONE",
    )
    helpers.check(c, product(a, b))


@pytest.mark.parametrize("activation", ["NONE", "RELU", "RELU6", "ELU"])
@pytest.mark.parametrize("bias", [None, "row", "column", "full", "scalar"])
@pytest.mark.parametrize("k", [0, 7, 1600])
def test_epilogue(device, activation, bias, k):
    m, n = 6, 10
    a, b = helpers.random((m, k), low=-1, high=1), helpers.random((k, n), low=-1, high=1, seed=1)
    c = helpers.random((m, n), seed=2)
    sizes = {None: None, "row": (1, n), "column": (m, 1), "full": (m, n), "scalar": (1, 1)}[bias]
    expected = 0.5 * product(a, b) - 2.0 * c
    bias_tensor = None
    if sizes:
        values = helpers.random(sizes, seed=3)
        bias_tensor = helpers.upload(device, values).broadcast_to((m, n))
        expected = expected + values
    c_tensor = helpers.upload(device, c)
    device.gemm(
        helpers.upload(device, a), helpers.upload(device, b), c_tensor, 0.5, -2.0, bias_tensor,
        activation,
    )
    helpers.check(c_tensor, activate(expected, activation), tolerance("float32", k))


def test_beta_zero_ignores_what_c_held(device):
    c = helpers.upload(device, np.full((4, 4), np.nan, np.float32))
    ones = helpers.upload(device, np.ones((4, 4), np.float32))
    device.gemm(ones, ones, c, 2.0, 0.0, None, "RELU")
    helpers.check(c, np.full((4, 4), 8.0))


BATCHES = [
    # sizes of a, of b, of c before the matrix; sizes of 1 are broadcast.
    ((3,), (3,), (3,)),
    ((3,), (1,), (3,)),
    ((1,), (4,), (4,)),
    ((2, 1), (1, 3), (2, 3)),
    ((2, 1, 2, 1, 2, 1), (1, 2, 1, 2, 1, 2), (2, 2, 2, 2, 2, 2)),
    ((0,), (0,), (0,)),
]


@pytest.mark.parametrize("a_batch, b_batch, batch", BATCHES)
@pytest.mark.parametrize("transpose_c", [False, True])
def test_batches(device, a_batch, b_batch, batch, transpose_c):
    m, n, k = 5, 6, 7
    a, b = helpers.random(a_batch + (m, k), seed=1), helpers.random(b_batch + (k, n), seed=2)
    axes = list(range(len(batch))) + [len(batch) + 1, len(batch)]
    c = device.empty(batch + (n, m)).transpose(*axes) if transpose_c \
        else device.empty(batch + (m, n))
    device.gemm(
        helpers.upload(device, a).broadcast_to(batch + (m, k)),
        helpers.upload(device, b).broadcast_to(batch + (k, n)),
        c, 1.0, 0.0, None, "NONE",
    )
    helpers.check(c, product(a, b))


def test_float16_accumulates_in_float32(device):
    k = 4096  # sums of 0.25 stall at 1024 in float16
    a = helpers.upload(device, np.full((2, k), 0.5, np.float16))
    c = device.empty((2, 2), "float16")
    device.gemm(a, a.transpose(), c, 1.0, 0.0, None, "NONE")
    helpers.check(c, np.full((2, 2), 1024.0), 0)


def test_long_sums_of_many_tiles(device):
    # Mesa's software driver silently ends loops of more than 65535 iterations.
    k = 131072
    one = helpers.upload(device, np.ones((1, 1), np.float32))
    c = device.empty((1, 512))
    device.gemm(one.broadcast_to((1, k)), one.broadcast_to((k, 512)), c, 1.0, 0.0, None, "NONE")
    helpers.check(c, np.full((1, 512), k), 0)


def test_a_new_batch_compiles_nothing(device):
    def run(rows):
        a, b = device.empty((rows, 40)), device.empty((40, 24))
        device.gemm(a, b, device.empty((rows, 24)), 1.0, 0.0, None, "NONE")

    run(8)
    before = device.statistics()["programs_compiled"]
    for rows in (1, 2, 16, 300):
        run(rows)
    assert device.statistics()["programs_compiled"] <= before + 1  # one row: a vector


def test_a_batch_that_splits_the_sum_compiles_nothing(device):
    """The gradient of a layer's weights sums over the batch."""

    def run(batch):
        x, gradient = device.empty((batch, 44)), device.empty((batch, 28))
        device.gemm(x.transpose(), gradient, device.empty((44, 28)))

    run(8)
    before = device.statistics()
    run(16)
    run(4000)
    after = device.statistics()
    assert after["launches"] > before["launches"] + 2, "no sum was split: the test proves nothing"
    assert after["programs_compiled"] == before["programs_compiled"]


@settings(max_examples=40, deadline=None)
@given(
    m=st.integers(1, 140), n=st.integers(1, 140), k=st.integers(0, 40),
    transposes=st.tuples(st.booleans(), st.booleans()), seed=st.integers(0, 1000),
)
def test_any_shape(device, m, n, k, transposes, seed):
    a, a_tensor = operand(device, (m, k), "float32", transposes[0], seed)
    b, b_tensor = operand(device, (k, n), "float32", transposes[1], seed + 1)
    # A frame around c shows stores that miss it.
    frame = helpers.upload(device, np.full((m + 2, n + 2), 7, np.float32))
    device.gemm(a_tensor, b_tensor, frame[1:-1, 1:-1], 1.0, 0.0, None, "NONE")
    expected = np.full((m + 2, n + 2), 7.0)
    expected[1:-1, 1:-1] = product(a, b)
    helpers.check(frame, expected)


@pytest.mark.parametrize(
    "a, b, c, message",
    [
        ((2, 3), (4, 5), (2, 5), "sizes"),
        ((2, 3), (3, 5), (2, 6), "sizes"),
        ((3,), (3, 5), (5,), "ranks"),
        ((2, 2, 3), (3, 3, 5), (2, 2, 5), "leading"),
    ],
)
def test_says_what_is_wrong(device, dml, a, b, c, message):
    with pytest.raises(dml.DmlError, match=message) as error:
        device.gemm(
            device.empty(a), device.empty(b), device.empty(c), 1.0, 0.0, None, "NONE"
        )
    assert error.value.code == dml.Code.INVALID_ARGUMENT


INTEGERS = ["int32", "int64"]


def whole(shape, dtype, seed):
    """Any bits: sums wrap around."""
    info = np.iinfo(dtype)
    generator = np.random.RandomState(seed)
    return generator.randint(info.min, info.max, shape, dtype=dtype)


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("m, n, k", SHAPES)
@pytest.mark.parametrize("transposed", [False, True])
def test_integers(device, dtype, m, n, k, transposed):
    a, b = whole((m, k), dtype, 1), whole((k, n), dtype, 2)
    a_tensor, b_tensor = helpers.upload(device, a), helpers.upload(device, b)
    if transposed:
        a_tensor = helpers.upload(device, a.T.copy()).transpose()
        b_tensor = helpers.upload(device, b.T.copy()).transpose()
    c = device.empty((m, n), dtype)
    device.gemm(a_tensor, b_tensor, c, 1.0, 0.0, None, "NONE")
    np.testing.assert_array_equal(c.numpy(), a @ b)


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("k", [0, 7, 1600])
def test_integers_scaled_and_added(device, dtype, k):
    a, b = whole((2, 6, k), dtype, 1), whole((1, k, 9), dtype, 2)
    c, bias = whole((2, 6, 9), dtype, 3), whole((9,), dtype, 4)
    c_tensor = helpers.upload(device, c)
    device.gemm(
        helpers.upload(device, a), helpers.upload(device, b).broadcast_to((2, k, 9)),
        c_tensor, 3.0, -2.0, helpers.upload(device, bias).broadcast_to((2, 6, 9)), "NONE",
    )
    factors = np.array([3, -2], dtype)
    np.testing.assert_array_equal(
        c_tensor.numpy(), factors[0] * (a @ b) + factors[1] * c + bias
    )


@pytest.mark.parametrize(
    "alpha, activation, code, message",
    [
        (0.5, "NONE", "INVALID_ARGUMENT", "whole numbers"),
        (2.0**31, "NONE", "INVALID_ARGUMENT", "whole numbers"),
        (float("nan"), "NONE", "INVALID_ARGUMENT", "whole numbers"),
        (1.0, "RELU", "UNIMPLEMENTED", "activation"),
    ],
)
def test_what_integers_cannot(device, dml, alpha, activation, code, message):
    x = device.empty((2, 2), "int32")
    with pytest.raises(dml.DmlError, match=message) as error:
        device.gemm(x, x, device.empty((2, 2), "int32"), alpha, 0.0, None, activation)
    assert error.value.code == dml.Code[code]


def test_short_integers_are_not_for_gemm(device, dml):
    x = device.empty((2, 2), "int16")
    with pytest.raises(dml.DmlError, match="float") as error:
        device.gemm(x, x, device.empty((2, 2), "int16"), 1.0, 0.0, None, "NONE")
    assert error.value.code == dml.Code.UNIMPLEMENTED
