"""What cures tell to install: the file that pip installed, and never PyPI's package."""

import json

import pytest
from package_sources import load

wheel_source = load("wheel_source")

NAME = "tensorflow_directml-1.15.9-cp37-cp37m-manylinux_2_27_x86_64.whl"


@pytest.fixture
def installed(tmp_path):
    """Makes the notes of an installation from a URL; returns the package's folder."""

    def make(note):
        info = tmp_path / "site-packages/tensorflow_directml-1.15.9.dist-info"
        info.mkdir(parents=True)
        (info / "direct_url.json").write_text(note)
        return str(tmp_path / "site-packages/tensorflow_directml")

    return make


def test_the_file_that_pip_installed(tmp_path, installed):
    wheel = tmp_path / "a folder" / NAME
    wheel.parent.mkdir()
    wheel.touch()
    package = installed(json.dumps({"archive_info": {}, "url": wheel.as_uri()}))
    assert wheel_source.install_again(package) == f"pip install --force-reinstall '{wheel}'"
    assert wheel_source.replace("tensorflow-cpu", package) == (
        f"pip uninstall -y tensorflow-cpu tensorflow-directml && pip install '{wheel}'"
    )


@pytest.mark.parametrize(
    "note",
    [
        json.dumps({"url": f"file:///nowhere/{NAME}"}),
        json.dumps({"url": f"https://example.org/{NAME}"}),
        json.dumps({"dir_info": {}, "url": "file:///tmp"}),
        json.dumps({}),
        json.dumps([]),
        "no JSON",
    ],
    ids=["gone", "elsewhere", "a folder", "no URL", "a list", "broken"],
)
def test_any_wheel_where_the_file_is_not_known(installed, note):
    assert wheel_source.wheel(installed(note)) == "tensorflow_directml-*.whl"


def test_any_wheel_where_nothing_is_installed(tmp_path):
    assert wheel_source.wheel(str(tmp_path / "nowhere" / "package")) == "tensorflow_directml-*.whl"
