"""How the package starts in TensorFlow 2.x, without one: which library, and what it says."""

import sys
import types

import pytest
from package_sources import load

libraries = load("tensorflow2.libraries")
start = load("tensorflow2.start")


@pytest.fixture
def folder(tmp_path):
    for name in ("2_15", "2_9", "2_21"):
        (tmp_path / f"libtensorflow_dml_{name}.so").touch()
    (tmp_path / "libtensorflow_dml_loader.so").touch()
    return str(tmp_path)


@pytest.mark.parametrize(
    "version, library", [("2.21.0", "2_21"), ("2.15.1", "2_15"), ("2.9.0-rc1", "2_9")]
)
def test_the_library_is_that_of_the_minor_version(folder, version, library):
    assert libraries.find(version, folder) == f"{folder}/libtensorflow_dml_{library}.so"


@pytest.mark.parametrize(
    "version, install",
    [("2.22.0", "2.21"), ("2.18.0", "2.15"), ("2.8.4", "2.9"), ("3.0.0", "2.21")],
)
def test_other_versions_are_refused_with_what_to_install(folder, version, install):
    with pytest.raises(libraries.Refused) as refused:
        libraries.find(version, folder)
    message = str(refused.value)
    assert f"this is TensorFlow {version}" in message
    assert "libraries for 2.9, 2.15, 2.21 only" in message
    assert f'pip install "tensorflow-cpu=={install}.*"' in message


def test_an_installation_without_libraries_says_so(tmp_path):
    with pytest.raises(libraries.Refused, match="no library for any TensorFlow"):
        libraries.find("2.21.0", str(tmp_path))


@pytest.fixture
def tensorflow(monkeypatch):
    """As much of TensorFlow as start() asks for; its attribute `loaded` has what was opened."""
    loaded = []
    modules = {
        "tensorflow.python.framework": {
            "load_library": types.SimpleNamespace(load_library=loaded.append),
            "versions": types.SimpleNamespace(VERSION="2.99.0"),
        },
        "tensorflow.python.platform": {
            "build_info": types.SimpleNamespace(build_info={"is_cuda_build": False})
        },
    }
    for name in ("tensorflow", "tensorflow.python", *modules):
        module = types.ModuleType(name)
        vars(module).update(modules.get(name, {}))
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(start, "_started", False)
    return types.SimpleNamespace(loaded=loaded, modules=modules)


def test_what_it_refuses_it_says_in_one_line_and_raises_nothing(tensorflow, capfd):
    start.start()
    start.start()  # says it once
    output = capfd.readouterr().err
    assert output.startswith("tensorflow-directml: no DML device: ")
    assert output.count("\n") == 1
    assert tensorflow.loaded == []


def test_what_the_library_says_is_passed_on(tensorflow, capfd, monkeypatch):
    def fail(path):
        raise RuntimeError("files of two versions are mixed")

    monkeypatch.setattr(start, "find", lambda version: "library.so")
    tensorflow.modules["tensorflow.python.framework"]["load_library"].load_library = fail
    start.start()
    assert capfd.readouterr().err == (
        "tensorflow-directml: no DML device: files of two versions are mixed\n"
    )


def test_a_tensorflow_of_another_shape_keeps_the_device(tensorflow, capfd, monkeypatch):
    monkeypatch.setattr(start, "find", lambda version: "library.so")
    monkeypatch.setenv("TF_DIRECTML_GPU_NAMES", "0")
    start.start()
    assert tensorflow.loaded == ["library.so"]
    output = capfd.readouterr().err
    assert "no DML device" not in output
    assert output.startswith("tensorflow-directml: DML devices work, but need jit_compile=False")
    assert output.count("\n") == 1


@pytest.mark.parametrize("cuda", [False, True])
@pytest.mark.parametrize("driver", [False, True])
def test_names_are_cudas_where_tensorflow_drives_its_gpus(tmp_path, cuda, driver):
    if driver:
        (tmp_path / "nvidiactl").touch()
    assert start.has_cuda({"is_cuda_build": cuda}, str(tmp_path)) == (cuda and driver)
