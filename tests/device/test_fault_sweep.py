"""The short form of tests/faults/sweep.py --layer tensorflow: the first call of some kinds."""

import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from faults import sweep  # noqa: E402
from faults.kinds import BY_NAME, MODES  # noqa: E402

# None of files: what is saved in the background may come after the step.
SOME = ("device", "allocation", "map", "submission", "submission, lost", "wait", "pipeline",
        "command pool", "addresses")


def test_each_ends_right_or_with_a_clear_error():
    results = list(sweep.sweep("tensorflow", [BY_NAME[name] for name in SOME], MODES, at_most=1))
    bad = [result for result in results if result.end not in sweep.GOOD]
    assert not bad, "\n".join(map(str, bad))
    assert {result.kind for result in results if result.end != "not reached"} == set(SOME)
    assert {"right", "error"} <= {result.end for result in results}
