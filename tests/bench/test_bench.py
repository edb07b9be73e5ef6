"""The bench measures, and tells right from wrong."""

import json
import math
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from tensorflow_directml.bench import ceilings, measure, models, report, timing, tuning
from tensorflow_directml.bench.families import REGISTRY
from tensorflow_directml.bench.families.family import SAMPLES, pick

CLI = "import conftest, sys; from tensorflow_directml import cli; sys.exit(cli.main())"


@pytest.fixture(scope="module")
def limits(device):
    return ceilings.all_ceilings(device, quick=True)


def run(device, limits, case, rotated_bytes=0):
    return measure.run(device, case, limits, 0.001, rotated_bytes, seed=1)[0]


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("family", list(REGISTRY))
def test_every_family_is_right(device, limits, family, dtype):
    cases = models.cases([dtype], quick=True, families=[family])
    row = run(device, limits, cases[0])
    assert "problem" not in row, row
    assert row["correct"], row
    assert row["error"] <= row["limit"]
    for key in ("seconds", "bytes_per_second", "attainable_seconds", "ratio"):
        assert 0 < row[key] < math.inf, (key, row)


# One of each way to check a result.
@pytest.mark.parametrize(
    "family", ["gemm", "convolution_backward_filter", "batch_norm_gradient", "transpose", "reduce"]
)
def test_wrong_results_are_seen(device, limits, monkeypatch, family):
    case = models.cases(["float32"], quick=True, families=[family])[0]
    expected = REGISTRY[family].expected

    def slightly_different(self, host, random):
        for name, index, values in expected(self, host, random):
            yield name, index, values * 1.001

    monkeypatch.setattr(REGISTRY[family], "expected", slightly_different)
    assert not run(device, limits, case)["correct"]


def test_samples_meet_the_edges():
    sizes = (3, 1000, 1, 4096)
    index = np.stack(pick(np.random.RandomState(0), *sizes))
    assert index.shape == (4, SAMPLES)
    places = {tuple(place) for place in index.T}
    last = tuple(size - 1 for size in sizes)
    assert {(0, 0, 0, 0), last} <= places
    assert all((index[d, 2:] == last[d]).any() for d in range(4))
    assert len(np.unique(index[3])) > SAMPLES // 2
    assert pick(np.random.RandomState(0), 5, 7, count=1)[0].shape == (1,)


def test_unwritten_outputs_are_seen(device, limits, monkeypatch):
    case = models.cases(["float32"], quick=True, families=["gemm"])[0]
    monkeypatch.setattr(REGISTRY["gemm"], "enqueue", lambda self, tensors, prepare: lambda: None)
    row = run(device, limits, case)
    assert math.isinf(row["error"])
    assert not row["correct"]


def test_sets_follow_each_other(device, limits):
    """Launches over rotating sets depend on each other, as in a model."""
    case = models.cases(["float32"], quick=True, families=["bias"])[0]
    family = REGISTRY["bias"](case.parameters, "float32")
    work = measure.Work(device, family, family.bytes * 4, 1)
    assert work.sets == 5
    before = device.statistics()["barriers"]
    for index in range(1, 5):
        work.launch(index)
    assert device.statistics()["barriers"] - before >= 3
    assert work.error() <= family.limit["float32"]


def test_ceilings(limits):
    assert limits["flops"]["float32"] > 1e8
    assert all(1e6 < rate < 1e15 for rate in limits["bytes_per_second"].values())
    assert all(0 < seconds < 1 for seconds in limits["seconds"].values())


def test_roofline():
    limits = {
        "flops": {"float32": 100.0},
        "bytes_per_second": {"device_copy": 10.0, "device_program": 5.0},
        "seconds": {"dependent_dispatch": 0.5},
    }
    assert ceilings.attainable(limits, "float32", 1000, 10) == (10.0, "arithmetic")
    assert ceilings.attainable(limits, "float16", 10, 1000) == (100.0, "memory")
    assert ceilings.attainable(limits, "float32", 1, 1) == (0.5, "dispatch")


def test_timing_spreads_the_wait(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(timing.time, "perf_counter", lambda: now[0])

    def spend(seconds):
        now[0] += seconds

    found = timing.measure(lambda index: spend(1e-5), lambda: spend(1e-4), 0.1, 5)
    assert found.launches > 500
    assert found.median == pytest.approx(1e-5, rel=0.1)
    assert found.spread == pytest.approx(0, abs=1e-9)
    assert found.host_share == pytest.approx(1, abs=0.1)


def test_geometric_means():
    rows = [
        {"family": "gemm", "type": "float32", "ratio": ratio, "correct": correct}
        for ratio, correct in ((0.5, True), (2.0, False))
    ]
    (group,) = report.summarize(rows)
    assert group["ratio"] == pytest.approx(1)
    assert (group["rows"], group["wrong"], group["peer_ratio"]) == (2, 1, None)


def test_the_command(device, tmp_path):
    output = subprocess.run(
        [sys.executable, "-c", CLI, "bench", "--quick", "--families", "gemm,softmax",
         "--out", tmp_path],
        cwd=__file__.rsplit("/", 1)[0], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, check=False,
    )
    assert output.returncode == 0, output.stdout + output.stderr
    results = json.loads((tmp_path / "bench.json").read_text())
    assert results["surroundings"]["adapter"] == device.adapter.name
    assert results["not_measured"] == 0
    assert {row["family"] for row in results["rows"]} == {"gemm", "softmax"}
    table = (tmp_path / "bench.txt").read_text()
    assert "Geometric means" in table
    assert "WRONG" not in table


def rows_read(process, count, check):
    """So many rows of the table, as they come."""
    lines = iter(process.stdout.readline, "")
    for line in lines:
        # --check has an empty line above them, and no line of titles.
        if line.startswith("\n" if check else "family "):
            break
    return [next(lines) for _ in range(count)]


@pytest.mark.parametrize("check", [[], ["--check"]], ids=["measured", "checked"])
@pytest.mark.parametrize("how, status", [("Ctrl-C", 130), ("closed pipe", 141)])
def test_a_stopped_bench_keeps_its_rows(device, tmp_path, how, status, check):
    process = subprocess.Popen(
        [sys.executable, "-c", CLI, "bench", "--quick", "--out", tmp_path, *check],
        cwd=__file__.rsplit("/", 1)[0], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    read = rows_read(process, 3, bool(check))
    if how == "Ctrl-C":
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=120)
        assert err.strip().endswith("tensorflow-directml: interrupted")
    else:
        process.stdout.close()
        err = process.stderr.read()
        process.wait(120)
    assert "Traceback" not in err and "Exception" not in err, err
    assert process.returncode == status
    name = "check" if check else "bench"
    rows = json.loads((tmp_path / (name + ".json")).read_text())["rows"]
    table = (tmp_path / (name + ".txt")).read_text()
    assert len(rows) >= 3
    for line in read:
        assert line.rstrip() in table


@pytest.mark.parametrize("number", ["-1", "x", "1.5"])
def test_device_numbers(number):
    output = subprocess.run(
        [sys.executable, "-c", CLI, "bench", "--device", number],
        cwd=__file__.rsplit("/", 1)[0], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, check=False,
    )
    assert output.returncode == 2
    assert "%r is no device number; they count from 0" % number in output.stderr


def test_adapters_below_0_are_no_adapters(dml):
    with pytest.raises(dml.DmlError, match="there is no adapter -1; they are numbered from 0"):
        dml.open(-1)


def times(medians):
    """Measurements of one case: tile -> seconds."""
    found = tuning.Measurements()
    key = (0, 0, 1, 1)
    found.seconds[key] = medians
    found.used[key] = SLOW
    return found


SLOW, FAST, WRONG = (32, 32, 8, 4, 4, 1, 0), (64, 64, 16, 8, 4, 4, 0), (16, 32, 8, 16, 4, 1, 8)


def test_the_fastest_tile_over_all_cases_is_chosen():
    (result,) = times([{SLOW: 2.0, FAST: 1.0}, {SLOW: 2.0, FAST: 3.0}]).results()
    assert result.gain == pytest.approx((4 / 3) ** 0.5)
    assert (result.choice["m"], result.was["m"], result.cases) == (64, 32, 2)
    (result,) = times([{SLOW: 1.0, FAST: 0.99}]).results()  # noise
    assert result.choice == result.was
    found = times([{SLOW: 2.0, WRONG: 0.1, FAST: 1.9}])
    found.wrong[0, 0, 1, 1].add(WRONG)
    (result,) = found.results()
    assert result.choice["m"] == 64
    assert "16, 32" in tuning.wrong([result])
    # One that could not be measured for every case is none.
    (result,) = times([{SLOW: 2.0, FAST: 1.0}, {SLOW: 2.0}]).results()
    assert result.choice == result.was


def test_wrong_tiles_are_not_chosen(device, monkeypatch):
    case = models.cases(["float32"], quick=True, families=["gemm"])[0]

    def error(self):
        self.launch(0)
        return float(self.device.last_tile()["n"] > 32)

    monkeypatch.setattr(tuning.Work, "error", error)
    (result,) = tuning.tune(device, [case], 0.001, 0, 1)
    assert result.wrong
    assert result.choice["n"] <= 32
    assert tuning.wrong([result])


def test_the_command_tunes(device, tmp_path):
    def command(*arguments):
        return subprocess.run(
            [sys.executable, "-c", CLI, "bench", "--quick", "--families", "gemm",
             "--models", "LSTM", *arguments],
            cwd=__file__.rsplit("/", 1)[0], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=dict(os.environ, TF_DIRECTML_CACHE_DIR=str(tmp_path)), text=True, check=True,
        ).stdout

    output = command("--tune")
    stored = int(output.rsplit("Stored: ", 1)[1].split()[0])
    files = list(tmp_path.glob("tiles-*.bin"))
    assert len(files) == (stored > 0)
    if files:  # a line a choice after the header
        assert files[0].read_bytes()[24:].count(b"\n") == stored
    assert "WRONG" not in command()


@pytest.mark.parametrize(
    "arguments, said",
    [(["--families", "gem"], "gemm"), (["--models", "VGG"], "ResNet-50"),
     (["--types", "int8"], "float16")],
)
def test_unknown_names(arguments, said):
    output = subprocess.run(
        [sys.executable, "-c", CLI, "bench", *arguments], cwd=__file__.rsplit("/", 1)[0],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
    )
    assert output.returncode != 0
    assert said in output.stderr


@pytest.mark.parametrize("family, alone, joined", [("dropout", 5, 3)])
def test_launches_of_models_are_joined(device, family, alone, joined):
    """Tensors that die between are given back: launches become one, as below TensorFlow."""
    case = models.cases(["float32"], quick=True, families=[family])[0]
    work = measure.Work(device, REGISTRY[family](case.parameters, "float32"), 0, 1)

    def taken():
        before = device.statistics()["launches"]
        work.launch(0)
        device.sync()
        return device.statistics()["launches"] - before

    in_use = device.pool.statistics()["bytes_in_use"]
    assert taken() == alone
    with work.merging():
        assert taken() <= joined
        assert work.error() <= work.family.limit["float32"]
    assert taken() == alone
    assert device.pool.statistics()["bytes_in_use"] == in_use


def test_steps_of_variables_are_joined(device):
    parameters = {"optimizer": "MOMENTUM", "variables": [64] * 32}
    work = measure.Work(device, REGISTRY["optimizers"](parameters, "float32"), 0, 1)
    with work.merging():
        before = device.statistics()["launches"]
        work.launch(0)
        device.sync()
        assert device.statistics()["launches"] - before <= 2


@pytest.mark.parametrize(
    "family, parameters",
    [
        ("convolution", {"input": [2, 9, 12, 3], "filter": [3, 12, 3, 5], "stride": 1,
                         "pad": [1, 0], "groups": 1}),
        ("convolution_backward_data", {"input": [2, 9, 12, 3], "filter": [1, 5, 3, 4],
                                       "stride": [1, 3], "pad": [0, 2], "groups": 1}),
        ("convolution_backward_filter", {"input": [2, 9, 12, 3], "filter": [5, 1, 3, 4],
                                         "stride": [2, 1], "pad": [2, 0], "groups": 1}),
        ("scatter", {"op": "ADD", "rows": 50, "inner": 7, "indices": 300, "targets": 2}),
        ("segment_sum", {"rows": 5, "inner": 3, "indices": 1000, "sorted": True}),
        ("concat", {"sizes": [6, 5], "parts": [3] * 20}),
    ],
    ids=str,
)
def test_shapes_that_no_model_has(device, limits, family, parameters):
    row = run(device, limits, models.Case(family, parameters, "float32", []))
    assert row.get("correct"), row
