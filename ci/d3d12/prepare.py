"""Makes build/d3d12/lib, the folder that gives a program Direct3D 12 as WSL does, of vkd3d and
tests/d3d12/stand_in; prints its path. What is already there and unchanged stays.

vkd3d is Debian's, pinned in ci/compilers/packages.json; nothing is installed.
"""

import fcntl
import hashlib
import json
import os
import pathlib
import platform
import shutil
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "compilers"))
import packages  # noqa: E402

ROOT_NAME = "vkd3d-2.1"
SOURCES = ROOT / "tests/d3d12/stand_in"
BUILD = ROOT / "build/d3d12"
LIBRARIES = ("libvkd3d.so.1", "libvkd3d-shader.so.1")
# The C library that vkd3d is to load on: Debian 12's, or a newer one.
GLIBC = "2.36"
# Library: (sources, the headers that they take, options). What a library needs comes first.
STAND_IN = {
    "libd3d12_stand_in.so": (("adapters", "faults"), "", []),
    "libdxcore.so": (("dxcore",), "directx", ["-ld3d12_stand_in"]),
    "libd3d12.so": (
        ("objects", "hooks_device", "hooks_queue", "hooks_others", "features", "described",
         "exact_doubles", "vulkan", "d3d12"), "vkd3d",
        # All, since the folder of the first is not searched for what the second needs.
        ["luid.o", "-ld3d12_stand_in", "-Wl,--no-as-needed", *(f"-l:{n}" for n in LIBRARIES)]),
}
OPTIONS = ["-std=c++17", "-O1", "-g", "-Wall", "-Wextra", "-Wno-unknown-pragmas", "-fPIC",
           "-fvisibility=hidden"]


def headers(kind, usr):
    """Options for Microsoft's or vkd3d's headers, which exclude each other."""
    if kind == "directx":
        if not pathlib.Path("/usr/include/directx/dxcore.h").exists():
            raise packages.Unavailable("Microsoft's headers are missing: ci/install_deps.sh")
        return ["-isystem", "/usr/include/wsl/stubs"]
    return ["-isystem", usr / "include/vkd3d"] if kind == "vkd3d" else []


def tools():
    """A virtual environment with what older_glibc.py needs."""
    environment = BUILD / "venv"
    requirements = HERE / "requirements.txt"
    stamp = BUILD / "venv.stamp"
    wanted = f"{platform.python_version()} {requirements.read_text()}"
    if not stamp.exists() or stamp.read_text() != wanted:
        BUILD.mkdir(parents=True, exist_ok=True)
        packages.run([sys.executable, "-m", "venv", "--clear", environment])
        packages.run([environment / "bin/pip", "install", "--quiet", "--requirement",
                      requirements])
        stamp.write_text(wanted)
    return environment


def load_on_this_machine(usr, libraries):
    """Puts vkd3d's libraries into `libraries`, so that this machine's C library takes them."""
    python = tools() / "bin/python"
    for name in LIBRARIES:
        packages.run([python, HERE / "older_glibc.py", usr / "lib/x86_64-linux-gnu" / name,
                      libraries / name, GLIBC])


def dxc():
    """DXC's library, by configure.py; None before that ran."""
    configuration = ROOT / "build/configuration.json"
    folder = json.loads(configuration.read_text()).get("dxc") if configuration.exists() else None
    return pathlib.Path(folder) / "libdxcompiler.so" if folder else None


def compile_stand_in(usr, libraries):
    compiler = os.environ.get("CXX") or "g++"
    objects = BUILD / "objects"
    objects.mkdir(exist_ok=True)

    def compile_one(source, kind):
        packages.run([compiler, *OPTIONS, *headers(kind, usr), "-c", SOURCES / f"{source}.cc",
                      "-o", objects / f"{source}.o"])

    compile_one("luid", "directx")
    for name, (sources, kind, options) in STAND_IN.items():
        for source in sources:
            compile_one(source, kind)
        packages.run([compiler, "-shared", "-Wl,-rpath,$ORIGIN", "-Wl,--no-undefined",
                      f"-Wl,-soname,{name}", "-o", libraries / name,
                      *(f"{source}.o" for source in sources), f"-L{libraries}", *options],
                     cwd=objects)


def inputs():
    """Changes with all that the folder is made of."""
    digest = hashlib.sha256(GLIBC.encode())
    digest.update(f"{packages.PINNED['roots'][ROOT_NAME]} {dxc()}".encode())
    mine = (HERE / name for name in (pathlib.Path(__file__).name, "older_glibc.py",
                                     "requirements.txt"))
    for path in (*mine, *sorted(SOURCES.iterdir())):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def make(libraries):
    build = ROOT / "build/compilers"
    usr = packages.fetch_root(
        ROOT_NAME, build,
        lambda *command, **keywords: packages.Apt(
            build / f"apt-{ROOT_NAME}", packages.suites_of([ROOT_NAME]))(*command, **keywords))
    load_on_this_machine(usr.resolve(), libraries)
    compile_stand_in(usr.resolve(), libraries)
    # Programs that are not beside it find it here.
    if dxc():
        (libraries / dxc().name).symlink_to(dxc())


def prepare():
    """Returns the folder. Of processes that want it at once, one makes it."""
    libraries = BUILD / "lib"
    stamp = BUILD / "lib.stamp"
    wanted = inputs()
    BUILD.mkdir(parents=True, exist_ok=True)
    with open(BUILD / "lib.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == wanted:
            return libraries
        stamp.unlink(missing_ok=True)
        shutil.rmtree(libraries, ignore_errors=True)
        libraries.mkdir()
        make(libraries)
        stamp.write_text(wanted)
    return libraries


if __name__ == "__main__":
    try:
        print(prepare())
    except packages.Unavailable as problem:
        sys.exit(f"d3d12: {problem}")
