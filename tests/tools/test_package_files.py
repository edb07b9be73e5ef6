"""What the wheel takes of the package's folder."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tensorflow/tools/pip_package"))
from package_files import package_files  # noqa: E402


def test_sources_and_what_lies_beside_them_in_order(tmp_path):
    api = tmp_path / "built.py"
    api.write_text("built = 1")
    folder = tmp_path / "dml"
    (folder / "cli").mkdir(parents=True)
    for name in ("runtime.py", "__init__.py", "cli/page.html", "py.typed", "BUILD", "api.cc"):
        (folder / name).write_text(name)
    names = [name for name, _, _ in package_files(folder, api)]
    assert names == [
        "tensorflow_directml/__init__.py",
        "tensorflow_directml/api.py",
        "tensorflow_directml/cli/page.html",
        "tensorflow_directml/py.typed",
        "tensorflow_directml/runtime.py",
    ]


def test_what_tests_left_in_the_checkout_changes_nothing(tmp_path):
    api = tmp_path / "built.py"
    api.write_text("built = 1")
    folder = tmp_path / "dml"
    folder.mkdir()
    for name in ("__init__.py", "runtime.py"):
        (folder / name).write_text("")
    clean = package_files(folder, api)
    (folder / "api.py").write_text("built = 0")
    (folder / "api.pyc").write_text("")
    assert package_files(folder, api) == clean
