"""Repacking a wheel keeps what it copies and records what it holds."""

import pathlib
import sys
import zipfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tensorflow/tools/pip_package"))
import metadata  # noqa: E402
import provenance  # noqa: E402
import wheel_archive  # noqa: E402

CONTENTS = {
    "pack/__init__.py": b"",
    "pack/large.bin": bytes(range(256)) * 4096,
    "pack-1.data/purelib/pack/a.h": b"#define A\n",
}


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "pack-1.whl"
    writer = wheel_archive.WheelWriter(path, "pack-1.dist-info")
    for name, data in CONTENTS.items():
        writer.add(name, data)
    writer.close()
    return path


def test_copies_keep_bytes_and_records(source, tmp_path):
    copied = tmp_path / "other-2.whl"
    writer = wheel_archive.WheelWriter(copied, "other-2.dist-info")
    with zipfile.ZipFile(source) as opened:
        record = wheel_archive.read_record(opened, "pack-1.dist-info")
        writer.add("other/first.py", b"first = 1\n")
        for name in CONTENTS:
            writer.copy(
                opened, opened.getinfo(name), name.replace("pack-1", "other-2"), record[name]
            )
        writer.add("other/run.sh", b"#!/bin/sh\n", executable=True)
    writer.close()

    with zipfile.ZipFile(copied) as opened:
        assert opened.testzip() is None
        for name, data in CONTENTS.items():
            assert opened.read(name.replace("pack-1", "other-2")) == data
        assert opened.getinfo("other/run.sh").external_attr >> 16 & 0o111
        record = wheel_archive.read_record(opened, "other-2.dist-info")
        assert sorted(record) == sorted(opened.namelist())
        for name in opened.namelist():
            if not name.endswith("RECORD"):
                data = opened.read(name)
                assert record[name] == (wheel_archive.digest(data), str(len(data)))


def written(path, date):
    writer = wheel_archive.WheelWriter(path, "pack-1.dist-info", date)
    for name, data in CONTENTS.items():
        writer.add(name, data)
    writer.close()
    return path.read_bytes()


def test_the_same_files_make_the_same_wheel(tmp_path, monkeypatch):
    first = written(tmp_path / "first.whl", 1_700_000_000)
    # Whenever it is made: what zipfile would take for members without a time.
    monkeypatch.setattr(wheel_archive.zipfile.time, "time", lambda: 1e9)
    monkeypatch.setattr(wheel_archive.zipfile.time, "localtime", lambda *_: (2001, 9, 9) + (0,) * 6)
    assert written(tmp_path / "second.whl", 1_700_000_000) == first
    assert written(tmp_path / "third.whl", 1_700_000_002) != first


def test_the_date_is_given_or_the_commits(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert provenance.date() == 1_700_000_000
    assert provenance.zip_time(provenance.date()) == (2023, 11, 14, 22, 13, 20)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert provenance.zip_time(provenance.date()) == (1980, 1, 1, 0, 0, 0)
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    monkeypatch.setenv("PATH", str(ROOT / "none"))  # no git
    assert provenance.date() == provenance.EPOCH
    monkeypatch.setenv("TF_DIRECTML_COMMIT", "f" * 40)
    assert provenance.commit() == {"commit": "f" * 40, "modified": False}
    monkeypatch.delenv("TF_DIRECTML_COMMIT")
    assert provenance.commit() == {}


BASE_METADATA = """\
Metadata-Version: 2.1
Name: tensorflow
Version: 1.15.5
Home-page: https://www.tensorflow.org/
Author: Google Inc.
Classifier: Development Status :: 5 - Production/Stable
Classifier: Programming Language :: Python :: 2.7
Classifier: Programming Language :: Python :: 3.7
Requires-Dist: protobuf (>=3.6.1)
Requires-Dist: wheel; python_version < "3"
Requires-Dist: wheel (>=0.26); python_version >= "3"

TensorFlow's text.
"""


def test_metadata_is_renamed_and_pinned():
    lines = metadata.metadata(BASE_METADATA).split("\n\n")[0].splitlines()
    assert "Name: tensorflow-directml" in lines
    assert "Requires-Dist: protobuf (<3.21,>=3.6.1)" in lines
    assert "Requires-Dist: Jinja2 (<4,>=3.0)" in lines
    assert "Requires-Dist: rich (<14,>=12.6)" in lines
    assert 'Requires-Dist: wheel (>=0.26); python_version >= "3"' in lines
    assert 'Requires-Dist: wheel; python_version < "3"' not in lines
    assert "Classifier: Programming Language :: Python :: 2.7" not in lines
    assert not [line for line in lines if line.startswith(("Home-page", "Project-URL"))]
    assert [line for line in lines if line.startswith("Author")] == [
        "Author: The tensorflow-directml authors"
    ]
    assert [line for line in lines if "Development Status" in line] == [
        "Classifier: Development Status :: 4 - Beta"
    ]


def test_metadata_names_where_the_sources_are_if_it_is_known(monkeypatch):
    monkeypatch.setenv("PROJECT_URL", "https://example.org/project")
    lines = metadata.metadata(BASE_METADATA).splitlines()
    assert "Project-URL: Source, https://example.org/project" in lines


def test_a_base_without_commands_is_refused():
    with pytest.raises(ValueError):
        metadata.entry_points("[other]\n")
