"""The headers of the C API as the schema of the operators, and headers that are wrong."""

import pathlib
import re
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNTIME = ROOT / "tensorflow/core/common_runtime/dml/runtime"
sys.path.insert(0, str(RUNTIME / "c_api"))
import api_schema  # noqa: E402


@pytest.fixture(scope="module")
def api():
    found = api_schema.read(api_schema.all_headers())
    api_schema.check_types(found)
    return found


@pytest.fixture
def read(tmp_path):
    """The schema of one family's header, odd.h, with the given text."""
    (tmp_path / "operators").mkdir()

    def read_text(text):
        path = tmp_path / "operators/odd.h"
        path.write_text(text)
        return api_schema.read([path])

    return read_text


def function(api, name):
    return next(found for found in api.of(api_schema.Function) if found.name == name)


def test_what_the_headers_declare(api):
    assert api.constants["DML_MAX_RANK"] == 8
    enums = {enum.name: enum.values for enum in api.of(api_schema.Enum)}
    assert enums["dml_elementwise_op"]["DML_ADD"] == 64
    tensor = next(struct for struct in api.of(api_schema.Struct) if struct.name == "dml_tensor")
    assert tensor.fields[-1] == api_schema.Declaration("strides", "int64_t", 8)
    gemm = function(api, "dml_gemm")
    assert (gemm.result, gemm.title, gemm.cpp_name) == ("dml_code", "gemm", "Gemm")
    assert gemm.comment.startswith("c = activation(alpha * a x b + beta * c + bias) on the last")
    assert gemm.arguments == (
        api_schema.Declaration("device", "dml_device*", 0),
        api_schema.Declaration("a", "const dml_tensor*", 0),
        api_schema.Declaration("b", "const dml_tensor*", 0),
        api_schema.Declaration("c", "const dml_tensor*", 0),
        api_schema.Declaration("alpha", "double", 0),
        api_schema.Declaration("beta", "double", 0),
        api_schema.Declaration("bias", "const dml_tensor*", 0, nullable=True),
        api_schema.Declaration("activation", "dml_activation", 0),
    )
    counter = function(api, "dml_random").arguments[2]
    assert counter == api_schema.Declaration("counter", "const uint32_t", 4)
    assert counter.is_pointer
    assert function(api, "dml_elementwise").arguments[2].base == "dml_tensor"


def test_nothing_is_passed_over(api):
    """As many prototypes, enums and structs as a plain search finds."""
    for header in api.headers:
        text = header.path.read_text()
        assert len(header.of(api_schema.Function)) == len(re.findall(r"^DML_EXPORT", text, re.M))
        assert len(header.of(api_schema.Enum)) == text.count("typedef enum")
        assert len(header.of(api_schema.Struct)) == len(re.findall(r"typedef struct \w+ \{", text))
        nullable = [a for f in header.of(api_schema.Function) for a in f.arguments if a.nullable]
        marks = text.count("DML_NULLABLE") - text.count("#define DML_NULLABLE")
        assert len(nullable) == (0 if header.path.name.startswith("dml_") else marks)


def test_a_family_has_one_header_and_its_operators_in_its_folder(api):
    families = (RUNTIME / "operators/families.bzl").read_text()
    listed = re.search(r"FAMILIES = \[(.*?)\]", families, re.S).group(1)
    assert [header.family for header in api.families] == re.findall(r'"(\w+)"', listed)
    for header in api.families:
        folder = RUNTIME / "operators" / header.family
        sources = "".join(path.read_text() for path in folder.glob("*.cc"))
        for operator in header.of(api_schema.Function):
            assert f"\nStatus {operator.cpp_name}(" in sources, (operator.name, folder)


def test_one_header_includes_all_families_but_those_for_measuring(api):
    text = (RUNTIME / "c_api/dml_operators.h").read_text()
    included = re.findall(r'#include ".*/operators/(\w+)\.h"', text)
    assert included == [header.family for header in api.families if header.family != "benchmark"]


GOOD = """/* Odd operators. */
#define DML_ODD_BLOCK 3

/* Its modes. */
typedef enum dml_odd_mode DML_ENUM {
  DML_ODD_A = 0, /* first, not = 7 */
  DML_ODD_B = 4
} dml_odd_mode;

/* A section, which belongs to nothing. */

/* y = odd(x). */
DML_EXPORT dml_code dml_odd(dml_device* device, dml_odd_mode mode,
                            DML_NULLABLE const dml_tensor* const* inputs,
                            uint32_t input_count,
                            const int64_t pads[DML_ODD_BLOCK],
                            DML_NULLABLE const double* parameters);
"""


def test_a_header(read):
    api = read(GOOD)
    (odd,) = api.operators
    assert (odd.comment, odd.line) == ("y = odd(x).", 13)
    assert [(a.name, a.count, a.nullable) for a in odd.arguments if a.is_pointer] == [
        ("device", 0, False), ("inputs", 0, True), ("pads", 3, False), ("parameters", 0, True)]
    (mode,) = api.of(api_schema.Enum)
    assert (mode.comment, mode.values) == ("Its modes.", {"DML_ODD_A": 0, "DML_ODD_B": 4})
    assert api.families[0].family == "odd"


@pytest.mark.parametrize(
    "old, new, message",
    [
        ("/* Odd operators. */\n", "", "1: does not begin with a comment"),
        ("/* y = odd(x). */\n", "", "12: dml_odd has no comment"),
        ("/* y = odd(x). */\n", "/* y = odd(x). */\n\n", "14: dml_odd has no comment"),
        ("EXPORT dml_code", "EXPORT void", "dml_odd must return a dml_code"),
        ("dml_device* device, ", "", "dml_odd must take the device first"),
        ("uint32_t input_count", "uint32_t inputs_given", "length of inputs after it"),
        ("uint32_t input_count", "int32_t input_count", "length of inputs after it"),
        ("const dml_tensor* const* inputs", "const dml_tensor* x, uint32_t y",
         "input_count, that follows no array"),
        ("dml_odd_mode mode,", "DML_NULLABLE dml_odd_mode mode,", "not so `DML_NULLABLE dml_odd"),
        ("DML_NULLABLE const double*", "const DML_NULLABLE double*", "not so `const DML_NULL"),
        ("pads[DML_ODD_BLOCK]", "pads[DML_OTHER]", "unknown length, DML_OTHER"),
        ("const double* parameters", "int (*function)(void)", "13: cannot read `DML_EXPORT"),
        ("DML_NULLABLE const double* parameters", "double", "13: dml_odd: cannot read `double`"),
        ("DML_ODD_B = 4", "DML_ODD_B", "5: dml_odd_mode: cannot read `DML_ODD_B`"),
        ("DML_ODD_B = 4", "DML_ODD_B = 0", "the number of DML_ODD_B is another's too"),
        ("} dml_odd_mode;", "} dml_mode;", "5: cannot read `typedef enum"),
        ("#define DML_ODD_BLOCK 3", "int odd;", "2: cannot read `int odd;`"),
        ("DML_ODD_B = 4", "dml_odd = 4", "cannot read `dml_odd = 4`"),
    ],
)
def test_what_is_wrong_is_said(read, old, new, message):
    assert GOOD.count(old) == 1
    with pytest.raises(api_schema.SchemaError, match=re.escape(message)):
        read(GOOD.replace(old, new))


def test_a_name_has_one_declaration(read):
    prototype = GOOD[GOOD.index("/* y") :]
    with pytest.raises(api_schema.SchemaError, match="dml_odd is declared in .*odd.h too"):
        read(GOOD + "\n" + prototype)


def test_types_must_be_known(read):
    with pytest.raises(api_schema.SchemaError, match="device is of an unknown type, dml_device"):
        api_schema.check_types(read(GOOD))
