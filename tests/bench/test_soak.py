"""What benchmarks/soak.py takes for growing."""

import importlib.util
import pathlib

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
_spec = importlib.util.spec_from_file_location("soak", ROOT / "benchmarks/soak.py")
soak = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(soak)

MIB = 1 << 20
COUNT = 200


def rounds(**quantities):
    """A round a second; a quantity's values, or one that stays."""
    def of(values, number):
        return int(values if np.isscalar(values) else values[number])

    warming = [dict(seconds=-1, first=True, **{name: 0 for name in quantities})]
    return warming + [
        dict(seconds=number, first=False,
             **{name: of(values, number) for name, values in quantities.items()})
        for number in range(COUNT)]


def noise(seed=0):
    return np.random.RandomState(seed).normal(size=COUNT)


def grows(name, values):
    return soak.slopes(rounds(**{name: values}))[name]["grows"]


@pytest.mark.parametrize("values", [
    7, 7 + (noise() > 1), np.where(np.arange(COUNT) == 150, 900, 7),  # one that went again
], ids=["constant", "now and then", "once"])
def test_flat(values):
    assert not grows("threads", values)


def test_a_handle_every_tenth_round():
    assert grows("handles", 20 + np.arange(COUNT) // 10)


def test_memory_that_leaks_below_its_noise():
    values = 500 * MIB + 3 * MIB * noise() + 0.1 * MIB * np.arange(COUNT)
    assert grows("resident_bytes", values)


def test_memory_that_settles():
    values = 500 * MIB + 2 * MIB * noise() + 6 * MIB * (np.arange(COUNT) > 100)
    assert not grows("resident_bytes", values)


def test_programs_that_are_made_for_new_shapes():
    assert grows("programs", 50 + np.arange(COUNT) // 8)


def test_what_was_held_before_all_was_warm_counts_for_nothing():
    found = soak.slopes(rounds(handles=9))["handles"]
    assert found["first"] == found["last"] == found["most"] == 9


def test_too_few_rounds_are_no_slope():
    assert soak.slopes(rounds(handles=9)[:soak.FEWEST]) == {}
