"""The tests of the runtime on other releases of Mesa: how their Python starts. The releases
themselves are run by ci/mesa.sh."""

import json
import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "ci/mesa"))
import run_tests  # noqa: E402

LOADER = pathlib.Path("/lib64/ld-linux-x86-64.so.2")
SHOW = "import numpy, os, sys; print(os.readlink('/proc/self/exe'), sys.executable, sys.prefix)"
NESTED = f"import subprocess, sys; {SHOW}; subprocess.run([sys.executable, '-c', {SHOW!r}])"


@pytest.mark.skipif(not LOADER.exists(), reason="not an x86-64 Linux")
def test_python_and_what_it_starts_run_by_the_roots_loader(tmp_path):
    usr, folder = tmp_path / "usr", tmp_path / "environment"
    (usr / "lib64").mkdir(parents=True)
    (usr / "lib").mkdir()
    shutil.copy(LOADER, usr / "lib64")
    (usr / "lib/x86_64-linux-gnu").symlink_to("/usr/lib/x86_64-linux-gnu")
    for _ in range(2):  # the second finds what the first made
        python = run_tests.interpreter(usr, folder)
    said = subprocess.run([python, "-c", NESTED], capture_output=True, text=True, check=True)
    lines = [line.split() for line in said.stdout.splitlines()]
    assert lines == [[str(usr / "lib64" / LOADER.name), str(python), str(folder)]] * 2


def test_an_adapter_that_is_not_the_wanted_one_ends_it(tmp_path):
    python = tmp_path / "python"
    found = json.dumps([("llvmpipe Mesa 26.1.6 (LLVM 19)", 8)])
    python.write_text(f"#!/bin/sh\necho '[({found[2:-2]})]'\n")
    python.chmod(0o755)
    run_tests.check_adapter(python, {}, "26.1", 8)
    run_tests.check_adapter(python, {}, "system", 0)
    for release, lanes in (("25.0", 0), ("26.1", 4)):
        with pytest.raises(SystemExit, match="but the adapters are"):
            run_tests.check_adapter(python, {}, release, lanes)


def test_every_release_is_pinned():
    assert {"25.0", "26.1", "26.2"} <= set(run_tests.RELEASES)
    for name in run_tests.RELEASES.values():
        names = [row[0] for row in run_tests.packages.PINNED["roots"][name]["packages"]]
        assert "mesa-vulkan-drivers" in names and "libc6" in names
