"""docs/op_support.md is what the registry says."""

import pathlib

from tensorflow_directml import cli, op_support

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"


def test_the_page_is_up_to_date(capsys):
    compare = str(DOCS / "cuda_ops.json")
    assert cli.main(["ops", "--markdown", "--compare", compare]) == 0
    page = capsys.readouterr().out
    assert page == (DOCS / "op_support.md").read_text(), (
        "write it anew: tensorflow-directml ops --markdown --compare docs/cuda_ops.json "
        "> docs/op_support.md")


def test_types_and_host_arguments_are_told():
    ops = op_support.supported()
    assert "float32" in ops["Conv2D"].types["T"]
    assert not ops["Conv2D"].host_only
    assert ops["Transpose"].host == ["perm"]
    assert ops["Shape"].host == ["output"]
    assert ops["BroadcastGradientArgs"].host_only
