"""The command tensorflow-directml: which GPUs there are, and what they can do."""

import argparse
import json
import os
import platform
import sys
from typing import Any, Dict, List, Optional

from . import __version__, runtime
from .bench import cli as bench
from .upstream import cli as upstream

# docs/environment.md explains them.
VARIABLES = (
    "DML_VISIBLE_DEVICES",
    "TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER",
    "TF_DIRECTML_DRIVERS",
    "TF_DIRECTML_BACKEND",
    "TF_DIRECTML_RUNTIME_LIBRARY",
    "VK_DRIVER_FILES",
    "VK_ICD_FILENAMES",
)


def _size(count: int) -> str:
    return "%.1f GiB" % (count / 2.0**30)


def _print_problem() -> None:
    problem = runtime.adapter_problem()
    if problem:
        print(problem, file=sys.stderr)


def _devices(arguments: argparse.Namespace) -> int:
    found = runtime.adapters()
    if arguments.json:
        print(json.dumps([_as_json(adapter) for adapter in found], indent=2))
    else:
        for index, adapter in enumerate(found):
            print(
                "/device:DML:%d  %s (%s, %s, %s)"
                % (
                    index,
                    adapter.name,
                    adapter.type.name[len("ADAPTER_") :].lower(),
                    _size(adapter.memory_bytes),
                    adapter.driver,
                )
            )
            for name, driver, api in runtime.other_drivers(index):
                print(
                    "                another driver of adapter %d: %s (%s, %s)"
                    % (index, name, driver, api)
                )
    _print_problem()
    return 0 if found else 1


def _as_json(adapter: Any) -> Dict[str, Any]:
    values = dict(adapter._asdict())
    values["type"] = adapter.type.name
    return values


def _info(arguments: argparse.Namespace) -> int:
    del arguments
    print("tensorflow-directml  %s" % __version__)
    print("Python               %s" % platform.python_version())
    print("system               %s" % platform.platform())
    print("runtime              %s" % runtime.library_path())
    for variable in VARIABLES:
        if variable in os.environ:
            print("%s=%s" % (variable, os.environ[variable]))
    for index, adapter in enumerate(runtime.adapters()):
        print("\n/device:DML:%d" % index)
        for key, value in _as_json(adapter).items():
            print("  %-22s %s" % (key, value))
    _print_problem()
    return 0


def _ops(arguments: argparse.Namespace) -> int:
    from . import op_support

    return op_support.main(arguments.markdown)


def main(argv: Optional[List[str]] = None) -> int:
    """Runs the command; the result is its exit status."""
    parser = argparse.ArgumentParser(prog="tensorflow-directml", description=__doc__)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.required = True

    command = commands.add_parser("devices", help="list the GPUs that TensorFlow sees")
    command.add_argument("--json", action="store_true", help="all that is known, as JSON")
    command.set_defaults(run=_devices)

    command = commands.add_parser("info", help="what to put into a bug report")
    command.set_defaults(run=_info)

    command = commands.add_parser("ops", help="list the ops that run on DML devices")
    command.add_argument("--markdown", action="store_true", help="as docs/op_support.md")
    command.set_defaults(run=_ops)

    command = commands.add_parser("bench", help=bench.HELP)
    bench.add_arguments(command)

    command = commands.add_parser("test-upstream", help=upstream.HELP)
    upstream.add_arguments(command)

    arguments = parser.parse_args(argv)
    try:
        return arguments.run(arguments)
    except (ImportError, runtime.DmlError) as error:
        print("tensorflow-directml: %s" % error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
