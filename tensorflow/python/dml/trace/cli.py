"""The command tensorflow-directml trace."""

import argparse
import os
import platform
import sys
from typing import Any, Dict, List

from .. import __version__, runtime
from . import advise, analyse, figures, page, perfetto, script, words
from . import recording as rec
from .parts import PARTS
from .recorder import Recorder
from .sampling import now

_PREFIX = "tensorflow-directml trace: "


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Runs a Python script unmodified and traces some of its steps: calls of Session.run, "
        "of functions, or eager steps. Writes a page that tells where their time went and "
        "what to change, and a trace for https://ui.perfetto.dev. The exit status is the "
        "script's."
    )
    parser.add_argument(
        "--output", metavar="FOLDER", help="where to write (default: trace-SCRIPT in this folder)"
    )
    parser.add_argument(
        "--steps", type=int, default=5, metavar="N", help="steps of each kind to trace (default: 5)"
    )
    parser.add_argument(
        "--skip",
        type=int,
        default=10,
        metavar="N",
        help="steps of each kind before those: the first ones compile programs (default: 10)",
    )
    parser.add_argument("--json", action="store_true", help="also write report.json: the figures")
    parser.add_argument(
        "-m", dest="module", action="store_true", help="SCRIPT is a module's name, as for python -m"
    )
    parser.add_argument("script", metavar="SCRIPT")
    parser.add_argument("arguments", metavar="ARGS", nargs=argparse.REMAINDER)
    parser.set_defaults(run=main)


def _fail(text: str) -> int:
    print(_PREFIX + text, file=sys.stderr)
    return 2


def _folder(arguments: argparse.Namespace) -> str:
    if arguments.output:
        return os.path.abspath(arguments.output)
    name = os.path.splitext(os.path.basename(os.path.normpath(arguments.script)))[0]
    return os.path.abspath("trace-" + name)


class _Watch:
    """Has the recorder meet TensorFlow when the script imports it."""

    def __init__(self, recorder: Recorder):
        from .. import gpu_compat

        self._recorder = recorder
        self._stock = gpu_compat.apply
        self.installed = False
        gpu_compat.apply = self._apply

    def _apply(self) -> None:
        self._stock()
        from .functions import Functions
        from .sessions import Sessions

        Sessions(self._recorder).install()
        Functions(self._recorder).install()
        self.installed = True


def _describe(recording: rec.Recording) -> None:
    recording.versions = {
        "tensorflow-directml": __version__,
        "Python": platform.python_version(),
        "system": platform.platform(),
    }
    for name in ("tensorflow", "numpy"):
        version = getattr(sys.modules.get(name), "__version__", "")
        if version:
            recording.versions[name] = version
    recording.environment = {
        name: value
        for name, value in sorted(os.environ.items())
        if name.startswith(("TF_DIRECTML_", "DML_", "TF_FORCE_GPU"))
    }
    for adapter in runtime.adapters():
        values: Dict[str, Any] = dict(adapter._asdict())
        values["type"] = adapter.type.name
        recording.adapters.append(values)


def main(arguments: argparse.Namespace) -> int:
    if arguments.steps < 1 or arguments.skip < 0:
        return _fail("--steps must be at least 1, and --skip at least 0")
    if not runtime.adapters():
        return _fail(
            "there is no DML adapter: %s" % (runtime.adapter_problem() or "none was found")
        )
    folder = _folder(arguments)
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        return _fail("%s: %s" % (folder, error.strerror))
    recording = rec.Recording()
    recording.script = [arguments.script] + arguments.arguments
    recorder = Recorder(recording, arguments.skip, arguments.steps)
    watch = _Watch(recorder)
    recording.start = now()
    try:
        status, recording.error = script.run(
            arguments.script, arguments.arguments, arguments.module, recorder.finish
        )
    except script.ScriptError as error:
        return _fail(str(error))
    if recorder.forked:
        return status
    recording.status = status
    try:
        _conclude(recording, recorder, watch, folder, arguments)
    except (OSError, ImportError) as error:  # the script's exit status is kept
        _fail("what was traced cannot be written: %s" % error)
    return status


def _conclude(
    recording: rec.Recording,
    recorder: Recorder,
    watch: _Watch,
    folder: str,
    arguments: argparse.Namespace,
) -> None:
    if not watch.installed:
        _fail("the script did not import TensorFlow; nothing was traced")
        return
    _describe(recording)
    from . import origins

    origins.add(recording, recorder.graphs)
    origins.explain(recording)
    result = analyse.analyse(recording)
    if result.key is None:
        _fail(_untraced(recording, arguments))
        return
    if arguments.json:
        figures.write(result, os.path.join(folder, "report.json"))
    shown = os.path.join(folder, "index.html")
    page.write(result, shown)
    trace = os.path.join(folder, "trace.json.gz")
    perfetto.write(result, trace)
    for line in _summary(result) + ["", shown, trace + "  (for https://ui.perfetto.dev)"]:
        print(line, file=sys.stderr)


def _untraced(recording: rec.Recording, arguments: argparse.Namespace) -> str:
    if not recording.calls:
        return "the script made no call of Session.run and of no function; nothing was traced"
    most = max(call.number for call in recording.calls) + 1
    if most < 2:
        return (
            "no step was traced: the script made %d calls, no two of them alike. Give it more "
            "steps" % len(recording.calls)
        )
    return "no step was traced: what the script called %d times was not traced as a step" % most


def _summary(result: analyse.Result) -> List[str]:
    """For the terminal."""
    lines = ["", "%s: a step takes %s" % (result.key.name, words.duration(result.total))]
    for part, time in sorted(result.parts.items(), key=lambda item: -item[1]):
        if time >= 0.005 * result.total:
            lines.append(
                "  %-22s %10s %4.0f %%"
                % (PARTS[part].title, words.duration(time), 100 * time / result.total)
            )
    for number, advice in enumerate(advise.advise(result)[:3], 1):
        where = "  (%s)" % advice.source if advice.source else ""
        lines.append("%d. %s: %s%s" % (number, advice.title, words.duration(advice.cost), where))
        lines.append("   " + advice.action)
    return lines
