"""The libraries and programs in a wheel: finished, each in its folder."""

import pathlib
import shutil
import subprocess

DXC = "libdxcompiler.so"  # of somebody else: it goes in as it is
LOADER = "libtensorflow_dml_loader.so"
# The runtime and what is beside it, in each wheel: name: (folder in the wheel, run path).
RUNTIME_LIBRARIES = {
    "libdml_runtime.so": ("tensorflow_directml", None),
    "dml_check_matrices": ("tensorflow_directml", None),
    DXC: ("tensorflow_directml", None),
}

# What libraries need of glibc (tensorflow/older_systems.cc) that moved into libc.so.6 with 2.34,
# by where it was before. Loaders look for a version in the library that the linker found it in.
MOVED = {
    "libdl.so.2": ("dladdr", "dlclose", "dlerror", "dlopen", "dlsym"),
    "libpthread.so.0": (
        "pthread_once",
        "pthread_rwlock_rdlock",
        "pthread_rwlock_unlock",
        "pthread_rwlock_wrlock",
    ),
}


def finish_library(source, target, runpath):
    """Strips a copy of a library, replaces Bazel's run paths by the wheel's, and lets it find
    MOVED wherever they are."""
    shutil.copyfile(source, target)
    subprocess.run(["strip", "--strip-unneeded", target], check=True)
    if source.name == LOADER:  # needs nothing, nor looks for it
        return
    command = ["--set-rpath", runpath] if runpath else ["--remove-rpath"]
    for library, functions in MOVED.items():
        command += ["--add-needed", library]
        for function in functions:
            command += ["--clear-symbol-version", function]
    subprocess.run(["patchelf", *command, target], check=True)


def add_libraries(libraries, source, temporary, files):
    """Appends `libraries` (as RUNTIME_LIBRARIES), which lie in the folder `source`, to a wheel's
    `files`. Returns {name in the wheel: path below `temporary`}."""
    finished = {}
    for name, (folder, runpath) in libraries.items():
        library = pathlib.Path(temporary, name)
        if name == DXC:
            shutil.copyfile(source / name, library)
        else:
            finish_library(source / name, library, runpath)
        finished[f"{folder}/{name}"] = library
        files.append((f"{folder}/{name}", library.read_bytes(), True))
    return finished
