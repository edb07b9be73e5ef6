"""The disk cache of compiled programs only saves time: whatever state its file
or folder is in, results are right and nothing is said.
"""

import pytest
from test_adapters import run

COMPUTE = """
import numpy as np
x = np.linspace(-3, 3, 101, dtype=np.float32)
with dml.open(0) as device:
    y = device.empty(x.shape, x.dtype)
    device.elementwise("RELU", [device.tensor(x)], y)
    result = bool((y.numpy() == np.maximum(x, 0)).all())
"""


def compute(folder, **environment):
    result, stderr = run(COMPUTE, TF_DIRECTML_CACHE_DIR=str(folder), **environment)
    assert result
    assert "cache" not in stderr.lower()


def cache_file(folder):
    files = list(folder.iterdir())
    assert len(files) == 1, files
    return files[0]


def test_file_is_kept_and_used_again(tmp_path):
    folder = tmp_path / "made" / "when needed"
    compute(folder)
    assert cache_file(folder).stat().st_size > 0
    compute(folder)
    cache_file(folder)


def test_file_is_written_by_a_process_that_closes_nothing(tmp_path):
    # As TensorFlow does it. The allocator overwrites what is freed: at the exit the
    # validation layer, where it is installed, must still be whole.
    code = COMPUTE.replace("with dml.open(0) as device:", "device = dml.open(0)\nif True:")
    result, _ = run(
        code, TF_DIRECTML_CACHE_DIR=str(tmp_path), TF_DIRECTML_DEBUG="1", MALLOC_PERTURB_="165"
    )
    assert result
    assert cache_file(tmp_path).stat().st_size > 0


def test_default_folder(tmp_path):
    for variable, folder in (("XDG_CACHE_HOME", "."), ("HOME", ".cache")):
        home = tmp_path / variable
        environment = {"XDG_CACHE_HOME": None, variable: str(home)}
        result, _ = run(COMPUTE, TF_DIRECTML_CACHE_DIR=None, **environment)
        assert result
        assert cache_file(home / folder / "tensorflow-directml").is_file()


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:20],
        lambda data: data[:-1],
        lambda data: data + b"more",
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        lambda data: b"\xff" * len(data),
    ],
    ids=["empty", "header only", "short", "long", "bit flipped", "foreign"],
)
def test_damaged_file_is_replaced(tmp_path, damage):
    compute(tmp_path)
    path = cache_file(tmp_path)
    good = path.read_bytes()
    path.write_bytes(damage(good))
    compute(tmp_path)
    assert cache_file(tmp_path).read_bytes()[:8] == good[:8]
    assert path.stat().st_size >= len(good)


def test_folder_that_cannot_be_written(tmp_path):
    # A file in its place works for every user, root included.
    folder = tmp_path / "file"
    folder.write_text("not a folder")
    compute(folder)
    assert folder.read_text() == "not a folder"


def test_no_folder_at_all():
    result, _ = run(COMPUTE, TF_DIRECTML_CACHE_DIR=None, XDG_CACHE_HOME=None, HOME=None)
    assert result
