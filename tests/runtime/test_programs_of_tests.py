"""The programs that a folder of tests takes, for real compilers to try (ci/compilers)."""

import importlib
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_each_program_of_a_folder_is_found(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(ROOT / "ci/compilers"))
    planning = importlib.import_module("planning")
    monkeypatch.setenv("TF_DIRECTML_BACKEND", "null")
    monkeypatch.setenv("TF_DIRECTML_CACHE_DIR", str(tmp_path))
    folder = ROOT / "tests/runtime/sorting"
    assert folder in planning.operators_tests()
    rows = planning.of_tests([folder])
    assert len({(shader, tuple(constants)) for shader, constants, _, _ in rows}) == len(rows)
    by_use = {use: {shader for shader, *_, other in rows if other == use} for *_, use in rows}
    assert set(by_use) == {"tests: search_sorted", "tests: top_k"}
    # Also after what a comparison would have refused.
    assert {"top_k_f32", "top_k_f16", "top_k_i64"} <= by_use["tests: top_k"]
    assert all(subgroup == 0 for *_, subgroup, _ in rows)
