"""What is made from the C API's headers."""

import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
C_API = ROOT / "tensorflow/core/common_runtime/dml/runtime/c_api"
sys.path.insert(0, str(C_API))
import api_schema  # noqa: E402
import generate_api  # noqa: E402
import reference_page  # noqa: E402

HEADER = """/* Odd operators. */

/* Where `x` < 1 and *y is not:
 *   y = odd(x) * 2
 *     + 1
 * and else:
 *   - what x is,
 *     or nothing. */
DML_EXPORT dml_code dml_odd_sum(dml_device* device,
                                const dml_tensor* const* inputs,
                                uint32_t input_count, double alpha,
                                const int64_t pads[3],
                                DML_NULLABLE const dml_tensor* output);

/* The mode. */
typedef enum dml_odd_mode DML_ENUM {
  DML_ODD = 5
} dml_odd_mode;

/* Does nothing. */
DML_EXPORT dml_code dml_nothing(dml_device* device, dml_odd_mode mode);
"""


@pytest.fixture
def header(tmp_path):
    path = tmp_path / "operators/odd.h"
    path.parent.mkdir()
    path.write_text(HEADER)
    return path


@pytest.fixture
def api(header):
    return api_schema.read([header])


def test_the_page_is_that_of_the_headers():
    page = reference_page.write(api_schema.read(api_schema.all_headers()))
    command = f"python3 {reference_page.TOOL} page --out docs/operators.md"
    assert (ROOT / "docs/operators.md").read_text() == page, f"run: {command}"


def test_functions_check_what_must_not_be_null(api):
    assert generate_api.functions(api).split("\n\n", 2)[2] == """\
dml_code dml_odd_sum(
    dml_device* device, const dml_tensor* const* inputs, uint32_t input_count,
    double alpha, const int64_t pads[3], const dml_tensor* output) {
  return dml::RunOperator(
      "odd_sum", device,
      {{"inputs", inputs}, {"pads", pads}},
      [&](dml::OperatorContext& context) {
        return dml::OddSum(
            context, inputs, input_count, alpha, pads, output);
      });
}

dml_code dml_nothing(
    dml_device* device, dml_odd_mode mode) {
  return dml::RunOperator(
      "nothing", device,
      {},
      [&](dml::OperatorContext& context) {
        return dml::Nothing(
            context, mode);
      });
}
"""


def test_declarations_are_those_of_cpp(api):
    text = generate_api.declarations(api)
    assert "/c_api/operators/odd.h\"\n" in text
    assert """
Status OddSum(
    OperatorContext& context, const dml_tensor* const* inputs,
    uint32_t input_count, double alpha, const int64_t pads[3],
    const dml_tensor* output);

Status Nothing(
    OperatorContext& context, dml_odd_mode mode);
""" in text


def test_enums_of_a_family_need_no_other_header(api):
    assert generate_api.enums(api) == "#define DML_ODD 5\n"


def test_enums_of_all():
    lines = generate_api.enums(api_schema.read(api_schema.all_headers())).splitlines()
    assert {"#define DML_ADD 64", "#define DML_MAX_RANK 8"} <= set(lines)
    assert len({line.split()[1] for line in lines}) == len(lines)


def test_python_tables(api):
    tables = {}
    exec(generate_api.python(api), tables)
    assert tables["ENUMS"] == {"dml_odd_mode": {"ODD": 5}}
    assert tables["OPERATORS"] == {"dml_odd_sum": ("output",), "dml_nothing": ()}
    assert tables["FUNCTIONS"]["dml_odd_sum"] == (
        "dml_code",
        (
            ("device", "dml_device*", 0),
            ("inputs", "const dml_tensor* const*", 0),
            ("input_count", "uint32_t", 0),
            ("alpha", "double", 0),
            ("pads", "const int64_t", 3),
            ("output", "const dml_tensor*", 0),
        ),
    )


def test_a_page(api):
    common = [path for path in api_schema.all_headers() if path.name.startswith("dml_")]
    page = reference_page.write(api_schema.Schema(api_schema.read(common).headers + api.headers))
    assert page[page.index("## odd") :] == """\
## odd

Odd operators.

### dml_odd_sum

Where `x` &lt; 1 and \\*y is not:

```
y = odd(x) * 2
  + 1
```

and else:

- what x is,
  or nothing.

| argument | type | |
| --- | --- | --- |
| `inputs` | `const dml_tensor* const*` | |
| `input_count` | `uint32_t` | |
| `alpha` | `double` | |
| `pads` | `const int64_t` [3] | |
| `output` | `const dml_tensor*` | may be null |

### dml_odd_mode

The mode.

```c
typedef enum dml_odd_mode DML_ENUM {
  DML_ODD = 5
} dml_odd_mode;
```

### dml_nothing

Does nothing.

| argument | type | |
| --- | --- | --- |
| `mode` | [`dml_odd_mode`](#dml_odd_mode) | |
"""


def test_a_wrong_header_ends_the_build(header, tmp_path):
    header.write_text(HEADER.replace("double alpha", "float alpha"))
    command = [sys.executable, C_API / "generate_api.py", "functions", C_API / "dml_runtime.h",
               C_API / "dml_tensor.h", header, "--out", tmp_path / "out.cc"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stderr == f"{header}:9: dml_odd_sum: alpha is of an unknown type, float\n"
    assert not (tmp_path / "out.cc").exists()
