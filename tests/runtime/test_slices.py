"""Operators cut into slices: with a submission time of a microsecond, nearly every launch
is, on any device. Each group must still compute what it would in one launch.
"""

import textwrap

import helpers
import pytest

PREAMBLE = """
import numpy as np
device = dml.open(0)
rng = np.random.RandomState(1)
def random(*shape):
    return rng.standard_normal(shape).astype(np.float32)
def counted(work):
    device.sync()
    before = device.statistics()
    work()
    device.sync()
    after = device.statistics()
    return after["submissions"] - before["submissions"], after["launches"] - before["launches"]
"""

OPERATORS = {
    "gemm": """
a, b = random(3, 200, 150), random(3, 150, 170)
out = device.empty((3, 200, 170))
submissions, launches = counted(lambda: device.gemm(device.tensor(a), device.tensor(b), out))
np.testing.assert_allclose(out.numpy(), a @ b, rtol=1e-4, atol=1e-4)
""",
    "gemm in parts of the depth": """
a, b = random(16, 20000), random(20000, 16)
out = device.empty((16, 16))
submissions, launches = counted(lambda: device.gemm(device.tensor(a), device.tensor(b), out))
np.testing.assert_allclose(out.numpy(), a.astype(np.float64) @ b, rtol=1e-3, atol=1e-2)
""",
    "elementwise": """
x = random(300, 1001)
out = device.empty(x.shape)
submissions, launches = counted(lambda: device.elementwise("RELU", [device.tensor(x)], out))
np.testing.assert_array_equal(out.numpy(), np.maximum(x, 0))
""",
    "transpose": """
x = random(300, 501)
out = device.empty((501, 300))
submissions, launches = counted(
    lambda: device.copy_tensor(device.tensor(x).transpose(1, 0), out))
np.testing.assert_array_equal(out.numpy(), x.T)
""",
    # More groups than what one row of a grid takes on many adapters.
    "rows of a grid": """
n = 65535 * 1024 + 5000
x = (np.arange(n) % 251).astype(np.uint8)
source, out = device.tensor(x), device.empty(x.shape, x.dtype)
submissions, launches = counted(lambda: device.elementwise("ADD", [source, source], out))
np.testing.assert_array_equal(out.numpy(), x + x)
""",
}


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("microseconds", [1, 300])
def test_slices(operator, microseconds):
    if operator == "rows of a grid" and microseconds == 1:
        pytest.skip("tens of thousands of submissions")
    code = textwrap.dedent(PREAMBLE) + OPERATORS[operator] + "print(submissions, launches)\n"
    result = helpers.run_python(code, TF_DIRECTML_SUBMISSION_TIME=str(microseconds))
    assert result.returncode == 0, result.stderr
    submissions, launches = map(int, result.stdout.split())
    if microseconds == 1 or operator == "rows of a grid":
        assert submissions >= 2 * launches


def test_a_profile_has_one_record_for_all_slices():
    code = PREAMBLE + """
from tensorflow_directml import profiling
x = random(300, 1001)
source, out = device.tensor(x), device.empty(x.shape)
with profiling.Profile(device) as taken:
    submissions, launches = counted(lambda: device.elementwise("RELU", [source], out))
assert len(taken.records) == launches == 1, taken.records
print(submissions)
"""
    result = helpers.run_python(code, TF_DIRECTML_SUBMISSION_TIME="1")
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) > 1


def test_light_work_is_not_split():
    code = PREAMBLE + """
x = device.tensor(random(100))
out = device.empty(100)
def work():
    for _ in range(1000):
        device.elementwise("RELU", [x], out)
counted(work)
print(*counted(work))
"""
    variables = dict(TF_DIRECTML_BATCH_FLUSH_SIZE="4096", TF_DIRECTML_BATCH_FLUSH_TIME="1000000")
    result = helpers.run_python(code, **variables)
    assert result.returncode == 0, result.stderr
    submissions, launches = map(int, result.stdout.split())
    # Early ones, since the device waits: 8, 64, 512 and the rest.
    assert launches == 1000 and submissions <= 8
