"""Tests of the wheel beside TensorFlow 2.x, on Mesa's software driver where there is no GPU."""

import os

os.environ.setdefault("TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import pytest  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--all", action="store_true", help="also the long tests, and 20 steps of each")


def pytest_configure(config):
    config.addinivalue_line("markers", "long: runs with --all only")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--all"):
        return
    left_out = [item for item in items if item.get_closest_marker("long")]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


@pytest.fixture
def steps(request):
    """How many steps of training losses are compared over."""
    return 20 if request.config.getoption("--all") else 3
