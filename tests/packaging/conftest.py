"""Fixtures of the packaging tests: the wheels as built, and environments of them.

They run in the build's Python. Installing TensorFlow takes half a minute, so one
environment is made by pip, and tests that break one work on a copy of it.
"""

import json
import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONFIGURATION = ROOT / "build/configuration.json"


class Environment:
    """A virtual environment: its Python runs outside the checkout."""

    def __init__(self, folder):
        self.folder = folder
        self.packages = next(folder.glob("lib/python3.*/site-packages"))

    def run(self, *arguments, **variables):
        """The finished process of `python arguments...`; output is captured."""
        environment = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("TF_", "DML_", "PYTHON"))
        }
        return subprocess.run(
            [self.folder / "bin/python", *arguments],
            env={**environment, **variables},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=600,
        )

    def pip(self, *arguments):
        result = self.run("-m", "pip", "--quiet", *arguments)
        assert result.returncode == 0, result.stderr

    def copy(self, folder):
        shutil.copytree(self.folder, folder, symlinks=True)
        return Environment(folder)


@pytest.fixture(scope="session")
def configuration():
    if not CONFIGURATION.exists():
        pytest.exit("run ./configure.py and ./build_pip_package.sh first", 1)
    return json.loads(CONFIGURATION.read_text())


@pytest.fixture(scope="session", params=["cp37", "cp36"])
def wheel(request):
    return find_wheel(request.param)


@pytest.fixture(scope="session")
def base(wheel, configuration):
    """The wheel of TensorFlow that `wheel` was made from."""
    key = "base_wheel_cp36" if "-cp36-" in wheel.name else "base_wheel"
    return pathlib.Path(configuration[key])


def find_wheel(tag):
    found = list((ROOT / "dist").glob(f"tensorflow_directml-*-{tag}-*.whl"))
    if len(found) != 1:
        pytest.exit("run ./build_pip_package.sh first", 1)
    return found[0]


@pytest.fixture(scope="session")
def installed(configuration, tmp_path_factory):
    """What a plain `pip install` of the wheel makes of an empty environment."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    python = configuration["python"]
    subprocess.run([python, "-m", "venv", folder], check=True)
    environment = Environment(folder)
    tag = "cp" + environment.packages.parent.name[len("python") :].replace(".", "")
    if tag == "cp36":
        environment.pip("install", "pip==21.3.1")
    environment.pip("install", str(find_wheel(tag)))
    yield environment
    shutil.rmtree(folder)


@pytest.fixture
def environment(installed, tmp_path):
    """A copy of `installed` that the test may break."""
    copy = installed.copy(tmp_path / "venv")
    yield copy
    shutil.rmtree(copy.folder)
