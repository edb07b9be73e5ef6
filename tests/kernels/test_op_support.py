"""docs/op_support.md is what the registry says."""

import pathlib

from tensorflow_directml import cli, cuda_kernels, op_page, op_support

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"


def test_the_page_is_up_to_date(capsys):
    assert cli.main(["ops", "--markdown"]) == 0
    page = capsys.readouterr().out
    assert page == (DOCS / "op_support.md").read_text(), (
        "write it anew: tensorflow-directml ops --markdown > docs/op_support.md")


def test_each_op_has_one_family():
    assert op_page.unplaced(op_support.supported()) == [], "place them in op_families.json"
    assert [family for family, _ in op_page.FAMILIES if family not in op_page.families()] == []
    assert len(op_page.FAMILIES) == len(op_page.families())


def test_gaps_come_first_and_by_family():
    ops = op_support.supported()
    del ops["Conv2D"], ops["Conv2DBackpropInput"]
    ops["Relu"] = ops["Relu"]._replace(types={"T": ["float32"]})
    page = op_page.markdown(ops)
    gaps = page[page.index("## What CUDA has"):page.index("## products")]
    (row,) = [line for line in gaps.splitlines() if line.startswith("| [convolution]")]
    assert "Conv2D, Conv2DBackpropInput" in row
    (row,) = [line for line in gaps.splitlines() if line.startswith("| [elementwise]")]
    assert "Relu (T: float16, float64" in row
    assert "| Conv2D |" not in page and "| Conv3D |" in page


def test_types_and_host_arguments_are_told():
    ops = op_support.supported()
    assert "float32" in ops["Conv2D"].types["T"]
    assert not ops["Conv2D"].host_only
    assert ops["Transpose"].host == ["perm"]
    assert ops["Shape"].host == ["output"]
    assert ops["BroadcastGradientArgs"].host_only


def test_what_cuda_has_and_dml_lacks():
    ops = op_support.supported()
    support = op_support.Support("Conv2D", 1, {"T": ["float32"]}, [], False)
    lacks = op_support.missing_types({"Conv2D": support})
    assert lacks["Conv2D"] == {"T": ["float16", "float64"]}
    # Which CUDA has a kernel for, and the op's definition rules out.
    assert "HistogramFixedWidth" not in op_support.missing_types(ops)
    assert "Conv2D" in op_support.missing_ops({})
    # Those that TensorFlow's passes make count, too.
    assert "_FusedConv2D" in op_support.missing_ops({})
    left_out = ["NcclAllReduce", "_NcclReduceSend", "GetCalibrationDataOp", *op_support.LEFT_OUT]
    assert not set(left_out) & set(op_support.missing_ops({}))
    assert not set(op_support.LEFT_OUT) - set(cuda_kernels.load())
    page = op_page.markdown(ops)
    assert all("%s: %s" % pair in page for pair in op_support.LEFT_OUT.items())
    assert not set(op_support.missing_ops(ops)) & set(ops)
