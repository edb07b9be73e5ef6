"""Products of float16 in pairs: slices in shared memory hold float16, and each product is
summed in float32, as where factors are converted before.

A software adapter takes other forms by itself; here products must take this one. Which
adapters take it shows on the null backend, which computes nothing.
"""

import helpers
import numpy as np
import pytest
import test_convolution
import test_gemm
from test_adapters import run
from test_matrices import write_file
from test_tiles import tile_of

# A small one, one whose loads are of four elements in each order, parts of more columns
# than rows, and what GPUs take for narrow results.
TILES = {
    "small": dict(m=32, n=32, k=16, thread_m=4, thread_n=4, load_width=4),
    "single loads": dict(m=32, n=32, k=16, thread_m=4, thread_n=4, load_width=1),
    "two loads": dict(m=32, n=32, k=32, thread_m=4, thread_n=2, load_width=4),
    "one pair": dict(m=32, n=64, k=2, thread_m=8, thread_n=8, load_width=1),
    "low": dict(m=16, n=128, k=32, thread_m=2, thread_n=4, load_width=4),
}


# An adapter with dot products of pairs takes those, and sums in an order of its own.
FORMS = {"packed", "dot"}


def choice(tile, packed=1):
    key = dict(family=0, type=1, m_class=0, n_class=0)
    return {**key, **tile, "lanes": 0, "matrix_m": 0, "matrix_n": 0, "matrix_k": 0,
            "packed": packed}


@pytest.fixture
def take(device):
    """Makes products take a tile."""
    if not device.adapter.float16_arithmetic:
        pytest.skip("the adapter has no float16 arithmetic")
    yield lambda tile, packed=1: device.override_tile(choice(tile, packed))
    device.override_tile(None)


def planned(dml, function):
    """The shaders of the programs that the operators of `function` ask for."""
    with dml.plan() as programs:
        function()
    return {program.shader for program in programs}


def multiply(device, a, b, alpha=1.0):
    c = device.empty((a.shape[0], b.shape[1]), "float16")
    device.gemm(helpers.upload(device, a), helpers.upload(device, b), c, alpha, 0.0, None, "NONE")
    return c.numpy()


# Odd depths, less than a pair, edges in each dimension, deep enough to be split.
@pytest.mark.parametrize("sizes", [(36, 44, 28), (67, 35, 21), (2, 2, 1), (5, 130, 3),
                                   (64, 64, 33), (20, 24, 2100)], ids=str)
@pytest.mark.parametrize("transposed", [False, True], ids=["", "transposed"])
@pytest.mark.parametrize("tile", TILES)
def test_products(device, dml, take, tile, sizes, transposed):
    take(TILES[tile])
    m, n, k = sizes
    a, a_tensor = test_gemm.operand(device, (m, k), "float16", transposed, 1)
    b, b_tensor = test_gemm.operand(device, (k, n), "float16", transposed, 2)
    # A frame around c shows stores that miss it.
    frame = helpers.upload(device, np.full((m + 2, n + 2), 7, "float16"))

    def run():
        device.gemm(a_tensor, b_tensor, frame[1:-1, 1:-1], 1.0, 0.0, None, "NONE")

    (shader,) = planned(dml, run) - {"split_reduce_f16"}
    assert shader in {f"gemm_{form}_f16" for form in FORMS}
    launches = device.statistics()["launches"]
    run()
    assert device.statistics()["launches"] > launches
    assert device.last_tile()["packed"] == 1
    expected = np.full((m + 2, n + 2), 7.0)
    expected[1:-1, 1:-1] = test_gemm.product(a, b)
    helpers.check(frame, expected, test_gemm.tolerance("float16", 100))


def test_batches_and_an_epilogue(device, take):
    take(TILES["small"])
    a, a_tensor = test_gemm.operand(device, (2, 3, 35, 19), "float16", False, 1)
    b, b_tensor = test_gemm.operand(device, (2, 3, 19, 41), "float16", True, 2)
    bias = helpers.random((41,), "float16", seed=3)
    c = helpers.upload(device, np.full((2, 3, 35, 41), 3, "float16"))
    device.gemm(a_tensor, b_tensor, c, 0.5, -2.0,
                helpers.upload(device, bias).broadcast_to((2, 3, 35, 41)), "RELU6")
    sums = 0.5 * test_gemm.product(a, b) - 6.0 + bias.astype(np.float64)
    helpers.check(c, test_gemm.activate(sums, "RELU6"), test_gemm.tolerance("float16", 100))


CONVOLUTIONS = [
    (test_convolution.row(1, 8, (6, 7), 12, (3, 3), pad=1), "channels last", "hwio"),
    (test_convolution.row(2, 5, (7, 6), 9, (3, 2), stride=2, pad=1), "channels first",
     "channels first"),
    (test_convolution.row(2, 8, (9, 5), 8, (3, 3), dilation=2, pad=2, groups=2),
     "channels last", "hwio"),
]


@pytest.mark.parametrize("case, layout, filter_layout", CONVOLUTIONS,
                         ids=["aligned", "odd", "groups"])
def test_convolutions(device, take, case, layout, filter_layout):
    take(TILES["two loads"])
    before = device.programs()
    test_convolution.run_all(device, case, "float16", layout, filter_layout)
    after = device.programs()
    assert {f"convolution_{form}_f16" for form in FORMS} & {p.shader for p in after}
    assert "convolution_f16" not in {program.shader for program in after[len(before):]}
    assert device.last_tile()["packed"] == 1


# ---- Sums are of float32 -----------------------------------------------------

RANGES = {
    "uniform": lambda r, shape: r.uniform(-1, 1, shape),
    "normal": lambda r, shape: r.standard_normal(shape),
    # Products beyond 65504, whose sums in float16 would be infinite; the results are not.
    "large": lambda r, shape: 300 * r.standard_normal(shape),
    # Products that are 0 in float16; of many, not the sums.
    "small": lambda r, shape: 1e-4 * r.standard_normal(shape),
    # Float16 that are not normal.
    "denormal": lambda r, shape: 2.0 ** -24 * r.integers(-1023, 1024, shape),
}


@pytest.mark.parametrize("k", [64, 1023, 4096])
@pytest.mark.parametrize("values", RANGES)
def test_no_error_but_of_float32(device, dml, take, values, k):
    """Results, scaled into float16's range, are those of float64, rounded."""
    r = np.random.default_rng(7)
    a, b = (RANGES[values](r, shape).astype("float16") for shape in ((40, k), (k, 36)))
    exact = test_gemm.product(a, b)
    alpha = float(2.0 ** -np.round(np.log2(np.abs(exact).max())))
    take(TILES["small"])
    result = multiply(device, a, b, alpha)
    # Half a unit of float16 is 2^-11 of the result; to that, roundings of float32 add up as
    # random ones do. Sums of two products in float16 exceed it in each range.
    sums = np.abs(a.astype(np.float64)) @ np.abs(b.astype(np.float64))
    limit = np.abs(exact) * 2.0 ** -11 * 1.001 + sums * np.sqrt(k) * 2.0 ** -24
    limit = np.maximum(alpha * limit, 2.0 ** -25)
    assert np.all(np.abs(result - alpha * exact) <= limit)
    # What is summed in the same order is the same to the last bit.
    if "gemm_dot_f16" not in planned(dml, lambda: multiply(device, a, b, alpha)):
        take(dict(TILES["small"], k=8), packed=0)
        assert multiply(device, a, b, alpha).tobytes() == result.tobytes()


def test_products_beyond_float16_cancel(device, take):
    """65504 * 65504 twice, with opposite signs, between ones, of which float32 may lose those
    before."""
    take(TILES["small"])
    a = np.ones((33, 70), "float16")
    b = np.ones((70, 34), "float16")
    a[:, 21], a[:, 22], b[21:23] = 65504, -65504, 65504
    result = multiply(device, a, b)
    assert np.all((result >= 46) & (result <= 68))


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("depth", [0, 7, 20])
def test_infinities_and_nan_stay_in_their_row(device, take, value, depth):
    take(TILES["small"])
    a, b = np.ones((35, 21), "float16"), np.ones((21, 33), "float16")
    a[34, depth] = value
    result = multiply(device, a, b)
    assert np.all(result[:34] == 21)
    np.testing.assert_array_equal(result[34], np.full(33, value, "float16"))


# ---- Who takes them --------------------------------------------------------------

TABLE = """
import numpy as np
device = dml.open(0)
def multiply(m, n, k, dtype="float16"):
    a, b, c = (device.empty(sizes, dtype) for sizes in ((m, k), (k, n), (m, n)))
    device.gemm(a, b, c)
    return device.last_tile()
device.matrices()
sizes = [(4096, 4096, 64), (100, 40, 64), (4096, 16, 64), (8, 4096, 64)]
before = {p.shader for p in device.programs()}
tiles = [multiply(*size) for size in sizes]
shaders = sorted({p.shader for p in device.programs()} - before)
result = [shaders, tiles, multiply(4096, 4096, 64, "float32"), device.tile_candidates("float16")]
"""
AMD = ("type=discrete,vendor=4098,subgroup_size=64,max_group_invocations=1024,"
       "max_shared_bytes=65536,matrix_shapes=,float16_products=")


@pytest.fixture
def table(tmp_path):
    """What an adapter of a profile takes, and what it said on stderr."""
    return lambda profile: run(TABLE, TF_DIRECTML_BACKEND="null", TF_DIRECTML_NULL_ADAPTER=profile,
                               TF_DIRECTML_CACHE_DIR=str(tmp_path))


def takes_pairs(table, products, shader):
    (shaders, tiles, single, candidates), stderr = table(AMD + products)
    assert stderr == ""
    assert shaders == [shader]
    assert all(tile["packed"] for tile in tiles)
    assert not single["packed"]
    assert {0, 1} == {c["packed"] for c in candidates}
    # The same tiles, twice as deep: shared memory holds two depths in one word.
    converted = table(AMD + "converted")[0]
    assert converted[0] == ["gemm_f16"]
    for tile, other in zip(tiles, converted[1]):
        assert tile_of(tile) == {**tile_of(other), "k": 2 * other["k"], "packed": 1}
    assert not any(c["packed"] for c in converted[3])


def test_adapters_that_multiply_pairs_take_them(table):
    takes_pairs(table, "mixed", "gemm_packed_f16")


def test_dot_products_prove_right_first(table, tmp_path):
    """An instruction that few programs use, by an extension that few drivers have."""
    (shaders, tiles, _, _), stderr = table(AMD + "dot")
    assert shaders == ["gemm_f16"] and not any(tile["packed"] for tile in tiles)
    assert "dot products" in stderr  # the null backend computes nothing
    (path,) = tmp_path.glob("matrices-*.bin")
    write_file(path, b"right")
    takes_pairs(table, "dot", "gemm_dot_f16")


def test_others_convert(table):
    """Where the compiler would convert each operand at each use."""
    for profile in ("type=discrete,vendor=4318,", "type=integrated,vendor=32902,"):
        (shaders, _, _, candidates), stderr = table(
            profile + AMD.split(",", 2)[2] + "converted")
        assert stderr == ""
        assert shaders == ["gemm_f16"] and not any(c["packed"] for c in candidates)


@pytest.mark.parametrize(
    "change, message",
    [(dict(packed=2), "0 or 1"), (dict(lanes=8), "no packed form"), (dict(type=0), "limits"),
     (dict(m=32, n=32, k=2, thread_m=2, thread_n=2), "two elements")],
    ids=str,
)
def test_forms_that_cannot_be(device, dml, change, message):
    with pytest.raises(dml.DmlError, match=message) as error:
        device.store_tiles([{**choice(TILES["small"]), **change}])
    assert error.value.code == dml.Code.INVALID_ARGUMENT


def test_float32_takes_the_table_s(device, take):
    """A packed tile that everything is to take is passed by where it cannot be."""
    take(TILES["small"])
    a = helpers.random((33, 17), "float32", seed=1)
    b = helpers.random((17, 30), "float32", seed=2)
    c = device.empty((33, 30))
    device.gemm(helpers.upload(device, a), helpers.upload(device, b), c, 1.0, 0.0, None, "NONE")
    helpers.check(c, test_gemm.product(a, b))
    assert not device.last_tile()["packed"]
