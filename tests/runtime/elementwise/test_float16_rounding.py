"""What is stored as float16: rounded to nearest even, infinities and NaN kept, on drivers
that can be asked for that, and on those whose conversions are not to be relied on."""

import helpers
import numpy as np
import pytest
from test_adapters import run

EVERY = np.arange(2**16, dtype=np.uint16).view(np.float16)
# Products that meet ties, subnormal results (ties among these too), overflow, infinity
# times zero, and zeros of both signs. They are exact in float32 before they are rounded.
FACTORS = np.float16([1, 1.5, -1.125, 2.0**-5, -(2.0**-12), 2.0**-24, 3 * 2.0**-11, 0, np.inf])
# What is between two float16 or beyond the largest, for what rounds from float32.
CLOSE = np.float32([1 + 2.0**-11, 1 + 3 * 2.0**-11, 65519, 65520, 1e6, -1e6, 2.0**-25,
                    2.0**-25 * 1.0001, 3 * 2.0**-25, -0.0, np.inf, -np.inf, np.nan])


def check_bits(actual, wide):
    """`actual` is `wide` rounded: to the bit, but for NaN, which may be any."""
    with np.errstate(over="ignore"):
        expected = wide.astype(np.float16)
    number = ~np.isnan(wide)
    np.testing.assert_array_equal(actual.view(np.uint16)[number],
                                  expected.view(np.uint16)[number])
    assert np.isnan(actual[~number]).all()


def products():
    x, y = (np.ascontiguousarray(a) for a in np.broadcast_arrays(EVERY[:, None], FACTORS))
    with np.errstate(all="ignore"):
        return x, y, x.astype(np.float32) * y.astype(np.float32)


@pytest.mark.parametrize("layout", ["contiguous", "transposed", "unaligned"])
def test_products(device, layout):
    x, y, wide = products()
    z = helpers.empty(device, x.shape, "float16", layout)
    device.elementwise("MULTIPLY", [helpers.upload(device, x, layout),
                                    helpers.upload(device, y, layout)], z)
    check_bits(z.numpy(), wide)


def test_casts(device):
    y = device.empty(CLOSE.shape, "float16")
    device.cast(device.tensor(CLOSE), y)
    check_bits(y.numpy(), CLOSE)


def test_sums(device):
    x = np.float16([[1, 2.0**-11], [1, 3 * 2.0**-11], [2048, 1], [2050, 1], [65504, 16],
                    [65504, 15], [-65504, -16], [2.0**-24, 2.0**-24], [np.inf, 1], [np.nan, 1]])
    y = device.empty((len(x), 1), "float16")
    device.reduce("SUM", device.tensor(x), y, 1.0)
    check_bits(y.numpy()[:, 0], x.astype(np.float32).sum(axis=1))


def sums():
    """Two tensors of packs, and their sums in float32."""
    x = np.resize(EVERY, 2**20)
    y = np.resize(np.float16([2.0**-11, 3 * 2.0**-11, 1, -1, 16, -16, 2.0**-24, np.inf, 0.5]),
                  x.size)
    with np.errstate(all="ignore"):
        return x, y, x.astype(np.float32) + y.astype(np.float32)


def test_packs(device):
    x, y, wide = sums()
    z = device.empty(x.shape, "float16")
    device.add_tensors([device.tensor(x), device.tensor(y)], z)
    check_bits(z.numpy(), wide)


# test_products, test_casts and test_packs in a process of their own.
OTHER_DRIVER = """
import numpy as np
import test_float16_rounding as test
result = []
x, y, _ = test.products()
with dml.open(0) as device:
    for layout in ("contiguous", "transposed"):
        z = test.helpers.empty(device, x.shape, "float16", layout)
        device.elementwise("MULTIPLY", [test.helpers.upload(device, x, layout),
                                        test.helpers.upload(device, y, layout)], z)
        result.append(z.numpy().view(np.uint16).tolist())
    z = device.empty(test.CLOSE.shape, "float16")
    device.cast(device.tensor(test.CLOSE), z)
    result.append(z.numpy().view(np.uint16).tolist())
    x, y, _ = test.sums()
    z = device.empty(x.shape, "float16")
    device.add_tensors([device.tensor(x), device.tensor(y)], z)
    result.append(z.numpy().view(np.uint16).tolist())
"""


def test_drivers_that_promise_nothing(careless_loader, tmp_path):
    found, _ = run(OTHER_DRIVER, TF_DIRECTML_VULKAN_LOADER=careless_loader,
                   TF_DIRECTML_CACHE_DIR=str(tmp_path))
    _, _, wide = products()
    for bits, expected in zip(found, (wide, wide, CLOSE, sums()[2])):
        check_bits(np.uint16(bits).view(np.float16), expected)
