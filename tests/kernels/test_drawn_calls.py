"""Calls of ops that tests/fuzz/ops.py found to go wrong once; fuzz/calls.json has them."""

import json
import pathlib
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.append(str(TESTS))
from fuzz.comparison import GOOD, REFUSALS, end_of  # noqa: E402
from fuzz.ops import children  # noqa: E402

CALLS = json.loads((TESTS / "fuzz/calls.json").read_text())


@pytest.fixture(scope="module")
def both():
    """The processes are their own: these calls ended one once."""
    on_cpu, on_dml = children()
    with on_cpu, on_dml:
        yield on_cpu, on_dml


@pytest.mark.parametrize("entry", CALLS["regressions"],
                         ids=lambda entry: entry["call"]["op"] + ": " + entry["was"])
def test_what_went_wrong_once(both, entry):
    end, text = end_of(*both, entry["call"])
    assert end in GOOD + REFUSALS, text


def test_a_difference_is_found(both):
    """Random numbers differ, where the comparison is asked for them."""
    call = {"op": "RandomUniform", "attrs": {"dtype": "float32", "seed": 0, "seed2": 0},
            "inputs": [{"dtype": "int32", "shape": [1], "values": [4]}]}
    assert end_of(*both, call) == ("same", "")
    end, text = end_of(*both, call, free={})
    assert end == "differs" and "output 0" in text


def test_most_ops_are_drawn(both):
    ops = {op["op"] for op in both[1].ask("ops")}
    assert len(ops) > 300
    for entry in CALLS["known"]:
        assert set(entry["ops"]) <= ops and entry["reason"]
