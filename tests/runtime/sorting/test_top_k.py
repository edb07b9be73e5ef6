"""The largest elements of rows, and whether targets are among them."""

import helpers
import numpy as np
import pytest

INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
# rows, n, k
CASES = [
    (1, 1, 1),
    (3, 10, 1),
    (3, 10, 10),
    (130, 7, 3),
    (2, 1024, 1024),
    (2, 1025, 1025),
    (3, 1025, 5),
    (2, 5000, 1500),
    (1, 5000, 5000),
    (2, 9001, 1),
    (1, 20011, 40),
    (1, 70001, 5),
    (3, 40000, 16),
    (3, 40000, 17),
    (300, 57, 1),
    (70, 130, 8),
    (2, 300, 9),
    (0, 4, 2),
    (4, 3, 0),
]


def top_k(x, k):
    # A stable sort of the reversed order keeps the first of equals first.
    n = x.shape[1]
    backwards = np.argsort(x[:, ::-1], axis=1, kind="stable")[:, ::-1]
    order = (n - 1 - backwards)[:, :k]
    return np.take_along_axis(x, order, 1), order


def check(device, x, k, layout="contiguous"):
    shape = (x.shape[0], k)
    values = helpers.empty(device, shape, x.dtype, layout)
    indices = helpers.empty(device, shape, "int32", layout)
    device.top_k(helpers.upload(device, x, layout), values, indices)
    want_values, want_indices = top_k(x, k)
    helpers.check(indices, want_indices)
    np.testing.assert_array_equal(values.numpy(), want_values)


@pytest.mark.parametrize("rows,n,k", CASES, ids=str)
def test_values(device, rows, n, k):
    check(device, helpers.random((rows, n)), k)
    # Many ties.
    check(device, helpers.random((rows, n), "int32", -3, 3).astype(np.float32), k)


@pytest.mark.parametrize("dtype", ["float16", "float64"] + INTEGERS)
def test_types(device, dtype):
    x = helpers.random((3, 1100), dtype, -100, 100)
    x[0, :2] = (np.finfo if x.dtype.kind == "f" else np.iinfo)(dtype).min
    for k in (1100, 7):
        check(device, x, k)


@pytest.mark.parametrize("n, k, most", [(100, 1, 1), (1000, 16, 1), (200000, 5, 2)])
def test_few_are_selected_without_sorting(device, dml, n, k, most):
    """In one launch, or two where the rows are long and few."""
    x = device.tensor(helpers.random((3, n)))
    values, indices = device.empty((3, k)), device.empty((3, k), "int32")
    taken = helpers.launches(device, lambda: device.top_k(x, values, indices))
    assert taken <= most
    with dml.plan() as programs:
        device.top_k(x, values, indices)
    assert {program.shader for program in programs} == {"select_k_f32"}


SORTED = [(3, 3000, 3000), (1, 70001, 50000), (5, 2049, 1500), (2, 4097, 4096)]


@pytest.mark.parametrize("rows,n,k", SORTED, ids=str)
def test_most_of_long_rows(device, rows, n, k):
    x = helpers.random((rows, n))
    x[:, ::7] = helpers.random(x[:, ::7].shape, "int32", -2, 2)  # and ties
    x[0, :5] = [np.nan, -np.inf, np.inf, -0.0, 0.0]
    values, indices = device.empty((rows, k)), device.empty((rows, k), "int32")
    device.top_k(device.tensor(x), values, indices)
    want = np.argsort(np.where(np.isnan(x), -np.inf, -x), axis=1, kind="stable")[:, :k]
    helpers.check(indices, want)
    np.testing.assert_array_equal(values.numpy(), np.take_along_axis(x, want, 1))


@pytest.mark.parametrize("n,k,sorts", [(400000, 100000, True), (400000, 40, False),
                                       (1000, 1000, False)])
def test_most_of_long_rows_are_sorted_by_their_bytes(device, dml, n, k, sorts):
    x, values, indices = device.empty((3, n)), device.empty((3, k)), device.empty((3, k), "int32")
    with dml.plan() as programs:
        device.top_k(x, values, indices)
    assert ("radix_sort" in {program.shader for program in programs}) == sorts


@pytest.mark.parametrize("dtype", ["float16", "float64"] + INTEGERS)
def test_types_sorted_by_their_bytes(device, dtype):
    kind = np.dtype(dtype).kind
    limits = (np.finfo if kind == "f" else np.iinfo)(dtype)
    if kind == "f":
        x = helpers.random((2, 9000), "float64") * 10 ** helpers.random((2, 9000), "float64", -7, 4)
        x = x.astype(dtype)
    else:
        x = np.frombuffer(np.random.RandomState(1).bytes(2 * 9000 * np.dtype(dtype).itemsize),
                          dtype).reshape(2, 9000).copy()
    x[0, [5, 17, 8000]] = limits.min
    x[1, [6, 18, 8999]] = limits.max
    check(device, x, 9000)
    check(device, x[:, ::-1].copy(), 5000, "transposed")


def test_columns_may_be_rows(device):
    """Of a transpose, neighbours are the rows."""
    x = helpers.random((5000, 40))
    values, indices = device.empty((40, 5)), device.empty((40, 5), "int32")
    device.top_k(device.tensor(x).transpose(), values, indices)
    want_values, want_indices = top_k(x.T, 5)
    helpers.check(indices, want_indices)
    np.testing.assert_array_equal(values.numpy(), want_values)


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_layouts(device, layout):
    check(device, helpers.random((5, 17)), 4, layout)


@pytest.mark.parametrize("dtype", ["float32", "float16", "float64"])
def test_order_of_special_values(device, dtype):
    inf, nan = np.inf, np.nan
    x = np.array([[0.0, -0.0, -inf, nan, 1, -1, inf, -nan, 0.0, -0.0]], dtype)
    values, indices = device.empty((1, 10), dtype), device.empty((1, 10), "int32")
    device.top_k(device.tensor(x), values, indices)
    helpers.check(indices, [[3, 7, 6, 4, 0, 1, 8, 9, 5, 2]])
    helpers.check(values, x[:, indices.numpy()[0]])
    # Sorted, and among more than are asked for.
    rows = np.concatenate([x] * 50, 1)
    check_order = top_k_of_specials(rows)
    for k in (9, 40):
        values, indices = device.empty((1, k), dtype), device.empty((1, k), "int32")
        device.top_k(device.tensor(rows), values, indices)
        helpers.check(indices, check_order[:, :k])


def top_k_of_specials(x):
    """Of 0, infinities and NaN: the order that the operator promises."""
    rank = np.where(np.isnan(x), np.inf, np.where(np.isinf(x), np.sign(x) * 1e4, x))
    return np.argsort(-rank.astype(np.float64), axis=1, kind="stable")


def test_new_sizes_compile_nothing(device):
    check(device, helpers.random((2, 3000)), 50)
    check(device, helpers.random((2, 30)), 20)
    check(device, helpers.random((2, 30)), 5)
    before = device.statistics()["programs_compiled"]
    check(device, helpers.random((3, 7000)), 2100)
    check(device, helpers.random((3, 70)), 70)
    check(device, helpers.random((3, 90000)), 3)
    assert device.statistics()["programs_compiled"] == before


@pytest.mark.parametrize(
    "x,values,indices,message",
    [
        ((2, 3), (2, 4), (2, 4), "there are no 4 elements"),
        ((2, 3), (2, 2), (2, 1), "takes input"),
        ((2, 3), (1, 2), (1, 2), "takes input"),
        ((3,), (2,), (2,), "takes input"),
    ],
)
def test_says_what_is_wrong(device, dml, x, values, indices, message):
    with pytest.raises(dml.DmlError, match=message) as error:
        device.top_k(device.empty(x), device.empty(values), device.empty(indices, "int32"))
    assert error.value.code == dml.Code.INVALID_ARGUMENT


def in_top_k(x, targets, k):
    result = np.zeros(len(targets), bool)
    for row, target in enumerate(targets):
        if 0 <= target < x.shape[1] and np.isfinite(x[row]).all():
            result[row] = (x[row] > x[row, target]).sum() < k
    return result


@pytest.mark.parametrize("dtype", ["int32", "int64"])
@pytest.mark.parametrize("shape", [(1, 1), (7, 5), (300, 3), (4, 1031), (0, 3), (3, 0)], ids=str)
def test_in_top_k(device, shape, dtype):
    x = helpers.random(shape, "int32", -5, 5).astype(np.float32)  # many ties
    targets = helpers.random(shape[:1], dtype, -1, shape[1], seed=1)
    for k in (0, 1, 2, 1000):
        y, limit = device.empty(shape[:1], "bool"), device.tensor(np.array(k, dtype))
        device.in_top_k(device.tensor(x), device.tensor(targets), limit, y)
        helpers.check(y, in_top_k(x, targets, k))


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_in_top_k_layouts(device, layout):
    x, targets = helpers.random((6, 9)), np.arange(6, dtype=np.int32)
    y = helpers.empty(device, (6,), "bool", layout)
    device.in_top_k(
        helpers.upload(device, x, layout),
        helpers.upload(device, targets, layout),
        device.tensor(np.int32(3)),
        y,
    )
    helpers.check(y, in_top_k(x, targets, 3))


def test_no_number_is_in_top_k_of_none(device):
    x = np.array([[1, 2, np.nan], [1, 2, np.inf], [1, 2, -np.inf], [1, 2, 3]], np.float32)
    y = device.empty((4,), "bool")
    device.in_top_k(device.tensor(x), device.tensor(np.ones(4, np.int32)),
                    device.tensor(np.int32(2)), y)
    helpers.check(y, [False, False, False, True])


def test_in_top_k_says_what_is_wrong(device, dml):
    x, targets = device.empty((2, 3)), device.empty((2,), "int64")
    with pytest.raises(dml.DmlError, match="takes float32 predictions"):
        device.in_top_k(x, targets, device.tensor(np.int32(1)), device.empty((2,), "bool"))
