"""No count of a step is more than in docs/benchmarks/steps.csv."""

import pathlib
import subprocess
import sys

import pytest

STEPS = pathlib.Path(__file__).resolve().parents[2] / "benchmarks/steps.py"


@pytest.mark.parametrize("step", ["transformer", "lstm", "while_rnn"])
def test_a_step_asks_for_no_more_than_before(step):
    done = subprocess.run([sys.executable, str(STEPS), step, "--check", "--by-op", "20"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          universal_newlines=True, timeout=600)
    assert done.returncode == 0, done.stdout
    assert step in done.stdout
