"""ci/check_layers.py: the tree keeps to it, and it finds what does not."""

import pathlib
import shutil
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "ci"))
import check_layers  # noqa: E402

RUNTIME = check_layers.RUNTIME
GLUE = "tensorflow/core/common_runtime/dml"
KERNELS = "tensorflow/core/kernels/dml"


def test_the_tree_keeps_to_it():
    assert check_layers.check(ROOT) == []


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    root = tmp_path_factory.mktemp("tree")
    for folder in ("tensorflow", "tests/runtime", "tests/kernels"):
        shutil.copytree(ROOT / folder, root / folder,
                        ignore=shutil.ignore_patterns("__pycache__", "*.json"))
    return root


def problems_of(tree, path):
    return list(check_layers.check_file(tree, path, check_layers.read_families(tree)))


def include(path):
    return f'#include "{path}"\n'


# (file, the line that is added to it, what is said)
VIOLATIONS = [
    # Up, a step or several.
    (f"{RUNTIME}/base/hash.h", include(f"{RUNTIME}/hal/hal.h"), "base includes hal"),
    (f"{RUNTIME}/base/os/clock.h", include(f"{RUNTIME}/base/status.h"), "os includes base"),
    (f"{RUNTIME}/hal/hal.h", include(f"{RUNTIME}/memory/pool.h"), "hal includes memory"),
    (f"{RUNTIME}/hal/null/null.cc", include(f"{RUNTIME}/scheduler/stream.h"),
     "hal/null includes scheduler"),
    (f"{RUNTIME}/memory/pool.cc", include(f"{RUNTIME}/scheduler/stream.h"),
     "memory includes scheduler"),
    (f"{RUNTIME}/scheduler/stream.cc", include(f"{RUNTIME}/operators/context.h"),
     "scheduler includes operators"),
    (f"{RUNTIME}/shaders/program_cache.h", include(f"{RUNTIME}/c_api/dml_operators.h"),
     "shaders includes headers"),
    (f"{RUNTIME}/operators/context.cc", include(f"{RUNTIME}/c_api/device.h"),
     "operators includes c_api"),
    (f"{RUNTIME}/c_api/device.cc", include(f"{GLUE}/dml_device.h"), "c_api includes glue"),
    (f"{GLUE}/dml_device.cc", include(f"{KERNELS}/kernel.h"), "glue includes kernels"),
    # Past the door.
    (f"{GLUE}/dml_device.cc", include(f"{RUNTIME}/scheduler/stream.h"),
     "glue includes scheduler"),
    (f"{KERNELS}/kernel.cc", include(f"{RUNTIME}/c_api/device.h"), "kernels includes c_api"),
    # Beside.
    (f"{RUNTIME}/hal/null/null.cc", include(f"{RUNTIME}/hal/vulkan/api.h"),
     "hal/null includes hal/vulkan"),
    (f"{RUNTIME}/shaders/program_cache.cc", include(f"{RUNTIME}/scheduler/stream.h"),
     "shaders includes scheduler"),
    (f"{RUNTIME}/memory/pool.cc", include(f"{RUNTIME}/hal/testing/recording_device.h"),
     "memory includes hal/testing"),
    # Of another family, and of a family at the root.
    (f"{KERNELS}/softmax/softmax.cc", include(f"{KERNELS}/recurrent/matrices.h"),
     "of another family"),
    (f"{KERNELS}/kernel.cc", include(f"{KERNELS}/recurrent/matrices.h"), "of another family"),
    (f"{RUNTIME}/operators/softmax/softmax.cc", include(f"{RUNTIME}/operators/products/gemm.h"),
     "of another family"),
    (f"{RUNTIME}/operators/context.cc",
     include(f"{RUNTIME}/operators/softmax/softmax_parameters.h"), "of another family"),
    # What the runtime must not know.
    (f"{RUNTIME}/operators/context.cc", include("tensorflow/core/framework/tensor.h"),
     "operators includes tensorflow"),
    (f"{RUNTIME}/operators/context.cc", include("absl/strings/str_cat.h"),
     "none of the runtime's layers"),
    (f"{RUNTIME}/operators/context.cc", "VkBuffer buffer;\n", "names Vulkan (VkBuffer)"),
    (f"{RUNTIME}/c_api/device.cc", "auto f = vkCreateDevice;\n", "names Vulkan"),
    (f"{RUNTIME}/hal/hal.h", "struct VulkanThing;\n", "names Vulkan (VulkanThing)"),
    (f"{RUNTIME}/c_api/device.cc", "#include <vulkan/vulkan.h>\n", "only hal/vulkan may"),
    (f"{RUNTIME}/c_api/device.cc", "ID3D12Device* d;\n", "names Direct3D (ID3D12Device)"),
    (f"{RUNTIME}/hal/vulkan/device.cc", "HRESULT r;\n", "names Direct3D (HRESULT)"),
    (f"{RUNTIME}/hal/d3d12/device.cc", "VkBuffer buffer;\n", "names Vulkan (VkBuffer)"),
    (f"{RUNTIME}/hal/hal.h", "#include <directx/d3d12.h>\n", "only hal/d3d12 may"),
    (f"{RUNTIME}/hal/hal.h", "#include <dxgi1_4.h>\n", "only hal/d3d12 may"),
    (f"{RUNTIME}/memory/pool.cc", "#include <sys/mman.h>\n", "belongs behind base/os"),
    (f"{RUNTIME}/base/cache_file.cc", "#include <unistd.h>\n", "belongs behind base/os"),
    (f"{RUNTIME}/base/os/files.h", "#include <fcntl.h>\n", "belongs behind base/os"),
    (f"{RUNTIME}/hal/vulkan/device.cc", 'auto v = std::getenv("A");\n', "getenv belongs"),
    (f"{GLUE}/gpu_names.cc", 'auto v = getenv("A");\n', "getenv belongs"),
    # BUILD files.
    (f"{RUNTIME}/memory/BUILD", f'X = ["//{RUNTIME}/scheduler"]\n',
     "memory depends on scheduler"),
    (f"{RUNTIME}/operators/BUILD", f'X = ["//{RUNTIME}/c_api"]\n', "operators depends on c_api"),
    (f"{RUNTIME}/scheduler/BUILD", f'X = ["//{RUNTIME}/hal/null"]\n',
     "scheduler depends on hal/null"),
    (f"{KERNELS}/BUILD", f'X = ["//{RUNTIME}/c_api:c_api"]\n', "kernels depends on c_api"),
    # GLSL.
    (f"{RUNTIME}/operators/softmax/softmax.comp", '#include "products/epilogue.glsl"\n',
     "products/epilogue.glsl is neither"),
    (f"{RUNTIME}/operators/softmax/softmax.comp", '#include "epilogue.glsl"\n',
     "epilogue.glsl is neither"),
    # Python.
    ("tensorflow/python/dml/cli.py", "import tensorflow as tf\n", "imports tensorflow"),
    ("tensorflow/python/dml/cli.py", "from tensorflow.python import keras\n",
     "imports tensorflow.python"),
    ("tensorflow/python/dml/cli.py", 'importlib.import_module("tensorflow.python")\n',
     "imports tensorflow.python"),
]


@pytest.mark.parametrize("path, line, said", VIOLATIONS)
def test_a_violation_is_found(tree, path, line, said):
    file = tree / path
    before = file.read_text()
    try:
        file.write_text(before + line)
        (problem,) = problems_of(tree, path)
    finally:
        file.write_text(before)
    assert problem.startswith(path)
    assert said in problem


# What looks like one and is none.
ALLOWED = [
    (f"{RUNTIME}/operators/context.cc", "// VkBuffer, getenv(), Vulkan\n"),
    (f"{RUNTIME}/operators/context.cc", 'auto text = "VkBuffer, getenv()";\n'),
    (f"{RUNTIME}/hal/vulkan/device.cc", "VkBuffer buffer;\n"),
    (f"{RUNTIME}/hal/d3d12/device.cc", "HRESULT r = D3D12_X;\n"),
    (f"{RUNTIME}/base/os/posix/clock.cc", "#include <unistd.h>\n"),
    (f"{RUNTIME}/memory/pool_test.cc", include(f"{RUNTIME}/hal/testing/recording_device.h")),
    (f"{GLUE}/dml_device.cc", include("tensorflow/core/framework/tensor.h")),
    (f"{RUNTIME}/operators/convolution/convolution.comp",
     '#include "products/epilogue.glsl"\n'),
    (f"{RUNTIME}/operators/convolution/convolution.cc",
     include(f"{RUNTIME}/operators/products/gemm.h")),
    (f"{KERNELS}/recurrent/cudnn_rnn.cc", include(f"{KERNELS}/recurrent/matrices.h")),
    ("tensorflow/python/dml/cli.py", "import tensorflow_directml\n"),
]


@pytest.mark.parametrize("path, line", ALLOWED)
def test_nothing_else_is_found(tree, path, line):
    file = tree / path
    before = file.read_text()
    try:
        file.write_text(before + line)
        assert problems_of(tree, path) == []
    finally:
        file.write_text(before)


@pytest.mark.parametrize(
    "folder",
    [f"{RUNTIME}/operators/metaphysics", f"{KERNELS}/metaphysics", "tests/runtime/metaphysics",
     "tests/kernels/metaphysics", f"{RUNTIME}/operators/variables"],
)
def test_an_unknown_family_is_found(tree, folder):
    (tree / folder).mkdir()
    try:
        (problem,) = check_layers.check_families(tree, check_layers.read_families(tree))
    finally:
        (tree / folder).rmdir()
    assert problem.startswith(folder)


def test_a_folder_beside_the_layers_is_found(tree):
    file = tree / RUNTIME / "elsewhere/file.cc"
    file.parent.mkdir()
    file.write_text("")
    try:
        (problem,) = check_layers.check(tree)
    finally:
        shutil.rmtree(file.parent)
    assert "in none of the runtime's layers" in problem


def test_the_command_fails_with_the_violation(tree, capsys):
    assert check_layers.main([str(tree)]) == 0
    folder = tree / "tests/kernels/metaphysics"
    folder.mkdir()
    try:
        assert check_layers.main([str(tree)]) == 1
    finally:
        folder.rmdir()
    assert "metaphysics" in capsys.readouterr().out
