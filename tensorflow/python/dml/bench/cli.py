"""The command tensorflow-directml bench."""

import argparse
import json
import os
import sys
import time
from typing import Any, Dict, List

from .. import runtime
from ..cli import device_number
from . import ceilings as limits
from . import check, files, measure, models, peer, plot, reduction, report, tuning
from .families import REGISTRY
from .hunt import command as hunt


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Measures an adapter's ceilings, then every heavy family of operators over shapes of "
        "real models: right or wrong, time, and how much of what the adapter could do."
    )
    parser.add_argument(
        "--device", type=device_number, default=0, metavar="N", help="as in /device:DML:N"
    )
    parser.add_argument("--quick", action="store_true", help="small shapes, seconds in all")
    parser.add_argument(
        "--tune", action="store_true",
        help="instead, measure tile configurations of matrix products and convolutions, and "
        "store the fastest for this adapter: later starts use them (TF_DIRECTML_TUNING=0: not)",
    )
    parser.add_argument(
        "--check", action="store_true",
        help="instead, run every case once and tell right from wrong, without timing; exit "
        "status 1 when one is wrong or fails (writes check.json and check.txt to --out). With "
        "--hunt: exit status 1 when there is a cliff",
    )
    parser.add_argument(
        "--hunt", action="store_true",
        help="instead, measure random shapes, as models have them and as they do not, and rank "
        "those that are far from what the adapter does, or behind TensorFlow's CPU kernels where "
        "it can be imported; goes on where an earlier hunt in --out stopped (writes hunt.jsonl, "
        "hunt.json, hunt.txt, hunt.png there)",
    )
    parser.add_argument(
        "--cases", type=int, metavar="N",
        help="with --hunt, how many shapes (default: %d)" % hunt.CASES,
    )
    parser.add_argument(
        "--case-limit", type=float, metavar="S",
        help="with --hunt, give a case up after S seconds (default: %g)" % hunt.CASE_LIMIT,
    )
    parser.add_argument(
        "--reduce", type=float, metavar="G",
        help="with --check, on slow adapters: what takes more than G thousand million operations "
        "(moving a byte counts as %d) runs with a smaller batch, then image, then other extents, "
        "as far as it takes the same programs" % reduction.OPERATIONS_A_BYTE,
    )
    parser.add_argument("--vs", choices=["torch"], help="also run PyTorch, and compare")
    parser.add_argument(
        "--types", default="float32", help="comma-separated: float32, float16, float64"
    )
    parser.add_argument(
        "--models", default="", metavar="NAMES",
        help="comma-separated: %s; default: all" % ", ".join(m["name"] for m in models.load()),
    )
    parser.add_argument(
        "--families", default="", metavar="NAMES",
        help="comma-separated: %s; default: all" % ", ".join(REGISTRY),
    )
    parser.add_argument(
        "--seconds", type=float, metavar="S", help="for each case (default: 0.1; --quick: 0.01)"
    )
    parser.add_argument(
        "--time-limit", type=float, metavar="S", help="start no more cases after S seconds"
    )
    parser.add_argument("--seed", type=int, help="of random inputs (default: another each time)")
    parser.add_argument("--out", metavar="DIR", help="folder for bench.json, bench.txt, bench.png")
    parser.set_defaults(run=main)


def _names(text: str) -> List[str]:
    return [name for name in text.split(",") if name]


def _check(kind: str, given: List[str], known: Any) -> List[str]:
    unknown = [name for name in given if name not in known]
    if unknown:
        raise SystemExit(
            "tensorflow-directml bench: no %s %s; there are %s"
            % (kind, ", ".join(unknown), ", ".join(known))
        )
    return given


class Progress:
    """Shows progress as one line that is rewritten; nothing where there is no terminal."""

    def __init__(self) -> None:
        self.shown = sys.stderr.isatty()

    def __call__(self, text: str) -> None:
        if self.shown:
            sys.stderr.write("\r\033[K" + text[:100])
            sys.stderr.flush()


def main(arguments: argparse.Namespace) -> int:
    _check_options(arguments)
    types = _check("type", _names(arguments.types), limits.TYPES)
    chosen = models.cases(
        types,
        arguments.quick,
        _check("model", _names(arguments.models), [m["name"] for m in models.load()]),
        _check("family", _names(arguments.families), list(REGISTRY)),
    )
    if not runtime.adapters():
        raise runtime.DmlError(runtime.Code.NOT_FOUND, runtime.adapter_problem())
    if arguments.hunt:
        return _hunt(types, arguments)
    try:
        opponent = peer.Torch() if arguments.vs else None
        if arguments.out:
            os.makedirs(arguments.out, exist_ok=True)
    except (peer.PeerError, OSError) as error:
        raise SystemExit("tensorflow-directml bench: %s" % error) from error
    if arguments.tune:
        return _tune(chosen, arguments)
    if arguments.check:
        return _check_cases(chosen, arguments)
    results = {"rows": []}  # type: Dict[str, Any]
    try:
        with _device(arguments) as device:
            _run(device, chosen, opponent, arguments, results)
    finally:
        # After Ctrl-C, a closed pipe or a lost device, too: what was measured is kept.
        if results["rows"]:
            results["not_measured"] = len(chosen) - len(results["rows"])
            results["summary"] = report.summarize(results["rows"])
            written = arguments.out and files.save(
                results, arguments.out, "bench", report.full_text(results), plot.draw
            )
            print("\nGeometric means")
            print(report.summary_text(results["summary"]))
            if results["not_measured"]:
                print("%d cases were not measured." % results["not_measured"])
            if written:
                print("Written to %s: %s" % (arguments.out, written))
    return 0 if all(row.get("correct") for row in results["rows"]) else 1


def _check_options(arguments: argparse.Namespace) -> None:
    """Ends the command where options do not go together."""
    without_hunt = ("tune", "quick", "vs", "models", "reduce")
    problem = ""
    if arguments.hunt:
        others = [name for name in without_hunt if getattr(arguments, name)]
        if others:
            problem = "--%s does not go with --hunt" % others[0]
        elif arguments.cases is not None and arguments.cases < 1:
            problem = "--cases must be at least 1"
    elif arguments.reduce is not None and not arguments.check:
        problem = "--reduce goes with --check only"
    elif arguments.cases is not None or arguments.case_limit is not None:
        problem = "--cases and --case-limit go with --hunt only"
    if problem:
        raise SystemExit("tensorflow-directml bench: " + problem)


def _hunt(types: List[str], arguments: argparse.Namespace) -> int:
    try:
        return hunt.main(arguments, types, _names(arguments.families), _seed(arguments))
    except (hunt.journal.Mismatch, OSError) as error:
        raise SystemExit("tensorflow-directml bench: %s" % error) from error


def _device(arguments: argparse.Namespace) -> runtime.Device:
    """Opened; its launches stay what each operator makes."""
    device = runtime.open(arguments.device)
    device.merge_launches(False)
    return device


def _tune(chosen: List[models.Case], arguments: argparse.Namespace) -> int:
    start = time.perf_counter()
    progress = Progress()
    with _device(arguments) as device:
        results = tuning.tune(
            device, chosen, arguments.seconds or (0.005 if arguments.quick else 0.05),
            0 if arguments.quick else measure.ROTATED_BYTES, _seed(arguments), progress,
            lambda: bool(arguments.time_limit)
            and time.perf_counter() - start > arguments.time_limit,
        )
        progress("")
        print(tuning.text(results))
        problem = tuning.wrong(results)
        if problem:
            print("Wrong results, so not chosen: " + problem, file=sys.stderr)
        print("Stored: %d new choices." % tuning.store(device, results))
    return 1 if problem else 0


def _check_cases(chosen: List[models.Case], arguments: argparse.Namespace) -> int:
    start = time.perf_counter()
    progress = Progress()
    seed = _seed(arguments)

    def done(row: Dict[str, Any]) -> None:
        progress("")
        print(check.row_text(row), flush=True)

    results = {"seed": seed, "reduce": arguments.reduce, "rows": []}  # type: Dict[str, Any]
    try:
        with _device(arguments) as device:
            surroundings = report.surroundings(device, "tensorflow-directml " + _command())
            results["surroundings"] = surroundings
            print("%(adapter)s; %(driver)s; %(date)s; commit %(commit)s\n" % surroundings)
            check.check(
                device, chosen, arguments.reduce and arguments.reduce * 1e9, seed, progress,
                lambda: bool(arguments.time_limit)
                and time.perf_counter() - start > arguments.time_limit,
                done, results["rows"],
            )
    finally:
        # As in main().
        summary = results["summary"] = check.summarize(results["rows"])
        results.update(
            seconds=time.perf_counter() - start, processor_seconds=time.process_time()
        )
        if results["rows"]:
            if arguments.out:
                _save_check(results, arguments.out)
            print("\n" + check.summary_text(summary))
    return 1 if summary["wrong"] or summary["failed"] else 0


def _save_check(results: Dict[str, Any], folder: str) -> None:
    with open(os.path.join(folder, "check.json"), "w") as file:
        json.dump(results, file, indent=1)
    with open(os.path.join(folder, "check.txt"), "w") as file:
        file.write(check.full_text(results))


def _seed(arguments: argparse.Namespace) -> int:
    if arguments.seed is not None:
        return arguments.seed
    return int.from_bytes(os.urandom(4), "little")


def _run(
    device: Any, chosen: List[models.Case], opponent: Any, arguments: Any, results: Dict[str, Any]
) -> None:
    """Fills `results`, a row a case as they come."""
    start = time.perf_counter()
    progress = Progress()
    seed = _seed(arguments)
    results["surroundings"] = report.surroundings(device, "tensorflow-directml " + _command())
    results["seed"] = seed
    if opponent:
        results["peer"] = opponent.description()
    print("%(adapter)s; %(driver)s; %(date)s; commit %(commit)s\n" % results["surroundings"])
    results["ceilings"] = limits.all_ceilings(device, arguments.quick, progress)
    progress("")
    print(report.ceilings_text(results["ceilings"]))
    print("\n" + report.header_text(bool(opponent)))
    rows = results["rows"]
    seconds = arguments.seconds or (0.01 if arguments.quick else 0.1)
    for number, case in enumerate(chosen):
        if arguments.time_limit and time.perf_counter() - start > arguments.time_limit:
            break
        progress("%d/%d %s %s" % (number + 1, len(chosen), case.family, case.parameters))
        row, family = measure.run(
            device, case, results["ceilings"], seconds,
            0 if arguments.quick else measure.ROTATED_BYTES, seed + number,
        )
        if opponent and "seconds" in row:
            row.update(opponent.run(family, case.dtype, row["sets"], seconds))
            if "peer_seconds" in row:
                row["peer_ratio"] = row["peer_seconds"] / row["seconds"]
        rows.append(row)
        progress("")
        print(report.row_text(row, bool(opponent)), flush=True)


def _command() -> str:
    return " ".join(sys.argv[1:])
