"""The disk cache of compiled programs only saves time: whatever state its file
or folder is in, results are right and nothing is said.
"""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import textwrap
import time

import pytest
from test_adapters import HERE, run

fcntl = pytest.importorskip("fcntl", reason="locks and limits of POSIX")

# CEIL is in no common model, so no build has compiled it for Direct3D 12.
COMPUTE = """
import numpy as np
x = np.linspace(-3, 3, 101, dtype=np.float32)
with dml.open(0) as device:
    y = device.empty(x.shape, x.dtype)
    device.elementwise("CEIL", [device.tensor(x)], y)
    result = bool((y.numpy() == np.ceil(x)).all())
"""


def compute(folder, **environment):
    result, stderr = run(COMPUTE, TF_DIRECTML_CACHE_DIR=str(folder), **environment)
    assert result
    assert "cache" not in stderr.lower()


def cache_file(folder):
    files = [file for file in folder.iterdir() if file.suffix != ".lock"]
    assert len(files) == 1, files
    return files[0]


def test_file_is_kept_and_used_again(tmp_path):
    folder = tmp_path / "made" / "when needed"
    compute(folder)
    assert cache_file(folder).stat().st_size > 0
    compute(folder)
    cache_file(folder)


def test_file_is_written_by_a_process_that_closes_nothing(tmp_path):
    # As TensorFlow does it. The allocator overwrites what is freed: at the exit the
    # validation layer, where it is installed, must still be whole.
    code = COMPUTE.replace("with dml.open(0) as device:", "device = dml.open(0)\nif True:")
    result, _ = run(
        code, TF_DIRECTML_CACHE_DIR=str(tmp_path), TF_DIRECTML_DEBUG="1", MALLOC_PERTURB_="165"
    )
    assert result
    assert cache_file(tmp_path).stat().st_size > 0


@pytest.mark.parametrize("other, count", [("device 7", 1), ("device 8", 2)])
def test_each_model_of_gpu_has_files_of_its_own(vulkan_stand_in, tmp_path, other, count):
    """Another may come into its place, and has its UUID then where that says the place."""
    for model in ("device 7", other):
        result, _ = run(
            COMPUTE + "    device.store_tiles([])\n",
            TF_DIRECTML_CACHE_DIR=str(tmp_path),
            TF_DIRECTML_VULKAN_LOADER=vulkan_stand_in,
            STAND_IN_ADAPTERS="adapter discrete; uuid 3; " + model,
        )
        assert result
    names = [file.name.split("-")[0] for file in tmp_path.glob("*.bin")]
    assert sorted(names) == ["tiles"] * count + ["vulkan"] * count


def test_default_folder(tmp_path):
    for variable, folder in (("XDG_CACHE_HOME", "."), ("HOME", ".cache")):
        home = tmp_path / variable
        environment = {"XDG_CACHE_HOME": None, variable: str(home)}
        result, _ = run(COMPUTE, TF_DIRECTML_CACHE_DIR=None, **environment)
        assert result
        assert cache_file(home / folder / "tensorflow-directml").is_file()


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:20],
        lambda data: data[:-1],
        lambda data: data + b"more",
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        lambda data: b"\xff" * len(data),
    ],
    ids=["empty", "header only", "short", "long", "bit flipped", "foreign"],
)
def test_damaged_file_is_replaced(tmp_path, damage):
    compute(tmp_path)
    path = cache_file(tmp_path)
    good = path.read_bytes()
    path.write_bytes(damage(good))
    compute(tmp_path)
    assert cache_file(tmp_path).read_bytes()[:8] == good[:8]
    assert path.stat().st_size >= len(good)


def test_folder_that_cannot_be_written(tmp_path):
    # A file in its place works for every user, root included.
    folder = tmp_path / "file"
    folder.write_text("not a folder")
    compute(folder)
    assert folder.read_text() == "not a folder"


def test_no_folder_at_all():
    result, _ = run(COMPUTE, TF_DIRECTML_CACHE_DIR=None, XDG_CACHE_HOME=None, HOME=None)
    assert result


# ---- While processes run ---------------------------------------------------

# Compiles what the lines of standard input name, and says when it has.
COMPILE = """
    import sys
    sys.path.insert(0, HERE)
    import conftest
    import numpy as np
    from tensorflow_directml import runtime as dml
    device = dml.open(0)
    x = device.tensor(np.zeros(10, np.float32))
    for line in sys.stdin:
        device.elementwise(line.strip(), [x], x)
        device.sync()
        print("done", flush=True)
"""

# A long time: what is waited for comes within seconds.
PATIENCE = 120


@contextlib.contextmanager
def compiling(loader, folder, *programs):
    """A process that has compiled these, and waits for more."""
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(COMPILE).replace("HERE", repr(str(HERE)))],
        env=dict(
            os.environ, TF_DIRECTML_CACHE_DIR=str(folder), TF_DIRECTML_VULKAN_LOADER=loader,
            TF_DIRECTML_MERGING="0",  # compiles in the background
        ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        for program in programs:
            process.stdin.write(program + "\n")
            process.stdin.flush()
            assert process.stdout.readline() == "done\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def end(process):
    process.stdin.close()
    assert process.wait(PATIENCE) == 0


def compiled(loader, folder, *programs):
    """The cache file of a process that compiled these and ended."""
    with compiling(loader, folder, *programs) as process:
        end(process)
    return cache_file(folder)


def until(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


def programs_in(path):
    """The programs that a cache file holds: behind its header and Vulkan's."""
    data = path.read_bytes()[24 + 32 :]
    return {data[i : i + 8] for i in range(0, len(data), 8)}


def files(folder):
    return [file for file in folder.iterdir() if file.suffix != ".lock"] if folder.exists() else []


def test_a_process_that_is_killed_keeps_what_it_compiled(caching_loader, tmp_path):
    clean = compiled(caching_loader, tmp_path / "clean", "RELU", "EXP", "LOG")
    with compiling(caching_loader, tmp_path / "killed", "RELU", "EXP", "LOG") as process:
        killed = tmp_path / "killed" / clean.name
        until(lambda: killed.exists() and programs_in(killed) == programs_in(clean))
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert len(programs_in(killed)) == 3


def test_processes_add_to_what_others_wrote(caching_loader, tmp_path):
    """One waits for the file, while another replaces it."""
    ours = compiled(caching_loader, tmp_path / "ours", "RELU", "EXP")
    theirs = compiled(caching_loader, tmp_path / "theirs", "TANH", "SIGMOID")
    assert len(programs_in(ours)) == len(programs_in(theirs)) == 2
    folder = tmp_path / "shared"
    folder.mkdir()
    shared = folder / ours.name
    lock_path = pathlib.Path(str(shared) + ".lock")
    with open(lock_path, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with compiling(caching_loader, folder, "RELU", "EXP") as process:
            until(lambda: lock_path in opened(process))
            # It does not wait for the file itself.
            process.stdin.write("RELU\n")
            process.stdin.flush()
            assert process.stdout.readline() == "done\n"
            assert not shared.exists()
            shared.write_bytes(theirs.read_bytes())
            fcntl.flock(lock, fcntl.LOCK_UN)
            until(lambda: programs_in(shared) == programs_in(ours) | programs_in(theirs))
            end(process)
    assert programs_in(shared) == programs_in(ours) | programs_in(theirs)


def opened(process):
    found = []
    for link in pathlib.Path(f"/proc/{process.pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            found.append(pathlib.Path(os.readlink(link)))
    return found


def test_the_end_does_not_wait_for_a_process_that_keeps_the_file(caching_loader, tmp_path):
    name = compiled(caching_loader, tmp_path / "first", "RELU").name
    folder = tmp_path / "kept"
    folder.mkdir()
    with open(folder / (name + ".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with compiling(caching_loader, folder, "RELU") as process:
            end(process)
        assert files(folder) == []


def test_a_full_disk_leaves_the_old_file(caching_loader, tmp_path):
    path = compiled(caching_loader, tmp_path, "RELU")
    before = path.read_bytes()
    # A write fails in the middle: the file would have two programs.
    limit = len(before) - 10
    # Not before the driver has its memory, which may lie in such a file, too.
    code = f"""
import resource, signal
import numpy as np
with dml.open(0) as device:
    x = device.tensor(np.linspace(-3, 3, 101, dtype=np.float32))
    y = device.empty(x.shape)
    device.elementwise("RELU", [x], y)
    result = bool((y.numpy() == np.maximum(x.numpy(), 0)).all())
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
    device.elementwise("EXP", [x], y)
    result = result and bool((y.numpy() > 0).all())
"""
    result, stderr = run(
        code, TF_DIRECTML_CACHE_DIR=str(tmp_path), TF_DIRECTML_VULKAN_LOADER=caching_loader
    )
    assert result and stderr == ""
    assert cache_file(tmp_path).read_bytes() == before
