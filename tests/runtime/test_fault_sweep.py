"""The short form of tests/faults/sweep.py: one place of each kind of call."""

import collections
import os
import pathlib
import sys

import helpers  # noqa: F401 -- finds the runtime as other tests do
import pytest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from faults import sweep  # noqa: E402
from faults.kinds import BY_NAME, KINDS, MODES  # noqa: E402

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it preloads a library")

# Sanitizers have a pthread_create of their own between the runtime and the one that fails.
SANITIZED = "san.so" in os.environ.get("LD_PRELOAD", "")


@pytest.fixture(scope="module")
def results():
    return list(sweep.sweep("runtime", KINDS, MODES, at_most=1))


def test_each_ends_right_or_with_a_clear_error(results):
    bad = [result for result in results if result.end not in sweep.GOOD]
    assert not bad, "\n".join(map(str, bad))


def test_calls_of_each_kind_failed(results):
    reached = {result.kind for result in results if result.end != "not reached"}
    assert reached == set(BY_NAME) - ({"thread"} if SANITIZED else set())


def test_what_the_runtime_does_without(results):
    """Files only save time; what fails for a moment is tried again."""
    ends = collections.defaultdict(set)
    for result in results:
        ends[result.kind].add(result.end)
    for kind in KINDS:
        if not kind.clear:
            assert ends[kind.name] <= {"right", "not reached"}, kind
    assert "right" in ends["submission"] and "error" in ends["submission"]


@pytest.mark.skipif(SANITIZED, reason="see above")
def test_an_error_has_the_cause():
    kind = BY_NAME["thread"]
    (found,) = sweep.sweep("runtime", [kind], ["for ever"], at_most=1)
    assert found.end == "error" and "threads" in found.text and "ulimit -u" in found.text


def test_it_tells_an_error_that_says_nothing():
    """What the sweep asks of errors: the step is what it was, the demand is not."""
    kind = BY_NAME["pipeline"]._replace(clear=("the moon",))
    (found,) = sweep.sweep("runtime", [kind], ["for ever"], at_most=1)
    assert found.end == "unclear error" and "vkCreateComputePipelines" in found.text
