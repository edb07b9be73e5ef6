"""Modules of the package as they are in the checkout."""

import importlib
import pathlib
import sys
import types

PACKAGE = pathlib.Path(__file__).resolve().parents[2] / "tensorflow/python/dml"


def load(name):
    """A module of the package, which needs neither its library nor TensorFlow."""
    if "dml_sources" not in sys.modules:
        package = types.ModuleType("dml_sources")
        package.__path__ = [str(PACKAGE)]
        sys.modules["dml_sources"] = package
    return importlib.import_module("dml_sources." + name)
