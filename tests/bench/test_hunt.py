"""bench --hunt: shapes, verdicts, what is kept, and processes that are replaced."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from tensorflow_directml import cli
from tensorflow_directml.bench import reduction
from tensorflow_directml.bench.families import REGISTRY
from tensorflow_directml.bench.hunt import journal, on_device, process, report, shapes, verdict
from tensorflow_directml.bench.models import Case

CLI = "import conftest, sys; from tensorflow_directml import cli; sys.exit(cli.main())"
HERE = __file__.rsplit("/", 1)[0]
WORK = 4e8


def command(*arguments, **variables):
    return subprocess.run(
        [sys.executable, "-c", CLI, "bench", "--hunt", *map(str, arguments)], cwd=HERE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
        env=dict(os.environ, **variables),
    )


# ---- Shapes ----------------------------------------------------------------


def test_every_family_is_hunted():
    assert set(shapes.SHAPES) == set(REGISTRY)


@pytest.mark.parametrize("name", list(shapes.SHAPES))
def test_shapes_are_possible_and_bounded(name):
    seen = set()
    for number in range(60):
        case = shapes.case(3, number, [name], ["float32", "float16"], WORK)
        family = REGISTRY[name](case.parameters, case.dtype)
        assert reduction.work(family) <= WORK
        for tensor in [*family.inputs, *family.outputs]:
            assert all(size > 0 for size in family.described(tensor)[0]), case
        assert json.loads(json.dumps(case.parameters)) == case.parameters
        seen.add(family.label)
    assert len(seen) > 40


def test_a_case_is_its_seed_and_number():
    names = list(shapes.SHAPES)
    cases = [shapes.case(7, number, names, ["float32"], WORK) for number in range(40)]
    again = [shapes.case(7, number, names, ["float32"], WORK) for number in range(40)]
    assert cases == again
    assert cases != [shapes.case(8, number, names, ["float32"], WORK) for number in range(40)]
    assert [case.family for case in cases[: len(names)]] == names


def test_shapes_that_models_do_not_have_are_among_them():
    def drawn(name):
        return [shapes.case(1, n, [name], ["float32"], WORK).parameters for n in range(200)]

    images = drawn("convolution")
    assert any(p["filter"][1] == p["input"][2] > 7 and p["pad"] == 0 for p in images)
    assert any(p["input"][3] == 1 for p in images)
    assert any(p["filter"][3] == 1 for p in images)
    assert any(p["filter"][0] == 1 and p["filter"][1] >= 16 for p in images)
    assert any(np.max(p["stride"]) >= 8 for p in images)
    assert any(max(p["m"], p["n"]) > 1000 * min(p["m"], p["n"]) for p in drawn("gemm"))
    sums = drawn("segment_sum")
    assert any(p["indices"] > 1000 * p["rows"] for p in sums)
    assert any(p["rows"] > 1000 * p["indices"] for p in sums)
    assert any(p["k"] == 5 and p["n"] > 10000 for p in drawn("top_k"))
    assert any(len(p["sizes"]) == 6 for p in drawn("reduce"))


# ---- Verdicts --------------------------------------------------------------


def row(number, seconds, family="gemm", cpu=None, **values):
    found = {"number": number, "family": family, "type": "float32", "shape": str(number),
             "seconds": seconds, "attainable_seconds": 1e-3, "bound": "memory", "correct": True}
    if cpu:
        found["cpu_seconds"] = cpu
    return dict(found, **values)


def test_the_family_median_is_the_yardstick():
    rows = [row(number, 5e-3) for number in range(5)] + [row(5, 49e-3), row(6, 51e-3)]
    worst, second, *others = verdict.judge(rows)
    assert (worst["number"], worst["cliff"]) == (6, True)
    assert worst["ratio"] == pytest.approx(51)
    assert worst["family_ratio"] == pytest.approx(5)
    assert worst["severity"] == pytest.approx(51 / 50)
    assert (second["number"], second["cliff"]) == (5, False)
    assert not any(other["cliff"] for other in others)


def test_families_and_types_have_yardsticks_of_their_own():
    rows = [row(0, 1e-3), row(1, 1e-3), row(2, 99e-3, "scan"), row(3, 99e-3, type="float16")]
    assert not any(found["cliff"] for found in verdict.judge(rows))


def test_what_caches_make_fast_is_no_yardstick():
    rows = [row(number, 1e-5) for number in range(5)] + [row(5, 9e-3), row(6, 11e-3)]
    assert [found["number"] for found in verdict.judge(rows) if found["cliff"]] == [6]


def test_a_hundred_times_the_cpu_is_a_cliff():
    rows = [row(0, 99e-3, cpu=1e-3), row(1, 101e-3, cpu=1e-3), row(2, 101e-3)]
    assert [found["number"] for found in verdict.judge(rows) if found["cliff"]] == [1]


def test_what_did_not_run_is_counted():
    rows = [row(0, 1e-3), row(1, 1e-3, correct=False), {
        "number": 2, "family": "gemm", "type": "float32", "shape": "s", "problem": "took long"}]
    judged = verdict.judge(rows)
    summary = verdict.summarize(rows, judged)
    assert [summary[key] for key in ("cases", "wrong", "failed", "cliffs")] == [3, 1, 1, 0]
    assert "WRONG" in report.row_text(rows[1])
    assert "took long" in report.row_text(rows[2])


# ---- What is kept ----------------------------------------------------------


HEADER = {"seed": 1, "adapter": "a"}


def test_a_line_that_was_being_written_is_none(tmp_path):
    kept = journal.Journal(str(tmp_path))
    kept.begin(HEADER)
    kept.add_row(row(0, 1.0))
    kept.add_row(row(0, 2.0))
    kept.close()
    with open(tmp_path / journal.NAME, "a") as file:
        file.write('{"row": {"number": 1, "sec')
    kept = journal.Journal(str(tmp_path))
    assert kept.header == HEADER
    assert {number: found["seconds"] for number, found in kept.rows.items()} == {0: 2.0}
    kept.add_row(row(1, 3.0))
    kept.close()
    kept = journal.Journal(str(tmp_path))
    kept.close()
    assert sorted(kept.rows) == [0, 1]


def test_another_hunt_is_not_gone_on_with(tmp_path):
    kept = journal.Journal(str(tmp_path))
    kept.begin(HEADER)
    kept.close()
    kept = journal.Journal(str(tmp_path))
    kept.begin(HEADER)
    with pytest.raises(journal.Mismatch, match="another seed: 1, not 2"):
        kept.begin({"seed": 2, "adapter": "a"})
    kept.close()


# ---- Processes -------------------------------------------------------------

SERVER = '''
import os, signal, sys, time
from tensorflow_directml.bench.hunt import process

def serve(source, target, name):
    print("libraries write to stdout")
    process.answer(target, {"name": name})
    for request in process.requests(source):
        if request["do"] == "hang":
            time.sleep(600)
        if request["do"] == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        if request["do"] == "raise":
            raise ValueError("no such shape")
        process.answer(target, request)
'''


@pytest.fixture
def server(tmp_path, monkeypatch):
    """Starts the module above instead of one of the package."""
    (tmp_path / "of_the_test.py").write_text(SERVER)
    monkeypatch.setattr(process, "_START", process._START.replace(
        '"tensorflow_directml.bench.hunt." + module', "module"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return lambda: process.Process("of_the_test", "given")


def test_processes_answer(server):
    with server() as started:
        assert started.hello == {"name": "given"}
        assert started.ask({"do": "nothing"}, 10) == {"do": "nothing"}
        assert "libraries write" in started.errors()


@pytest.mark.parametrize(
    "do, limit, said, hung",
    [("hang", 0.5, r"took more than 0.5 s", True), ("crash", 60, r"crashed \(SIGSEGV\)", False),
     ("raise", 60, "ValueError: no such shape", False)],
)
def test_processes_that_fail_are_named(server, do, limit, said, hung):
    with server() as started:
        with pytest.raises(process.Failed, match=said) as failure:
            started.ask({"do": do}, limit)
        assert failure.value.hung == hung
        assert started._process.poll() is not None


# ---- On a device -----------------------------------------------------------


@pytest.fixture(scope="module")
def limits(device):
    return on_device.possible(device, ["float32", "float16"], 0.01)


def test_what_is_possible_is_measured(limits):
    assert limits["flops"]["float32"] > 1e8
    assert 1e7 < limits["bytes_per_second"] < 1e14
    assert 0 < limits["dispatch"] < 1
    assert on_device.attainable(limits, "float32", 0, 0) == (limits["dispatch"], "dispatch")
    assert on_device.attainable(limits, "float16", 1e15, 0)[1] == "arithmetic"
    assert on_device.attainable(limits, "float32", 0, 1e15)[1] == "memory"


def test_what_takes_long_runs_once(device, limits):
    case = shapes.case(1, 0, ["softmax"], ["float32"], 1e6)
    before = device.statistics()["launches"]
    found = on_device.run(device, case, limits, 0.001, 0.0, 1)
    assert found["once"] and found["correct"] and found["seconds"] > 0
    assert device.statistics()["launches"] - before <= 3
    found = on_device.run(device, case, limits, 0.001, 60.0, 1)
    assert not found["once"]
    assert device.statistics()["launches"] - before > 6


def test_errors_of_the_runtime_are_told(device, limits):
    case = Case("top_k", {"rows": 2, "n": 3, "k": 5}, "float32", [])
    found = on_device.run(device, case, limits, 0.001, 1.0, 1)
    assert "no 5 elements" in found["problem"]


def results_of(folder):
    return json.loads((folder / "hunt.json").read_text())


def numbers_of(folder):
    lines = (folder / journal.NAME).read_text().splitlines()
    return [json.loads(line)["row"]["number"] for line in lines if '"row"' in line]


ARGUMENTS = ("--families", "bias,softmax,gather", "--seconds", "0.005")


def test_the_command_goes_on(device, tmp_path):
    output = command(*ARGUMENTS, "--cases", 3, "--seed", 4, "--check", "--out", tmp_path)
    first = results_of(tmp_path)
    assert output.returncode == bool(first["summary"]["cliffs"]), output.stdout + output.stderr
    assert "3 cases" in output.stdout and "The worst" in output.stdout
    assert {found["family"] for found in first["rows"]} == {"bias", "softmax", "gather"}
    assert first["hunt"]["adapter"] == device.adapter.name
    assert all(found["correct"] for found in first["rows"])

    # Only what is new is measured; the seed is the kept one's.
    kept = journal.Journal(str(tmp_path))
    slow = dict(kept.rows[0], cpu_seconds=kept.rows[0]["seconds"] / 200, repeats=9)
    kept.add_row(slow)
    kept.close()
    output = command(*ARGUMENTS, "--cases", 4, "--out", tmp_path)
    assert output.returncode == 0, output.stdout + output.stderr
    assert "CLIFF" in output.stdout
    second = results_of(tmp_path)
    assert second["summary"]["cases"] == 4
    assert len(second["sessions"]) == 2
    by_number = {found["number"]: found for found in second["rows"]}
    assert by_number[0]["seconds"] == slow["seconds"] and by_number[0]["cliff"]
    for found in first["rows"]:
        assert by_number[found["number"]]["parameters"] == found["parameters"]

    output = command(*ARGUMENTS, "--cases", 4, "--check", "--out", tmp_path)
    assert output.returncode == 1
    assert len(results_of(tmp_path)["sessions"]) == 2  # nothing to measure

    output = command(*ARGUMENTS, "--seed", 5, "--out", tmp_path)
    assert output.returncode != 0
    assert "another seed: 4, not 5" in output.stderr and "Traceback" not in output.stderr


def test_a_stopped_hunt_keeps_its_rows(device, tmp_path):
    running = subprocess.Popen(
        [sys.executable, "-c", CLI, "bench", "--hunt", *ARGUMENTS, "--out", tmp_path], cwd=HERE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    for line in iter(running.stdout.readline, ""):
        if line.startswith("softmax"):
            break
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=120)
    assert running.returncode == 130
    assert "Traceback" not in err, err
    assert "The worst" in out
    rows = results_of(tmp_path)["rows"]
    assert len(rows) >= 2
    assert set(numbers_of(tmp_path)) == {found["number"] for found in rows}


def test_a_case_that_takes_too_long_stops_nothing(tmp_path):
    output = command("--families", "bias,sparse_matmul", "--cases", 2, "--seed", 1,
                     "--case-limit", "0.001", "--out", tmp_path)
    assert output.returncode == 1
    found = results_of(tmp_path)
    assert found["summary"]["failed"] == 2
    assert {each["problem"] for each in found["not_measured"]} == {"took more than 0.001 s"}
    assert "took more than 0.001 s" in (tmp_path / "hunt.txt").read_text()


@pytest.mark.parametrize(
    "arguments, said",
    [(["--hunt", "--tune"], "--tune does not go with --hunt"),
     (["--hunt", "--vs", "torch"], "--vs does not go with --hunt"),
     (["--hunt", "--cases", "0"], "at least 1"),
     (["--hunt", "--families", "gem"], "no family gem"),
     (["--cases", "3"], "go with --hunt only"), (["--case-limit", "3"], "go with --hunt only")],
)
def test_options_that_do_not_fit(arguments, said):
    with pytest.raises(SystemExit) as ended:
        cli.main(["bench", *arguments])
    assert said in str(ended.value)
