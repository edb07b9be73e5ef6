"""The command tensorflow-directml devices."""

import argparse
import json
import sys
from typing import Any, Dict

from . import runtime, units


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="all that is known, as JSON")
    parser.set_defaults(run=main)


def kind(adapter: Any) -> str:
    """discrete, integrated or software."""
    return adapter.type.name[len("ADAPTER_") :].lower()


def as_json(adapter: Any) -> Dict[str, Any]:
    values = dict(adapter._asdict())
    values["type"] = adapter.type.name
    return values


def main(arguments: argparse.Namespace) -> int:
    found = runtime.adapters()
    if arguments.json:
        print(json.dumps([as_json(adapter) for adapter in found], indent=2))
    else:
        for index, adapter in enumerate(found):
            print(
                "/device:DML:%d  %s (%s, %s, %s)"
                % (index, adapter.name, kind(adapter), units.size(adapter.memory_bytes),
                   adapter.driver)
            )
            for name, driver, api in runtime.other_drivers(index):
                print(
                    "                another driver of adapter %d: %s (%s, %s)"
                    % (index, name, driver, api)
                )
    problem = runtime.adapter_problem()
    if problem:
        print(problem, file=sys.stderr)
    return 0 if found else 1
