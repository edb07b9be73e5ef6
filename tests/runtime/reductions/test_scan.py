"""Sums and products up to each element, along an axis."""

import helpers
import numpy as np
import pytest

OPERATIONS = {"SUM": np.cumsum, "PRODUCT": np.cumprod,
              "LOG_SUM_EXP": lambda x, axis, dtype: np.logaddexp.accumulate(x, axis, dtype)}
WHOLE = ("SUM", "PRODUCT")  # also of integers
INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
CASES = [
    ((1,), 0),
    ((9,), 0),
    ((5, 10), 1),
    ((10, 5), 0),
    ((3, 4, 5), 1),
    ((2, 3000), 1),
    ((2053, 3), 0),
    ((3, 257, 40), 1),
    ((2, 2, 1, 2, 3, 1, 2, 2), 4),
    ((0, 3), 1),
    ((3, 0), 1),
]
LONG = [((70001,), 0), ((30011, 2), 0), ((2, 30011), 1)]


def scan(operation, x, axis, exclusive, reverse, lowest=np.float32):
    """`lowest`: the type whose lowest number is the logarithm of nothing."""
    if reverse:
        flipped = scan(operation, np.flip(x, axis), axis, exclusive, False, lowest)
        return np.flip(flipped, axis)
    y = OPERATIONS[operation](x, axis, dtype=x.dtype)
    if not exclusive or not y.size:
        return y
    nothing = np.finfo(lowest).min if operation == "LOG_SUM_EXP" else operation == "PRODUCT"
    first = np.take(np.full_like(y, nothing), [0], axis)
    return np.concatenate([first, np.take(y, range(y.shape[axis] - 1), axis)], axis)


def check(device, operation, x, axis, exclusive, reverse, layout="contiguous", tolerance=None):
    y = helpers.empty(device, x.shape, x.dtype, layout)
    uploaded = helpers.upload(device, x, layout)
    device.scan(operation, uploaded, axis, exclusive, reverse, y)
    wide = x.astype(np.float64) if x.dtype.kind == "f" else x
    helpers.check(y, scan(operation, wide, axis, exclusive, reverse, x.dtype), tolerance)


def factors(shape, dtype="float32"):
    """Near 1, so that products of many neither vanish nor grow."""
    return helpers.random(shape, dtype, 0.999, 1.001)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("exclusive", [False, True])
@pytest.mark.parametrize("shape,axis", CASES, ids=str)
def test_sums(device, shape, axis, exclusive, reverse):
    # Whole numbers: every order of additions gives the same.
    x = helpers.random(shape, "int32", -3, 3).astype(np.float32)
    check(device, "SUM", x, axis, exclusive, reverse)


@pytest.mark.parametrize("reverse,exclusive", [(False, False), (True, True)])
@pytest.mark.parametrize("shape,axis", LONG, ids=str)
def test_long_axes(device, shape, axis, exclusive, reverse):
    x = helpers.random(shape, "int32", -3, 3).astype(np.float32)
    check(device, "SUM", x, axis, exclusive, reverse)
    check(device, "PRODUCT", factors(shape), axis, exclusive, reverse, tolerance=1e-3)


@pytest.mark.parametrize("shape,axis", CASES, ids=str)
def test_products(device, shape, axis):
    check(device, "PRODUCT", factors(shape), axis, True, False, tolerance=1e-4)


@pytest.mark.parametrize("reverse,exclusive", [(False, False), (True, True)])
@pytest.mark.parametrize("shape,axis", CASES + LONG[:1], ids=str)
def test_logarithms_of_sums(device, shape, axis, exclusive, reverse):
    # Their exponentials are far beyond the type.
    x = helpers.random(shape, "float32", -300, 300)
    check(device, "LOG_SUM_EXP", x, axis, exclusive, reverse)


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_logarithms_of_sums_of_other_types(device, dtype):
    x = helpers.random((3, 300), dtype, -9, 9)
    check(device, "LOG_SUM_EXP", x, 1, True, False)


def test_logarithms_of_sums_of_infinities(device):
    lowest = np.finfo(np.float32).min
    x = np.float32([-np.inf, -np.inf, 1, np.inf, 2, np.inf, np.nan, 3])
    y = device.empty(x.shape)
    device.scan("LOG_SUM_EXP", device.tensor(x), 0, 0, 0, y)
    want = [lowest, lowest, 1, np.inf, np.inf, np.inf, np.nan, np.nan]
    np.testing.assert_allclose(y.numpy(), np.float32(want), rtol=1e-6)


@pytest.mark.parametrize("operation", WHOLE)
@pytest.mark.parametrize("dtype", ["float16", "float64"] + INTEGERS)
def test_types(device, dtype, operation):
    x = helpers.random((3, 300), dtype, 0, 3)
    if np.dtype(dtype).kind == "f":
        x = factors((3, 300), dtype)
    # Integers wrap.
    with np.errstate(over="ignore"):
        check(device, operation, x, 1, False, False)


def test_float16_parts_are_totalled_in_float32(device):
    check(device, "SUM", np.full((20000,), 2, np.float16), 0, False, False)


@pytest.mark.parametrize("layout", helpers.LAYOUTS)
@pytest.mark.parametrize("reverse", [False, True])
def test_layouts(device, layout, reverse):
    x = helpers.random((5, 7, 3), "int32", -9, 9)
    for axis in range(3):
        check(device, "SUM", x, axis, True, reverse, layout)


def test_an_axis_of_one_element_is_copied(device, dml):
    x, y = device.tensor(helpers.random((70, 1, 30))), device.empty((70, 1, 30))
    with dml.plan() as programs:
        device.scan("SUM", x, 1, False, True, y)
    assert not any(program.shader.startswith("scan") for program in programs)
    device.scan("SUM", x, 1, False, True, y)
    np.testing.assert_array_equal(y.numpy(), x.numpy())
    assert helpers.launches(device, lambda: device.scan("SUM", x, 1, False, False, x)) == 0


SHORT = [((5000, 3), 1), ((70, 16), 1), ((43, 500, 5), 0), ((2, 100, 600), 1), ((7, 2, 11), 1)]


@pytest.mark.parametrize("reverse,exclusive", [(False, False), (True, True)])
@pytest.mark.parametrize("shape,axis", SHORT, ids=str)
def test_short_axes(device, dml, shape, axis, exclusive, reverse):
    """An invocation walks each."""
    x = helpers.random(shape, "int32", -3, 3).astype(np.float32)
    check(device, "SUM", x, axis, exclusive, reverse)
    check(device, "LOG_SUM_EXP", x, axis, exclusive, reverse)
    tensor = device.tensor(x)
    with dml.plan() as programs:
        device.scan("SUM", tensor, axis, exclusive, reverse, tensor)
    assert [program.constants[2] for program in programs] == [2]  # SHORT


def test_in_place(device):
    x = helpers.random((3, 9000), "int32", -9, 9)
    y = device.tensor(x)
    device.scan("SUM", y, 1, 0, 0, y)
    helpers.check(y, np.cumsum(x, 1))


def test_new_shapes_compile_nothing(device):
    check(device, "SUM", np.ones((3, 5), np.float32), 1, False, False)
    before = device.statistics()["programs_compiled"]
    check(device, "SUM", np.ones((2, 9, 40), np.float32), 1, False, True)
    assert device.statistics()["programs_compiled"] == before


@pytest.mark.parametrize(
    "x,axis,y,message",
    [
        (((2, 3), "float32"), 2, ((2, 3), "float32"), "has no axis 2"),
        (((2, 3), "float32"), 1, ((3, 2), "float32"), "differ in type or sizes"),
        (((2, 3), "float32"), 1, ((2, 3), "int32"), "differ in type or sizes"),
    ],
)
def test_says_what_is_wrong(device, dml, x, axis, y, message):
    with pytest.raises(dml.DmlError, match=message) as error:
        device.scan("SUM", device.empty(*x), axis, 0, 0, device.empty(*y))
    assert error.value.code == dml.Code.INVALID_ARGUMENT


def test_logarithms_are_of_floats(device, dml):
    x = device.empty((3,), "int32")
    with pytest.raises(dml.DmlError, match="takes floats") as error:
        device.scan("LOG_SUM_EXP", x, 0, 0, 0, x)
    assert error.value.code == dml.Code.UNIMPLEMENTED


def test_bools_have_no_program(device, dml):
    x = device.empty((3,), "bool")
    with pytest.raises(dml.DmlError, match="takes numbers") as error:
        device.scan("SUM", x, 0, 0, 0, x)
    assert error.value.code == dml.Code.UNIMPLEMENTED
