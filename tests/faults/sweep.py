#!/usr/bin/env python3
"""Makes each call fail that a step of training takes, one after the other.

    tests/faults/sweep.py [--layer runtime|tensorflow] [--kind NAME...] [--mode NAME...]
                          [--at-most N] [--json FILE]

The n-th call of a kind (an allocation, a submission, a pipeline, a map, the write of a file
and so on: kinds.py) fails once, or from then on for ever; for each n. How each step ends:

    right           as if nothing had happened, to the bit
    error           with an error that names what failed
    unclear error   with one that does not
    wrong           with other numbers
    cannot go on    the next step, on a device opened anew, is not right
    leak            the driver holds more, when all is closed, than before
    abort, hang     the process ended, or took longer than --limit

and after each the next step is taken in the same process, with nothing that fails. Exit
status 1 where any ends otherwise than right or with a clear error.

"runtime" needs this checkout's build or $TF_DIRECTML_RUNTIME_LIBRARY, "tensorflow" the
installed tensorflow-directml; both cc, and run on the first adapter, or the software driver.
"""

import argparse
import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent
sys.path.insert(0, str(TESTS))
from children import Child, Ended  # noqa: E402
from faults.kinds import BY_NAME, KINDS, MODES  # noqa: E402

LAYERS = {"runtime": "faults.on_runtime", "tensorflow": "faults.on_tensorflow"}
GOOD = ("right", "error", "not reached")
ENDS = ("right", "error", "unclear error", "wrong", "cannot go on", "leak", "abort", "hang")

Injection = collections.namedtuple("Injection", "kind number mode end text")


def compiled(source, folder):
    """A shared library of one C file."""
    library = os.path.join(folder, source.stem + ".so")
    compiler = os.environ.get("CC") or shutil.which("cc")
    subprocess.check_call([compiler, "-shared", "-fPIC", "-O1", "-o", library, str(source),
                           "-ldl", "-lpthread"])
    return library


def environment(folder):
    """What a child's process takes; the cache is below a folder that it makes itself."""
    cache = os.path.join(folder, "cache")
    system = compiled(TESTS / "faulty_system.c", folder)
    # Beside what is preloaded already, such as a sanitizer.
    preloaded = [os.environ["LD_PRELOAD"]] if os.environ.get("LD_PRELOAD") else []
    return {
        "TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER": "1",
        "TF_DIRECTML_BACKEND": "vulkan",
        # The validation layer has threads of its own, and ends the process without them.
        "TF_DIRECTML_DEBUG": "0",
        "TF_DIRECTML_CACHE_DIR": cache,
        "TF_DIRECTML_VULKAN_LOADER": compiled(TESTS / "runtime/vulkan_stand_in/stand_in.c",
                                              folder),
        "STAND_IN_LOADER": compiled(TESTS / "faulty_loader.c", folder),
        "FAULT_SYSTEM": system,
        "LD_PRELOAD": " ".join([*preloaded, system]),
        "FAULT_FOLDER": cache,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        # Mesa's software driver compiles each program again for each device: faster so.
        "GALLIVM_PERF": "nopt",
    }


def spread(count, at_most):
    """Up to `at_most` of the numbers below `count`: the first and the last, or that amid them."""
    if at_most is None or count <= at_most:
        return list(range(count))
    if at_most == 1:
        return [count // 2]
    return sorted({round(i * (count - 1) / (at_most - 1)) for i in range(at_most)})


def sweep(layer, kinds, modes, at_most=None, limit=60.0, progress=None):
    """Yields an Injection for each; `progress(kind, done, count)` is told of each."""
    with tempfile.TemporaryDirectory() as folder:
        with Child("faults.injector", "Injector", (LAYERS[layer],), environment(folder),
                   limit) as child:
            for kind in kinds:
                numbers = spread(child.ask("count", kind), at_most)
                wanted = [(number, mode) for number in numbers for mode in modes]
                for done, (number, mode) in enumerate(wanted):
                    if progress:
                        progress(kind, done, len(wanted))
                    result = inject(child, kind, number, mode)
                    # How many waits a step takes depends on the time, so a sample may be too far.
                    while result.end == "not reached" and at_most is not None and number:
                        number //= 2
                        result = inject(child, kind, number, mode)
                    yield result


def inject(child, kind, number, mode):
    try:
        end, text = child.ask("inject", kind, number, mode)
    except Ended as ended:
        end, text = ended.how, ended.text
    return Injection(kind.name, number, mode, end, text)


def table(results):
    """Counts of ends by kind, for a terminal."""
    import rich.table

    shown = rich.table.Table()
    shown.add_column("kind")
    shown.add_column("injected", justify="right")
    for end in ENDS:
        shown.add_column(end, justify="right")
    total = collections.Counter()
    by_kind = collections.OrderedDict()
    for result in results:
        if result.end != "not reached":
            by_kind.setdefault(result.kind, collections.Counter())[result.end] += 1
            total[result.end] += 1
    for name, counts in [*by_kind.items(), ("all", total)]:
        cells = [str(counts[end] or "") for end in ENDS]
        shown.add_row(name, str(sum(counts.values())), *cells,
                      style="bold" if name == "all" else None)
    return shown


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], epilog=__doc__.split("\n", 2)[2],
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layer", choices=LAYERS, default="runtime")
    parser.add_argument("--kind", nargs="+", choices=BY_NAME, metavar="NAME",
                        help="of: " + "; ".join(BY_NAME))
    parser.add_argument("--mode", nargs="+", choices=MODES, default=list(MODES))
    parser.add_argument("--at-most", type=int, metavar="N", help="so many places of a kind")
    parser.add_argument("--limit", type=float, default=60.0, help="seconds for an injection")
    parser.add_argument("--verbose", action="store_true", help="tell of each injection")
    parser.add_argument("--json", type=pathlib.Path, help="where to write each injection")
    arguments = parser.parse_args()
    if arguments.at_most is not None and arguments.at_most < 1:
        parser.error("--at-most must be 1 or more")
    kinds = [BY_NAME[name] for name in arguments.kind] if arguments.kind else KINDS

    import rich.console
    import rich.progress

    console = rich.console.Console(width=None if sys.stdout.isatty() else 120)
    results = []
    with rich.progress.Progress(console=console, transient=True,
                                disable=not sys.stdout.isatty()) as bar:
        task = bar.add_task("")

        def progress(kind, done, count):
            bar.update(task, description=kind.name, completed=done, total=count)

        for result in sweep(arguments.layer, kinds, arguments.mode, arguments.at_most,
                            arguments.limit, progress):
            results.append(result)
            if result.end not in GOOD or arguments.verbose:
                console.print("%s, call %d, %s: [bold]%s[/bold]" % (
                    result.kind, result.number, result.mode, result.end))
                console.print("    " + result.text[:2000], markup=False, highlight=False)
    console.print(table(results))
    if arguments.json:
        arguments.json.write_text(json.dumps([result._asdict() for result in results], indent=1))
    return int(any(result.end not in GOOD for result in results))


if __name__ == "__main__":
    sys.exit(main())
