"""Processes that crash or hang are said to, and replaced (tests/children.py)."""

import os
import pathlib
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from children import Child, Ended  # noqa: E402

HERE = str(pathlib.Path(__file__).resolve().parent)


class Server:
    """In the child."""

    def __init__(self, start):
        self.count = start

    def next(self):
        self.count += 1
        return self.count

    def variable(self, name):
        return os.environ.get(name)

    def end(self, status):
        os._exit(status)

    def abort(self):
        print("last words", file=sys.stderr, flush=True)
        os.abort()

    def sleep(self):
        time.sleep(60)


@pytest.fixture
def child(monkeypatch):
    monkeypatch.syspath_prepend(HERE)
    with Child("test_children", "Server", (5,), {"OF_THE_CHILD": "yes"}, limit=10) as made:
        yield made


def test_answers(child):
    assert [child.ask("next") for _ in range(2)] == [6, 7]
    assert child.ask("variable", "OF_THE_CHILD") == "yes"
    assert "OF_THE_CHILD" not in os.environ
    assert child.starts == 1


def test_an_abort_has_its_signal_and_last_words(child):
    assert child.ask("next") == 6
    with pytest.raises(Ended, match="SIGABRT\nlast words") as ended:
        child.ask("abort")
    assert ended.value.how == "abort"
    assert child.ask("next") == 6  # of another process
    assert child.starts == 2


def test_an_exit_is_an_abort_too(child):
    with pytest.raises(Ended, match="status 3"):
        child.ask("end", 3)


def test_a_hang_ends(child):
    child.ask("next")
    child.limit = 0.3
    with pytest.raises(Ended) as ended:
        child.ask("sleep")
    assert ended.value.how == "hang"
    child.limit = 10
    assert child.ask("next") == 6
