"""Makes from the C API's headers what would else repeat them.

    generate_api.py KIND [HEADER...] --out FILE     (default: all headers)

KIND is one of
    functions     c_api/operators.cc: the C functions of operators
    declarations  operators/operators.h: the operators in C++
    enums         dml_enums.glsl: the enums' numbers, for programs
    python        api.py: the whole API, for the Python binding
    page          docs/operators.md: the reference page

api_schema.py says what it reads in the headers.
"""

import argparse
import os
import pathlib
import pprint
import textwrap

import api_schema
import reference_page

RUNTIME = "tensorflow/core/common_runtime/dml/runtime"
MADE = "// Made by c_api/generate_api.py from the headers of the C API.\n"


def _filled(parts, indentation):
    """In lines of 80 columns, broken between the parts."""
    indentation = " " * indentation
    text = " ".join(part.replace(" ", "\0") for part in parts)
    lines = textwrap.fill(text, 80, initial_indent=indentation, subsequent_indent=indentation,
                          break_long_words=False, break_on_hyphens=False)
    return lines.replace("\0", " ")


def _listed(parts, end):
    """The parts with commas, and `end` after the last."""
    return [f"{part}," for part in parts[:-1]] + [f"{part}{end}" for part in parts[-1:] or [""]]


def _c_declaration(argument):
    return f"{argument.type} {argument.name}" + (f"[{argument.count}]" if argument.count else "")


def functions(api):
    """Each checks that there are a device and no null that is not allowed, and calls C++."""
    text = [
        MADE,
        f'#include "{RUNTIME}/c_api/run_operator.h"',
        f'#include "{RUNTIME}/operators/operators.h"\n',
    ]
    for function in api.operators:
        arguments = function.arguments[1:]
        required = [
            f'{{"{a.name}", {a.name}}}' for a in arguments if a.is_pointer and not a.nullable]
        required[:1] = ["{" + "".join(required[:1])]
        passed = ["context", *(a.name for a in arguments)]
        text += [
            f"dml_code {function.name}(",
            _filled(_listed([*map(_c_declaration, function.arguments)], ") {"), 4),
            "  return dml::RunOperator(",
            f'      "{function.title}", device,',
            _filled(_listed(required, "},"), 6),
            "      [&](dml::OperatorContext& context) {",
            f"        return dml::{function.cpp_name}(",
            _filled(_listed(passed, ");"), 12),
            "      });",
            "}\n",
        ]
    return "\n".join(text)


def declarations(api):
    guard = f"{RUNTIME}/operators/operators.h_".upper().translate(str.maketrans("/.", "__"))
    text = [
        MADE + "//\n// Every operator, one function each, with the arguments of the C function but",
        "// for the context in place of the device. Each is defined in its family's folder.",
        f"#ifndef {guard}\n#define {guard}\n",
        f'#include "{RUNTIME}/base/status.h"',
        *(f'#include "{RUNTIME}/c_api/operators/{header.family}.h"' for header in api.families),
        f'#include "{RUNTIME}/operators/context.h"\n',
        "namespace dml {\n",
    ]
    for header in api.families:
        text.append(f"// c_api/operators/{header.family}.h\n")
        for function in header.of(api_schema.Function):
            parameters = ["OperatorContext& context", *map(_c_declaration, function.arguments[1:])]
            text += [f"Status {function.cpp_name}(", _filled(_listed(parameters, ");"), 4), ""]
    return "\n".join([*text, f"}}  // namespace dml\n\n#endif  // {guard}\n"])


def enums(api):
    values = [pair for enum in api.of(api_schema.Enum) for pair in enum.values.items()]
    values += api.constants.items()
    return "".join(f"#define {name} {value}\n" for name, value in values)


def python(api):
    def plain(declared):
        return tuple((d.name, d.type, d.count) for d in declared)

    tables = {
        "CONSTANTS": api.constants,
        "ENUMS": {
            enum.name: {name[len("DML_"):]: value for name, value in enum.values.items()}
            for enum in api.of(api_schema.Enum)
        },
        "STRUCTS": {struct.name: plain(struct.fields) for struct in api.of(api_schema.Struct)},
        "FUNCTIONS": {
            function.name: (function.result, plain(function.arguments))
            for function in api.of(api_schema.Function)
        },
        "OPERATORS": {
            function.name: tuple(a.name for a in function.arguments if a.nullable)
            for function in api.operators
        },
    }
    text = [
        '"""The runtime\'s C API as Python data; made from its headers by c_api/generate_api.py.\n',
        "Declarations are (name, C type, array length or 0). OPERATORS: by C name, the",
        "arguments that may be null.",
        '"""\n',
    ]
    for name, table in tables.items():
        text.append(f"{name} = {pprint.pformat(table, width=88)}\n")
    return "\n".join(text)


KINDS = {
    "functions": functions,
    "declarations": declarations,
    "enums": enums,
    "python": python,
    "page": reference_page.write,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("headers", nargs="*", type=pathlib.Path)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    try:
        api = api_schema.read(arguments.headers or api_schema.all_headers())
        if arguments.kind != "enums":  # which takes the headers of one family
            api_schema.check_types(api)
    except api_schema.SchemaError as error:
        raise SystemExit(str(error)) from None
    # Whoever reads the file meanwhile finds a whole one.
    whole = arguments.out.with_name(f"{arguments.out.name}.{os.getpid()}")
    whole.write_text(KINDS[arguments.kind](api))
    whole.replace(arguments.out)


if __name__ == "__main__":
    main()
