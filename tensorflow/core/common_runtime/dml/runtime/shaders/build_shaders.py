"""Compiles the table of variants with glslc into one C++ source.

    build_shaders.py --out shader_table.cc [--glslc PATH] [--jobs N]
                     [--enums HEADER]

Writes the table that shaders/program_cache.h declares. The numbers of the C
API's enums reach the programs as dml_enums.glsl, made from the header, so that
no number is written twice. --keep DIR keeps the SPIR-V modules, for spirv-dis.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import variants  # noqa: E402

# type: (storage, compute, bytes, is float)
TYPES = {
    "f32": ("float", "float", 4, 1),
    "f16": ("float16_t", "float", 2, 1),
    "f64": ("double", "double", 8, 1),
    "i8": ("int8_t", "int", 1, 0),
    "i16": ("int16_t", "int", 2, 0),
    "i32": ("int", "int", 4, 0),
    "i64": ("int64_t", "int64_t", 8, 0),
    "u8": ("uint8_t", "uint", 1, 0),
    "u16": ("uint16_t", "uint", 2, 0),
    "u32": ("uint", "uint", 4, 0),
    "u64": ("uint64_t", "uint64_t", 8, 0),
    "bool": ("uint8_t", "int", 1, 0),
    "c64": ("vec2", "vec2", 8, 0),
    "c128": ("dvec2", "dvec2", 16, 0),
    "u128": ("uvec4", "uvec4", 16, 0),
}

# Macros of one type parameter, {P} its letter.
TYPE_MACROS = """\
#define {P}_{type} 1
#define {P}_IS_FLOAT {is_float}
#define {P}_IS_BOOL {is_bool}
#define {P}_IS_COMPLEX {is_complex}
#define {P}_SIZE {size}
#define {P}_storage {storage}
#define {P}_compute {compute}
layout(buffer_reference, scalar, buffer_reference_align = {size}) buffer {P}Buffer {{
  {storage} at[];
}};
#define {P}_load(b, i) {compute}((b).at[i])
#define {P}_store(b, i, v) (b).at[i] = {stored}
"""


def type_macros(types):
    text = []
    for parameter, name in sorted(types.items()):
        storage, compute, size, is_float = TYPES[name]
        is_bool = int(name == "bool")
        is_complex = int(name in ("c64", "c128"))
        stored = f"{storage}((v) != {compute}(0))" if is_bool else f"{storage}(v)"
        text.append(
            TYPE_MACROS.format(
                P=parameter, type=name, storage=storage, compute=compute,
                size=size, is_float=is_float, is_bool=is_bool,
                is_complex=is_complex, stored=stored))
    return "\n".join(text)


def enum_macros(header):
    """`#define NAME NUMBER` for each enumerator and limit of the C API."""
    text = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S)
    found = re.findall(r"\b(DML_\w+)\s*=\s*(\d+)", text)
    found += re.findall(r"^#define (DML_\w+) (\d+)$", text, flags=re.M)
    return "".join(f"#define {name} {value}\n" for name, value in found)


def compile_variant(glslc, shader, types, name, folder, keep):
    """Returns (name, words, whether its parameters are in memory)."""
    source = HERE / f"{shader.source}.comp"
    own = folder / name
    own.mkdir()
    (own / "dml_types.glsl").write_text(type_macros(types))
    module = (keep or own) / f"{name}.spv"
    command = [
        glslc, "--target-env=vulkan1.2", "-O", "-fshader-stage=compute",
        f"-I{own}", f"-I{folder}", f"-I{HERE}",
        *(f"-D{k}={v}" for k, v in shader.defines.items()),
        "-o", str(module), str(source)]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError(f"{name}: {result.stderr.strip()}")
    code = module.read_bytes()
    words = struct.unpack(f"<{len(code) // 4}I", code)
    in_memory = "#define DML_PARAMETERS_IN_MEMORY" in source.read_text()
    return name, words, in_memory


def write_table(path, built):
    with open(path, "w") as out:
        out.write("// Made by build_shaders.py.\n"
                  '#include "tensorflow/core/common_runtime/dml/runtime/'
                  'shaders/program_cache.h"\n\nnamespace dml {\nnamespace {\n')
        for name, words, _ in built:
            out.write(f"const uint32_t k_{name}[] = {{\n")
            for i in range(0, len(words), 12):
                out.write(",".join(f"{w:#x}" for w in words[i:i + 12]) + ",\n")
            out.write("};\n")
        out.write("const Shader kShaders[] = {\n")
        for name, words, in_memory in built:
            out.write(f'{{"{name}", k_{name}, {len(words)}, '
                      f"{str(in_memory).lower()}}},\n")
        out.write("};\n}  // namespace\n\nSpan<const Shader> AllShaders() "
                  "{ return kShaders; }\n}  // namespace dml\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", required=True)
    parser.add_argument("--glslc", default=shutil.which("glslc") or "glslc")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument(
        "--enums", type=pathlib.Path,
        default=HERE.parent / "c_api" / "dml_operators.h")
    parser.add_argument("--keep", type=pathlib.Path)
    parser.add_argument("--only", help="a regular expression on variants' names")
    args = parser.parse_args()
    if args.keep:
        args.keep.mkdir(parents=True, exist_ok=True)

    rows = [(shader, types, name) for shader in variants.SHADERS
            for name, types in shader.variants()
            if not args.only or re.search(args.only, name)]
    names = [name for _, _, name in rows]
    repeated = {name for name in names if names.count(name) > 1}
    if repeated:
        sys.exit(f"variants.py names these twice: {sorted(repeated)}")

    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        (folder / "dml_enums.glsl").write_text(enum_macros(args.enums))
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            jobs = [pool.submit(compile_variant, args.glslc, shader, types,
                                name, folder, args.keep)
                    for shader, types, name in rows]
            built, failed = [], []
            for job in jobs:
                try:
                    built.append(job.result())
                except RuntimeError as error:
                    failed.append(str(error))
    if failed:
        sys.exit("\n".join(failed))
    write_table(args.out, sorted(built))


if __name__ == "__main__":
    main()
