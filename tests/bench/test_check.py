"""bench --check: every row right or wrong, and smaller shapes that take the same programs."""

import json
import subprocess
import sys

import numpy as np
import pytest
from tensorflow_directml.bench import check, models, reduction
from tensorflow_directml.bench.families import REGISTRY

CLI = "import conftest, sys; from tensorflow_directml import cli; sys.exit(cli.main())"


def command(*arguments):
    return subprocess.run(
        [sys.executable, "-c", CLI, "bench", *arguments],
        cwd=__file__.rsplit("/", 1)[0],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )


def family_of(case):
    return REGISTRY[case.family](case.parameters, case.dtype)


def first(family, quick=False, dtype="float32"):
    return models.cases([dtype], quick=quick, families=[family])[0]


# ---- Smaller shapes --------------------------------------------------------


@pytest.mark.parametrize(
    "size, smaller",
    [(64, 32), (7, 3), (8, 4), (56, 28), (14, 6), (224, 96), (571, 283), (1000, 488), (1, 1)],
)
def test_sizes_keep_their_remainders(size, smaller):
    assert reduction._smaller(size) == smaller
    assert (size - smaller) % (32 if size > 64 else 4 if size > 8 else 2) == 0


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_every_case_shrinks_and_keeps_its_programs(device, dtype):
    limit, shrunk = 1e9, 0
    for case in models.cases([dtype]):
        reduced = reduction.reduce(device, case, limit)
        full, less = family_of(case), family_of(reduced)
        if reduction.work(full) <= limit:
            assert reduced == case
            continue
        shrunk += reduction.work(less) < reduction.work(full)
        assert reduction.programs(device, less) == reduction.programs(device, full), case
        for name in ("stride", "pad", "window", "axes", "transpose_a", "op"):
            assert case.parameters.get(name) == reduced.parameters.get(name)
        for name in [*less.inputs, *less.outputs]:
            assert all(size > 0 for size in less.described(name)[0]), reduced
    assert shrunk > 100


def test_nothing_shrinks_without_need(device):
    case = first("convolution")
    assert reduction.reduce(device, case, 1e15) == case


def test_the_batch_shrinks_first(device):
    # Of few rows, a smaller batch would take another program.
    cases = models.cases(["float32"], models=["ResNet-50"], families=["batch_norm"])
    case = next(case for case in cases if case.parameters["sizes"][:2] == [64, 112])
    full = reduction.work(family_of(case))
    reduced = reduction.reduce(device, case, full / 3)
    batch, *image = case.parameters["sizes"]
    assert reduced.parameters["sizes"] == [batch // 4, *image]


def test_a_split_sum_stays_split(device):
    """More positions than one sum takes: fewer of them would take another program."""
    case = models.Case(
        "gemm",
        {"m": 96, "k": 1 << 20, "n": 96, "transpose_a": True, "transpose_b": False},
        "float32",
        [],
    )
    names = [program.shader for program in reduction.programs(device, family_of(case))]
    assert names == ["gemm_f32", "split_reduce_f32"]
    reduced = reduction.reduce(device, case, 1.0)
    assert reduced.parameters["k"] < 1 << 20
    assert "split_reduce_f32" in [p.shader for p in reduction.programs(device, family_of(reduced))]


def test_depthwise_channels_stay_equal(device):
    for family in ("depthwise", "depthwise_backward_filter"):
        case = models.cases(["float32"], families=[family])[-1]
        parameters = reduction.reduce(device, case, 1.0).parameters
        assert parameters["input"][3] == parameters["groups"] == parameters["filter"][3]
        assert parameters["filter"][2] == 1
        assert 65 <= parameters["groups"] < case.parameters["groups"]


# ---- Right and wrong -------------------------------------------------------


def test_rows_that_shrink_to_the_same_run_once(device):
    cases = models.cases(["float32"], models=["ResNet-50"], families=["batch_norm"])
    # Small ones are computed in one launch, by another program.
    some = [case for case in cases if case.parameters["sizes"][1:] == [112, 112, 64]]
    assert len(some) == 2  # one a batch size
    rows = check.check(device, some, 2e7, seed=1)
    assert [row["status"] for row in rows] == ["right"] * 2
    assert rows[1]["same_run_as"].endswith(rows[0]["shape"])
    assert rows[1]["error"] == rows[0]["error"]
    for row in rows:
        before, after = row["reduced"]["changes"]["sizes"]
        assert np.prod(after) < np.prod(before)
        assert row["reduced"]["work"] < row["work"]
        assert "as " + row["reduced"]["shape"] in check.row_text(row)
    summary = check.summarize(rows)
    assert (summary["rows"], summary["right"]) == (2, 2)
    assert (summary["full_size"], summary["reduced"], summary["runs"]) == (0, 2, 1)


def test_wrong_and_failed_rows_are_told(device, monkeypatch):
    expected, enqueue = REGISTRY["softmax"].expected, REGISTRY["gather"].enqueue

    def slightly_different(self, host, random):
        for name, index, values in expected(self, host, random):
            yield name, index, values * 1.001

    def impossible(self, tensors, prepare):
        return enqueue(self, dict(tensors, y=tensors["y"].view([3])), prepare)

    monkeypatch.setattr(REGISTRY["softmax"], "expected", slightly_different)
    monkeypatch.setattr(REGISTRY["gather"], "enqueue", impossible)
    cases = [first(family, quick=True) for family in ("softmax", "gather", "bias")]
    cases.append(first("gemm", quick=True))
    seen = []
    rows = check.check(device, cases, None, seed=1, enough=lambda: len(seen) >= 3, done=seen.append)
    assert [row["status"] for row in rows] == ["wrong", "failed", "right", "not run"]
    assert "WRONG" in check.row_text(rows[0])
    assert rows[1]["problem"] in check.row_text(rows[1])
    summary = check.summarize(rows)
    assert [summary[key] for key in ("right", "wrong", "failed", "not_run")] == [1, 1, 1, 1]
    assert "1 right, 1 wrong, 1 failed, 1 not run" in check.summary_text(summary)


def test_the_command(device, tmp_path):
    output = command("--check", "--quick", "--families", "gemm,softmax,max_pool", "--out", tmp_path)
    assert output.returncode == 0, output.stdout + output.stderr
    results = json.loads((tmp_path / "check.json").read_text())
    summary = results["summary"]
    assert summary["right"] == summary["rows"] == summary["full_size"] > 3
    assert results["surroundings"]["adapter"] == device.adapter.name
    assert f"{summary['rows']} right, 0 wrong" in output.stdout
    assert f"{summary['rows']} right, 0 wrong" in (tmp_path / "check.txt").read_text()


def test_the_command_reduces(tmp_path):
    output = command(
        "--check",
        "--reduce",
        "0.001",
        "--models",
        "BERT-base",
        "--families",
        "bias,softmax",
        "--out",
        tmp_path,
    )
    assert output.returncode == 0, output.stdout + output.stderr
    results = json.loads((tmp_path / "check.json").read_text())
    assert results["reduce"] == 0.001
    assert results["summary"]["reduced"] == results["summary"]["right"] > 0
    assert "with smaller extents" in output.stdout


def test_wrong_rows_end_the_command_with_1(monkeypatch, device, capsys):
    from tensorflow_directml import cli

    expected = REGISTRY["softmax"].expected

    def different(self, host, random):
        for name, index, values in expected(self, host, random):
            yield name, index, values + 1

    monkeypatch.setattr(REGISTRY["softmax"], "expected", different)
    arguments = ["bench", "--check", "--quick", "--families", "softmax,bias"]
    assert cli.main(arguments) == 1
    assert ", 1 wrong" in capsys.readouterr().out


def test_reduce_goes_with_check_only():
    output = command("--reduce", "1")
    assert output.returncode != 0
    assert "--check" in output.stderr
