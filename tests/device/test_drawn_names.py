"""Names of devices, right and wrong: those that say GPU lead where those that say DML do."""

import pathlib
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from children import Child  # noqa: E402

PARTS = ["/", "/job:", "localhost", "worker", "/replica:", "/task:", "/device:", "GPU", "gpu",
         "GPU:", "/gpu:", "/cpu:", "CPU:", ":", "*", "0", "1", "-1", "007", "4294967296",
         "99999999999999999999", "XLA_GPU:", " ", "é", "\\", "_", "/device:GPU:0", "/job:localhost"]


@pytest.fixture(scope="module")
def child():
    with Child("fuzz.name_server", "NameServer", (), {"TF_CPP_MIN_LOG_LEVEL": "3"}, 60) as made:
        yield made


def test_known_names(child):
    full = "/job:localhost/replica:0/task:0/device:DML:0"
    for name in ("/gpu:0", "/GPU:0", "/device:GPU:0", "/device:DML:0", "/job:localhost/gpu:0"):
        assert child.ask("place", name) == full, name
    assert child.ask("place", "/gpu:nothing").endswith("Error")


def with_dml(name):
    """The name with GPU, or its short form in either case, put as DML, which has none."""
    parts = []
    for part in name.split("/"):
        words = part.split(":")
        if words[0].upper() == "GPU" and len(words) <= 2:
            part = "device:DML:" + (words[1] if len(words) == 2 else "*")
        elif words[0] == "device" and len(words) == 3 and words[1] == "GPU":
            part = "device:DML:" + words[2]
        parts.append(part)
    return "/".join(parts)


@settings(max_examples=120, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.sampled_from(PARTS), max_size=7))
def test_any_name(child, parts):
    name = "".join(parts)
    assert child.ask("place", name) == child.ask("place", with_dml(name))
