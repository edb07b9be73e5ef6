"""docs/environment.md names the variables that are read, and no others."""

import ast
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ROOT / "tensorflow"
NAME = re.compile(r"(?:TF|DML)_[A-Z0-9_]+")

# What C++ reads variables by: os::Variable() and the readers of both
# environment.cc, and TensorFlow's own.
CPP_READ = re.compile(
    r"\b(?:variable|Variable|Text|Switch|Number|getenv|ReadBoolFromEnvVar|ReadInt64FromEnvVar"
    r'|ReadStringFromEnvVar)\(\s*"([^"]+)"'
)
# Read by their own documentation's word, or by others.
NOT_OURS = {"XDG_CACHE_HOME", "HOME", "LOCALAPPDATA"}


def read_by_cpp():
    found = set()
    for path in SOURCES.rglob("*.cc"):
        if not path.stem.endswith("_test"):
            found |= set(CPP_READ.findall(path.read_text()))
    return found - NOT_OURS


def text_of(node, constants):
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return constants.get(node.id)
    return None


def names_read(tree):
    """os.environ.get(X), os.environ[X], X in os.environ, os.getenv(X)."""
    constants = {
        node.targets[0].id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        read = None
        if isinstance(node, ast.Call) and node.args and ast.unparse(node.func) in (
            "os.environ.get", "os.getenv"
        ):
            read = node.args[0]
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            read = node.slice
        elif isinstance(node, ast.Compare) and ast.unparse(node.comparators[0]) == "os.environ":
            read = node.left
        if read is not None:
            yield text_of(read, constants)


def read_by_python():
    found = set()
    for path in (SOURCES / "python/dml").rglob("*.py"):
        found |= set(names_read(ast.parse(path.read_text())))
    return {name for name in found if name and NAME.fullmatch(name)}


def documented():
    text = (ROOT / "docs/environment.md").read_text()
    return set(re.findall(r"^\| `([A-Z0-9_]+)` \|", text, re.MULTILINE))


def test_the_search_finds_something():
    assert {"TF_DIRECTML_BACKEND", "TF_DIRECTML_BATCH_FLUSH_TIME", "DML_VISIBLE_DEVICES",
            "TF_DIRECTML_GPU_NAMES", "TF_FORCE_GPU_ALLOW_GROWTH"} <= read_by_cpp()
    assert {"TF_DIRECTML_RUNTIME_LIBRARY", "TF_DIRECTML_GPU_NAMES"} <= read_by_python()


def test_what_is_read_is_documented():
    assert (read_by_cpp() | read_by_python()) - documented() == set()


def test_what_is_documented_is_read():
    assert documented() - (read_by_cpp() | read_by_python()) == set()


def python_constants():
    """The tuples of python/dml/environment.py."""
    tree = ast.parse((SOURCES / "python/dml/environment.py").read_text())
    return {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
    }


def cpp_list(name):
    text = (SOURCES / "core/common_runtime/dml/runtime/base/environment.cc").read_text()
    (body,) = re.findall(name + r"\[\] = \{(.*?)\};", text, re.DOTALL)
    return set(re.findall(r'"(\w+)"', body))


def test_the_lists_of_known_names_are_the_documents():
    """They tell misspelled variables from others."""
    constants = python_constants()
    assert set(constants["VARIABLES"]) == documented()
    assert len(set(constants["VARIABLES"])) == len(constants["VARIABLES"])
    ours = {name for name in documented() if name.startswith(constants["_OURS"])}
    assert cpp_list("kKnown") == ours


def test_the_lists_know_what_builds_and_tests_read():
    found = set()
    for folder in ("ci", "tests", "third_party", "benchmarks", "configure.py"):
        place = ROOT / folder
        files = [place] if place.is_file() else place.rglob("*")
        for path in files:
            if path.suffix in (".py", ".sh", ".bzl"):
                found |= set(re.findall(r"\bTF_DIRECTML_[A-Z0-9_]*[A-Z0-9]\b", path.read_text()))
    builds = set(python_constants()["BUILD_VARIABLES"])
    assert cpp_list("kKnownToBuilds") == builds
    # Tests misspell some on purpose.
    wrong = {"TF_DIRECTML_BACKENDS", "TF_DIRECTML_MERGE", "TF_DIRECTML_TUNINGS",
             "TF_DIRECTML_VULKAN", "TF_DIRECTML_XYZZY", "TF_DIRECTML_TUNNING"}
    assert found - documented() - wrong == builds


def test_the_runtime_reads_in_one_place():
    runtime = SOURCES / "core/common_runtime/dml/runtime"
    readers = {
        path.relative_to(runtime).as_posix()
        for path in runtime.rglob("*.cc")
        if not path.stem.endswith("_test")
        and re.search(r"\bgetenv\(|\bos::Variable\b", path.read_text())
    }
    assert readers == {"base/environment.cc", "base/os/posix/variables.cc"}
