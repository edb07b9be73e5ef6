"""Makes operator_calls.inc: for each operator of the C API, a call with a fuzzer's arguments.

    make_calls.py --out FILE
"""

import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "c_api"))
import api_schema  # noqa: E402

# Host arrays whose length a dimension decides: as many as there may be dimensions.
MAX_RANK = "DML_MAX_RANK"


def value(declared, structs):
    """The C++ that reads a field or an argument which is no pointer."""
    if declared.base == "double":
        return "in.Real()"
    return f"static_cast<{declared.base}>(in.Number())"


def argument(declared, position, structs):
    """Lines that make argument `position`, and its name there."""
    name = f"a{position}"
    nullable = "true" if declared.nullable else "false"
    if declared.type == "const dml_tensor*":
        return [f"const dml_tensor* {name} = in.Tensor({nullable});"]
    if declared.type == "const dml_tensor* const*":
        return [f"uint32_t n{position} = 0;",
                f"const dml_tensor* const* {name} = in.Tensors(&n{position});"]
    if declared.base in structs:
        lines = [f"auto* {name} = in.Struct<{declared.base}>();", f"if ({name} != nullptr) {{"]
        for field in structs[declared.base]:
            for at in range(field.count or 1):
                index = f"[{at}]" if field.count else ""
                lines.append(f"  {name}->{field.name}{index} = {value(field, structs)};")
        return [*lines, "}"]
    if declared.base == "void":
        return [f"const void* {name} = in.Value({nullable});"]
    if declared.is_pointer:
        count = declared.count or MAX_RANK
        return [f"const auto* {name} = in.Numbers<{declared.base}>({count}, {nullable});"]
    return [f"const auto {name} = {value(declared, structs)};"]


def calls(api):
    structs = {struct.name: struct.fields for struct in api.of(api_schema.Struct)}
    text = ["// Made by fuzz/make_calls.py from the headers of the C API.\n"]
    for function in api.operators:
        text.append(f'{{"{function.title}", [](dml_device* device, Arguments& in) {{')
        names = ["device"]
        for position, declared in enumerate(function.arguments[1:]):
            before = function.arguments[position]
            if declared.name.endswith("_count") and before.type.count("*") > 1:
                names.append(f"n{position - 1}")
                continue
            text += ["   " + line for line in argument(declared, position, structs)]
            names.append(f"a{position}")
        text.append(f"   return {function.name}({', '.join(names)});\n }}}},")
    return "\n".join(text) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    arguments.out.write_text(calls(api_schema.read(api_schema.all_headers())))


if __name__ == "__main__":
    main()
