"""What tests of launches that become one share."""

import contextlib

import numpy as np
import pytest

PASSES = 3  # until there are programs for it


@pytest.fixture(autouse=True, scope="module")
def merging(device):
    device.merge_launches(True)
    yield
    device.merge_launches(False)


@contextlib.contextmanager
def one_by_one(device):
    """Launches stay single meanwhile."""
    device.merge_launches(False)
    try:
        yield
    finally:
        device.merge_launches(True)


def bits(array):
    """With one NaN: which one it is depends on the driver."""
    if array.dtype.kind == "f":
        array = np.where(np.isnan(array), np.array(np.nan, array.dtype), array)
    return array.tobytes()


def least(device, work):
    """The result and {statistic: growth} of what took the fewest launches.

    Launches wait for what follows only so long, and a busy machine may take longer.
    """
    found = []
    for _ in range(10):
        device.sync()
        before = device.statistics()
        result = work()
        after = device.statistics()
        found.append((result, {name: after[name] - before[name] for name in after}))
    return min(found, key=lambda each: each[1]["launches"])


def learn(device, work):
    """Does it often enough to have programs."""
    for _ in range(PASSES):
        work()
        device.sync()
        device.finish_programs()
