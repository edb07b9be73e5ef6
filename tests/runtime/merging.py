"""What tests of launches that become one share."""

import contextlib

import helpers
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


def check_lost_device(elements, then, result, expected, **variables):
    """In a process whose device is lost while launches wait: the error, and a new device works.

    elements: of x, which are ones, and of y, their TANH. `then` launches what makes z of y,
    of the sizes `result`; `expected` is z. Both are Python. variables: of the environment.
    """
    said = helpers.run_python(
        f"""
        def work(device):
            x = device.tensor(np.ones({elements}, np.float32))
            for _ in range(4):
                y, z = device.empty(({elements},)), device.empty({result})
                device.elementwise("TANH", [x], y)
                {then}
                device.finish_programs()
            return z
        device = dml.open(0)
        for _ in range(3):
            work(device)
            device.sync()
        device.inject_failure("DEVICE_LOST")
        try:
            work(device).numpy()
        except dml.DmlError as error:
            print(error.code == dml.Code.DEVICE_LOST)
        again = dml.open(0)
        print(np.allclose(work(again).numpy(), {expected}))
        """, **variables)
    assert said.stdout.split() == ["True", "True"], said.stderr
