"""The documentation's site as ci/docs.sh builds it, and that a mistake ends the build."""

import pathlib
import re
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SITE = ROOT / "build/site"
# What the pages are made of, and what they link to.
PARTS = ("docs", "ci/docs", "ci/docs.sh", "README.md", "CONTRIBUTING.md", "CHANGELOG.md")


def page(name):
    return (SITE / f"{name}.html").read_text()


def test_readme_and_its_neighbours_are_pages():
    assert "trains on any vendor" in page("index")
    assert 'href="docs/' not in page("index")
    assert 'href="op_support.html"' in page("index")
    assert 'href="sources/tests/d3d12/exceptions.toml.txt"' in page("CONTRIBUTING")
    assert (SITE / "sources/tests/d3d12/exceptions.toml.txt").is_file()


def test_pages_of_a_section_are_beside_each_other():
    tables = re.findall(r'<a href="([^"]*)" class="md-nav__link">', page("op_support"))
    assert {"compilers/index.html", "benchmarks/index.html", "upstream_tests.html"} <= set(tables)


def test_anchors_are_those_of_github():
    assert 'id="tensors-of-more-than-231---1-elements"' in page("architecture")


def test_nothing_is_fetched_from_elsewhere():
    fetched = re.compile(r'<(?:script|link|img)[^>]*(?:src|href)="(https?:[^"]*)"')
    for file in SITE.rglob("*.html"):
        found = fetched.findall(file.read_text())
        assert not found, (file, found)


@pytest.fixture
def checkout(tmp_path):
    """A copy of what the site is made of; links into sources lead nowhere there."""
    for part in PARTS:
        (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, tmp_path / part)
        else:
            shutil.copyfile(ROOT / part, tmp_path / part)
    return tmp_path


def test_mistakes_are_found(checkout):
    with (checkout / "docs/wsl.md").open("a") as file:
        file.write("\nA [page](none.md), an [anchor](environment.md#none), a [file](../none.py).\n")
        file.write("- A list\n")
    (checkout / "docs/lost.md").write_text("# Not in the navigation\n")
    # As ci/docs.sh calls it: with --quiet, say, mkdocs would count no warnings.
    (command,) = re.findall(
        r"^build/docs-venv/bin/(mkdocs build .*) \"\$@\"$",
        (ROOT / "ci/docs.sh").read_text(),
        re.MULTILINE,
    )
    result = subprocess.run(
        [sys.executable, "-m", *command.split()],
        cwd=checkout,
        capture_output=True,
        text=True,
    )
    assert result.returncode != 0
    for found in (
        "'none.md'",
        "does not contain an anchor '#none'",
        "'../none.py'",
        ": a list needs an empty line before it",
        "lost.md",
    ):
        assert found in result.stderr, result.stderr
