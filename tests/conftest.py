"""What several layers' tests need. It imports nothing that a layer may lack."""

import os
import pathlib
import shutil
import subprocess

import pytest

SOURCE = pathlib.Path(__file__).with_name("faulty_loader.c")


@pytest.fixture(scope="session")
def faulty_loader(tmp_path_factory):
    """A Vulkan loader for TF_DIRECTML_VULKAN_LOADER that fails as it is told: see its source.

    A library beside the source is taken as it is: not every machine can compile it.
    """
    built = SOURCE.with_suffix(".so")
    if built.exists():
        return str(built)
    compiler = os.environ.get("CC") or shutil.which("cc")
    assert compiler, "these tests need a C compiler"
    library = str(tmp_path_factory.mktemp("loader").joinpath("libfaulty.so"))
    options = ["-shared", "-fPIC", "-O1", "-Wall"]
    subprocess.check_call([compiler, *options, "-o", library, str(SOURCE), "-ldl"])
    return library
