#!/usr/bin/env python3
"""Checks that arrows between layers point down only, and that families are known.

    ci/check_layers.py [FOLDER OF THE CHECKOUT]

Of C++ it reads includes, names of graphics APIs and headers of the operating system's, of
BUILD files the labels, of GLSL the includes, of Python the imports; of the families the
names of their folders, and what they include of each other. Prints a line a violation,
and fails if there is one.
"""

import ast
import os
import pathlib
import re
import sys
from typing import Iterator, NamedTuple

RUNTIME = "tensorflow/core/common_runtime/dml/runtime"


class Layer(NamedTuple):
    folder: str
    below: frozenset  # what it may include, beside itself


def layer(folder, below):
    return Layer(folder, frozenset(below.split()))


# From top to bottom. "headers" are those of the C API that C reads.
LAYERS = {
    "kernels": layer("tensorflow/core/kernels/dml", "glue headers tensorflow"),
    "glue": layer("tensorflow/core/common_runtime/dml", "headers tensorflow"),
    # Tests that call it all.
    "fuzz": layer(f"{RUNTIME}/fuzz",
                  "c_api headers operators hal/d3d12 hal/null hal base os"),
    "c_api": layer(f"{RUNTIME}/c_api", "headers operators shaders scheduler memory hal base os"),
    "operators": layer(f"{RUNTIME}/operators", "shaders scheduler memory hal base os"),
    "shaders": layer(f"{RUNTIME}/shaders", "hal base os"),
    "scheduler": layer(f"{RUNTIME}/scheduler", "memory hal base os"),
    "memory": layer(f"{RUNTIME}/memory", "hal base os"),
    # Backends know hal.h, and not each other.
    "hal/vulkan": layer(f"{RUNTIME}/hal/vulkan", "hal base os"),
    "hal/d3d12": layer(f"{RUNTIME}/hal/d3d12", "hal base os"),
    "hal/null": layer(f"{RUNTIME}/hal/null", "hal base os"),
    "hal/testing": layer(f"{RUNTIME}/hal/testing", "hal base os"),
    "hal": layer(f"{RUNTIME}/hal", "base os"),
    "base": layer(f"{RUNTIME}/base", "os"),
    "os": layer(f"{RUNTIME}/base/os", ""),
}

HEADERS = ("c_api/dml_", "c_api/operators/")
HEADER_TARGETS = re.compile(r"headers$|all_headers$|dml_\w*\.h$")

# What else may be, and why: (who, what): reason.
EXCEPTIONS = {
    ("operators", "headers"): "operators take the tensors, attributes and enums of the C API as "
    "they are: copying them into types of their own would be a second declaration",
}
# Libraries that a layer's BUILD file may name though its sources may not include them.
LINKED = {
    ("c_api", "hal/vulkan"): "the library holds all backends; hal/drivers.h is what is included",
    ("c_api", "hal/d3d12"): "likewise, for its unit tests",
    ("c_api", "hal/null"): "likewise",
    ("shaders", "headers"): "the build makes the programs' enums from those of the C API",
    ("hal/testing", "hal/null"): "the device of the unit tests is the null device",
    ("hal/testing", "hal/vulkan"): "the conformance suite has a program for each backend",
    ("hal/testing", "hal/d3d12"): "likewise",
}
# Unit tests, and only they, also use this.
TESTING = "hal/testing"

WORD = re.compile(r"\w+")
VULKAN = re.compile(r"(?:vk|Vk)[A-Z]|VK_|PFN_vk|.*Vulkan")
# (file, name): reason.
VULKAN_EXCEPTIONS = {
    ("hal/testing/conformance/vulkan_test.cc", "EnumerateVulkan"): "says which backend it is of",
    ("hal/testing/conformance/vulkan_test.cc", "VulkanConformance"): "likewise",
    ("hal/drivers.h", "EnumerateVulkan"): "declares the one function of each backend",
    ("c_api/backends.cc", "EnumerateVulkan"): "chooses the backend",
    ("c_api/backends.cc", "kVulkan"): "likewise",
    ("c_api/backends.cc", "kVulkanHint"): "likewise",
}
DIRECT3D = re.compile(r"ID3D|IDXC|IDXGI|D3D12_|DXGI_|HRESULT$|.*D3d12")
DIRECT3D_EXCEPTIONS = {
    ("hal/testing/conformance/d3d12_test.cc", "EnumerateD3d12"): "says which backend it is of",
    ("hal/drivers.h", "EnumerateD3d12"): "declares the one function of each backend",
    ("c_api/backends.cc", "EnumerateD3d12"): "chooses the backend",
    ("c_api/backends.cc", "kD3d12"): "likewise",
    ("c_api/backends.cc", "kD3d12Hint"): "likewise",
}
# Of each API: the backend that owns it, folders of its headers, names, exceptions.
APIS = (
    ("Vulkan", "hal/vulkan", ("vulkan/", "vk_video/"), VULKAN, VULKAN_EXCEPTIONS),
    (
        "Direct3D",
        "hal/d3d12",
        ("directx/", "dxguids/", "wsl/", "dxcapi.h", "dxgi"),
        DIRECT3D,
        DIRECT3D_EXCEPTIONS,
    ),
)

SYSTEM_HEADERS = re.compile(
    r"(?:sys|linux|arpa|netinet)/|(?:unistd|fcntl|dlfcn|pthread|signal|poll|link|elf|time|errno"
    r"|sched|semaphore|dirent|termios|strings|windows|direct|io|process)\.h$"
)
GETENV = re.compile(r"\b(?:secure_)?getenv\b")
# Folders of the runtime for which the operating system is there, one a system.
SYSTEM_FOLDER = f"{RUNTIME}/base/os/"
# The glue's own; the runtime's is base/os.
GLUE_GETENV = "tensorflow/core/common_runtime/dml/environment.cc"

PYTHON = "tensorflow/python/dml"
# Modules that run inside of TensorFlow's process: reason.
IMPORTS_TENSORFLOW = {
    "bench/hunt/on_tensorflow.py": "measures its kernels, in a process of its own",
    "doctor/children/tensorflow_import.py": "tries, in a process of its own",
    "doctor/children/training.py": "trains by it, in a process of its own",
    "gpu_compat.py": "replaces attributes of TensorFlow's Python",
    "one_op.py": "names ops that TensorFlow has",
    "op_support.py": "compares its registry with ours, in functions called from there only",
    "explain/graphs.py": "reads TensorFlow's graphs",
    "explain/kernels.py": "reads TensorFlow's registry",
    "explain/nodes.py": "names TensorFlow's types",
    "explain/placement.py": "asks TensorFlow's placer",
    "tensorflow2/start.py": "called by TensorFlow 2.x, to load our library",
    "tensorflow2/xla.py": "replaces functions of TensorFlow's Python",
    "trace/functions.py": "watches TensorFlow's functions, once the script imported it",
    "trace/sessions.py": "watches TensorFlow's sessions, once the script imported it",
    "trace/step_stats.py": "reads TensorFlow's profiles",
    "upstream/worker/placement.py": "the worker runs TensorFlow's own tests",
}

FAMILIES_FILE = f"{RUNTIME}/operators/families.bzl"
# Made by build_shaders.py.
GENERATED_GLSL = {"dml_types.glsl", "dml_enums.glsl"}

CPP = (".cc", ".h", ".inc", ".c")
GLSL = (".comp", ".glsl")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]')
LABEL = re.compile(r'"//([^":]*)(?::([^"]*))?"')


def layer_of(path: str):
    """The layer that a file or folder belongs to, or None."""
    best = None
    for name, (folder, _) in LAYERS.items():
        inside = path == folder or path.startswith(folder + "/")
        if inside and (best is None or len(folder) > len(LAYERS[best].folder)):
            best = name
    # Below the runtime's folder, but in none of its layers.
    if best == "glue" and f"{path}/".startswith(RUNTIME + "/"):
        return None
    return best


def target_of(path: str):
    """The layer that an include or label leads to, or "tensorflow", or None."""
    name = layer_of(path)
    if name == "c_api" and path[len(RUNTIME) + 1 :].startswith(HEADERS):
        return "headers"
    if name is None and path.startswith("tensorflow/") and not path.startswith(RUNTIME):
        return "tensorflow"
    return name


def is_test(path: str) -> bool:
    return pathlib.PurePath(path).stem.endswith("_test")


def allowed(source: str, target: str, test: bool) -> bool:
    if target == source or target in LAYERS[source].below or (source, target) in EXCEPTIONS:
        return True
    return test and target == TESTING


def code_only(text: str) -> str:
    """C++ without its comments and strings; lines stay lines."""

    def blank(match):
        return re.sub(r"[^\n]", " ", match.group())

    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.DOTALL)


def family_of(path: str, layer: str) -> str:
    """The family that a file of kernels or operators belongs to; "" at the layer's root."""
    folder = pathlib.PurePath(path).relative_to(LAYERS[layer].folder).parent
    return folder.parts[0] if folder.parts else ""


def knows_family(path: str, include: str, layer: str, families) -> bool:
    """Whether a file may include another of its layer: of the root, or of its family."""
    if layer not in ("kernels", "operators"):
        return True
    own, other = family_of(path, layer), family_of(include, layer)
    if other in ("", own) or is_test(path):
        return True
    return layer == "operators" and other in families.included.get(own, [])


def check_cpp(path: str, text: str, families) -> Iterator[str]:
    source = layer_of(path)
    in_runtime = source not in ("kernels", "glue")
    own_system = path.startswith(SYSTEM_FOLDER) and path.count("/") > SYSTEM_FOLDER.count("/")
    relative = path[len(RUNTIME) + 1 :]
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        quote, name = match.groups()
        where = f"{path}:{number}"
        target = target_of(name)
        if target is not None:
            if not allowed(source, target, is_test(path)):
                yield f"{where}: {source} includes {target} ({name})"
            elif target == source and not knows_family(path, name, source, families):
                yield f"{where}: includes {name}, of another family"
        elif in_runtime and quote == '"':
            yield f"{where}: {source} includes {name}, which is none of the runtime's layers"
        if in_runtime and SYSTEM_HEADERS.match(name) and not own_system and not is_test(path):
            yield f"{where}: {name} belongs behind base/os"
        for _, backend, headers, _, _ in APIS:
            if name.startswith(headers) and source != backend:
                yield f"{where}: {source} includes {name}: only {backend} may"
    for number, line in enumerate(code_only(text).splitlines(), 1):
        if line.lstrip().startswith("#include"):
            continue
        where = f"{path}:{number}"
        for api, backend, _, names, exceptions in APIS:
            if source == backend:
                continue
            for name in filter(names.match, WORD.findall(line)):
                if (relative, name) not in exceptions:
                    yield f"{where}: {source} names {api} ({name})"
        if GETENV.search(line) and not own_system and path != GLUE_GETENV and not is_test(path):
            yield f"{where}: getenv belongs into base/environment.cc by way of base/os"


def check_build(path: str, text: str) -> Iterator[str]:
    source = layer_of(path)
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("load("):
            continue  # how it is built, not what of
        for package, name in LABEL.findall(line):
            target = layer_of(package)
            if target == "c_api" and HEADER_TARGETS.match(name):
                target = "headers"
            # Bazel keeps what is testonly to tests.
            if target is None or target == TESTING or (source, target) in LINKED:
                continue
            if not allowed(source, target, test=False):
                yield f"{path}:{number}: {source} depends on {target}"


def check_glsl(root: pathlib.Path, path: str, text: str, families) -> Iterator[str]:
    folder = pathlib.PurePath(path).parent
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match or match.group(2) in GENERATED_GLSL:
            continue
        name = match.group(2)
        places = [folder, pathlib.PurePath(RUNTIME, "shaders")]
        if name.split("/")[0] in families.included.get(folder.name, []):
            places.append(folder.parent)  # "products/epilogue.glsl"
        if not any((root / place / name).is_file() for place in places):
            yield f"{path}:{number}: {name} is neither beside it nor in shaders"


def check_python(path: str, text: str) -> Iterator[str]:
    if path[len(PYTHON) + 1 :] in IMPORTS_TENSORFLOW:
        return
    for node in ast.walk(ast.parse(text, path)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            names = [argument.value for argument in node.args[:1]
                     if isinstance(argument, ast.Constant) and isinstance(argument.value, str)]
        else:
            continue
        for name in names:
            if name.split(".")[0] in ("tensorflow", "tensorflow_core"):
                yield f"{path}:{node.lineno}: the Python package imports {name}"


class Families(NamedTuple):
    operators: frozenset  # with operators of their own
    all: frozenset
    included: dict  # family -> families whose headers and .glsl files it includes


def read_families(root: pathlib.Path) -> Families:
    """families.bzl's constants: its syntax is Python's."""
    constants = {}
    for node in ast.parse((root / FAMILIES_FILE).read_text()).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                constants[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError:
                continue
    families = frozenset(constants["FAMILIES"])
    return Families(
        families,
        families | frozenset(constants["OTHER_FAMILIES"]),
        constants["INCLUDED_FAMILIES"],
    )


def check_families(root: pathlib.Path, families: Families) -> Iterator[str]:
    rooms = {
        f"{RUNTIME}/operators": families.operators,
        "tensorflow/core/kernels/dml": families.all,
        "tests/runtime": families.all | {"vulkan_stand_in"},  # a loader for its tests
        "tests/kernels": families.all,
    }
    for room, known in rooms.items():
        for folder in sorted((root / room).iterdir()):
            if folder.is_dir() and folder.name not in known | {"__pycache__"}:
                yield f"{room}/{folder.name}: no family of {FAMILIES_FILE}"


def files(root: pathlib.Path) -> Iterator[str]:
    for folder, folders, names in os.walk(root / "tensorflow"):
        folders[:] = sorted(set(folders) - {"__pycache__"})
        for name in sorted(names):
            yield pathlib.Path(folder, name).relative_to(root).as_posix()


def check_file(root: pathlib.Path, path: str, families: Families) -> Iterator[str]:
    suffix = pathlib.PurePath(path).suffix
    if layer_of(path) is not None:
        if suffix in CPP:
            yield from check_cpp(path, (root / path).read_text(), families)
        elif suffix in GLSL:
            yield from check_glsl(root, path, (root / path).read_text(), families)
        elif pathlib.PurePath(path).name == "BUILD":
            yield from check_build(path, (root / path).read_text())
    elif path.startswith(RUNTIME + "/") and suffix in CPP + GLSL:
        yield f"{path}: in none of the runtime's layers"
    elif path.startswith(PYTHON + "/") and suffix == ".py":
        yield from check_python(path, (root / path).read_text())


def check(root: pathlib.Path) -> list:
    families = read_families(root)
    problems = list(check_families(root, families))
    for path in files(root):
        problems += check_file(root, path, families)
    return problems


def main(arguments) -> int:
    root = pathlib.Path(arguments[0] if arguments else __file__).resolve()
    problems = check(root if arguments else root.parents[1])
    for problem in problems:
        print(problem)
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
