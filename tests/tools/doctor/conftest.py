import sys

import machines
import pytest


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Made up, and sound until the test takes something away."""
    # That of the tests is for the build's tools.
    python = machines.module("doctor.checks.python")
    monkeypatch.setattr(python, "SUPPORTED", ((sys.version_info[0], sys.version_info[1]),))
    monkeypatch.setattr(python, "_required", list)
    return machines.Machine(tmp_path)
