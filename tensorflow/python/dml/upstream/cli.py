"""The command tensorflow-directml test-upstream."""

import argparse
import glob
import hashlib
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

from . import discover, html, junit, known_differences, machine, markdown, store, summary
from .discover import SourceError, TestFile
from .known_differences import Entry
from .process import Target
from .progress import Progress
from .results import STATES
from .scheduler import Limits, Scheduler
from .store import Store

BASELINE, DML = "baseline", "dml"
_ERRORS = (
    SourceError,
    store.StoreError,
    known_differences.EntryError,
    markdown.DocumentError,
    OSError,
)
# What of an interpreter's packages decides the results.
_BUILD_SCRIPT = """
import json, platform, sys
found = {"python": platform.python_version()}
try:
    import pkg_resources
    for package in pkg_resources.working_set:
        if package.key in ("tensorflow", "tensorflow-directml", "numpy"):
            found[package.key] = package.version
except ImportError:
    pass
print(json.dumps(found))
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Runs test files of a TensorFlow 1.15 checkout on the CPU (baseline), then on DML, "
        "and reports what differs. A run that was stopped goes on where it was."
    )
    parser.add_argument(
        "patterns",
        nargs="*",
        metavar="PATTERN",
        help="file, folder, glob or name (argmax_op); ::GLOB behind it selects tests by "
        "Class.method; default: tensorflow/python/kernel_tests",
    )
    parser.add_argument("--source", metavar="DIR", help="the checkout")
    parser.add_argument(
        "--out", metavar="DIR", default="upstream-tests", help="results and reports (%(default)s)"
    )
    parser.add_argument("--jobs", type=_positive(int), metavar="N", help="processes at a time")
    parser.add_argument(
        "--memory",
        type=_positive(float),
        default=2.0,
        metavar="GIB",
        help="what must be free for each process (%(default)s)",
    )
    parser.add_argument(
        "--timeout",
        type=_positive(float),
        default=300.0,
        metavar="SECONDS",
        help="limit for one test (%(default)s), or ten times its baseline if that is more",
    )
    parser.add_argument(
        "--slice",
        type=_positive(float),
        default=120.0,
        metavar="SECONDS",
        help="after how long a process leaves the rest of a file to others (%(default)s)",
    )
    parser.add_argument("--shard", metavar="I/N", help="only part I of N of the files")
    parser.add_argument("--list", action="store_true", help="list the files and stop")
    parser.add_argument("--baseline-only", action="store_true", help="only the CPU")
    parser.add_argument(
        "--report-only", action="store_true", help="only write the reports of the last results"
    )
    parser.add_argument(
        "--baseline-python",
        metavar="PYTHON",
        default=sys.executable,
        help="interpreter with a stock TensorFlow for the baseline; default: this one, with "
        "all DML adapters hidden",
    )
    parser.add_argument(
        "--as-written",
        action="store_true",
        help="leave tests on the CPU whose sessions don't ask for a GPU (use_gpu=False is the "
        "default of tf.test); else they run on the device",
    )
    parser.add_argument(
        "--rerun",
        metavar="STATES",
        default="",
        help="run tests again that ended so: all, or some of %s" % ",".join(STATES),
    )
    parser.add_argument(
        "--known-differences", metavar="JSON", default=known_differences.PATH, help="another file"
    )
    parser.add_argument(
        "--update",
        metavar="DOCUMENT",
        action="append",
        default=[],
        help="also fill the generated parts of a Markdown document",
    )
    parser.set_defaults(run=run)


def _positive(kind: Callable[[str], Any]) -> Callable[[str], Any]:
    def parse(text: str) -> Any:
        value = kind(text)
        if value <= 0:
            raise argparse.ArgumentTypeError("%s is not above 0" % text)
        return value

    parse.__name__ = kind.__name__  # argparse's messages say it
    return parse


# What is tested.


def _python_build(python: str) -> Dict[str, Any]:
    command = [python, "-c", _BUILD_SCRIPT]
    try:
        output = subprocess.check_output(command, stderr=subprocess.PIPE)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SourceError("%s is no interpreter that works: %s" % (python, error)) from error
    return json.loads(output.decode())


def _installed_digest() -> str:
    """Of everything that this project installs, except for this runner."""
    import tensorflow_directml

    package = os.path.dirname(os.path.abspath(tensorflow_directml.__file__))
    site = os.path.dirname(package)
    digest = hashlib.sha256()
    for top in (package, os.path.join(site, "tensorflow-plugins")):
        for folder, folders, names in os.walk(top):
            folders[:] = sorted(set(folders) - {"__pycache__", "upstream"})
            for name in sorted(names):
                digest.update(os.path.relpath(os.path.join(folder, name), site).encode())
                with open(os.path.join(folder, name), "rb") as file:
                    digest.update(file.read())
    # TensorFlow's own files in our wheel, by the hashes that the wheel lists.
    for path in sorted(glob.glob(os.path.join(site, "tensorflow_directml-*.dist-info", "RECORD"))):
        with open(path) as file:
            for line in sorted(file):
                if ",sha256=" in line and "/upstream/" not in line and ".dist-info/" not in line:
                    digest.update(line.encode())
    return digest.hexdigest()[:16]


def _dml_build() -> Dict[str, Any]:
    import tensorflow_directml

    adapters = tensorflow_directml.adapters()
    if not adapters:
        raise SourceError(
            "there is no DML adapter to test on (%s); --baseline-only runs without"
            % (tensorflow_directml.adapter_problem() or "none was found")
        )
    build = _python_build(sys.executable)
    build["tensorflow_directml"] = tensorflow_directml.__version__
    build["installed"] = _installed_digest()
    build["adapters"] = ["%s, %s" % (adapter.name, adapter.driver) for adapter in adapters]
    return build


def _key(build: Dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(build, sort_keys=True).encode()).hexdigest()[:8]


def _open(folder: str, device: str, build: Dict[str, Any], shard: str) -> Store:
    whole = dict(build, machine=platform.node(), processor=platform.machine())
    return Store(folder, device, whole, _key(build), shard)


# Running.


def _states(text: str) -> Tuple[str, ...]:
    if text == "all":
        return STATES
    states = tuple(state for state in text.split(",") if state)
    unknown = [state for state in states if state not in STATES]
    if unknown:
        raise SourceError(
            "--rerun: no state %s; there are all, %s" % (", ".join(unknown), ", ".join(STATES))
        )
    return states


def _run_target(
    target: Target,
    files: Sequence[TestFile],
    results: Store,
    hints: Optional[Store],
    entries: Sequence[Entry],
    arguments: argparse.Namespace,
) -> None:
    memory = int(arguments.memory * machine.GIB)
    limits = Limits(
        arguments.jobs or machine.default_jobs(memory), memory, arguments.timeout, arguments.slice
    )
    results.open()
    try:
        for file in files:
            results.forget(file, _states(arguments.rerun))
        progress = Progress(target.name, files, results, sys.stderr)
        scheduler = Scheduler(
            target,
            os.path.abspath(arguments.source),
            limits,
            results,
            lambda path: known_differences.not_run(entries, path),
            lambda file: hints.seconds(file) if hints else {},
            progress.update,
        )
        try:
            scheduler.run(files)
            progress.finish()
        finally:
            progress.close()
    finally:
        results.close()


def _list(files: Sequence[TestFile]) -> int:
    for file in files:
        print(file.path)
    print("%d files" % len(files), file=sys.stderr)
    return 0


def _write_reports(whole: summary.Summary, folder: str) -> str:
    """Returns the path of the page."""
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "report.json"), "w") as file:
        json.dump(summary.as_json(whole), file, indent=1)
        file.write("\n")
    junit.write(whole, os.path.join(folder, "report.xml"))
    markdown.write(whole, os.path.join(folder, "report.md"))
    page = os.path.join(folder, "report.html")
    html.write(whole, page)
    return page


def _conclude(whole: summary.Summary, page: str) -> int:
    """Prints the totals; the exit status is 1 if anything got worse."""
    number = whole.verdicts()
    print(markdown.line(whole))
    print(
        "%d regressions, %d failures on DML only, %d passes without launches, %d known differences"
        % (
            number[summary.REGRESSION],
            number[summary.FAILURE],
            number[summary.NO_PROOF],
            number[summary.KNOWN],
        )
    )
    for entry in whole.stale:
        print("known difference that is none any more: %s %s" % (entry.file, entry.tests))
    print(page)
    return 1 if number[summary.REGRESSION] or number[summary.FAILURE] else 0


def _main(arguments: argparse.Namespace) -> int:
    entries = known_differences.load(arguments.known_differences)
    _states(arguments.rerun)
    if arguments.report_only:
        baseline = store.newest(arguments.out, BASELINE)
        dml = store.newest(arguments.out, DML)
        if not baseline and not dml:
            raise SourceError("%s holds no results; run without --report-only" % arguments.out)
    else:
        if not arguments.source:
            raise SourceError("--source DIR is needed: a checkout of TensorFlow 1.15")
        files = discover.find(arguments.source, arguments.patterns)
        shard = ""
        if arguments.shard:
            index, count = discover.parse_shard(arguments.shard)
            files = discover.shard(files, index, count)
            shard = "%dof%d" % (index, count)
        if arguments.list:
            return _list(files)
        dml_build = None
        if not arguments.baseline_only:
            dml_build = dict(_dml_build(), pinned=arguments.as_written)
        # Absolute, for the workers run elsewhere; a link into an environment stays one.
        python = shutil.which(arguments.baseline_python)
        if not python:
            raise SourceError("there is no interpreter %s" % arguments.baseline_python)
        python = os.path.abspath(python)
        baseline = _open(arguments.out, BASELINE, _python_build(python), shard)
        dml = dml_build and _open(arguments.out, DML, dml_build, shard)
        arguments_of_baseline = arguments
        if dml:
            # --rerun is about the device then; the baseline is kept.
            arguments_of_baseline = argparse.Namespace(**dict(vars(arguments), rerun=""))
        _run_target(
            Target(BASELINE, python, False), files, baseline, None, entries, arguments_of_baseline
        )
        if dml:
            target = Target(DML, sys.executable, True, arguments.as_written)
            _run_target(target, files, dml, baseline, entries, arguments)
    whole = summary.build(baseline, dml, entries)
    page = _write_reports(whole, arguments.out)
    for document in arguments.update:
        markdown.update(whole, document)
    return _conclude(whole, page)


def run(arguments: argparse.Namespace) -> int:
    """For tensorflow_directml.cli: the exit status."""
    # So that the processes are ended as on Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        return _main(arguments)
    except _ERRORS as error:
        print("tensorflow-directml test-upstream: %s" % error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(
            "\nStopped. The same command goes on from here; --report-only shows what there is.",
            file=sys.stderr,
        )
        return 130


def main(argv: Optional[List[str]] = None) -> int:
    """The command by itself, as python -m tensorflow_directml.upstream."""
    parser = argparse.ArgumentParser(prog="tensorflow-directml test-upstream")
    add_arguments(parser)
    return run(parser.parse_args(argv))
