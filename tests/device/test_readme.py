"""What the README shows, runs, and on the device."""

import pathlib
import re
import subprocess
import sys

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"


def test_the_first_example_runs_on_the_device():
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", example],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, timeout=120,
    )
    assert result.returncode == 0, result.stderr
    mean, launches = result.stdout.splitlines()
    assert 120 < float(mean) < 136  # 512 products with a mean of 1/4
    said = re.search(r"what the GPU ran: (.*)", example).group(1).split(", ")
    for op in said:
        assert repr(op) in launches, launches
