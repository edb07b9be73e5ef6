"""The lists of programs that the build compiles for Direct3D 12. Whether they are what the
operators ask for today, ci/compilers/common_programs.py says."""

import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "ci/compilers"))
import common_programs  # noqa: E402
import precompiled  # noqa: E402

LISTS = sorted(common_programs.RUNTIME.glob(f"operators/*/{precompiled.NAME}"))


@pytest.fixture(scope="module")
def families():
    return common_programs.families()


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.parent.name)
def test_rows_are_of_programs_with_hlsl(path, families, tmp_path):
    rows = precompiled.read(path)
    assert rows
    for row in rows:
        assert families.get(row.shader) == path.parent, row
        assert row.constants[0] > 0 and len(row.constants) <= 16, row
        assert row.use, row
    assert len({(row.shader, row.constants) for row in rows}) == len(rows)
    # As --write leaves them.
    precompiled.write(tmp_path / "again", rows)
    assert (tmp_path / "again").read_text() == path.read_text()


def test_both_kinds_of_models_have_their_programs():
    rows = common_programs.listed()
    of_training = [row for row in rows if row.use.startswith(common_programs.OF_TRAINING)]
    assert of_training and len(of_training) < len(rows)
    # Large products in either type, the parts of an invocation as AMD's and NVIDIA's have them.
    for shader in ("gemm_f32", "gemm_f16", "convolution_f32", "convolution_f16"):
        parts = {row.constants[1:6] for row in rows if row.shader == shader}
        assert {(128, 128, 8, 8, 16), (128, 128, 8, 8, 8), (64, 64, 16, 4, 4)} <= parts


def test_adapters_are_described_as_direct3d_has_them():
    texts = [common_programs.profile(*adapter) for adapter in common_programs.CLASSES]
    assert texts[0] == (
        "type=discrete,vendor=4098,subgroup_size=32,max_group_invocations=1024,"
        "max_shared_bytes=32768,float16_arithmetic=0,float16_products=converted,float64=1,"
        "matrix_shapes=,matrix_subgroup_size=0,grouped_programs=0")
    assert len(set(texts)) == len(texts)


def test_another_table_is_refused(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("program,use\ngemm_f32,a model\n")
    with pytest.raises(ValueError, match="the columns are program,constants,use"):
        precompiled.read(path)
    assert precompiled.read(tmp_path / "none.csv") == []


def test_writing_sorts_rows_into_families(tmp_path, monkeypatch):
    folders = {"a_f32": tmp_path / "one", "b_f32": tmp_path / "two"}
    for folder in folders.values():
        folder.mkdir()
    (tmp_path / "two" / precompiled.NAME).write_text("old")
    monkeypatch.setattr(common_programs, "families", lambda: folders)
    common_programs.write({("a_f32", (2, 10)): "second", ("a_f32", (2, 9)): "first"})
    assert precompiled.read(tmp_path / "one" / precompiled.NAME) == [
        precompiled.Row("a_f32", (2, 9), "first"), precompiled.Row("a_f32", (2, 10), "second")]
    assert not (tmp_path / "two" / precompiled.NAME).exists()
