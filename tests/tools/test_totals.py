"""ci/totals.py: what the tests' reports add up to."""

import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "ci"))
import totals  # noqa: E402

PYTEST = """<testsuites><testsuite tests="5" failures="{}" errors="0" skipped="2" time="1.5"/>
</testsuites>"""
# A testsuite a class, in a file a program; one that crashed has the report that Bazel makes.
GOOGLETEST = """<testsuites tests="7"><testsuite tests="3" failures="0" errors="0" skipped="0"
time="0.5"/><testsuite tests="4" failures="{}" errors="0" skipped="0" time="1"/></testsuites>"""
CRASHED = '<testsuites><testsuite tests="1" failures="0" errors="1"/></testsuites>'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "runtime.xml").write_text(PYTEST.format(0))
    (tmp_path / "unit").mkdir()
    for name in ("one", "other"):
        (tmp_path / f"unit/{name}.xml").write_text(GOOGLETEST.format(0))
    return tmp_path


def test_a_row_a_report_or_folder(folder, capsys):
    assert totals.main(folder) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[1:] == [
        ["runtime", "5", "0", "0", "2", "2s"],
        ["unit", "14", "0", "0", "0", "3s"],
        ["all", "19", "0", "0", "2", "4s"],
    ]


def test_a_failure_fails(folder):
    (folder / "unit/other.xml").write_text(GOOGLETEST.format(1))
    assert totals.main(folder) == 1


def test_a_crash_fails(folder):
    (folder / "unit/third.xml").write_text(CRASHED)
    assert totals.main(folder) == 1


def test_nothing_tested_fails(tmp_path, capsys):
    assert totals.main(tmp_path) == 1
    (tmp_path / "unit").mkdir()
    assert totals.main(tmp_path) == 1
