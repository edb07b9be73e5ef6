"""What several layers' tests need. It imports nothing that a layer may lack."""

import os
import pathlib
import shutil
import subprocess

import pytest

FOLDER = pathlib.Path(__file__).parent


def loader(stem, tmp_path_factory):
    """The library of <stem>.c: one beside it as it is, for not every machine can compile it."""
    source = FOLDER / f"{stem}.c"
    built = source.with_suffix(".so")
    if built.exists():
        return str(built)
    compiler = os.environ.get("CC") or shutil.which("cc")
    assert compiler, "these tests need a C compiler"
    library = str(tmp_path_factory.mktemp("loader").joinpath(f"lib{stem}.so"))
    options = ["-shared", "-fPIC", "-O1", "-Wall"]
    subprocess.check_call([compiler, *options, "-o", library, str(source), "-ldl"])
    return library


@pytest.fixture(scope="session")
def faulty_loader(tmp_path_factory):
    """A Vulkan loader for TF_DIRECTML_VULKAN_LOADER that fails as it is told: see its source."""
    return loader("faulty_loader", tmp_path_factory)


@pytest.fixture(scope="session")
def careless_loader(tmp_path_factory):
    """A Vulkan loader of drivers that promise nothing for float16: see its source."""
    return loader("careless_loader", tmp_path_factory)
