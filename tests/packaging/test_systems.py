"""The platform tag in a wheel's name is what its libraries run on."""

import re
import subprocess
import zipfile

import pytest

LIBRARIES = (
    "tensorflow_directml/libdml_runtime.so",
    "tensorflow_directml/dml_check_matrices",
    "tensorflow_directml/libdxcompiler.so",
    "tensorflow-plugins/libtensorflow_dml.so",
)
# Linked by us; the other one is its makers'.
OURS = [name for name in LIBRARIES if "dxcompiler" not in name]
# Of pthread's functions, what libc.so.6 itself has in glibc 2.27, and we need.
IN_LIBC = {
    *("pthread_cond_timedwait", "pthread_mutex_lock", "pthread_mutex_unlock"),
    "dl_iterate_phdr",
}
# The newest versions of symbols that the systems of a tag have, by the policies of auditwheel
# (PEP 600): glibc says its own in the tag's name.
CPP = {
    (2, 17): {"GLIBCXX": (3, 4, 19), "CXXABI": (1, 3, 7), "GCC": (4, 8, 0)},
    (2, 27): {"GLIBCXX": (3, 4, 24), "CXXABI": (1, 3, 11), "GCC": (7, 0, 0)},
    (2, 31): {"GLIBCXX": (3, 4, 28), "CXXABI": (1, 3, 12), "GCC": (7, 0, 0)},
    (2, 34): {"GLIBCXX": (3, 4, 29), "CXXABI": (1, 3, 13), "GCC": (7, 0, 0)},
    (2, 35): {"GLIBCXX": (3, 4, 30), "CXXABI": (1, 3, 13), "GCC": (12, 0, 0)},
    (2, 39): {"GLIBCXX": (3, 4, 33), "CXXABI": (1, 3, 15), "GCC": (13, 0, 0)},
}


def number(version):
    return tuple(int(part) for part in version.split("."))


@pytest.fixture
def archive(wheel):
    with zipfile.ZipFile(wheel) as opened:
        yield opened


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def undefined(path):
    """(version, name) of what a library needs; "Base" is any version."""
    table = output("objdump", "--dynamic-syms", path)
    return re.findall(r"\*UND\*\s+\w+\s+\(?([\w.]+)\)?\s+(\S+)$", table, re.MULTILINE)


def needed(path):
    """{"GLIBC": the newest version of a symbol that a library needs, ...}."""
    found = {}
    for version, _ in undefined(path):
        name, _, digits = version.partition("_")
        if digits:
            found[name] = max(found.get(name, (0,)), number(digits))
    return found


def test_the_tag_in_the_name_is_that_inside(wheel, archive):
    python, abi, platform = wheel.stem.split("-")[2:]
    assert (python, abi) in (("cp37", "cp37m"), ("cp36", "cp36m"))
    assert re.fullmatch(r"manylinux_2_\d+_x86_64", platform)
    tags = archive.read("tensorflow_directml-1.15.9.dist-info/WHEEL").decode()
    assert f"Tag: {python}-{abi}-{platform}\n" in tags


def test_libraries_need_no_newer_symbols_than_the_tag_promises(wheel, archive, tmp_path):
    glibc = number(re.search(r"manylinux_(\d+_\d+)", wheel.name).group(1).replace("_", "."))
    limits = CPP[max(tag for tag in CPP if tag <= glibc)]
    newest = {}
    for name in LIBRARIES:
        path = archive.extract(name, tmp_path)
        found = needed(path)
        assert found["GLIBC"] >= (2, 2, 5), name  # the search finds something
        for library, version in found.items():
            limit = glibc if library == "GLIBC" else limits[library]
            assert version <= limit, (name, library, version)
            newest[library] = max(newest.get(library, (0,)), version)
    # Nor does it promise less than they run on: the next older system lacks something.
    older = max(tag for tag in CPP if tag < glibc)
    assert newest["GLIBC"] > older or any(
        newest[library] > limit for library, limit in CPP[older].items()
    ), f"they would run on glibc {older}"


def test_what_moved_into_libc_is_found_before_and_after(archive, tmp_path):
    """glibc before 2.35 looks for a version in the one library that the linker named."""
    for name in OURS:
        path = archive.extract(name, tmp_path)
        needs = re.findall(r"NEEDED.*\[(.*)\]", output("readelf", "--dynamic", path))
        assert {"libdl.so.2", "libpthread.so.0"} <= set(needs)
        moved = {
            symbol: version
            for version, symbol in undefined(path)
            if re.match("pthread_|sem_|dl", symbol) and symbol not in IN_LIBC
        }
        assert "dlopen" in moved  # the search finds something
        assert set(moved.values()) == {"Base"}, (name, moved)


def test_what_gcc_12_builds_runs_on_glibc_2_27(configuration, archive, tmp_path):
    """tensorflow/older_systems.cc has what that takes. Newer compilers may call more."""
    if int(output(configuration["compiler"], "-dumpversion").split(".")[0]) > 12:
        pytest.skip("built by another compiler")
    for name in OURS:
        found = needed(archive.extract(name, tmp_path))
        assert found["GLIBC"] <= (2, 27), name
        assert found["GLIBCXX"] <= CPP[2, 27]["GLIBCXX"], name
        assert found["CXXABI"] <= CPP[2, 27]["CXXABI"], name
