"""The command doctor and what all commands share, on this machine, without a built runtime."""

import io
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import machines
import pytest
from machines import Status

HERE = pathlib.Path(__file__).resolve().parent
CLI = f"import sys; sys.path.insert(0, {str(HERE)!r}); import machines; " \
    "sys.exit(machines.module('cli').main())"
# Nothing of the machine's own, so that the test looks at what it says.
ABSENT = {"TF_DIRECTML_RUNTIME_LIBRARY": "/absent/libdml_runtime.so",
          "TF_DIRECTML_VULKAN_LOADER": "libabsent_loader.so"}


def start(*arguments, **variables):
    return subprocess.Popen(
        [sys.executable, "-c", CLI, *arguments], env={**os.environ, **ABSENT, **variables},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=HERE,
    )


def run(*arguments, **variables):
    process = start(*arguments, **variables)
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in err, err
    return process.returncode, out, err


def test_version():
    assert run("--version") == (0, f"tensorflow-directml {machines.module('cli').__version__}\n",
                                "")


def test_help_lists_all_commands():
    status, out, _ = run("--help")
    assert status == 0
    for command in machines.module("cli").COMMANDS:
        assert command.name in out and command.help.split()[0] in out
    assert run("doctor", "--help")[0] == 0


def test_findings_as_json():
    status, out, err = run("doctor", "--json", TF_DIRECTML_MERGE="1")
    found = json.loads(out)
    assert (status, found["status"], err) == (1, "failure", "")
    by_check = {finding["check"]: finding for finding in found["findings"]}
    assert "libabsent_loader.so" in by_check["Vulkan loader"]["summary"]
    assert by_check["runtime"]["status"] == "failure"
    assert "TF_DIRECTML_RUNTIME_LIBRARY" in by_check["runtime"]["cure"]
    assert "TF_DIRECTML_MERGING" in by_check["variables"]["cure"]


def test_lines_for_people_stay_whole_in_a_pipe():
    status, out, _ = run("doctor", "--no-self-test")
    assert status == 1
    cures = [line for line in out.splitlines() if "cure: " in line]
    assert any("Correct or unset TF_DIRECTML_VULKAN_LOADER." in line for line in cures), out
    assert out.splitlines()[-1].endswith(" failures: the cure of the first may cure the others.")


def test_a_file_of_this_folder_that_hides_tensorflow(tmp_path):
    (tmp_path / "tensorflow.py").write_text("")
    process = subprocess.run(
        [sys.executable, "-c", CLI, "doctor", "--json"], env={**os.environ, **ABSENT},
        stdout=subprocess.PIPE, text=True, cwd=tmp_path,
    )
    (found,) = [finding for finding in json.loads(process.stdout)["findings"]
                if finding["check"] == "packages"]
    assert (found["status"], found["details"]) == ("failure", [str(tmp_path / "tensorflow.py")])


def test_without_numpy(tmp_path):
    (tmp_path / "numpy.py").write_text("raise ImportError('numpy is broken')\n")
    status, out, _ = run("doctor", "--json", PYTHONPATH=str(tmp_path))
    by_check = {finding["check"]: finding for finding in json.loads(out)["findings"]}
    assert status == 1
    assert "numpy is broken" in by_check["NumPy"]["summary"]
    # Other commands say it in a line.
    status, _, err = run("devices", PYTHONPATH=str(tmp_path))
    assert status == 1
    assert err.startswith("tensorflow-directml: ") and err.count("\n") == 1


def test_info_where_nothing_works():
    status, out, err = run("info", TF_DIRECTML_TUNINGS="0")
    assert status == 0
    assert "TF_DIRECTML_VULKAN_LOADER  libabsent_loader.so" in out
    assert "cannot be loaded" in out
    assert "is TF_DIRECTML_TUNING meant?" in err


def test_a_closed_pipe_leaves_no_traceback():
    process = start("doctor", "--no-self-test")
    process.stdout.readline()
    process.stdout.close()
    err = process.stderr.read()
    assert (process.wait(120), err) == (141, "")


@pytest.fixture
def hanging_loader(tmp_path):
    source = tmp_path / "hang.c"
    source.write_text("#include <unistd.h>\n__attribute__((constructor)) void f(void) { pause(); }")
    library = tmp_path / "libhang.so"
    subprocess.check_call(["cc", "-shared", "-fPIC", "-o", str(library), str(source)])
    return library


def processes_with(library):
    found = []
    for maps in pathlib.Path("/proc").glob("[0-9]*/maps"):
        try:
            if str(library) in maps.read_text():
                found.append(maps.parent.name)
        except OSError:
            continue
    return found


def test_ctrl_c_leaves_no_traceback_and_no_process(hanging_loader):
    process = start("doctor", "--no-self-test", TF_DIRECTML_VULKAN_LOADER=str(hanging_loader))
    while not processes_with(hanging_loader):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "\ntensorflow-directml: interrupted\n")
    assert processes_with(hanging_loader) == []


def test_on_a_terminal_findings_wrap_beside_their_names():
    rich = pytest.importorskip("rich.console")
    render = machines.module("doctor.render")
    file = io.StringIO()
    printer = render.Rich(rich.Console(file=file, width=60, force_terminal=True))
    finding = machines.findings.Finding(
        Status.FAILURE, "GPUs", "words " * 30, ("[bold]not markup[/bold]",), "Do this."
    )
    printer.title("doctor")
    printer.finding(finding)
    printer.verdict([finding])
    lines = file.getvalue().splitlines()
    assert "\x1b[" in lines[2] and "FAIL" in lines[2]
    assert all(line.startswith(" " * 20) for line in lines[3:6])
    assert "[bold]not markup[/bold]" in file.getvalue()


def test_verdicts():
    verdict = machines.module("doctor.render").verdict

    def finding(status):
        return machines.findings.Finding(status, "x", "y")

    assert verdict([finding(Status.NOTE)]) == "All is well."
    assert verdict([finding(Status.WARNING)] * 2) == "It works, with 2 warnings."
    assert verdict([finding(Status.OK), finding(Status.FAILURE)]) == "1 failure."
