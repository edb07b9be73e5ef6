"""Adds up the reports of pytest and GoogleTest: totals.py FOLDER.

A row a report, or a folder of reports. Fails when nothing was tested.
"""

import pathlib
import sys
import xml.etree.ElementTree as xml

COLUMNS = ("tests", "failures", "errors", "skipped", "time")


def read(path):
    """The columns' sums over the suites of a report."""
    suites = list(xml.parse(path).getroot().iter("testsuite"))
    return [sum(float(suite.get(column, 0)) for suite in suites) for column in COLUMNS]


def rows(folder):
    for path in sorted(pathlib.Path(folder).iterdir()):
        reports = sorted(path.glob("*.xml")) if path.is_dir() else [path]
        if all(report.suffix == ".xml" for report in reports):
            yield path.stem, [sum(column) for column in zip(*map(read, reports))]


def main(folder):
    table = [row for row in rows(folder) if row[1]]
    total = [sum(column) for column in zip(*(counts for _, counts in table))]
    total = total or [0] * len(COLUMNS)
    print(f"{'':<12}" + "".join(f"{column:>10}" for column in COLUMNS))
    for name, (*counts, seconds) in [*table, ("all", total)]:
        print(f"{name:<12}" + "".join(f"{count:10.0f}" for count in counts) + f"{seconds:9.0f}s")
    tests, failures, errors, skipped, _ = total
    return int(bool(failures or errors or tests == skipped))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
