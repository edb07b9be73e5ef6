#!/usr/bin/env python3
"""Trains for long, and says whether anything grows.

    benchmarks/soak.py [--minutes N] [--processes N] [--json FILE] [--plot FILE]

Processes side by side, each with three models in turn, in sessions that are opened and closed,
eagerly and in functions, with changing batches and shapes. After each round a process measures
what it holds: resident memory, threads, handles, memory of the device in use and reserved,
staging, programs. When each has met every combination twice, it is warm, and from then on
nothing may grow. Exit status 1 where something does, or a process fails.

A quantity grows where its slope (Theil and Sen's, the median of those between all pairs of
rounds) is above zero with a confidence of 99.9%, and more of it came in the measured time than
its allowance: what settles late, such as an allocator's arenas. It needs an installed
tensorflow-directml, psutil and SciPy; --plot needs matplotlib. --device CPU tells what
TensorFlow itself does; --leak KIND has each round keep something, to see that it is found.
"""

import argparse
import json
import os
import pathlib
import queue
import subprocess
import sys
import tempfile
import threading
import time

WORKER = pathlib.Path(__file__).resolve().with_name("soak_worker.py")
CONFIDENCE = 0.999
MIB = 1 << 20
# What may come after the warm-up without being a leak: an absolute amount, and a share of what
# there is.
ALLOWANCES = {
    "resident_bytes": (8 * MIB, 0.02),
    "threads": (1, 0),
    "handles": (1, 0),
    "python_objects": (2000, 0.01),
    "device_bytes_reserved": (MIB, 0.02),
    "device_bytes_in_use": (256 << 10, 0),
    "device_tensors": (2, 0),
    "staging_bytes": (MIB, 0.1),
    "programs": (16, 0.05),  # chains of launches, which threads that race make new ones of
}
LEAKS = ("memory", "device", "handles", "threads")
SHAPES = 9  # all that soak_worker.py has
LAST_WORDS = 30.0  # seconds for a process to end its round
FEWEST = 20  # rounds, for a slope


def measured_of(rounds):
    """Those of a process that was warm."""
    return [taken for taken in rounds if not taken["first"]]


class Worker:
    """A process that trains, and what it said."""

    def __init__(self, number, device, shapes, leaks, variables):
        self.rounds = []
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 -- as long as the process
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(WORKER), str(number), device, str(shapes), *leaks],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
            env=dict(os.environ, **variables), universal_newlines=True)
        self._lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self._lines.put(json.loads(line))

    def take(self):
        """Moves what has come to `rounds`; returns whether the process lives."""
        while not self._lines.empty():
            self.rounds.append(self._lines.get())
        return self.process.poll() is None

    def warm(self):
        return bool(self.rounds) and not self.rounds[-1]["first"]

    def measured(self):
        return measured_of(self.rounds)

    def end(self):
        """Why it failed, or an empty text."""
        self.process.stdin.close()
        try:
            status = self.process.wait(LAST_WORDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return "a process hung: it did not end its round within %g s" % LAST_WORDS
        self.take()
        if status == 0:
            return ""
        self.errors.seek(0)
        said = self.errors.read().decode("utf-8", "replace")[-2000:]
        return "a process ended with status %d:\n%s" % (status, said)


def soak(seconds, leaks, device="DML", shapes=SHAPES, progress=None, variables=(), fewest=0):
    """The rounds of each process, and what failed. The time runs from when all are warm.

    leaks: of each process, the kinds of what it is to keep; so, how many there are.
    fewest: rounds of each process from then on, however long they take.
    variables: of their environment.
    """
    workers = [Worker(number, device, shapes, kinds, dict(variables))
               for number, kinds in enumerate(leaks)]
    begin = None
    while (begin is None or time.monotonic() - begin < seconds or
           any(len(worker.measured()) < fewest for worker in workers)):
        if not all([worker.take() for worker in workers]):
            break
        if begin is None and all(worker.warm() for worker in workers):
            begin = time.monotonic()
        if progress:
            progress(sum(len(worker.rounds) for worker in workers),
                     None if begin is None else time.monotonic() - begin)
        time.sleep(0.2)
    failures = [failure for failure in [worker.end() for worker in workers] if failure]
    return [worker.rounds for worker in workers], failures


def slopes(rounds):
    """By quantity: how it went from the warm-up on, and whether it grew."""
    from scipy import stats

    found = {}
    measured = measured_of(rounds)
    if len(measured) < FEWEST:
        return found
    seconds = [taken["seconds"] for taken in measured]
    for name, (absolute, share) in ALLOWANCES.items():
        if name not in measured[0]:
            continue
        values = [taken[name] for taken in measured]
        slope, _, low, high = stats.theilslopes(values, seconds, CONFIDENCE)
        length = seconds[-1] - seconds[0]
        allowance = max(absolute, share * values[0])
        found[name] = {
            "first": values[0], "last": values[-1], "most": max(values),
            "per_hour": slope * 3600, "low_per_hour": low * 3600, "high_per_hour": high * 3600,
            "grown": slope * length, "allowance": allowance,
            "grows": bool(low > 0 and slope * length > allowance),
        }
    return found


def table(by_process):
    import rich.table

    shown = rich.table.Table()
    for column in ("process", "quantity", "first", "last", "most", "an hour",
                   "%.1f%% between" % (100 * CONFIDENCE), ""):
        shown.add_column(column, justify="left" if column in ("quantity", "") else "right")

    def number(value):
        return "%.4g" % (value / MIB) + " MiB" if size else "%.4g" % value

    for process, quantities in enumerate(by_process):
        for name, found in quantities.items():
            size = "bytes" in name
            shown.add_row(
                str(process), name.replace("_bytes", "").replace("_", " "),
                *(number(found[key]) for key in ("first", "last", "most", "per_hour")),
                "%s, %s" % (number(found["low_per_hour"]), number(found["high_per_hour"])),
                "[bold]grows[/bold]" if found["grows"] else "")
    return shown


def draw(rounds_of_processes, path):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    names = [name for name in ALLOWANCES if name in rounds_of_processes[0][0]]
    figure, axes = pyplot.subplots(-(-len(names) // 3), 3, figsize=(15, 3 * -(-len(names) // 3)))
    for name, one in zip(names, axes.flat):
        for process, rounds in enumerate(rounds_of_processes):
            scale = MIB if "bytes" in name else 1
            warm = next((r["seconds"] for r in rounds if not r["first"]), None)
            one.plot([r["seconds"] / 60 for r in rounds], [r[name] / scale for r in rounds], ".",
                     markersize=2, color="C%d" % process, label="process %d" % process)
            if warm is not None:
                one.axvline(warm / 60, color="C%d" % process, linewidth=0.5)
        one.set_title(name.replace("_", " ") + (" [MiB]" if "bytes" in name else ""), fontsize=9)
        one.set_ylim(bottom=0)
    axes.flat[0].legend(fontsize=8)
    for one in axes[-1]:
        one.set_xlabel("minutes (the lines: warm)")
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], epilog=__doc__.split("\n", 2)[2],
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=120, help="when all are warm")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--device", choices=("DML", "CPU"), default="DML")
    parser.add_argument("--shapes", type=int, default=SHAPES, metavar="N",
                        help="batches and sizes of each model (1 to %d)" % SHAPES)
    parser.add_argument("--leak", choices=LEAKS, nargs="+", default=[])
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--plot", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.processes < 1 or arguments.minutes < 0 or not 1 <= arguments.shapes <= SHAPES:
        parser.error("it takes a process and a shape at least, and no negative time")

    import rich.console
    import rich.progress

    console = rich.console.Console(width=None if sys.stdout.isatty() else 140)
    seconds = 60 * arguments.minutes
    with rich.progress.Progress(console=console, transient=True,
                                disable=not sys.stdout.isatty()) as bar:
        task = bar.add_task("warming up", total=seconds)

        def progress(rounds, since):
            if since is not None:
                bar.update(task, description="%d rounds" % rounds, completed=since)

        rounds, failures = soak(seconds, [arguments.leak] * arguments.processes,
                                arguments.device, arguments.shapes, progress)
    found = [slopes(one) for one in rounds]
    console.print("%d rounds" % sum(map(len, rounds)))
    console.print(table(found))
    for failure in failures:
        console.print(failure, markup=False, highlight=False)
    if not all(found) and not failures:
        failures.append("too few rounds for slopes: take more minutes")
        console.print(failures[-1])
    if arguments.json:
        arguments.json.write_text(json.dumps(
            {"command": sys.argv[1:], "slopes": found, "failures": failures, "rounds": rounds,
             "machine": os.uname().machine}))
    if arguments.plot and all(rounds):
        draw(rounds, str(arguments.plot))
    grows = any(one["grows"] for quantities in found for one in quantities.values())
    return int(grows or bool(failures))


if __name__ == "__main__":
    sys.exit(main())
