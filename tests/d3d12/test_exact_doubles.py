"""Programs that vkd3d gives to Vulkan do their arithmetic in float64 exactly."""

import pathlib
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
MAIN = """\
#include <cstdio>
#include "exact_doubles.h"
int main() {
  std::vector<uint32_t> code;
  uint32_t word;
  while (std::fread(&word, 4, 1, stdin) == 1) code.push_back(word);
  code = stand_in::WithExactDoubles(code.data(), code.size());
  std::fwrite(code.data(), 4, code.size(), stdout);
}
"""
PROGRAM = """\
#version 460
layout(binding = 0) buffer Numbers { double d; float f; dvec2 v; };
void main() {
  d = (d + 4503599627370496.0lf) - 4503599627370496.0lf;
  f = (f + 8388608.0) - 8388608.0;
  v = v * v * d;
  precise double exact = d * 3.0lf;
  d = exact;
}
"""


@pytest.fixture(scope="module")
def mended(tmp_path_factory):
    """What becomes of PROGRAM, as spirv-dis shows it, and what it was."""
    folder = tmp_path_factory.mktemp("mended")
    (folder / "main.cc").write_text(MAIN)
    (folder / "program.comp").write_text(PROGRAM)
    stand_in = HERE / "stand_in"
    subprocess.run([shutil.which("g++"), "-std=c++17", "-Wall", "-Wextra", "-Werror",
                    "-iquote", stand_in, folder / "main.cc", stand_in / "exact_doubles.cc", "-o",
                    folder / "main"], check=True)
    subprocess.run(["glslc", "--target-env=vulkan1.1", "-O0", folder / "program.comp", "-o",
                    folder / "program.spv"], check=True)
    code = (folder / "program.spv").read_bytes()
    after = subprocess.run([folder / "main"], input=code, stdout=subprocess.PIPE,
                           check=True).stdout
    (folder / "mended.spv").write_bytes(after)
    subprocess.run(["spirv-val", folder / "mended.spv"], check=True)

    def text(name):
        return subprocess.run(["spirv-dis", "--raw-id", folder / name], stdout=subprocess.PIPE,
                              universal_newlines=True, check=True).stdout.splitlines()

    return text("program.spv"), text("mended.spv")


def decorated(lines):
    return [line.split()[1] for line in lines if line.endswith(" NoContraction")]


def test_all_arithmetic_of_doubles_and_no_other(mended):
    _, after = mended
    types = {line.split()[0] for line in after if " OpTypeFloat 64" in line}
    types |= {line.split()[0] for line in after
              if " OpTypeVector " in line and line.split()[3] in types}
    arithmetic = [line.split()[0] for line in after
                  if len(line.split()) > 3 and line.split()[3] in types
                  and line.split()[2] in ("OpFAdd", "OpFSub", "OpFMul", "OpVectorTimesScalar")]
    assert len(arithmetic) == 5
    assert sorted(decorated(after)) == sorted(arithmetic)


def test_nothing_else_changes(mended):
    before, after = mended
    assert 0 < len(decorated(before)) < len(decorated(after))
    assert [line for line in after if not line.endswith(" NoContraction")] == [
        line for line in before if not line.endswith(" NoContraction")]
