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
# The newest versions of symbols that the systems of a tag have, by the policies of auditwheel
# (PEP 600): glibc says its own in the tag's name.
CPP = {
    (2, 17): {"GLIBCXX": (3, 4, 19), "CXXABI": (1, 3, 7), "GCC": (4, 8, 0)},
    (2, 28): {"GLIBCXX": (3, 4, 24), "CXXABI": (1, 3, 11), "GCC": (7, 0, 0)},
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


def needed(path):
    """{"GLIBC": the newest version of a symbol that a library needs, ...}."""
    table = subprocess.run(
        ["objdump", "--dynamic-syms", path], check=True, capture_output=True, text=True
    ).stdout
    found = {}
    for name, version in re.findall(r"\*UND\*.*\(?\b(GLIBC|GLIBCXX|CXXABI|GCC)_([\d.]+)\)?", table):
        found[name] = max(found.get(name, (0,)), number(version))
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
