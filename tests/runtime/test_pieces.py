"""Operators on tensors of more elements than a launch takes: by pieces of 1000 elements, where
2^31 - 1 are usual. Each case is an operator that must be cut, and must not show it.
"""

import textwrap

import helpers
import pytest

PREAMBLE = """
rng = np.random.RandomState(1)
def random(*shape):
    return rng.uniform(-2, 2, shape).astype(np.float32)
def equal(tensor, expected):
    np.testing.assert_array_equal(tensor.numpy(), expected)
def close(tensor, expected, tolerance=1e-5):
    np.testing.assert_allclose(tensor.numpy(), expected, tolerance, tolerance)
device = dml.open(0)
"""

# What to prepare, the operator, what must hold. `least`: launches.
CASES = {
    "elementwise": ("x = random(7, 501); out = device.empty(x.shape)",
                    "device.elementwise('RELU', [device.tensor(x)], out)",
                    "equal(out, np.maximum(x, 0))", 4),
    "in place": ("x = random(2501); out = device.tensor(x)",
                 "device.elementwise('SQUARE', [out], out)",
                 "equal(out, x * x)", 3),
    "broadcast": ("x, y = random(1, 3, 700), random(40, 3, 1); out = device.empty((40, 3, 700))",
                  "device.elementwise('ADD', [device.tensor(x).broadcast_to(out.sizes),"
                  " device.tensor(y).broadcast_to(out.sizes)], out)",
                  "equal(out, x + y)", 84),
    "a dimension reversed": ("x = random(3001); out = device.empty(3001)",
                             "device.elementwise('ABS', [device.tensor(x)[::-1]], out)",
                             "equal(out, np.abs(x[::-1]))", 4),
    "few elements far apart": ("x = random(3, 2000); out = device.empty((3, 2))",
                               "device.elementwise('ABS', [device.tensor(x)[:, :2]], out)",
                               "equal(out, np.abs(x[:, :2]))", 3),
    "cast": ("x = random(2001); out = device.empty(2001, 'float16')",
             "device.cast(device.tensor(x), out)",
             "equal(out, x.astype(np.float16))", 3),
    "cast to complex": ("x = random(60, 40); out = device.empty((40, 60), 'complex64')",
                        "device.cast(device.tensor(x).transpose(1, 0), out)",
                        "equal(out, x.T.astype(np.complex64))", 3),
    "bfloat16": ("x = random(2000); out = device.empty(2000, 'uint16')",
                 "device.cast_bfloat16(device.tensor(x), 1, out)",
                 "equal(out, (x.view(np.uint32) >> 16).astype(np.uint16))", 3),
    "bits": ("x = rng.rand(500, 8) < 0.5; out = device.empty(500, 'uint8')",
             "device.pack_bits(device.tensor(x), out)",
             "equal(out, np.packbits(x, axis=1)[:, 0])", 4),
    "transpose": ("x = random(65, 70); out = device.empty((70, 65))",
                  "device.copy_tensor(device.tensor(x).transpose(1, 0), out)",
                  "equal(out, x.T)", 9),
    "fill": ("out = device.empty((3, 5001), 'uint8')",
             "device.fill(out, 7)",
             "equal(out, np.full((3, 5001), 7))", 2),
    "pad": ("x = random(40, 51); out = device.empty((43, 50))",
            "device.pad('CONSTANT', device.tensor(x), [2, -3], 5, out)",
            "equal(out, np.pad(x, ((2, 1), (0, 2)), 'constant', constant_values=5)[:, 3:])", 4),
    "random": ("numbers = []",
               "for n in (999, 10001):\n"
               "    for kind, low, high, dtype in (('TRUNCATED_NORMAL', 0, 0, 'float32'),"
               " ('UNIFORM', 0, 0, 'float64'), ('GUMBEL', 0, 0, 'float32'),"
               " ('UNIFORM_INT', 0, 9, 'int64')):\n"
               "        out = device.empty(n, dtype)\n"
               "        device.random(kind, (0xfffffffe, 0xffffffff, 1, 0), (3, 4), low, high,"
               " out)\n"
               "        numbers.append(out.numpy())",
               # From counters of its own, that carry over.
               "for a, b in zip(numbers[:4], numbers[4:]):\n"
               "    np.testing.assert_array_equal(a, b[:999])\n"
               "    assert len(np.unique(b[-500:])) > 400 or b.dtype == np.int64\n"
               "def philox(counter):\n"
               "    one = device.empty(4)\n"
               "    device.random('GUMBEL', counter, (3, 4), 0, 0, one)\n"
               "    return one.numpy()\n"
               "np.testing.assert_array_equal(numbers[6][8000:8004],"
               " philox(((0xfffffffe + 4000) & 0xffffffff, 0, 2, 0)))", 44),
    "sum of all": ("x = random(90, 91); out = device.empty((1, 1))",
                   "device.reduce('SUM', device.tensor(x), out, 0.5)",
                   "close(out, 0.5 * x.sum(dtype=np.float64, keepdims=True), 1e-4)", 10),
    "sum of rows": ("x = random(3000, 5); out = device.empty((1, 5))",
                    "device.reduce('SUM', device.tensor(x), out, 1)",
                    "close(out, x.sum(0, dtype=np.float64, keepdims=True), 1e-4)", 16),
    "sum of long rows": ("x = random(4, 2000); out = device.empty((1, 2000))",
                         "device.reduce('SUM', device.tensor(x), out, 1)",
                         "close(out, x.sum(0, keepdims=True))", 9),
    "mean": ("x = (2 + random(9, 300, 5)).astype(np.float16);"
             " out = device.empty((9, 1, 1), 'float16')",
             "device.reduce('MEAN', device.tensor(x), out, 1)",
             "close(out, x.astype(np.float64).mean((1, 2), keepdims=True), 2e-3)", 18),
    "norm": ("x = random(40, 100).astype(np.float64); out = device.empty((1, 1), 'float64')",
             "device.reduce('L2', device.tensor(x), out, 1)",
             "close(out, np.sqrt((x * x).sum(keepdims=True)), 1e-12)", 5),
    "sum of bytes": ("x = rng.randint(0, 255, 5001).astype(np.uint8);"
                     " out = device.empty(1, 'uint8')",
                     "device.reduce('SUM', device.tensor(x), out, 1)",
                     "equal(out, x.sum(keepdims=True, dtype=np.uint8))", 7),
    "any": ("x = np.zeros(5001, bool); x[5000] = True; out = device.empty(1, 'bool')",
            "device.reduce('ANY', device.tensor(x), out, 1)",
            "equal(out, [True])", 7),
    "the place of the largest": ("x = random(20, 31, 5); out = device.empty((20, 1, 5), 'int64')",
                                 "device.arg_reduce('ARG_MAX', device.tensor(x), 1, out)",
                                 "equal(out, x.argmax(1)[:, None])", 4),
    "scan": ("x = random(20, 31, 5); out = device.empty(x.shape)",
             "device.scan('SUM', device.tensor(x), 1, 1, 1, out)",
             "close(out, np.flip(np.cumsum(np.flip(x, 1), 1), 1) - x)", 4),
    "gather of far rows": ("x = rng.randint(0, 255, (500, 7)).astype(np.uint8);"
                           " i = rng.randint(0, 500, 600); i[5] = -1; i[6] = 500;"
                           " out = device.empty((1, 600, 7), 'uint8')",
                           "device.gather(device.tensor(x[None]), device.tensor(i), out)",
                           "i[5:7] = 0; expected = x[i]; expected[5:7] = 0;"
                           " equal(out, expected[None])", 5),
    "gather of blocks": ("x = random(6, 90, 11); i = rng.randint(0, 90, 25).astype(np.int32);"
                         " out = device.empty((6, 25, 11))",
                         "device.gather(device.tensor(x), device.tensor(i), out)",
                         "equal(out, x[:, i])", 2),
    "one hot": ("i = rng.randint(0, 50, (9, 21)).astype(np.int32);"
                " out = device.empty((9, 50, 21))",
                "device.one_hot(device.tensor(i), device.tensor(np.float32(2)),"
                " device.tensor(np.float32(-1)), out)",
                "equal(out, np.where(np.arange(50)[:, None] == i[:, None], 2, -1))", 10),
    "scatter": ("x = random(500, 7); i = rng.randint(-3, 503, 400); u = random(400, 7);"
                " out = device.tensor(x)",
                "device.scatter('ADD', device.tensor(i), device.tensor(u), out)",
                "for row, update in zip(i, u):\n"
                "    if 0 <= row < 500: x[row] += update\n"
                "equal(out, x)", 12),
    "scatter by int32": ("x = random(3000, 1); i = rng.permutation(3000)[:900].astype(np.int32);"
                         " u = random(900, 1); out = device.tensor(x)",
                         "device.scatter('ASSIGN', device.tensor(i), device.tensor(u), out)",
                         "x[i] = u; equal(out, x)", 3),
    "optimizer": ("v, a, g = random(41, 50), np.abs(random(41, 50)), random(41, 50);"
                  " out, slot = device.tensor(v), device.tensor(a)",
                  "device.apply_optimizer('ADAGRAD', [out, slot, device.tensor(np.float32(0.1)),"
                  " device.tensor(g)], use_nesterov=0, update_slots=1)",
                  "close(slot, a + g * g); close(out, v - 0.1 * g / np.sqrt(a + g * g), 1e-4)", 3),
    "optimizer of rows": ("v, a, g = random(400, 5), np.abs(random(400, 5)), random(300, 5);"
                          " i = rng.permutation(400)[:300];"
                          " out, slot = device.tensor(v), device.tensor(a)",
                          "device.apply_optimizer_to_rows('ADAGRAD', [out, slot,"
                          " device.tensor(np.float32(0.1)), device.tensor(g)], device.tensor(i),"
                          " use_nesterov=0, update_slots=1)",
                          "a[i] += g * g; v[i] -= 0.1 * g / np.sqrt(a[i]);"
                          " close(slot, a); close(out, v, 1e-4)", 6),
}


@pytest.mark.parametrize("case", CASES)
def test_pieces(case):
    prepare, work, holds, least = CASES[case]
    code = "\n".join([
        textwrap.dedent(PREAMBLE), prepare, "before = device.statistics()['launches']", work,
        "launches = device.statistics()['launches'] - before", holds, "print(launches)"])
    result = helpers.run_python(code, TF_DIRECTML_LAUNCH_ELEMENTS="1000")
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) >= least


def test_what_cannot_be_cut_is_whole():
    code = """
device = dml.open(0)
x = np.arange(1, 3001, dtype=np.int8)
y = device.empty(1, "int8")
device.reduce("MEAN", device.tensor(x), y, 1)
np.testing.assert_array_equal(y.numpy(), [x.sum(dtype=np.int64) // 3000])
z = device.empty((1, 3000))
device.softmax(0, device.tensor(np.ones((1, 3000), np.float32)), z)
np.testing.assert_allclose(z.numpy(), 1 / 3000, 1e-5)
w = device.empty(3000, "int8")
device.scan("SUM", device.tensor(x), 0, 0, 0, w)
np.testing.assert_array_equal(w.numpy(), np.cumsum(x, dtype=np.int8))
"""
    result = helpers.run_python(code, TF_DIRECTML_LAUNCH_ELEMENTS="1000")
    assert result.returncode == 0, result.stderr
