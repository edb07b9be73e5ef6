"""Copies a wheel while renaming, replacing and adding files.

Files that stay as they are keep their compressed bytes and their row in RECORD,
so that repacking TensorFlow (1.2 GB unpacked) takes seconds. All others get one time, so that
the same files make the same wheel, to the bit.
"""

import base64
import csv
import hashlib
import io
import struct
import zipfile

import provenance

LOCAL_HEADER = struct.Struct("<4s5H3L2H")


def digest(data):
    """A file's hash as RECORD spells it."""
    encoded = base64.urlsafe_b64encode(hashlib.sha256(data).digest())
    return "sha256=" + encoded.rstrip(b"=").decode()


class WheelWriter:
    """Writes a wheel file; close() adds RECORD, which must come last. What is added is of
    `date`, in seconds since 1970, UTC."""

    def __init__(self, path, dist_info, date=provenance.EPOCH):
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
        self._record = f"{dist_info}/RECORD"
        self._rows = []
        self._time = provenance.zip_time(date)

    def add(self, name, data, executable=False):
        self._write(name, data, executable)
        self._rows.append((name, digest(data), len(data)))

    def _write(self, name, data, executable=False):
        info = zipfile.ZipInfo(name, self._time)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = (0o100755 if executable else 0o100644) << 16
        self._zip.writestr(info, data)

    def copy(self, source, info, name, row):
        """Copies a member of the open ZipFile `source` without recompressing.

        `row` is its hash and size from the source's RECORD.
        """
        source.fp.seek(info.header_offset)
        header = LOCAL_HEADER.unpack(source.fp.read(LOCAL_HEADER.size))
        source.fp.seek(header[9] + header[10], io.SEEK_CUR)
        data = source.fp.read(info.compress_size)

        copied = zipfile.ZipInfo(name, info.date_time)
        copied.compress_type = info.compress_type
        copied.external_attr = info.external_attr
        copied.create_system = info.create_system
        copied.CRC = info.CRC
        copied.compress_size = info.compress_size
        copied.file_size = info.file_size
        # zipfile has no public way to add compressed bytes; these few fields
        # are what its own write functions keep.
        out = self._zip
        out.fp.seek(out.start_dir)
        copied.header_offset = out.fp.tell()
        out.fp.write(copied.FileHeader(False))
        out.fp.write(data)
        out.start_dir = out.fp.tell()
        out.filelist.append(copied)
        out.NameToInfo[name] = copied
        out._didModify = True
        self._rows.append((name, *row))

    def close(self):
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerows([*self._rows, (self._record, "", "")])
        self._write(self._record, text.getvalue())
        self._zip.close()


def read_record(wheel, dist_info):
    """{name: (hash, size)} of a wheel's RECORD."""
    text = wheel.read(f"{dist_info}/RECORD").decode()
    return {row[0]: (row[1], row[2]) for row in csv.reader(text.splitlines()) if row}
