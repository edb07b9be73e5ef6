"""This checkout's runtime against another commit's, in one run: every row of bench.

    git worktree add ../before COMMIT      # and build //tensorflow:libdml_runtime.so in it
    python3 benchmarks/commits.py ../before [--rounds N] [--families NAMES] [--full]

Processes of the two alternate. Of each row that both have, the fastest round counts; the ratio
is this checkout's rate to the other's: more than 1 is faster. Prints the geometric mean, that of
each family, and the rows that lost the most. Tuning that an adapter has stored is not used.
"""

import argparse
import collections
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parents[1]
LIBRARY = pathlib.Path("bazel-bin/tensorflow/libdml_runtime.so")
# Imports the checkout of the working folder as its tests do, and runs its bench.
CHILD = """
import argparse, importlib, sys
sys.path.insert(0, "tests/runtime")
importlib.import_module("conftest")
cli = importlib.import_module("tensorflow_directml.bench.cli")
parser = argparse.ArgumentParser()
cli.add_arguments(parser)
sys.exit(cli.main(parser.parse_args(sys.argv[1:])))
"""


def commit(checkout):
    return subprocess.run(["git", "describe", "--always", "--dirty"], cwd=checkout, check=True,
                          stdout=subprocess.PIPE, text=True).stdout.strip()


def bench(checkout, arguments):
    """{(family, shape, type): (seconds of a call, whether right)} of one run of its bench."""
    environment = {**os.environ, "TF_DIRECTML_TUNING": "0"}
    environment.pop("TF_DIRECTML_RUNTIME_LIBRARY", None)
    with tempfile.TemporaryDirectory() as folder:
        said = subprocess.run([sys.executable, "-c", CHILD, *arguments, "--out", folder],
                              cwd=checkout, env=environment, capture_output=True, text=True,
                              check=False)
        results = pathlib.Path(folder) / "bench.json"
        if not results.exists():
            sys.exit(f"{checkout}: {(said.stderr or said.stdout).strip()[-2000:]}")
        rows = json.loads(results.read_text())["rows"]
    return {(row["family"], row["shape"], row["type"]): (row["seconds"], row["correct"])
            for row in rows if "seconds" in row}


def mean(ratios):
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def compare(checkouts, rounds, arguments):
    """{row: this checkout's rate by the other's}; wrong rows end the program."""
    fastest = [collections.defaultdict(lambda: math.inf) for _ in checkouts]
    for number in range(rounds):
        for checkout, best in zip(checkouts, fastest):
            print(f"round {number + 1} of {rounds}: {commit(checkout)}", file=sys.stderr)
            for row, (seconds, correct) in bench(checkout, arguments).items():
                if not correct:
                    sys.exit(f"{checkout}: {' '.join(row)} is wrong")
                best[row] = min(best[row], seconds)
    here, other = fastest
    return {row: other[row] / here[row] for row in here if row in other}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("other", type=pathlib.Path, help="a checkout of another commit, built")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--types", default="float32", help="as in tensorflow-directml bench")
    parser.add_argument("--families", default="", help="as in tensorflow-directml bench")
    parser.add_argument("--full", action="store_true", help="the models' own shapes: long")
    args = parser.parse_args()
    checkouts = (HERE, args.other.resolve())
    for checkout in checkouts:
        if not (checkout / LIBRARY).exists():
            sys.exit(f"{checkout / LIBRARY} is missing: bazel build //tensorflow:{LIBRARY.name}")
    arguments = ["--types", args.types, "--families", args.families, "--seed", "1"]
    ratios = compare(checkouts, args.rounds, arguments + ([] if args.full else ["--quick"]))
    if not ratios:
        sys.exit("The two have no row in common.")
    families = collections.defaultdict(list)
    for (family, _, _), ratio in ratios.items():
        families[family].append(ratio)
    print(f"{commit(HERE)} against {commit(checkouts[1])}, {len(ratios)} rows, the fastest of "
          f"{args.rounds} rounds; more than 1 is faster")
    print(f"{'family':34}{'rows':>5}{'mean':>7}{'least':>7}")
    for family, of_family in sorted(families.items(), key=lambda item: mean(item[1])):
        print(f"{family:34}{len(of_family):5}{mean(of_family):7.2f}{min(of_family):7.2f}")
    print(f"{'all, geometric mean':34}{len(ratios):5}{mean(ratios.values()):7.2f}"
          f"{min(ratios.values()):7.2f}")
    print("the rows that lost the most:")
    for row, ratio in sorted(ratios.items(), key=lambda item: item[1])[:5]:
        print(f"  {ratio:5.2f}  {' '.join(row)}")


if __name__ == "__main__":
    main()
