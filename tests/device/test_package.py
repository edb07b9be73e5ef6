"""What the package tells and does beside TensorFlow, and what the log says of devices."""

import json
import os
import re
import subprocess
import sys

import pytest
import tensorflow_directml as dml

SESSIONS = """
for _ in range(2):
    with v1.Session() as s:
        s.run(tf.constant(2) + 3)
"""


def command(*arguments, **variables):
    return subprocess.run(
        [sys.executable, "-m", "tensorflow_directml", *arguments],
        env=dict(os.environ, **variables), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        universal_newlines=True, timeout=300,
    )


def test_the_first_session_says_what_the_devices_are(run_python):
    adapters = dml.adapters()
    log = run_python(SESSIONS, TF_CPP_MIN_LOG_LEVEL="0").err.splitlines()
    (summary,) = [line for line in log if "/device:DML:0 is" in line]
    for index, adapter in enumerate(adapters):
        assert "/device:DML:%d is %s (" % (index, adapter.name) in summary
        assert adapter.driver in summary
    warnings = [line for line in log if ": W " in line and "is a software adapter" in line]
    software = [a for a in adapters if a.type.name == "ADAPTER_SOFTWARE"]
    assert len(warnings) == bool(software)
    assert all("TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER" in line for line in warnings)


def test_switches_take_words(run_python):
    result = run_python("print(tf.test.is_gpu_available())", TF_DIRECTML_GPU_NAMES="FALSE")
    assert result.out.split() == ["False"]


def test_a_switch_without_sense_is_said_once(run_python):
    result = run_python(
        SESSIONS + "print(tf.test.is_gpu_available())", TF_DIRECTML_GPU_NAMES="perhaps"
    )
    assert result.out.split() == ["True"]
    assert result.err.count("ignoring TF_DIRECTML_GPU_NAMES=perhaps: it must be 0, 1") == 1


def test_scripts_that_hide_cuda_get_no_device(run_python):
    program = "print(tf.test.is_gpu_available())"
    result = run_python(program, CUDA_VISIBLE_DEVICES="-1", DML_VISIBLE_DEVICES=None)
    assert result.out.split() == ["False"]
    assert "CUDA_VISIBLE_DEVICES=-1 hides every adapter" in result.err


def test_is_available():
    def available(**variables):
        program = "import tensorflow_directml; print(tensorflow_directml.is_available())"
        return subprocess.check_output(
            [sys.executable, "-c", program], env=dict(os.environ, **variables),
            universal_newlines=True,
        ).strip()

    assert available() == "True"
    assert available(DML_VISIBLE_DEVICES="") == "False"
    assert available(TF_DIRECTML_RUNTIME_LIBRARY="/absent/libdml_runtime.so") == "False"


def test_memory_of_a_session_and_giving_it_back(run_python):
    result = run_python(
        """
import json
import tensorflow_directml as dml
with v1.Session() as s:
    x = tf.random.uniform([8 << 20])
    print(s.run(tf.reduce_mean(tf.sqrt(x))))
    dml.synchronize()
    before = dml.memory_stats()
    given = dml.empty_cache()
    after = dml.memory_stats()
    print(json.dumps([before, given, after]))
    print(s.run(tf.reduce_mean(tf.sqrt(x))))  # it reserves anew
    print(dml.memory_summary())
"""
    )
    lines = result.out.splitlines()
    before, given, after = json.loads(lines[1])
    freed = sum(
        before[name] - after[name] for name in ("bytes_reserved", "scratch_bytes_reserved")
    )
    assert given == freed >= 32 << 20
    assert after["bytes_in_use"] == before["bytes_in_use"]
    assert abs(float(lines[0]) - 2 / 3) < 1e-2 and abs(float(lines[2]) - 2 / 3) < 1e-2
    summary = "\n".join(lines[3:])
    assert lines[3].startswith("/device:DML:0  " + dml.adapters()[0].name)
    assert re.search(r"^in use by tensors +[\d.]+ .?i?B +[\d.]+ MiB$", summary, re.MULTILINE)


@pytest.mark.parametrize(
    "function", ["synchronize", "memory_summary", "empty_cache", "memory_info", "statistics"]
)
@pytest.mark.parametrize("number", [-1, 99])
def test_devices_that_are_not_there(function, number):
    from tensorflow_directml import runtime

    with pytest.raises(runtime.DmlError, match="there is no adapter %d" % number):
        getattr(dml, function)(number)


def test_doctor_trains_on_the_device():
    result = command("doctor", "--json")
    assert result.returncode == 0, result.stdout + result.stderr
    findings = json.loads(result.stdout)["findings"]
    trained = [finding for finding in findings if finding["check"] == "self-test"]
    assert len(trained) == len(dml.adapters())
    for finding in trained:
        assert finding["status"] == "ok"
        assert int(re.search(r"(\d+) launches", finding["summary"]).group(1)) > 20
    (tensorflow,) = [finding for finding in findings if finding["check"] == "TensorFlow"]
    assert "/device:DML:0" in tensorflow["summary"]


def test_info_is_complete():
    result = command("info", TF_DIRECTML_TUNING="0", TF_DIRECTML_TUNNING="0")
    assert result.returncode == 0, result.stderr
    assert "is TF_DIRECTML_TUNING meant?" in result.stderr
    for words in ("TensorFlow  ", "1.15.5, build v1.15.4-39-g3db52be", "NumPy  ", "Python  ",
                  "cache folder  ", "TF_DIRECTML_TUNING  ", "matrix shapes", "/device:DML:0",
                  dml.adapters()[0].name, "%d bytes" % dml.adapters()[0].memory_bytes):
        assert words in result.stdout, result.stdout
