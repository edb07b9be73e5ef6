"""The declarations of the Python binding are those of the C headers."""

import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PYTHON = ROOT / "tensorflow/python/dml"
HEADERS = ROOT / "tensorflow/core/common_runtime/dml/runtime/c_api"
sys.path.insert(0, str(PYTHON))
import generate_api  # noqa: E402

# Sizes and offsets as the C compiler sees them.
CHECKED = """
#include <stdio.h>
#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_benchmark.h"
int main(void) {
%s
  return 0;
}
"""


@pytest.fixture(scope="module")
def headers():
    names = ("dml_runtime.h", "dml_operators.h", "dml_benchmark.h")
    return generate_api.parse([(HEADERS / name).read_text() for name in names])


@pytest.fixture(scope="module")
def binding(tmp_path_factory):
    """tensorflow_directml.runtime, of this checkout."""
    folder = tmp_path_factory.mktemp("binding") / "tensorflow_directml"
    folder.mkdir()
    for source in PYTHON.glob("*.py"):
        (folder / source.name).write_text(source.read_text())
    subprocess.run(
        [
            sys.executable,
            PYTHON / "generate_api.py",
            HEADERS / "dml_runtime.h",
            HEADERS / "dml_operators.h",
            HEADERS / "dml_benchmark.h",
            "--out",
            folder / "api.py",
        ],
        check=True,
    )
    sys.path.insert(0, str(folder.parent))
    from tensorflow_directml import runtime

    return runtime


def test_everything_is_read(headers):
    constants, enums, structs, functions = headers
    assert constants["DML_MAX_RANK"] == 8
    assert enums["dml_elementwise_op"]["ADD"] == 64
    assert structs["dml_tensor"][-1] == ("strides", "int64_t", 8)
    assert functions["dml_gemm"] == (
        "dml_code",
        (
            ("device", "dml_device*", 0),
            ("a", "const dml_tensor*", 0),
            ("b", "const dml_tensor*", 0),
            ("c", "const dml_tensor*", 0),
            ("alpha", "double", 0),
            ("beta", "double", 0),
            ("bias", "const dml_tensor*", 0),
            ("activation", "dml_activation", 0),
        ),
    )
    assert functions["dml_random"][1][2] == ("counter", "const uint32_t", 4)


def test_layout_is_the_compilers(headers, binding, tmp_path):
    _, enums, structs, _ = headers
    lines, expected = [], []

    def check(expression, value):
        lines.append(f'  printf("%zu\\n", (size_t)({expression}));')
        expected.append((expression, value))

    for name, fields in structs.items():
        struct = binding.STRUCTS[name]
        check(f"sizeof({name})", binding.ctypes.sizeof(struct))
        for field, _, _ in fields:
            check(f"offsetof({name}, {field})", getattr(struct, field).offset)
    for values in enums.values():
        for key, value in values.items():
            check(f"DML_{key}", value)

    source = tmp_path / "layout.c"
    source.write_text(CHECKED % "\n".join(lines))
    subprocess.run(["gcc", f"-I{ROOT}", source, "-o", tmp_path / "layout"], check=True)
    output = subprocess.run([tmp_path / "layout"], check=True, capture_output=True, text=True)
    actual = [int(line) for line in output.stdout.split()]
    assert [(name, value) for (name, _), value in zip(expected, actual)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "DML_EXPORT dml_code dml_odd(int (*function)(void));\n",
        "DML_EXPORT int\n",
    ],
)
def test_what_cannot_be_read_is_an_error(text):
    with pytest.raises(ValueError):
        generate_api.parse([text])


def test_enumerators_by_name(binding):
    assert binding.enumerator("dml_reduce_op", "sum") == 0
    assert binding.enumerator("dml_reduce_op", "REDUCE_MAX") == 3
    assert binding.enumerator("dml_elementwise_op", binding.ElementwiseOp.ADD) == 64
    with pytest.raises(ValueError, match="SUM_SQUARE"):
        binding.enumerator("dml_reduce_op", "median")


def test_views_follow_numpy(binding):
    numpy = binding.np
    array = numpy.arange(60, dtype=numpy.int32).reshape(3, 4, 5)
    tensor = binding.Tensor(None, 4096, array.dtype, array.shape, (20, 5, 1))
    for key in (
        0,
        (slice(None), 1),
        (slice(None, None, -1), slice(1, 3)),
        (..., 2),
        (None, 1, ..., slice(None, None, 2)),
        (2, 3, 4),
        (slice(3, 3),),
    ):
        part = tensor[key]
        expected = array[key]
        assert part.sizes == expected.shape
        if expected.size:
            start = (part.data - 4096) // 4
            view = numpy.lib.stride_tricks.as_strided(
                array.reshape(-1)[start:], part.sizes, [4 * stride for stride in part.strides]
            )
            numpy.testing.assert_array_equal(view, expected)
    with pytest.raises(IndexError):
        tensor[3]


def test_wrong_calls_are_told_apart(binding):
    device = binding.Device.__new__(binding.Device)
    device.handle = None
    with pytest.raises(TypeError, match="'output' is missing"):
        device.cast(None)
    with pytest.raises(TypeError, match="unexpected 'sizes'"):
        device.cast(None, None, sizes=1)
