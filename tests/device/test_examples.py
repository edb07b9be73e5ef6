"""What README and documentation show, runs, and on the device."""

import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CUDA = "docs/coming_from_cuda.md"
PROOF = """
import tensorflow_directml
assert tensorflow_directml.launches_by_tag(), "nothing ran on the device"
"""


def examples(page):
    return re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)


def lines(example):
    """What it prints."""
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", example + PROOF],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, timeout=120,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


def test_the_first_example_runs_on_the_device():
    (example,) = examples("README.md")
    mean, launches = lines(example)
    assert 120 < float(mean) < 136  # 512 products with a mean of 1/4
    said = re.search(r"what the GPU ran: (.*)", example).group(1).split(", ")
    for op in said:
        assert repr(op) in launches, launches


def test_first_use():
    first, keras = examples("docs/use.md")
    printed = lines(first + keras)
    assert "'MatMul': 1" in printed[1]
    assert "Epoch 2/2" in printed


# Processes of their own for those that cannot share one: virtual devices come first.
@pytest.mark.parametrize("part", [slice(0, 3), slice(3, 4), slice(4, 5)])
def test_coming_from_cuda(part):
    shown = examples(CUDA)
    assert len(shown) == 5
    example = "".join(shown[part])
    printed = lines(example)
    # What is printed stands behind the print, or in the line below.
    said = re.findall(r"^ *print\(.*\)\s+# (.*?)(?:: .*)?$", example, re.MULTILINE)
    assert printed[: len(said)] == said
    if part.start == 0:
        first, *_, last = map(float, printed[len(said) :])
        assert last < first  # the loss of the mixed precision example
