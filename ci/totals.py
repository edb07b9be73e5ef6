"""Adds up pytest's reports: totals.py FOLDER. Fails when nothing was tested."""

import pathlib
import sys
import xml.etree.ElementTree as xml

COLUMNS = ("tests", "failures", "errors", "skipped", "time")


def main(folder):
    rows = []
    for path in sorted(pathlib.Path(folder).glob("*.xml")):
        suite = xml.parse(path).getroot().find("testsuite")
        rows.append((path.stem, *(float(suite.get(column)) for column in COLUMNS)))
    rows.append(("all", *(sum(row[i] for row in rows) for i in range(1, len(COLUMNS) + 1))))
    print(f"{'':<12}" + "".join(f"{column:>10}" for column in COLUMNS))
    for name, *counts, seconds in rows:
        print(f"{name:<12}" + "".join(f"{count:10.0f}" for count in counts) + f"{seconds:9.0f}s")
    _, tests, failures, errors, skipped, _ = rows[-1]
    return int(bool(failures or errors or tests == skipped))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
