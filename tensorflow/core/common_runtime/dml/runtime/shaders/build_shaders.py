"""Compiles a family's table of variants into one C++ source.

    build_shaders.py --family operators/softmax --out softmax_programs.cc
                     [--glslc PATH] [--glslang PATH] [--jobs N] [--enums FILE]
                     [--spirv-cross PATH [--compile-hlsl PATH --dxc PATH]]

glslc compiles them; glslang those with cooperative matrices, which the glslc of
today's distributions does not know. Where spirv-cross is given, as Bazel does, each
gets its HLSL too, unless its row says why not: hlsl_text.py. With --compile-hlsl, that is
compiled: for the constants that the family's precompiled.csv lists, if there is one
(precompiled.py), and the result goes into the table.

Writes `Span<const Shader> SoftmaxShaders()`, of which operators/programs.cc makes
the table of all. Each module's parameter block is checked to be the one that
parameter_blocks.py makes a C++ struct of. The numbers of the C API's enums reach the
programs as dml_enums.glsl, which c_api/generate_api.py makes from its headers, by itself
unless --enums names the file.
Programs that touch buffers in their own way are refused: buffer_check.py.
--keep DIR keeps the SPIR-V modules, for spirv-dis, and HLSL.
"""

import argparse
import concurrent.futures
import dataclasses
import importlib.util
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))  # programs.py imports variants
import buffer_check  # noqa: E402
import hlsl_text  # noqa: E402
import parameter_blocks  # noqa: E402
import precompiled  # noqa: E402
import spirv  # noqa: E402

# type: (storage, four of them, compute, four of them, bytes); four where vectors
# of the language hold them.
TYPES = {
    "f32": ("float", "vec4", "float", "vec4", 4),
    "f16": ("float16_t", "f16vec4", "float", "vec4", 2),
    "f64": ("double", "f64vec4", "double", "f64vec4", 8),
    "i8": ("int8_t", "i8vec4", "int", "ivec4", 1),
    "i16": ("int16_t", "i16vec4", "int", "ivec4", 2),
    "i32": ("int", "ivec4", "int", "ivec4", 4),
    "i64": ("int64_t", "i64vec4", "int64_t", "i64vec4", 8),
    "u8": ("uint8_t", "u8vec4", "uint", "uvec4", 1),
    "u16": ("uint16_t", "u16vec4", "uint", "uvec4", 2),
    "u32": ("uint", "uvec4", "uint", "uvec4", 4),
    "u64": ("uint64_t", "u64vec4", "uint64_t", "u64vec4", 8),
    "bool": ("uint8_t", "u8vec4", "int", "ivec4", 1),
    "c64": ("vec2", None, "vec2", None, 8),
    "c128": ("dvec2", None, "dvec2", None, 16),
    "u128": ("uvec4", None, "uvec4", None, 16),
}
PARTS = {"c64": "f32", "c128": "f64"}
# Types below 4 bytes that shader model 6.0 has not: what holds them instead.
WIDE = {"float16_t": "float", "f16vec4": "vec4", "int8_t": "int", "i8vec4": "ivec4",
        "int16_t": "int", "i16vec4": "ivec4", "uint8_t": "uint", "u8vec4": "uvec4",
        "uint16_t": "uint", "u16vec4": "uvec4"}


def type_macros(types, hlsl=False):
    """What dml.glsl documents of each type parameter; `types` by its letter.

    For `hlsl`, types are such as its language has, and their names are there.
    """
    macros = {}
    for parameter, name in sorted(types.items()):
        storage, storage4, compute, compute4, size = TYPES[name]
        if hlsl:
            storage, storage4 = WIDE.get(storage, storage), WIDE.get(storage4, storage4)
            macros[f"{parameter}_type"] = name
        macros.update({
            f"{parameter}_{name}": 1,
            f"{parameter}_IS_FLOAT": int(name in ("f16", "f32", "f64")),
            f"{parameter}_IS_BOOL": int(name == "bool"),
            f"{parameter}_IS_COMPLEX": int(name in PARTS),
            f"{parameter}_SIZE": size,
            f"{parameter}_storage": storage,
            f"{parameter}_compute": compute,
        })
        if storage4:
            macros[f"{parameter}_storage4"] = storage4
            macros[f"{parameter}_compute4"] = compute4
        if name in PARTS:
            macros[f"{parameter}_part"] = TYPES[PARTS[name]][0]
            if hlsl:
                macros[f"{parameter}_part_type"] = PARTS[name]
    return "".join(f"#define {name} {value}\n" for name, value in macros.items())


def write_enums(path, given):
    """dml_enums.glsl: the given file, or all numbers of the C API."""
    if given:
        shutil.copyfile(given, path)
        return
    generate = HERE.parent / "c_api" / "generate_api.py"
    subprocess.run([sys.executable, "-B", generate, "enums", "--out", path], check=True)


@dataclasses.dataclass(frozen=True, order=True)
class Built:
    """A row of the C++ table."""

    name: str
    words: tuple
    in_memory: bool  # its parameters
    cooperative: bool
    block: str  # the C++ struct of its parameter block
    buffers: int
    hlsl: str  # empty where there is none
    compiled: tuple  # of it: (constants, DXIL) each
    grouped: tuple  # the words of the grouped program; empty where there is none


def commands(compilers, shader, includes, module, source):
    """The compilers' command lines."""
    defines = dict(shader.defines)
    if not shader.cooperative:
        # The optimizer takes no instruction that it does not know, and makes multiply-adds,
        # which exact programs must not have.
        optimized = shader.optimized and not shader.new_instructions and not shader.exact
        level = "-O" if optimized else "-O0"
        return [compilers["glslc"], "--target-env=vulkan1.2", level, "-fshader-stage=compute",
                *(f"-I{folder}" for folder in includes),
                *(f"-D{k}={v}" for k, v in defines.items()), "-o", str(module), str(source)]
    defines["DML_COOPERATIVE"] = "1"
    # Not optimized: that is left to drivers, who know these types best.
    return [compilers["glslang"], "--quiet", "--target-env", "vulkan1.2", "-S", "comp",
            "-P#extension GL_GOOGLE_include_directive : require",
            *(f"-I{folder}" for folder in includes),
            *(f"-D{k}={v}" for k, v in defines.items()), "-o", str(module), str(source)]


def spirv_of(command, name, module, exact):
    """The words that the compiler makes, with what is mended in them; `exact`: of the row."""
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError(f"{name}: {(result.stderr + result.stdout).strip()}")
    code = module.read_bytes()
    words = spirv.with_aligned_addresses(struct.unpack(f"<{len(code) // 4}I", code))
    if exact:
        words = spirv.without_contraction(words)
    module.write_bytes(struct.pack(f"<{len(words)}I", *words))
    return words


def grouped_words(compilers, shader, includes, source, name, folder, keep):
    """The program with grouped.glsl for its end."""
    text = folder / f"{name}_grouped.comp"
    text.write_text(source.read_text() + '#include "grouped.glsl"\n')
    grouped = dataclasses.replace(shader, defines={
        **shader.defines, "DML_GROUPED": "1", "main": "dml_program_main"})
    module = (keep or folder) / f"{name}_grouped.spv"
    command = commands(compilers, grouped, [*includes, source.parent], module, text)
    return spirv_of(command, f"{name}, grouped", module, shader.exact)


def table_of(family):
    """SHADERS of a family's programs.py."""
    spec = importlib.util.spec_from_file_location("programs", family / "programs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.SHADERS


def compile_variant(compilers, maker, shader, types, name, family, folder, keep, declarations,
                    constants):
    """`compilers`: paths of "glslc" and "glslang"; `maker`: of HLSL, or None; `constants`: of
    precompiled.csv. Returns Built."""
    source = family / f"{shader.source}.comp"
    own = folder / name
    own.mkdir()
    (own / "dml_types.glsl").write_text(type_macros(types))
    module = (keep or own) / f"{name}.spv"
    includes = [folder, HERE, family.parent]
    command = commands(compilers, shader, [own, *includes], module, source)
    words = spirv_of(command, name, module, shader.exact)
    in_memory = "#define DML_PARAMETERS_IN_MEMORY" in source.read_text()
    block = parameter_blocks.block_of(source, [HERE, family.parent], declarations)
    buffers = parameter_blocks.check_module(declarations, block, words, in_memory)
    hlsl, compiled = "", []
    if constants and (shader.cooperative or shader.no_hlsl):
        raise RuntimeError(f"{name}: precompiled.csv lists it, and it has no HLSL")
    if maker and not shader.cooperative and not shader.no_hlsl:
        own_hlsl = own / "hlsl"
        own_hlsl.mkdir()
        (own_hlsl / "dml_types.glsl").write_text(type_macros(types, hlsl=True))
        try:
            hlsl, compiled = maker.made(source, [own_hlsl, *includes], shader.defines, buffers,
                                        own_hlsl, constants, shader.exact)
        except hlsl_text.Refused as why:
            raise RuntimeError(f"{name}: its HLSL: {why}") from why
        if keep:
            (keep / f"{name}.hlsl").write_text(hlsl)
    grouped = (grouped_words(compilers, shader, [own, *includes], source, name, own, keep)
               if shader.grouped else ())
    return Built(name, words, in_memory, shader.cooperative, block.block_struct, buffers,
                 hlsl, tuple(zip(constants, compiled)), grouped)


def write_words(out, name, words):
    out.write(f"const uint32_t {name}[] = {{\n")
    for i in range(0, len(words), 12):
        out.write(",".join(f"{w:#x}" for w in words[i:i + 12]) + ",\n")
    out.write("};\n")


def write_compiled(out, row, known):
    """A row's programs in DXIL. `known`: {DXIL: its name} of the table, since programs of
    several constants, or types, may be the same."""
    entries = []
    for number, (constants, dxil) in enumerate(row.compiled):
        if dxil not in known:
            known[dxil] = f"kDxil_{row.name}_{number}"
            write_words(out, known[dxil], struct.unpack(f"<{len(dxil) // 4}I", dxil))
        write_words(out, f"kConstants_{row.name}_{number}", constants)
        entries.append(f"{{kConstants_{row.name}_{number}, {known[dxil]}}},\n")
    if entries:
        out.write(f"const CompiledProgram kCompiled_{row.name}[] = {{\n{''.join(entries)}}};\n")


def write_table(path, family, built):
    function = "".join(word.capitalize() for word in family.name.split("_")) + "Shaders"
    known = {}
    with open(path, "w") as out:
        out.write("// Made by build_shaders.py.\n"
                  '#include "tensorflow/core/common_runtime/dml/runtime/'
                  f'operators/{family.name}/{family.name}_parameters.h"\n'
                  '#include "tensorflow/core/common_runtime/dml/runtime/'
                  'shaders/program_cache.h"\n\nnamespace dml {\nnamespace {\n')
        for row in built:
            write_words(out, f"k_{row.name}", row.words)
            if row.grouped:
                write_words(out, f"kGrouped_{row.name}", row.grouped)
            if row.hlsl:
                out.write(f'const char kHlsl_{row.name}[] = R"hlsl({row.hlsl})hlsl";\n')
            write_compiled(out, row, known)
        out.write("const Shader kShaders[] = {\n")
        for row in built:
            out.write(f'{{"{row.name}", k_{row.name}, {len(row.words)}, '
                      f"{str(row.in_memory).lower()}, "
                      f"{str(row.cooperative).lower()}, "
                      f"&{row.block}::kBlock, {row.buffers}, "
                      + (f"kHlsl_{row.name}, {len(row.hlsl.encode())}" if row.hlsl
                         else "nullptr, 0")
                      + (f", kCompiled_{row.name}" if row.compiled else ", {}")
                      + (f", kGrouped_{row.name}" if row.grouped else "") + "},\n")
        out.write(f"}};\n}}  // namespace\n\nSpan<const Shader> {function}() "
                  "{ return kShaders; }\n}  // namespace dml\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--family", type=pathlib.Path, required=True,
                        help="its folder, with programs.py")
    parser.add_argument("--out", required=True)
    parser.add_argument("--glslc", default=shutil.which("glslc") or "glslc")
    parser.add_argument("--glslang", default=shutil.which("glslang") or "glslang")
    parser.add_argument("--spirv-cross")
    parser.add_argument("--compile-hlsl",
                        help="the program of third_party/dxc/compile_hlsl.cc")
    parser.add_argument("--dxc", help="libdxcompiler.so")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--enums", type=pathlib.Path, help="dml_enums.glsl")
    parser.add_argument("--keep", type=pathlib.Path)
    parser.add_argument("--only", help="a regular expression on variants' names")
    args = parser.parse_args()
    if args.keep:
        args.keep.mkdir(parents=True, exist_ok=True)

    refused = buffer_check.check_family(args.family, [HERE, args.family.parent])
    if refused:
        sys.exit("\n".join(refused))

    rows = [(shader, types, name) for shader in table_of(args.family)
            for name, types in shader.variants()
            if not args.only or re.search(args.only, name)]
    names = [name for _, _, name in rows]
    repeated = {name for name in names if names.count(name) > 1}
    if repeated:
        sys.exit(f"programs.py names these twice: {sorted(repeated)}")

    listed = precompiled.read(args.family / precompiled.NAME)
    unknown = set() if args.only else {row.shader for row in listed} - set(names)
    if unknown:
        sys.exit(f"{precompiled.NAME} lists what programs.py has not: {sorted(unknown)}")

    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        write_enums(folder / "dml_enums.glsl", args.enums)
        enums = parameter_blocks.enum_values([folder / "dml_enums.glsl"])
        declarations = parameter_blocks.Declarations(args.family, HERE, enums)
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            compilers = {"glslc": args.glslc, "glslang": args.glslang}
            maker = args.spirv_cross and hlsl_text.Maker(
                args.glslc, args.spirv_cross, args.compile_hlsl, args.dxc)
            jobs = [pool.submit(compile_variant, compilers, maker, shader, types,
                                name, args.family, folder, args.keep, declarations,
                                [row.constants for row in listed if row.shader == name])
                    for shader, types, name in rows]
            built, failed = [], []
            for job in jobs:
                try:
                    built.append(job.result())
                except (RuntimeError, parameter_blocks.Refused) as error:
                    failed.append(str(error))
    if failed:
        sys.exit("\n".join(failed))
    write_table(args.out, args.family, sorted(built))


if __name__ == "__main__":
    main()
