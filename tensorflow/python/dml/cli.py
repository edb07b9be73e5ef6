"""The command tensorflow-directml.

What a command takes is imported when it is asked for: `doctor` must run where NumPy or the
runtime does not.
"""

import argparse
import importlib
import os
import sys
from typing import List, NamedTuple, Optional

from . import __version__


class Command(NamedTuple):
    """A subcommand; `module` has add_arguments(parser), which sets `run`."""

    name: str
    module: str
    help: str


COMMANDS = (
    Command("devices", "devices", "list the GPUs that TensorFlow sees"),
    Command("doctor", "doctor.cli", "find out why a GPU is not used, and how to cure it"),
    Command("info", "info", "what to put into a bug report"),
    Command("ops", "op_support", "list the ops that run on DML devices, or tell all of some"),
    Command("explain", "explain.cli", "tell which nodes of a graph or SavedModel run on the "
            "device, and why others do not"),
    Command("trace", "trace.cli", "run a script and tell where the time of its steps goes"),
    Command("smi", "smi.cli", "memory and use of each GPU, by process where the driver tells"),
    Command("bench", "bench.cli", "measure the adapter and the operators, over shapes of real "
            "models"),
    Command("test-upstream", "upstream.cli", "run TensorFlow's own test suite on the device"),
)

# What a shell reports of a process that SIGINT or SIGPIPE ended.
INTERRUPTED, PIPE_CLOSED = 128 + 2, 128 + 13


def device_number(text: str) -> int:
    """An argparse type: N of /device:DML:N."""
    if not text.isdigit():
        raise argparse.ArgumentTypeError(
            "%r is no device number; they count from 0, as in /device:DML:0" % text
        )
    return int(text)


def _parser(wanted: Optional[str]) -> argparse.ArgumentParser:
    """Knows the arguments of the command `wanted` only."""
    parser = argparse.ArgumentParser(
        prog="tensorflow-directml",
        description="Which GPUs TensorFlow sees, what they can do, and what is wrong with them.",
    )
    parser.add_argument("--version", action="version", version="tensorflow-directml " + __version__)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.required = True
    for command in COMMANDS:
        added = commands.add_parser(command.name, help=command.help)
        if command.name == wanted:
            module = importlib.import_module("." + command.module, __package__)
            module.add_arguments(added)
    return parser


def _run(argv: List[str]) -> int:
    wanted = next((word for word in argv if not word.startswith("-")), None)
    try:
        arguments = _parser(wanted).parse_args(argv)
        return arguments.run(arguments)
    except (ImportError, OSError, RuntimeError) as error:
        # Those that tell users something; a DmlError is a RuntimeError.
        if isinstance(error, BrokenPipeError) or not _is_users(error):
            raise
        print("tensorflow-directml: %s" % error, file=sys.stderr)
        return 1


def _is_users(error: Exception) -> bool:
    """Whether its message says what to do, and no traceback would add to it."""
    if isinstance(error, (ImportError, OSError)):
        return True
    runtime = sys.modules.get(__package__ + ".runtime")
    return runtime is not None and isinstance(error, runtime.DmlError)


def main(argv: Optional[List[str]] = None) -> int:
    """Runs the command; the result is its exit status."""
    try:
        status = _run(sys.argv[1:] if argv is None else argv)
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        print("\ntensorflow-directml: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has enough. Python flushes it once more at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED


if __name__ == "__main__":
    sys.exit(main())
