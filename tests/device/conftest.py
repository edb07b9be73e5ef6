"""Device tests: how TensorFlow sees the DML device. On Mesa's software driver
where there is no GPU."""

import os
import pathlib
import subprocess
import sys

import pytest

os.environ.setdefault("TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")


class Result:
    """What a fresh interpreter said."""

    def __init__(self, completed):
        self.status = completed.returncode
        self.out = completed.stdout
        self.err = completed.stderr


@pytest.fixture
def run_python(tmp_path):
    """Runs a program in an interpreter of its own: memory options and lost
    devices are matters of a whole process."""

    def run(program, check=True, **environment):
        script = pathlib.Path(str(tmp_path)) / "program.py"
        script.write_text("import tensorflow as tf\nv1 = tf.compat.v1\n" + program)
        variables = dict(os.environ, **environment)
        variables = {k: v for k, v in variables.items() if v is not None}
        completed = subprocess.run(
            [sys.executable, "-W", "ignore", str(script)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
            env=variables,
            timeout=120,
        )
        result = Result(completed)
        if check:
            assert result.status == 0, result.err[-3000:]
            assert "DML validation error" not in result.err, result.err[-3000:]
        return result

    return run


@pytest.fixture(scope="session")
def plugin():
    """The plugin library, as TensorFlow has loaded it."""
    import ctypes

    import tensorflow as tf

    packages = pathlib.Path(tf.__file__).resolve().parents[1]
    return ctypes.CDLL(str(packages / "tensorflow-plugins/libtensorflow_dml.so"))


@pytest.fixture(scope="session")
def statistics():
    """Counters of the first device."""
    import tensorflow_directml

    return tensorflow_directml.statistics
