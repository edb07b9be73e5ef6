"""Random numbers against an independent Philox and the distributions' laws."""

import helpers
import numpy as np
import pytest
from scipy import stats

KEY = (0x12345678, 0x9ABCDEF0)
COUNTERS = [(0, 0, 0, 0), (5, 6, 7, 8), (0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFF, 3)]


def philox(counter, key, blocks):
    """Philox 4x32-10 of counter + g for g in `blocks`, in Python's integers."""
    base = sum(word << (32 * i) for i, word in enumerate(counter))
    out = []
    for g in blocks:
        c = [(base + int(g)) >> (32 * i) & 0xFFFFFFFF for i in range(4)]
        k = list(key)
        for _ in range(10):
            a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
            c = [
                b >> 32 ^ c[1] ^ k[0],
                b & 0xFFFFFFFF,
                a >> 32 ^ c[3] ^ k[1],
                a & 0xFFFFFFFF,
            ]
            k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
        out.append(c)
    return np.array(out, np.uint32).reshape(-1, 4)


def test_reference_is_philox():
    """The known answers of the paper's own test vectors."""
    ones = (0xFFFFFFFF,) * 4
    np.testing.assert_array_equal(
        philox((0,) * 4, (0, 0), [0])[0], [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
    )
    np.testing.assert_array_equal(
        philox(ones, ones[:2], [0])[0], [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]
    )


def unit(bits):
    return (bits & 0x7FFFFF).astype(np.float64) / 2**23


def box_muller(a, b):
    # As float32 would: the angle is rounded once.
    u = np.maximum(unit(a), np.float64(np.float32(1e-7)))
    angle = (2 * np.pi * unit(b)).astype(np.float32).astype(np.float64)
    radius = np.sqrt(-2 * np.log(u))
    return radius * np.sin(angle), radius * np.cos(angle)


def normals(bits):
    x = np.empty(bits.shape, np.float64)
    x[:, 0], x[:, 1] = box_muller(bits[:, 0], bits[:, 1])
    x[:, 2], x[:, 3] = box_muller(bits[:, 2], bits[:, 3])
    return x


def truncated(counter, key, block):
    found = []
    n = block * 256
    while len(found) < 4:
        found += [x for x in normals(philox(counter, key, [n]))[0] if abs(x) < 2]
        n += 1
    return found[:4]


def unit64(bits):
    """[blocks, 4] words to [blocks, 2] numbers."""
    high = (bits[:, ::2] & 0xFFFFF).astype(np.uint64) << np.uint64(32)
    return (high | bits[:, 1::2].astype(np.uint64)).astype(np.float64) / 2.0**52


def normals64(bits):
    u = unit64(bits)
    radius = np.sqrt(-2 * np.log(np.maximum(u[:, 0], 1e-7)))
    angle = 2 * np.pi * u[:, 1]
    return np.stack([radius * np.sin(angle), radius * np.cos(angle)], 1)


def truncated64(counter, key, block):
    found = []
    n = block * 128
    while len(found) < 2:
        found += [x for x in normals64(philox(counter, key, [n]))[0] if abs(x) < 2]
        n += 1
    return found[:2]


def draw(device, distribution, counter, shape, dtype, low=0, high=0):
    y = device.empty(shape, dtype)
    device.random(distribution, counter, KEY, low, high, y)
    return y


@pytest.mark.parametrize("counter", COUNTERS, ids=str)
@pytest.mark.parametrize("count", [0, 1, 4, 1027])
def test_uniform(device, counter, count):
    bits = philox(counter, KEY, range((count + 3) // 4)).ravel()[:count]
    y = draw(device, "UNIFORM", counter, (count,), "float32")
    np.testing.assert_array_equal(y.numpy(), unit(bits))
    y = draw(device, "UNIFORM", counter, (count,), "float16")
    np.testing.assert_array_equal(y.numpy(), (bits & 0x3FF) / 1024)


@pytest.mark.parametrize("counter", COUNTERS, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_normal(device, counter, dtype):
    y = draw(device, "NORMAL", counter, (7, 37), dtype)
    bits = philox(counter, KEY, range(65))
    helpers.check(y, normals(bits).ravel()[:259].reshape(7, 37))


def gumbels(bits):
    """[blocks, 4] words to [blocks, 2] numbers."""
    words = bits.astype(np.float64) + [0, 0.5, 0, 0.5]
    u = (words[:, ::2] + words[:, 1::2] / 2**32) / 2**32
    upper = bits[:, ::2] >= 1 << 31
    return -np.log(-np.where(upper, np.log(1 - u), np.log1p(-u)))


@pytest.mark.parametrize("counter", COUNTERS, ids=str)
def test_gumbel(device, counter):
    y = draw(device, "GUMBEL", counter, (7, 37), "float32")
    bits = philox(counter, KEY, range(130))
    helpers.check(y, gumbels(bits).ravel()[:259].reshape(7, 37))


def test_gumbel_is_finite_and_has_its_tails(device):
    y = draw(device, "GUMBEL", COUNTERS[0], (1 << 20,), "float32").numpy()
    assert np.isfinite(y).all()
    # P(x < t) = exp(-exp(-t)), so about 7 in 2^20 are above 11.9, 6 below -2.5.
    assert 1 <= (y > 11.9).sum() <= 30 and 1 <= (y < -2.49).sum() <= 30
    assert abs(np.mean(y) - 0.5772) < 0.01 and abs(np.var(y) - np.pi**2 / 6) < 0.02


@pytest.mark.parametrize("counter", COUNTERS, ids=str)
def test_float64(device, counter):
    bits = philox(counter, KEY, range(130))
    y = draw(device, "UNIFORM", counter, (259,), "float64")
    np.testing.assert_array_equal(y.numpy(), unit64(bits).ravel()[:259])
    y = draw(device, "NORMAL", counter, (7, 37), "float64")
    helpers.check(y, normals64(bits).ravel()[:259].reshape(7, 37), 1e-14)
    y = draw(device, "TRUNCATED_NORMAL", counter, (51,), "float64")
    expected = np.concatenate([truncated64(counter, KEY, block) for block in range(26)])
    helpers.check(y, expected[:51], 1e-14)


@pytest.mark.parametrize("counter", COUNTERS, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_truncated_normal(device, counter, dtype):
    y = draw(device, "TRUNCATED_NORMAL", counter, (102,), dtype)
    expected = np.concatenate([truncated(counter, KEY, block) for block in range(26)])
    helpers.check(y, expected[:102])


@pytest.mark.parametrize("low,high", [(0, 10), (-7, 8), (-(2**31), 2**31 - 1), (5, 6)])
def test_uniform_int32(device, low, high):
    y = draw(device, "UNIFORM_INT", COUNTERS[1], (83,), "int32", low, high)
    bits = philox(COUNTERS[1], KEY, range(21)).ravel()[:83]
    np.testing.assert_array_equal(y.numpy(), low + (bits.astype(np.int64) % (high - low)))


@pytest.mark.parametrize("low,high", [(0, 10), (-7, 2**40), (-(2**63), 2**63 - 1)])
def test_uniform_int64(device, low, high):
    y = draw(device, "UNIFORM_INT", COUNTERS[2], (83,), "int64", low, high)
    bits = philox(COUNTERS[2], KEY, range(42)).astype(object)
    whole = np.stack([bits[:, 0] + (bits[:, 1] << 32), bits[:, 2] + (bits[:, 3] << 32)], 1)
    expected = [low + n % (high - low) for n in whole.ravel()[:83]]
    np.testing.assert_array_equal(y.numpy(), np.array(expected, np.int64))


STATE = [(6 << 32) + 5, -(1 << 60), (KEY[1] << 32) + KEY[0]]


def words_of(state):
    whole = state[0] % 2**64 + (state[1] % 2**64 << 64)
    return [whole >> (32 * i) & 0xFFFFFFFF for i in range(4)]


@pytest.mark.parametrize("distribution, dtype", [
    ("UNIFORM", "float32"), ("UNIFORM", "float16"), ("NORMAL", "float64"),
    ("TRUNCATED_NORMAL", "float32"), ("UNIFORM_INT", "int32"), ("UNIFORM_INT", "int64"),
    ("FULL_INT", "uint64"),
])
def test_numbers_of_a_state_in_memory(device, distribution, dtype):
    """Those of the same counter and key from the host; then the counter moves on."""
    state = np.array([n - 2**64 if n >= 2**63 else n for n in STATE], np.int64)
    tensor = device.tensor(state)
    got = device.empty((103,), dtype)
    device.random_from_state(distribution, tensor, -3, 100, got)
    want = device.empty((103,), dtype)
    device.random(distribution, words_of(state.tolist()), KEY, -3, 100, want)
    np.testing.assert_array_equal(got.numpy(), want.numpy())
    np.testing.assert_array_equal(tensor.numpy(), state)


@pytest.mark.parametrize("steps", [0, 1, 2**63 - 1, -1])
def test_a_state_in_memory_moves_on(device, steps):
    state = device.tensor(np.array([-2, 2**63 - 1, 77, 5], np.int64))
    device.random_advance(state, steps)
    low = 2**64 - 2 + steps % 2**64
    high = 2**63 - 1 + (low >> 64)
    want = [low % 2**64, high, 77, 5]
    np.testing.assert_array_equal(state.numpy().view(np.uint64), np.array(want, np.uint64))


@pytest.mark.parametrize("dtype", ["int32", "uint32", "int64", "uint64"])
def test_all_bits(device, dtype):
    y = draw(device, "FULL_INT", COUNTERS[1], (83,), dtype)
    words = philox(COUNTERS[1], KEY, range(42)).ravel()
    np.testing.assert_array_equal(y.numpy(), words.view(dtype)[:83])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("mean, deviation, low, high", [
    (0, 1, -np.inf, 0.5), (3, 2, 0, 9), (1, 0.5, 1.1, 1.3), (0, 1, 3, np.inf), (0, 1, 4, 4.5),
    (-2, 3, -np.inf, -14),
])
def test_law_between_bounds(device, dtype, mean, deviation, low, high):
    parameters = [device.tensor(np.array([p], dtype)) for p in (mean, deviation, low, high)]
    y = device.empty((10, 5000), dtype)
    device.random_truncated_normal(COUNTERS[0], KEY, *parameters, y)
    law = stats.truncnorm((low - mean) / deviation, (high - mean) / deviation, mean, deviation)
    assert stats.kstest(y.numpy().ravel(), law.cdf).pvalue > 1e-4


@pytest.mark.parametrize(
    "distribution,law",
    [
        ("UNIFORM", stats.uniform()),
        ("NORMAL", stats.norm()),
        ("TRUNCATED_NORMAL", stats.truncnorm(-2, 2)),
    ],
)
def test_laws(device, distribution, law):
    x = draw(device, distribution, (1, 2, 3, 4), (100000,), "float32").numpy()
    assert stats.kstest(x, law.cdf).pvalue > 1e-4


def test_errors(device, dml):
    with pytest.raises(dml.DmlError, match="no range"):
        draw(device, "UNIFORM_INT", COUNTERS[0], (3,), "int32", 5, 5)
    with pytest.raises(dml.DmlError, match="does not give"):
        draw(device, "NORMAL", COUNTERS[0], (3,), "int32")
    with pytest.raises(dml.DmlError, match="int64 vector of 3 or more"):
        device.random_advance(device.empty((2,), "int64"), 1)
    with pytest.raises(dml.DmlError, match="int64 vector of 3 or more"):
        device.random_from_state("UNIFORM", device.empty((3,)), 0, 0, device.empty((4,)))
    one, two = device.empty((1,)), device.empty((2,))
    with pytest.raises(dml.DmlError, match="with 1 element or 3"):
        device.random_truncated_normal(COUNTERS[0], KEY, one, two, one, one, device.empty((3, 4)))
    with pytest.raises(dml.DmlError, match="contiguous"):
        y = device.empty((4, 2)).transpose()
        device.random("NORMAL", COUNTERS[0], KEY, 0, 0, y)
