#!/usr/bin/env python3
"""Draws calls of ops, and compares the DML device with the CPU.

    tests/fuzz/ops.py [--minutes N] [--op NAME...] [--seed N] [--save FILE] [--replay FILE]

Each op that has a DML kernel and takes plain tensors, with random types, shapes, values and
attributes, eagerly and in a graph: by TensorFlow's registry, so that a new op is drawn too.
Both have a process of their own. A call that ends the device's, hangs, or gives other numbers
is made as small as it can be by hypothesis, and saved. Exit status 1 where there is one that
calls.json does not know. --refusals finds those, too, that one of both refuses.

Needs an installed tensorflow-directml, hypothesis and rich.
"""

import argparse
import collections
import json
import pathlib
import random
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import hypothesis  # noqa: E402
from children import Child  # noqa: E402
from fuzz import draws  # noqa: E402
from fuzz.comparison import GOOD, REFUSALS, end_of  # noqa: E402

CALLS = HERE / "calls.json"
LIMIT = 60.0  # seconds for a call, a crash's report included
ENVIRONMENT = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER": "1"}


class Finding(AssertionError):
    """A call that ends otherwise than on the CPU."""


def children():
    """Of the CPU and of the device."""
    return [Child("fuzz.op_server", "OpServer", (device,), ENVIRONMENT, LIMIT)
            for device in ("CPU", "DML")]


def search(both, op, seed, count, ends, good):
    """Draws `count` calls of an op; returns the smallest that is a finding, or None."""
    found = {}

    @hypothesis.settings(max_examples=count, deadline=None, database=None,
                         suppress_health_check=list(hypothesis.HealthCheck),
                         report_multiple_bugs=False)
    @hypothesis.seed(seed)
    @hypothesis.given(draws.calls(op))
    def one(call):
        end, text = end_of(*both, call)
        ends[end] += 1
        # While one is made smaller, it stays of its kind.
        if end not in good and found.setdefault("end", end) == end:
            found.update(call=call, text=text)
            raise Finding(end)

    try:
        one()
    except (Finding, hypothesis.errors.Flaky):
        return {"end": found["end"], "text": found["text"], "call": found["call"]}
    return None


def known():
    """By op, the ends that are explained."""
    calls = json.loads(CALLS.read_text())
    return {(op, end) for entry in calls["known"] for op in entry["ops"]
            for end in entry["ends"]}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], epilog=__doc__.split("\n", 2)[2],
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--op", nargs="+", metavar="NAME")
    parser.add_argument("--count", type=int, default=10, help="of calls, in a turn of an op")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--refusals", action="store_true", help="are findings, too")
    parser.add_argument("--save", type=pathlib.Path, help="where findings go, as JSON")
    parser.add_argument("--replay", type=pathlib.Path, help="findings, instead of new draws")
    arguments = parser.parse_args()

    import rich.console
    import rich.progress

    console = rich.console.Console(width=None if sys.stdout.isatty() else 120)
    explained = known()
    ends, findings, explained_count, drawn = collections.Counter(), [], 0, set()
    good = GOOD if arguments.refusals else GOOD + REFUSALS
    both = children()
    with both[0], both[1]:
        if arguments.replay:
            for finding in json.loads(arguments.replay.read_text()):
                end, text = end_of(*both, finding["call"])
                console.print("%s: %s %s" % (finding["call"]["op"], end, text), markup=False)
            return 0
        ops = both[1].ask("ops")
        if arguments.op:
            unknown = set(arguments.op) - {op["op"] for op in ops}
            if unknown:
                parser.error("not drawn: " + ", ".join(sorted(unknown)))
            ops = [op for op in ops if op["op"] in arguments.op]
        console.print("%d ops, seed %d" % (len(ops), arguments.seed))
        generator = random.Random(arguments.seed)
        end_time = time.monotonic() + 60 * arguments.minutes
        with rich.progress.Progress(console=console, transient=True,
                                    disable=not sys.stdout.isatty()) as bar:
            task = bar.add_task("", total=60 * arguments.minutes)
            while time.monotonic() < end_time:
                for op in generator.sample(ops, len(ops)):
                    if time.monotonic() >= end_time:
                        break
                    bar.update(task, description=op["op"],
                               completed=60 * arguments.minutes - end_time + time.monotonic())
                    drawn.add(op["op"])
                    finding = search(both, op, generator.randrange(1 << 30), arguments.count,
                                     ends, good)
                    if finding is None:
                        continue
                    if (op["op"], finding["end"]) in explained:
                        explained_count += 1
                        continue
                    findings.append(finding)
                    console.print("[bold]%s: %s[/bold]" % (op["op"], finding["end"]))
                    console.print("    %s\n    %s" % (finding["text"], json.dumps(finding["call"])),
                                  markup=False, highlight=False)
                    if arguments.save:
                        arguments.save.write_text(json.dumps(findings, indent=1))
        starts = both[1].starts
    console.print("%d calls of %d ops in %d processes: %s" % (
        sum(ends.values()), len(drawn), starts,
        ", ".join("%d %s" % (count, end) for end, count in ends.most_common())))
    console.print("%d findings, %d explained" % (len(findings), explained_count))
    return int(bool(findings))


if __name__ == "__main__":
    sys.exit(main())
