"""What the runtime says and does where Direct3D 12 is missing, lies, fails or is lost.

On the stand-in of this folder; the operators' values are the business of tests/runtime.
The adapters are listed once a process, so each test has its own.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "bazel-bin/tensorflow/libdml_runtime_vkd3d.so"

LIST = """
result = {
    "names": [adapter.name for adapter in dml.adapters()],
    "apis": [adapter.api for adapter in dml.adapters()],
    "types": [adapter.type.name for adapter in dml.adapters()],
    "float64": [bool(adapter.float64) for adapter in dml.adapters()],
    "problem": dml.adapter_problem(),
}
"""

# One addition, by a program; what went wrong, if it did.
ADD = """
import numpy as np
x = np.arange(1000, dtype=np.float32)
result = None
with dml.open(0) as device:
    a = device.tensor(x)
    try:
        sum = device.empty(x.shape, x.dtype)
        device.elementwise("ADD", [a, a], sum)
        result = bool((sum.numpy() == x + x).all())
    except dml.DmlError as error:
        result = [error.code.name, str(error)]
"""
# One that no common model takes, so that the build did not compile it.
ADD_RARE = ADD.replace("float32", "int16")

# A step of a small network: products, and what stands between them.
STEP = """
import numpy as np
rng = np.random.RandomState(0)
def tensor(*sizes):
    return device.tensor(rng.standard_normal(sizes).astype(np.float32))
with dml.open(0) as device:
    x, weights, y = tensor(32, 64), tensor(64, 64), tensor(32, 64)
    device.gemm(x, weights, y)
    assert np.allclose(y.numpy(), x.numpy() @ weights.numpy(), atol=1e-3)
    product = y.numpy()
    device.elementwise("RELU", [y], y)
    assert (y.numpy() == np.maximum(product, 0)).all()
    gradient = tensor(64, 64)
    device.gemm(x.transpose(1, 0), y, gradient)
    device.softmax(False, y, y)
    assert np.allclose(y.numpy().sum(1), 1, atol=1e-4)
    result = [device.statistics()["programs_compiled"],
              "dxcompiler" in open("/proc/self/maps").read()]
"""


@pytest.fixture
def run(libraries, tmp_path):
    """`result` of `code` in a process of its own, and its stderr."""

    def run(code, folder=libraries, **variables):
        environment = {
            **os.environ,
            "LD_LIBRARY_PATH": str(folder),
            "TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER": "1",
            "TF_DIRECTML_BACKEND": "d3d12",
            "TF_DIRECTML_CACHE_DIR": str(tmp_path / "cache"),
            "TF_DIRECTML_RUNTIME_LIBRARY": str(LIBRARY),
            "VKD3D_DEBUG": "none",
            **variables,
        }
        program = "\n".join(
            [
                "import json, sys",
                f"sys.path.insert(0, {str(ROOT / 'tests/runtime')!r})",
                "import conftest",
                "from tensorflow_directml import runtime as dml",
                code,
                "print(json.dumps(result))",
            ]
        )
        finished = subprocess.run(
            [sys.executable, "-c", program],
            env={name: value for name, value in environment.items() if value is not None},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert finished.returncode == 0, finished.stderr
        return json.loads(finished.stdout.splitlines()[-1]), finished.stderr

    return run


@pytest.fixture
def without_compiler(folder_without, tmp_path):
    """Arguments of run() for which there is no DXC, neither beside the runtime nor elsewhere."""
    runtime = tmp_path / "runtime"
    runtime.mkdir()
    shutil.copy(LIBRARY, runtime)
    return {"folder": folder_without("libdxcompiler.so"),
            "TF_DIRECTML_RUNTIME_LIBRARY": str(runtime / LIBRARY.name)}


@pytest.fixture
def folder_without(libraries, tmp_path):
    """A folder of the libraries without one of them."""

    def make(name):
        folder = tmp_path / "libraries"
        shutil.copytree(libraries, folder)
        (folder / name).unlink()
        return folder

    return make


def test_an_adapter_is_described(run):
    found, _ = run(LIST, D3D12_ADAPTERS="adapter discrete;name Test GPU;feature WaveOps 1")
    assert found["names"] == ["Test GPU"]
    assert found["apis"][0].startswith("Direct3D 12, shader model 6.")
    assert found["types"] == ["ADAPTER_DISCRETE"]
    assert found["problem"] == ""


def test_a_program_computes(run):
    assert run(ADD)[0] is True


def test_software_adapters_are_hidden(run):
    found, _ = run(LIST, TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER=None)
    # conftest sets it again.
    assert len(found["names"]) == 1
    code = "import os\nos.environ.pop('TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER')\n" + LIST
    found, _ = run(code)
    assert found["names"] == []
    assert "is a software adapter" in found["problem"]


def test_adapters_come_best_first(run):
    found, _ = run(
        LIST, D3D12_ADAPTERS="adapter software;adapter integrated;adapter discrete"
    )
    assert found["types"] == [f"ADAPTER_{kind}" for kind in ("DISCRETE", "INTEGRATED", "SOFTWARE")]


@pytest.mark.parametrize("name", ["libdxcore.so", "libd3d12.so"])
def test_a_missing_library_is_said(run, folder_without, name):
    found, _ = run(LIST, folder_without(name))
    assert found["names"] == []
    assert f"{name} cannot be opened" in found["problem"]
    assert "wsl --update" in found["problem"]
    if not os.path.exists("/dev/dxg"):
        assert "no /dev/dxg" in found["problem"]
        assert "unset TF_DIRECTML_BACKEND" in found["problem"]


@pytest.mark.parametrize("name", ["libdxcore.so", "libd3d12.so"])
def test_a_damaged_library_is_said(run, folder_without, name):
    folder = folder_without(name)
    (folder / name).write_text("no library")
    found, _ = run(LIST, folder)
    assert f"{name} cannot be opened" in found["problem"]


@pytest.mark.parametrize("name", ["libdxcore.so", "libd3d12.so"])
def test_a_library_of_another_kind_is_said(run, folder_without, name, tmp_path):
    folder = folder_without(name)
    source = tmp_path / "other.c"
    source.write_text("int other;\n")
    compiler = os.environ.get("CC") or shutil.which("gcc")
    subprocess.run([compiler, "-shared", "-fPIC", source, "-o", folder / name], check=True)
    found, _ = run(LIST, folder)
    assert f"{name} lacks D" in found["problem"]
    assert "wsl --update" in found["problem"]


@pytest.mark.parametrize("call", ["DXCoreCreateAdapterFactory", "CreateAdapterList"])
def test_a_dxcore_that_fails_is_said(run, call):
    found, _ = run(LIST, FAULT_CALL=call, FAULT_RESULT="0x80004005")
    assert "DXCore does not work" in found["problem"]
    assert "E_FAIL" in found["problem"]


def test_no_adapter_is_said(run):
    found, _ = run(LIST, D3D12_ADAPTERS="adapter discrete;lacks D3D12_CORE_COMPUTE")
    assert "lists no adapter" in found["problem"]
    assert "driver" in found["problem"]


@pytest.mark.parametrize(
    "lie, text",
    [
        ("feature HighestShaderModel 0x51", "shader model 6.0 (its driver offers 5.1)"),
        ("feature WaveOps 0", "wave operations"),
        ("unopenable 0x887a0004", "DXGI_ERROR_UNSUPPORTED"),
    ],
)
def test_an_adapter_that_lacks_something_is_said(run, lie, text):
    found, _ = run(LIST, D3D12_ADAPTERS=f"adapter discrete;name Old GPU;{lie}")
    assert found["names"] == []
    assert "Old GPU lacks" in found["problem"]
    assert text in found["problem"]
    assert "newest driver" in found["problem"]


def test_an_adapter_without_float64(run):
    found, _ = run(LIST, D3D12_ADAPTERS="feature DoublePrecisionFloatShaderOps 0")
    assert found["float64"] == [False]


def test_full_memory_is_an_error_and_no_end(run):
    code = """
x = [None] * 2
with dml.open(0) as device:
    try:
        device.empty((1 << 20,)).numpy()
        result = "made"
    except dml.DmlError as error:
        result = [error.code.name, str(error)]
"""
    found, _ = run(code, FAULT_CALL="CreateHeap", FAULT_RESULT="0x8007000e")
    assert found[0] == "OUT_OF_MEMORY"


@pytest.mark.parametrize(
    "result, text",
    [
        ("0x887a0005", "taken out"),
        ("0x887a0006", "it hung"),
        ("0x887a0007", "was reset"),
        ("0x887a0020", "its driver failed"),
    ],
)
def test_a_lost_device_is_said(run, result, text):
    found, _ = run(ADD, FAULT_CALL="ExecuteCommandLists", FAULT_RESULT=result)
    assert found[0] == "DEVICE_LOST"
    assert text in found[1]
    assert "open the device anew" in found[1]


def test_a_lost_device_says_what_it_was_at(run):
    found, _ = run(
        ADD,
        FAULT_CALL="ExecuteCommandLists",
        FAULT_RESULT="0x887a0006",
        FAULT_DESCRIBED="1",
        TF_DIRECTML_DEBUG="1",
    )
    assert found[0] == "DEVICE_LOST"
    assert "address 0xabc000" in found[1]
    assert "command 3 of 3 of a list was not completed" in found[1]


def test_a_lost_device_gives_its_memory_back_and_opens_again(run):
    found, _ = run(
        """
import numpy as np, os
def work(device):
    x = device.tensor(np.arange(-50, 51, dtype=np.float32))
    y = device.empty(x.shape)
    device.elementwise("RELU", [x], y)
    return float(y.numpy().sum())

result, keep = [], []
for _ in range(3):  # any two have not the memory at once
    device = dml.open(0)
    keep.append((device, device.empty((40 << 20,), np.uint8)))
    result.append(work(device))
    os.environ.update(FAULT_CALL="ExecuteCommandLists", FAULT_RESULT="0x887a0006")
    try:
        work(device)
    except dml.DmlError as error:
        result.append(error.code.name)
    del os.environ["FAULT_CALL"]
""",
        D3D12_ADAPTERS="adapter discrete;dedicated 72M;shared 72M;budget 64M",
    )
    assert found == [1275, "DEVICE_LOST"] * 3


def test_a_missing_debug_layer_is_said(run):
    assert "no debug layer of Direct3D 12" in run(LIST, TF_DIRECTML_DEBUG="1")[1]
    said = run(LIST, TF_DIRECTML_DEBUG="1", D3D12_ADAPTERS="debug")[1]
    assert "no debug layer" not in said


@pytest.mark.parametrize("folder", ["/dev/null/no folder", "/proc/no folder"])
def test_programs_do_without_a_place_on_disk(run, folder):
    assert run(ADD_RARE, TF_DIRECTML_CACHE_DIR=folder)[0] is True


def test_programs_are_kept_on_disk(run, tmp_path):
    assert run(ADD_RARE)[0] is True
    kept = (tmp_path / "cache/dxil.bin").read_bytes()
    assert b"DXBC" in kept
    assert run(ADD_RARE)[0] is True
    assert (tmp_path / "cache/dxil.bin").read_bytes() == kept
    # Damaged, it is passed over, and replaced.
    (tmp_path / "cache/dxil.bin").write_bytes(kept[:-10])
    assert run(ADD_RARE)[0] is True
    assert (tmp_path / "cache/dxil.bin").read_bytes() == kept


def test_a_full_disk_leaves_what_was_kept(run, tmp_path):
    assert run(ADD_RARE)[0] is True
    kept = (tmp_path / "cache/dxil.bin").read_bytes()
    # The limit comes before what was compiled is saved, a second later, and after the driver
    # has its memory, which may lie in a file, too.
    code = f"""
import resource
import numpy as np
with dml.open(0) as device:
    x = device.tensor(np.ones(1000, np.int16))
    y = device.empty(x.shape, np.int16)
    for function in "ABS", "SQUARE", "SIGN":
        device.elementwise(function, [x], y)
    result = float(y.numpy().sum())
    resource.setrlimit(resource.RLIMIT_FSIZE, ({len(kept) + 10},) * 2)
"""
    found, said = run(code)
    said = re.sub(".*programs of Direct3D 12.*", "", said)  # on a slow machine
    assert found == 1000 and "cache" not in said.lower()
    assert (tmp_path / "cache/dxil.bin").read_bytes() == kept


def test_the_compiler_is_not_opened_for_what_is_on_disk(run):
    code = ADD_RARE + 'result = [result, "dxcompiler" in open("/proc/self/maps").read()]'
    assert run(code)[0] == [True, True]
    assert run(code)[0] == [True, False]


def test_common_programs_need_no_compiler(run, tmp_path, without_compiler):
    assert run(ADD, **without_compiler)[0] is True
    assert not (tmp_path / "cache/dxil.bin").exists()  # nothing was compiled
    found, _ = run(ADD_RARE, **without_compiler)
    assert found[0] == "UNAVAILABLE"
    assert "binary_i16 cannot be made" in found[1]
    assert "shader compiler libdxcompiler.so cannot be opened" in found[1]
    assert "install that anew" in found[1]


def test_a_damaged_compiler_is_said_when_it_is_needed(run, without_compiler, tmp_path):
    (tmp_path / "runtime/libdxcompiler.so").write_text("no library")
    assert run(ADD, **without_compiler)[0] is True
    found, _ = run(ADD_RARE, **without_compiler)
    assert found[0] == "UNAVAILABLE"
    assert "libdxcompiler.so cannot be opened" in found[1]


@pytest.mark.parametrize("adapter", ["discrete", "discrete;vendor 0x1002", "integrated"])
def test_a_step_on_a_gpu_compiles_nothing(run, tmp_path, adapter):
    found, _ = run(STEP, D3D12_ADAPTERS=f"adapter {adapter}")
    assert found[0] >= 4
    assert found[1] is False
    assert not (tmp_path / "cache/dxil.bin").exists()


def test_slow_programs_are_counted(run):
    _, said = run(ADD, FAULT_SLOW="CreateComputePipelineState", FAULT_MILLISECONDS="1100")
    assert re.search(r": 0 compiled by DXC in 0\.0 s, 0 found on disk, 1 came compiled; "
                     r"the driver took [1-9]\.\d s more", said), said
    _, said = run(ADD_RARE, FAULT_SLOW="CreateComputePipelineState", FAULT_MILLISECONDS="1100")
    assert re.search(r": 1 compiled by DXC in \d\.\d s, 0 found on disk, 0 came", said), said
    _, said = run(ADD_RARE, FAULT_SLOW="CreateComputePipelineState", FAULT_MILLISECONDS="1100")
    assert re.search(r": 0 compiled by DXC in 0\.0 s, 1 found on disk, 0 came", said), said
