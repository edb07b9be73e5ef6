"""The folder that measures another machine holds all that its tests need."""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_packed_tests_find_their_fixtures(dml, tmp_path):
    visit = tmp_path / "visit"
    pack = [sys.executable, ROOT / "benchmarks/visit/pack.py", "--out", visit]
    subprocess.run([*pack, "--library", dml.library_path()], check=True)

    variables = dict(os.environ, PYTHONPATH=str(visit), PYTHONDONTWRITEBYTECODE="1")
    variables.pop("TF_DIRECTML_RUNTIME_LIBRARY", None)
    # Imports each test and looks up its fixtures, but sets up and runs nothing.
    plan = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--setup-plan"]
    process = subprocess.run(
        [*plan, "tests/runtime"], cwd=visit, env=variables,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True,
    )  # fmt: skip
    assert process.returncode == 0, process.stdout[-3000:]
    assert "SETUP    S faulty_loader" in process.stdout
