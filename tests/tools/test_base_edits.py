"""The line that the wheel adds to TensorFlow's own code."""

import hashlib
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tensorflow/tools/pip_package"))
import base_edits  # noqa: E402


def test_only_the_expected_file_is_edited(monkeypatch):
    stock = b"print('stock')\n"
    with pytest.raises(SystemExit, match="tensorflow_core/__init__.py"):
        base_edits.edit(stock)
    monkeypatch.setattr(base_edits, "SHA256", hashlib.sha256(stock).hexdigest())
    assert base_edits.edit(stock) == stock + base_edits.HOOK


def test_a_file_is_edited_once(monkeypatch, tmp_path):
    stock = b"x = 1\n"
    monkeypatch.setattr(base_edits, "SHA256", hashlib.sha256(stock).hexdigest())
    path = tmp_path / "__init__.py"
    path.write_bytes(stock)
    base_edits.main(path)
    base_edits.main(path)
    assert path.read_bytes() == stock + base_edits.HOOK
