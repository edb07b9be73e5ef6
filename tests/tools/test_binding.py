"""The Python binding, without a library: its declarations are those of the C headers."""

import ctypes
import pathlib
import subprocess
import sys

import numpy
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PYTHON = ROOT / "tensorflow/python/dml"
C_API = ROOT / "tensorflow/core/common_runtime/dml/runtime/c_api"
sys.path.insert(0, str(C_API))
import api_schema  # noqa: E402

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
def binding(tmp_path_factory):
    """tensorflow_directml.runtime, of this checkout."""
    folder = tmp_path_factory.mktemp("binding") / "tensorflow_directml"
    for part in (".", "binding"):
        (folder / part).mkdir()
        for source in (PYTHON / part).glob("*.py"):
            (folder / part / source.name).write_text(source.read_text())
    command = [sys.executable, C_API / "generate_api.py", "python", "--out", folder / "api.py"]
    subprocess.run(command, check=True)
    sys.path.insert(0, str(folder.parent))
    from tensorflow_directml import runtime

    return runtime


def test_layout_is_the_compilers(binding, tmp_path):
    api = api_schema.read(api_schema.all_headers())
    lines, expected = [], []

    def check(expression, value):
        lines.append(f'  printf("%zu\\n", (size_t)({expression}));')
        expected.append((expression, value))

    for declared in api.of(api_schema.Struct):
        struct = binding.STRUCTS[declared.name]
        check(f"sizeof({declared.name})", ctypes.sizeof(struct))
        for field in declared.fields:
            check(f"offsetof({declared.name}, {field.name})", getattr(struct, field.name).offset)
    for enum in api.of(api_schema.Enum):
        for key in enum.values:
            check(key, binding.ENUMS[enum.name][key[len("DML_") :]])

    source = tmp_path / "layout.c"
    source.write_text(CHECKED % "\n".join(lines))
    subprocess.run(["gcc", f"-I{ROOT}", source, "-o", tmp_path / "layout"], check=True)
    output = subprocess.run([tmp_path / "layout"], check=True, capture_output=True, text=True)
    actual = [int(line) for line in output.stdout.split()]
    assert [(name, value) for (name, _), value in zip(expected, actual)] == expected


def test_enumerators_by_name(binding):
    assert binding.enumerator("dml_reduce_op", "sum") == 0
    assert binding.enumerator("dml_reduce_op", "REDUCE_MAX") == 3
    assert binding.enumerator("dml_elementwise_op", binding.ElementwiseOp.ADD) == 64
    with pytest.raises(ValueError, match="SUM_SQUARE"):
        binding.enumerator("dml_reduce_op", "median")


def test_views_follow_numpy(binding):
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
    with pytest.raises(TypeError, match="'value' is missing"):
        device.fill(None)
