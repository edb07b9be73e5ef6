"""What a thread sets for the work that it enqueues: its tag, and plans."""

import collections
import contextlib
from typing import Any, Callable, Iterator, List

from .library import lib, lines


@contextlib.contextmanager
def tag(name: str) -> Iterator[None]:
    """Names this thread's work inside the block, for counters and reports."""
    lib().dml_set_tag(name.encode())
    try:
        yield
    finally:
        lib().dml_set_tag(None)


# A program of the device: the shader, and the values of its specialization constants.
Program = collections.namedtuple("Program", "shader constants")


@contextlib.contextmanager
def plan() -> Iterator[List[Program]]:
    """Lists what this thread's operators would launch inside the block, launching nothing.

    Their tensors' memory is not touched. The list is complete when the block ends.
    """
    programs = []  # type: List[Program]
    lib().dml_plan_start()
    try:
        yield programs
    finally:
        lib().dml_plan_stop()
    programs += read_programs(lib().dml_plan_read)


def read_programs(function: Callable, *arguments: Any) -> List[Program]:
    """Of a C function that writes lines of a program each."""
    split = (line.split("\t") for line in lines(function, *arguments))
    return [
        Program(shader, tuple(int(value) for value in constants.split(",") if value))
        for shader, constants in split
    ]
