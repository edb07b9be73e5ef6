"""The runtime's tests say which library and Python are under test; so here."""

import pathlib
import sys

RUNTIME_TESTS = pathlib.Path(__file__).resolve().parents[1] / "runtime"
sys.path.insert(0, str(RUNTIME_TESTS))

import importlib.util  # noqa: E402

_spec = importlib.util.spec_from_file_location("runtime_conftest", RUNTIME_TESTS / "conftest.py")
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)

dml, device = _module.dml, _module.device
