"""Reductions and arg-reductions against NumPy in float64."""

import helpers
import hypothesis
import hypothesis.strategies
import numpy as np
import pytest

FLOATS = ["float32", "float16"]
INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]


def extreme(function, empty):
    def reduce(x, axes):
        x = np.where(np.isnan(x), empty, x) if x.dtype.kind == "f" else x
        return function(x, axis=axes, keepdims=True, initial=empty)

    return reduce


# Operation: reference on float64 or int64 values.
FLOAT_OPERATIONS = {
    "SUM": lambda x, axes: np.sum(x, axis=axes, keepdims=True),
    "MEAN": lambda x, axes: np.sum(x, axis=axes, keepdims=True)
    / np.float64(np.prod([x.shape[a] for a in axes])),
    "PRODUCT": lambda x, axes: np.prod(x, axis=axes, keepdims=True),
    "MAX": extreme(np.max, -np.inf),
    "MIN": extreme(np.min, np.inf),
    "SUM_SQUARE": lambda x, axes: np.sum(x * x, axis=axes, keepdims=True),
    "L2": lambda x, axes: np.sqrt(np.sum(x * x, axis=axes, keepdims=True)),
}

# Shape, reduced axes. Long ones take two passes; 1024 columns take many groups.
CASES = [
    ((), ()),
    ((1,), (0,)),
    ((7,), (0,)),
    ((7,), ()),
    ((5, 3), (0,)),
    ((5, 3), (1,)),
    ((5, 3), (0, 1)),
    ((2, 300), (1,)),
    ((300, 2), (0,)),
    ((70, 33), (0,)),
    ((33, 70), (1,)),
    ((2, 1024), (0,)),
    ((1024, 2), (1,)),
    ((3, 4, 5, 6), (0, 2)),
    ((3, 4, 5, 6), (1, 3)),
    ((2, 3, 1, 2, 3, 1, 2, 3), (1, 4, 7)),
    ((20011,), (0,)),
    ((3, 9001), (1,)),
    ((9001, 3), (0,)),
    ((2, 3, 9001), (0, 2)),
    # Packs of 4 and 8 elements of one output, or of as many outputs.
    ((5, 8), (1,)),
    ((5, 8), (0,)),
    ((33, 72), (1,)),
    ((33, 72), (0,)),
    ((4, 12, 3), (0, 2)),
    ((4, 3, 40), (0, 2)),
    ((6, 4, 5, 16), (0, 2)),
    ((6, 4, 5, 16), (1, 3)),
    ((2, 2, 2, 2, 2, 2, 2, 8), (0, 2, 4, 6)),
    ((2, 2, 2, 2, 2, 2, 2, 8), (1, 3, 5, 7)),
    ((3, 8000), (1,)),
    ((8000, 8), (0,)),
    ((0,), (0,)),
    ((3, 0), (1,)),
    ((3, 0), (0,)),
    ((0, 3), (0,)),
]


def reduced(shape, axes):
    return tuple(1 if d in axes else size for d, size in enumerate(shape))


def values(shape, dtype, operation):
    if operation == "PRODUCT":  # stays within range whatever the length
        return helpers.random(shape, dtype, 0.999, 1.001)
    return helpers.random(shape, dtype)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("operation", FLOAT_OPERATIONS)
@pytest.mark.parametrize("shape,axes", CASES, ids=str)
def test_float(device, dtype, operation, shape, axes):
    x = values(shape, dtype, operation)
    y = device.empty(reduced(shape, axes), dtype)
    device.reduce(operation, device.tensor(x), y, 1.0)
    with np.errstate(invalid="ignore"):
        expected = FLOAT_OPERATIONS[operation](x.astype(np.float64), axes)
    helpers.check(y, expected)


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
@pytest.mark.parametrize("operation", ["SUM", "MAX"])
@pytest.mark.parametrize("shape,axes", [((5, 7, 3), (1,)), ((5, 7, 3), (0, 2)), ((6000, 2), (0,))])
def test_layouts(device, layout, operation, shape, axes):
    x = helpers.random(shape)
    y = helpers.empty(device, reduced(shape, axes), "float32", layout)
    device.reduce(operation, helpers.upload(device, x, layout), y, 1.0)
    helpers.check(y, FLOAT_OPERATIONS[operation](x.astype(np.float64), axes))


@hypothesis.given(hypothesis.strategies.data())
@hypothesis.settings(deadline=None, max_examples=80, derandomize=True)
def test_any_shape(device, data):
    draw, strategies = data.draw, hypothesis.strategies
    size = strategies.one_of(strategies.integers(0, 9), strategies.sampled_from([8, 16]))
    shape = tuple(draw(strategies.lists(size, min_size=0, max_size=5)))
    axes = tuple(d for d in range(len(shape)) if draw(strategies.booleans()))
    order = draw(strategies.permutations(range(len(shape))))
    layout = draw(strategies.sampled_from(helpers.LAYOUTS))
    x = helpers.random(shape)
    tensor = helpers.upload(device, x, layout)
    y = helpers.empty(device, reduced(shape, axes), "float32", layout)
    device.reduce("SUM", tensor.transpose(*order), y.transpose(*order), 1.0)
    helpers.check(y, FLOAT_OPERATIONS["SUM"](x.astype(np.float64), axes))


def test_more_groups_than_a_row_of_the_grid(device):
    x = helpers.random(((1 << 24) + 1000, 1), "int8")
    y = device.empty(x.shape, "int8")
    device.reduce("SUM", device.tensor(x), y, 1.0)
    assert np.array_equal(y.numpy(), x)


def test_sums_are_repeatable(device):
    x = device.tensor(helpers.random((20011, 3)))
    results = [device.empty((1, 3)) for _ in range(3)]
    for y in results:
        device.reduce("SUM", x, y, 1.0)
    assert len({y.numpy().tobytes() for y in results}) == 1


def test_broadcast_input(device):
    x = helpers.random((4, 1))
    y = device.empty((4, 1))
    device.reduce("SUM", device.tensor(x).view((4, 50), (1, 0)), y, 1.0)
    helpers.check(y, x.astype(np.float64) * 50)


def test_scale(device):
    x = helpers.random((9, 11))
    y = device.empty((9, 1))
    device.reduce("L2", device.tensor(x), y, -0.5)
    helpers.check(y, -0.5 * np.sqrt(np.sum(x.astype(np.float64) ** 2, 1, keepdims=True)))


INTEGER_OPERATIONS = {
    "SUM": lambda x: np.sum(x, 1, x.dtype, keepdims=True),
    "PRODUCT": lambda x: np.prod(x, 1, x.dtype, keepdims=True),
    "MAX": lambda x: np.max(x, 1, keepdims=True, initial=np.iinfo(x.dtype).min),
    "MIN": lambda x: np.min(x, 1, keepdims=True, initial=np.iinfo(x.dtype).max),
}


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("operation", INTEGER_OPERATIONS)
@pytest.mark.parametrize("shape", [(3, 37), (2, 9001), (3, 0)], ids=str)
def test_integer(device, dtype, operation, shape):
    limits = np.iinfo(dtype)
    generator = np.random.RandomState(1)
    x = generator.randint(limits.min, limits.max, shape, dtype)
    y = device.empty((shape[0], 1), dtype)
    device.reduce(operation, device.tensor(x), y, 1.0)
    with np.errstate(over="ignore"):
        helpers.check(y, INTEGER_OPERATIONS[operation](x))


@pytest.mark.parametrize("dtype", INTEGERS)
def test_integer_mean_truncates(device, dtype):
    x = np.array([[7, 2, 9], [3, 4, 4]]).astype(dtype)
    if np.dtype(dtype).kind == "i":
        x[1] = -x[1]
    y = device.empty((2, 1), dtype)
    device.reduce("MEAN", device.tensor(x), y, 1.0)
    helpers.check(y, np.trunc(x.astype(np.float64).mean(1, keepdims=True)))


def test_integer_mean_of_nothing_is_zero(device):
    y = device.empty((2, 1), "int32")
    device.reduce("MEAN", device.empty((2, 0), "int32"), y, 1.0)
    helpers.check(y, np.zeros((2, 1)))


@pytest.mark.parametrize("operation,function", [("ALL", np.all), ("ANY", np.any)])
@pytest.mark.parametrize("shape,axes", [((6, 40), (1,)), ((6, 0), (1,)), ((20011, 1), (0,))])
def test_bool(device, operation, function, shape, axes):
    x = np.full(shape, operation == "ALL")
    if shape[1] == 40:
        x[1, 39] = x[4, 0] = operation == "ANY"
    y = device.empty(reduced(shape, axes), "bool")
    device.reduce(operation, device.tensor(x), y, 1.0)
    helpers.check(y, function(x, axis=axes, keepdims=True))


@pytest.mark.parametrize("operation", ["MAX", "MIN"])
def test_extremes_pass_over_nan(device, operation):
    x = np.zeros((3, 40), np.float32)
    x[0, 0] = x[1, 39] = np.nan
    x[2] = np.nan
    y = device.empty((3, 1))
    device.reduce(operation, device.tensor(x), y, 1.0)
    helpers.check(y, [[0], [0], [-np.inf if operation == "MAX" else np.inf]])


def test_sum_propagates_nan_and_infinity(device):
    x = np.zeros((3, 40), np.float32)
    x[0, 3], x[1, 4], x[2, 5], x[2, 35] = np.nan, np.inf, np.inf, -np.inf
    y = device.empty((3, 1))
    device.reduce("SUM", device.tensor(x), y, 1.0)
    helpers.check(y, [[np.nan], [np.inf], [np.nan]])


def test_float16_sum_does_not_saturate(device):
    # In float16, adding ones stops at 2048.
    y = device.empty((1,), "float16")
    device.reduce("SUM", device.tensor(np.ones(20000, np.float16)), y, 1.0)
    helpers.check(y, [20000])


def test_long_sum_is_accurate(device):
    x = helpers.random((1 << 18,), "float32", 0, 1)
    y = device.empty((1,))
    device.reduce("SUM", device.tensor(x), y, 1.0)
    expected = x.astype(np.float64).sum()
    assert abs(y.numpy()[0] - expected) <= 4 * np.spacing(np.float32(expected))


def test_float64(device, dml):
    x = helpers.random((5, 300), "float64")
    y = device.empty((5, 1), "float64")
    try:
        device.reduce("SUM", device.tensor(x), y, 1.0)
    except dml.DmlError as error:
        assert error.code == dml.Code.UNIMPLEMENTED
        pytest.skip("the adapter has no float64")
    helpers.check(y, x.sum(1, keepdims=True))


def test_new_shapes_compile_nothing(device):
    def run(shape):
        x = helpers.random(shape)
        y = device.empty((shape[0], 1))
        device.reduce("SUM", device.tensor(x), y, 1.0)
        helpers.check(y, x.astype(np.float64).sum(1, keepdims=True))

    run((3, 5))
    before = device.statistics()["programs_compiled"]
    for shape in [(4, 6), (1, 1), (2, 700), (600, 2), (17, 33)]:
        run(shape)
    assert device.statistics()["programs_compiled"] == before


@pytest.mark.parametrize(
    "operation,x,y,scale,message",
    [
        ("SUM", ((2, 3), "float32"), ((2, 2), "float32"), 1, "1 in the reduced dimensions"),
        ("SUM", ((2, 3), "float32"), ((2,), "float32"), 1, "1 in the reduced dimensions"),
        ("SUM", ((2, 3), "float32"), ((2, 1), "float16"), 1, "types must be equal"),
        ("ALL", ((2, 3), "float32"), ((2, 1), "float32"), 1, "take bool"),
        ("SUM", ((2, 3), "bool"), ((2, 1), "bool"), 1, "all and any only"),
        ("L2", ((2, 3), "int32"), ((2, 1), "int32"), 1, "take floating point"),
        ("SUM", ((2, 3), "int32"), ((2, 1), "int32"), 2, "scale must be 1"),
    ],
)
def test_says_what_is_wrong(device, dml, operation, x, y, scale, message):
    with pytest.raises(dml.DmlError, match=message) as error:
        device.reduce(operation, device.empty(*x), device.empty(*y), scale)
    assert error.value.code == dml.Code.INVALID_ARGUMENT


# ---- Arg-reductions ----------------------------------------------------------

ARG = {"MAX": np.argmax, "MIN": np.argmin}


@pytest.mark.parametrize("index", ["int32", "int64"])
@pytest.mark.parametrize("operation", ARG)
@pytest.mark.parametrize(
    "shape,axis",
    [
        ((1,), 0),
        ((9,), 0),
        ((5, 10), 1),
        ((10, 5), 0),
        ((3, 4, 5), 1),
        ((2, 3000), 1),
        ((20011,), 0),
        ((9001, 3), 0),
        ((2, 9001), 1),
        ((300, 40), 0),
        ((2, 2, 1, 2, 3, 1, 2, 2), 4),
        ((0, 3), 1),
    ],
    ids=str,
)
def test_arg(device, index, operation, shape, axis):
    x = helpers.random(shape, "int32", -3, 3).astype(np.float32)  # many ties
    y = device.empty(reduced(shape, (axis,)), index)
    device.arg_reduce(operation, device.tensor(x), axis, y)
    helpers.check(y, np.expand_dims(ARG[operation](x, axis), axis))


@pytest.mark.parametrize("dtype", ["float16", "float64"] + INTEGERS)
@pytest.mark.parametrize("operation", ARG)
def test_arg_types(device, dtype, operation):
    x = helpers.random((6, 37), dtype, 0, 90)
    y = device.empty((6, 1), "int32")
    device.arg_reduce(operation, device.tensor(x), 1, y)
    helpers.check(y, ARG[operation](x, 1)[:, None])


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
def test_arg_layouts(device, layout):
    x = helpers.random((5, 7, 3))
    y = helpers.empty(device, (5, 1, 3), "int64", layout)
    device.arg_reduce("MAX", helpers.upload(device, x, layout), 1, y)
    helpers.check(y, np.argmax(x, 1)[:, None])


@pytest.mark.parametrize("operation", ARG)
@pytest.mark.parametrize("length", [40, 9001])
def test_arg_passes_over_nan(device, operation, length):
    x = np.zeros((4, length), np.float32)
    worst = -np.inf if operation == "MAX" else np.inf
    x[0, :3] = np.nan
    x[1] = np.nan
    x[1, 17] = worst
    x[2] = np.nan
    x[3] = worst
    y = device.empty((4, 1), "int64")
    device.arg_reduce(operation, device.tensor(x), 1, y)
    helpers.check(y, [[3], [17], [0], [0]])


@pytest.mark.parametrize(
    "x,axis,y,message",
    [
        (((2, 3), "float32"), 2, ((2, 1), "int32"), "no axis 2"),
        (((2, 3), "float32"), 1, ((2, 1), "uint32"), "int32 or int64"),
        (((2, 3), "float32"), 1, ((2, 3), "int32"), "1 in axis 1"),
        (((2, 0), "float32"), 1, ((2, 1), "int32"), "no elements"),
    ],
)
def test_arg_says_what_is_wrong(device, dml, x, axis, y, message):
    with pytest.raises(dml.DmlError, match=message) as error:
        device.arg_reduce("MAX", device.empty(*x), axis, device.empty(*y))
    assert error.value.code == dml.Code.INVALID_ARGUMENT


@pytest.mark.parametrize("count", [16, 100, 256])
def test_sums_round_as_little_as_those_of_pairs(device, count):
    """The last steps, whose numbers are the largest, are few."""
    x = helpers.random((2000, count), low=0, high=1, seed=5)
    y = device.empty((2000, 1))
    device.reduce("SUM", device.tensor(x), y, 1.0)
    want = x.sum(axis=1, keepdims=True, dtype=np.float64)
    ulps = (y.numpy() - want) / np.spacing(want.astype(np.float32))
    assert np.sqrt(np.mean(ulps**2)) < 0.55


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize(
    "shape,expected",
    [
        # Gradients of biases in ResNet-50, of 8 images of 64 x 64.
        ((8192, 64), 2),
        ((2048, 64), 1),
        ((2048, 256), 1),
        ((512, 128), 1),
        ((512, 512), 1),
        ((128, 1024), 1),
        ((32, 2048), 1),
        ((8192, 63), 2),
        ((521, 31), 1),
        ((1, 7), 1),
    ],
)
def test_sums_of_few_rows_take_one_launch(device, dtype, shape, expected):
    x = helpers.random(shape, dtype)
    source, y = device.tensor(x), device.empty((1, shape[1]), dtype)
    before = device.statistics()["launches"]
    device.reduce("SUM", source, y, 1.0)
    assert device.statistics()["launches"] - before == expected
    # Relative to the magnitudes that are summed up.
    tolerance = helpers.TOLERANCE[np.dtype(dtype)] * max(1, np.sqrt(shape[0]) / 10)
    helpers.check(y, x.astype(np.float64).sum(0, keepdims=True), tolerance)
