"""Processes that look at what may crash or hang, and how their end is told."""

import os
import shutil
import subprocess
import textwrap

import machines
import pytest

process = machines.module("doctor.process")


@pytest.fixture
def library(tmp_path):
    """A shared library of C text."""

    def make(text, name="libtry.so"):
        source = tmp_path / (name + ".c")
        source.write_text(textwrap.dedent(text))
        compiler = os.environ.get("CC") or shutil.which("cc")
        assert compiler, "these tests need a C compiler"
        subprocess.check_call(
            [compiler, "-shared", "-fPIC", "-o", str(tmp_path / name), str(source)]
        )
        return str(tmp_path / name)

    return make


def opened(name, timeout=60.0):
    return process.run("library", [name], dict(os.environ), timeout)


LOADER = """
#include <string.h>
static int version(unsigned* v) { *v = 4206867; return %d; }
void* vkGetInstanceProcAddr(void* instance, const char* name) {
  return instance == 0 && strcmp(name, "%s") == 0 ? (void*)version : 0;
}
"""


def test_a_loader_tells_its_version(library):
    name = library(LOADER % (0, "vkEnumerateInstanceVersion"))
    assert opened(name) == process.Outcome({"vulkan": "1.3.275"}, "", "")
    assert opened(library("int other;")).value == {"vulkan": ""}
    assert opened(library(LOADER % (0, "other"))).value == {"vulkan": "1.0.0"}
    name = library(LOADER % (-1, "vkEnumerateInstanceVersion"))
    assert "vkEnumerateInstanceVersion failed" in opened(name).value["problem"]


def test_a_library_that_is_not_there():
    assert "libabsent.so" in opened("libabsent.so").value["problem"]


def test_a_crash_is_a_finding(library):
    name = library("#include <stdlib.h>\n__attribute__((constructor)) void f(void) { abort(); }")
    outcome = opened(name)
    assert (outcome.value, outcome.problem) == (None, "the process crashed (SIGABRT)")
    assert outcome.crashed


def test_a_hang_is_a_finding(library):
    name = library("__attribute__((constructor)) void f(void) { for (;;) __asm__(\"\"); }")
    outcome = opened(name, timeout=1.0)
    assert (outcome.problem, outcome.crashed) == ("no answer within 1 s", True)


def test_a_library_that_ends_the_process(library):
    name = library("#include <stdlib.h>\n__attribute__((constructor)) void f(void) { _Exit(3); }")
    outcome = opened(name)
    assert (outcome.problem, outcome.crashed) == ("the process ended with status 3", False)


def test_an_error_that_quotes_its_cause_is_told_by_the_cause(tmp_path):
    """As TensorFlow's."""
    (tmp_path / "numpy.py").write_text(
        "raise ImportError('Traceback (most recent call last):\\n  File x\\n"
        "ModuleNotFoundError: No module named google\\n\\nSee https://example.com\\n"
        "above this error message when asking for help.')"
    )
    variables = {**os.environ, "PYTHONPATH": str(tmp_path)}
    outcome = process.run("numpy_import", [], variables, 60.0)
    assert outcome.problem == "ModuleNotFoundError: No module named google"


def test_an_exception_is_told_by_its_last_line():
    outcome = process.run("absent_module", [], dict(os.environ), 60.0)
    assert outcome.problem.startswith("ModuleNotFoundError") and not outcome.crashed
    assert "Traceback" in outcome.errors
