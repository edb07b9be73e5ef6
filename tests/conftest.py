"""What several layers' tests need. It imports nothing that a layer may lack."""

import os
import pathlib
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent


# Fixtures whose library takes the place of Vulkan's loader.
LOADERS = {"caching_loader", "careless_loader", "faulty_loader", "two_queues_loader",
           "vulkan_stand_in"}


@pytest.fixture
def on_vulkan(monkeypatch):
    """The processes that the test starts use Vulkan, also where others use Direct3D 12."""
    if os.environ.get("TF_DIRECTML_BACKEND") != "null":
        monkeypatch.setenv("TF_DIRECTML_BACKEND", "vulkan")


@pytest.fixture(autouse=True)
def loaders_are_vulkans(request):
    if not LOADERS.isdisjoint(request.fixturenames):
        request.getfixturevalue("on_vulkan")


def compile_loader(source, tmp_path_factory):
    """A Vulkan loader for TF_DIRECTML_VULKAN_LOADER, made of one C file.

    A library beside the source is taken as it is: not every machine can compile it.
    """
    if os.name == "nt":
        pytest.skip("stand-ins for Vulkan's loader are libraries of Linux's")
    built = source.with_suffix(".so")
    if built.exists():
        return str(built)
    compiler = os.environ.get("CC") or shutil.which("cc")
    assert compiler, "these tests need a C compiler"
    library = str(tmp_path_factory.mktemp("loader").joinpath(f"lib{source.stem}.so"))
    options = ["-shared", "-fPIC", "-O1", "-Wall"]
    subprocess.check_call([compiler, *options, "-o", library, str(source), "-ldl", "-lpthread"])
    return library


@pytest.fixture(scope="session")
def faulty_loader(tmp_path_factory):
    """A loader that fails as it is told: see its source."""
    return compile_loader(HERE / "faulty_loader.c", tmp_path_factory)


@pytest.fixture(scope="session")
def careless_loader(tmp_path_factory):
    """A loader of drivers that promise nothing for float16: see its source."""
    return compile_loader(HERE / "careless_loader.c", tmp_path_factory)


@pytest.fixture(scope="session")
def vulkan_stand_in(tmp_path_factory):
    """A loader whose adapters are what STAND_IN_ADAPTERS describes: see its source."""
    return compile_loader(HERE / "runtime/vulkan_stand_in/stand_in.c", tmp_path_factory)


@pytest.fixture(scope="session")
def caching_loader(tmp_path_factory):
    """A loader whose pipeline caches hold something: see its source."""
    return compile_loader(HERE / "runtime/vulkan_stand_in/caches.c", tmp_path_factory)


@pytest.fixture(scope="session")
def two_queues_loader(tmp_path_factory):
    """A loader whose adapters copy on a queue of their own: see its source."""
    return compile_loader(HERE / "runtime/vulkan_stand_in/queues.c", tmp_path_factory)
