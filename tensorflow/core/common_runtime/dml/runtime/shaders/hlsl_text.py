"""Makes the HLSL of a program, such as hlsl/README.md describes it, and DXIL of that.

    Maker(glslc, spirv_cross, compile, dxc).made(...)   both, or raises Refused

glslc compiles the program with DML_HLSL defined, by which dml.glsl includes what is
in hlsl/ instead of buffers.glsl; spirv-cross makes HLSL of that. finished() mends it:
buffers get their registers, and their numbers where the program reads these from its
parameter block; functions that GLSL cannot say get the bodies of hlsl/words.hlsl. DXC
compiles the result, by third_party/dxc/compile_hlsl.cc: for the constants that
precompiled.csv lists of it, or, to be checked, for their defaults.
"""

import array
import dataclasses
import pathlib
import re
import subprocess
import sys
from typing import Optional

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import hlsl_shared  # noqa: E402
import spirv  # noqa: E402

BUFFER_BYTES = 8
NUMBER_AT = 4  # in the 8 bytes of a buffer

FUNCTION = re.compile(r"^\w+ (\w+)\([^;{]*\)\n\{\n.*?^\}\n", re.M | re.S)
MEMORY = re.compile(r"^RWByteAddressBuffer dml_memory : register\(u1, space0\);\n", re.M)
PARAMETERS = re.compile(r"\bp\.Load(\d?)\(")
LONG_VECTOR = re.compile(r"\b(i|u)64vec([234])\b")
# A load of an array: spirv-cross takes each of its elements for an array, too.
ARRAY_LOAD = re.compile(
    r"\[unroll\]\n\s*for \(int (\w+) = 0; \1 < (\d+); \1\+\+\)\n\s*\{\n"
    r"\s*\[unroll\]\n\s*for \(int (\w+) = 0; \3 < \2; \3\+\+\)\n\s*\{\n"
    r"\s*(\w+)\[\1\]\[\3\] = (\w*\(?)p\.Load\(\3 \* (\d+) \+ \1 \* \6 \+ (\d+)\)(\)?);\n"
    r"\s*\}\n\s*\}\n")
# For the check alone: groups are as large as programs want them.
CHECK_FLAGS = ("-DSPIRV_CROSS_CONSTANT_ID_0=256u",)
CONSTANT = re.compile(
    r"^#ifndef (SPIRV_CROSS_CONSTANT_ID_\d+)\n.*?#endif\n"
    r"static const \w+ (\w+) = \1;\n", re.M | re.S)


class Refused(Exception):
    """What HLSL cannot be made of."""


def bodies(path):
    """{name: lines} of the functions of hlsl/words.hlsl."""
    return {match[1]: match[0] for match in FUNCTION.finditer(path.read_text())}


def buffer_name(number):
    return f"dml_{number + 1}"


def for_buffers(body, buffers):
    """A function of hlsl/words.hlsl: a line with @ becomes a choice of the buffer."""
    lines = []
    for line in body.splitlines():
        if not line.startswith("@"):
            lines.append(line)
            continue
        for number in range(buffers):
            last = number == buffers - 1
            choice = "" if last else f"if (number == {number}) "
            before = "else " if number else ""
            lines.append(before + choice + line[1:].replace("BUFFER", buffer_name(number)))
    return "\n".join(lines) + "\n"


def number_for(width, at, buffers):
    """What a load of the parameter block is instead, or None: it stays."""
    if not at.isdigit():
        # An element of an array, at `index * size + offset`.
        base = re.search(r"\+ (\d+)$", at)
        if not base or int(base[1]) < BUFFER_BYTES * buffers:
            raise Refused(f"reads its parameters at `{at}`: which buffer of an array is "
                          "meant has to be a literal")
        return None
    if int(at) >= BUFFER_BYTES * buffers:
        return None
    number, rest = divmod(int(at), BUFFER_BYTES)
    if width or rest not in (0, NUMBER_AT):
        raise Refused(f"reads a part of a buffer's address, at {at}")
    return f"{number}u" if rest == NUMBER_AT else None


def with_numbers(text, buffers):
    """Numbers of buffers instead of loads of them from the parameter block."""
    if not buffers:
        return text
    done, at = [], 0
    for match in PARAMETERS.finditer(text):
        end = hlsl_shared.closing(text, match.end() - 1)
        number = number_for(match[1], text[match.end():end], buffers)
        if number:
            done += [text[at:match.start()], number]
            at = end + 1
    return "".join([*done, text[at:]])


def without_unused_constants(text):
    """Without specialization constants that nothing reads."""

    def kept(match):
        used = len(re.findall(rf"\b{match[2]}\b", text)) > 1
        named = len(re.findall(rf"\b{match[1]}\b", text)) > 3
        return match[0] if used or named else ""

    return CONSTANT.sub(kept, text)


def with_array_loads(text):
    """Loads of arrays of scalars element by element."""

    def mended(match):
        i, count, _, array, cast, size, offset, end = match.groups()
        return (f"[unroll]\nfor (int {i} = 0; {i} < {count}; {i}++)\n"
                f"{array}[{i}] = {cast}p.Load({i} * {size} + {offset}){end};\n")

    return ARRAY_LOAD.sub(mended, text)


def finished(text, buffers, bodies):
    """`text`: of spirv-cross. `bodies`: of the functions whose bodies are HLSL's."""
    def with_body(match):
        if match[1] not in bodies:
            return match[0]
        if not buffers and "\n@" in bodies[match[1]]:
            raise Refused("reaches a buffer, and its parameter block has none")
        return for_buffers(bodies[match[1]], buffers)

    text = FUNCTION.sub(with_body, text)
    text = MEMORY.sub("", text)
    if "dml_memory" in text:
        raise Refused("reaches memory by other means than a function of hlsl/words.hlsl")
    text = with_numbers(with_array_loads(text), buffers)
    text = LONG_VECTOR.sub(lambda m: f"{'u' if m[1] == 'u' else ''}int64_t{m[2]}", text)
    try:
        text = hlsl_shared.in_words(text)
    except hlsl_shared.Unknown as why:
        raise Refused(str(why)) from why
    text = without_unused_constants(text)
    declared = "".join(f"RWByteAddressBuffer {buffer_name(k)} : register(u{k + 1});\n"
                       for k in range(buffers) if re.search(rf"\b{buffer_name(k)}\b", text))
    lines = (line.strip() for line in (declared + text).splitlines())
    return "\n".join(line for line in lines if line) + "\n"


@dataclasses.dataclass(frozen=True)
class Maker:
    """The tools, by their paths. Without `compile`, the program of
    third_party/dxc/compile_hlsl.cc, and `dxc`, its library, texts are not compiled."""

    glslc: str
    spirv_cross: str
    compile: Optional[str] = None
    dxc: Optional[str] = None

    def made(self, source, includes, defines, buffers, folder, constants=(), exact=False):
        """(HLSL, DXIL for each of `constants`) of the program at `source`.

        `includes`: folders, of which the first has dml_types.glsl for HLSL. `buffers`: how
        many its block has. `folder`: for temporary files. `constants`: values of all
        specialization constants, a sequence each. `exact`: of the row in programs.py.
        """
        module, file = folder / "program.spv", folder / "program.hlsl"
        # With -O, glslc of today's distributions crashes on some of these.
        run("glslc", self.glslc, "--target-env=vulkan1.2", "-O0", "-fshader-stage=compute",
            *(f"-I{include}" for include in includes), "-DDML_HLSL",
            *(f"-D{name}={value}" for name, value in defines.items()), "-o", module, source)
        if exact:
            words = array.array("I", module.read_bytes())
            module.write_bytes(array.array("I", spirv.without_contraction(words)).tobytes())
        text = run("spirv-cross", self.spirv_cross, module, "--hlsl", "--shader-model", "60")
        words = pathlib.Path(__file__).resolve().parent / "hlsl/words.hlsl"
        text = finished(text, buffers, bodies(words))
        file.write_text(text)
        return text, self.compiled(file, constants, folder) if self.compile else []

    def compiled(self, file, constants, folder):
        """DXIL of the text in `file` for each of `constants`."""
        outputs = [folder / f"{number}.dxil" for number in range(len(constants))]
        options = [option for values, out in zip(constants, outputs)
                   for option in ("--constants", ",".join(map(str, values)), out)]
        run("DXC", self.compile, self.dxc, file, *(options or CHECK_FLAGS))
        return [out.read_bytes() for out in outputs]


def run(name, *command):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if result.returncode:
        raise Refused(f"{name} says: {(result.stderr + result.stdout).strip()}")
    return result.stdout
