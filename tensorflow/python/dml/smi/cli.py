"""The command tensorflow-directml smi."""

import argparse
import json
import sys
import time

from .. import runtime
from . import report, usage


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Shows what Linux's drivers tell of each GPU: use and memory, as a whole (/sys/class/drm) "
        "and by process (/proc/PID/fdinfo). Other users' processes need root."
    )
    parser.add_argument("--json", action="store_true", help="as JSON, one line a time")
    parser.add_argument(
        "--interval", type=float, metavar="S", help="again every S seconds, until Ctrl-C"
    )
    parser.set_defaults(run=main)


def main(arguments: argparse.Namespace) -> int:
    if arguments.interval is not None and arguments.interval <= 0:
        print("tensorflow-directml smi: --interval must be above 0", file=sys.stderr)
        return 2
    problem = ""
    try:
        adapters = runtime.adapters()
        problem = runtime.adapter_problem()
    except (runtime.DmlError, ImportError) as error:
        adapters, problem = [], str(error)
    seconds = min(0.5, arguments.interval or 0.5)
    try:
        while True:
            found = usage.read(adapters, seconds=seconds)
            if arguments.json:
                print(json.dumps(report.as_json(found)), flush=True)
            else:
                print("\n".join(report.lines(found)), flush=True)
            if arguments.interval is None:
                break
            time.sleep(max(0.0, arguments.interval - seconds))
            if not arguments.json:
                print()
    except KeyboardInterrupt:
        return 130
    if problem:
        print(problem, file=sys.stderr)
    return 0
