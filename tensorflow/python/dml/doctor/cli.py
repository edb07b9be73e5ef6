"""The command tensorflow-directml doctor."""

import argparse
import json
import sys

from .. import __version__
from . import checks, render
from .findings import Status, worst
from .system import System


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Looks for what keeps TensorFlow from using a GPU, or from using it well, and says how to "
        "cure it. Trains a few steps on each adapter and compares with the CPU."
    )
    parser.epilog = (
        "Exit status: 0 all is well, perhaps with warnings; 1 something does not work; 2 wrong "
        "arguments."
    )
    parser.add_argument("--json", action="store_true", help="the findings as JSON")
    parser.add_argument(
        "--no-self-test", action="store_true", help="compute nothing on the adapters"
    )
    parser.set_defaults(run=main)


def main(arguments: argparse.Namespace) -> int:
    system = System(self_test=not arguments.no_self_test)
    found = []
    if arguments.json:
        found = checks.all_findings(system)
        json.dump(
            {
                "version": __version__,
                "status": worst(found).name.lower(),
                "findings": [finding.as_json() for finding in found],
            },
            sys.stdout,
            indent=2,
        )
        print()
    else:
        printer = render.printer()
        printer.title("tensorflow-directml doctor, version %s" % __version__)
        for finding in checks.run(system):
            printer.finding(finding)
            found.append(finding)
        printer.verdict(found)
    return 1 if worst(found) is Status.FAILURE else 0
