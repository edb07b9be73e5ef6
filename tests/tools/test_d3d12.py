"""How ci/d3d12 gets vkd3d onto a machine with an older C library. What it then does is tested
by tests/d3d12."""

import concurrent.futures
import pathlib
import shutil
import subprocess
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "ci/d3d12"))
import prepare  # noqa: E402

packages = prepare.packages


def refuse(*_, **__):
    raise packages.Unavailable("no registry here")


def test_vkd3d_is_pinned():
    rows = packages.PINNED["roots"][prepare.ROOT_NAME]["packages"]
    assert {name for name, _, _ in rows} == {"libvkd3d1", "libvkd3d-shader1", "libvkd3d-headers"}
    assert all(len(digest) == 64 for _, _, digest in rows)


def test_packages_come_from_a_folder_where_it_has_them(tmp_path, monkeypatch):
    given, folder = tmp_path / "given", tmp_path / "folder"
    given.mkdir()
    folder.mkdir()
    file = given / "liba_1.0+x_amd64.deb"
    file.write_text("a package")
    wanted = [("liba", "1.0+x", packages.sha256(file))]
    monkeypatch.setenv(packages.FOLDER_VARIABLE, str(given))
    found = packages.fetch_packages(wanted, folder, refuse)
    assert [path.read_text() for path in found] == ["a package"]


def test_a_package_that_nobody_has_says_where_it_was_sought(tmp_path, monkeypatch):
    given, folder = tmp_path / "given", tmp_path / "folder"
    given.mkdir()
    folder.mkdir()
    (given / "liba_1.0_amd64.deb").write_text("another package")
    monkeypatch.setenv(packages.FOLDER_VARIABLE, str(given))
    with pytest.raises(packages.Unavailable, match="(?s)liba_1.0.*DEBIAN_PACKAGES.*no registry"):
        packages.fetch_packages([("liba", "1.0", "0" * 64)], folder, refuse)


def test_of_two_at_once_one_makes_the_folder(tmp_path, monkeypatch):
    made = []

    def make(libraries):
        made.append(libraries)
        time.sleep(0.2)
        (libraries / "libd3d12.so").touch(exist_ok=False)

    monkeypatch.setattr(prepare, "BUILD", tmp_path)
    monkeypatch.setattr(prepare, "make", make)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        folders = list(pool.map(lambda _: prepare.prepare(), range(2)))
    assert folders == [tmp_path / "lib"] * 2 and len(made) == 1


@pytest.fixture(scope="module")
def older_glibc():
    """The command that rewrites a library."""
    environment = prepare.tools()
    return [environment / "bin/python", prepare.HERE / "older_glibc.py"]


@pytest.fixture
def build(tmp_path):
    """Makes a library of C code that gets `name` as of a C library from the future."""

    def build(code, name):
        # The future's C library, which has strlen() as ever, and then a user of it.
        (tmp_path / "map").write_text(
            f"GLIBC_2.2.5 {{ global: strlen; }}; GLIBC_9.9 {{ global: {name}; }};")
        (tmp_path / "libc.c").write_text(
            f"int strlen(void) {{ return 0; }} int {name}(void) {{ return 1; }}")
        (tmp_path / "user.c").write_text(code)
        compiler = shutil.which("cc")
        assert compiler, "these tests need a C compiler"
        future, user = tmp_path / "libfuture.so", tmp_path / "libuser.so"
        subprocess.run([compiler, "-shared", "-fPIC", "-fno-builtin", "-w", "-nostdlib",
                        "-Wl,-soname,libc.so.6", f"-Wl,--version-script={tmp_path / 'map'}",
                        "-o", future, tmp_path / "libc.c"], check=True)
        subprocess.run([compiler, "-shared", "-fPIC", "-fno-builtin", "-w", "-nostdlib", "-o", user,
                        tmp_path / "user.c", future], check=True)
        return user

    return build


LOAD = "import ctypes, sys; print(ctypes.CDLL(sys.argv[1]).parse(b'12x'))"


def load(library):
    return subprocess.run([sys.executable, "-c", LOAD, library], capture_output=True, text=True,
                          check=False)


def test_a_newer_functions_name_becomes_the_older_ones(older_glibc, build, tmp_path):
    library = build("long __isoc23_strtol(const char*, char**, int);"
                    "int parse(const char* s) { return __isoc23_strtol(s, 0, 10) + strlen(s); }",
                    "__isoc23_strtol")
    assert "GLIBC_9.9" in load(library).stderr
    copy = tmp_path / "copy.so"
    subprocess.run([*older_glibc, library, copy, "2.36"], check=True)
    assert load(copy).stdout == "15\n"


def test_a_function_that_nothing_stands_for_ends_it(older_glibc, build, tmp_path):
    library = build("int from_the_future(void); int parse(void) { return from_the_future(); }",
                    "from_the_future")
    said = subprocess.run([*older_glibc, library, tmp_path / "copy.so", "2.36"],
                          capture_output=True, text=True, check=False)
    assert said.returncode and "from_the_future of GLIBC_9.9" in said.stderr
