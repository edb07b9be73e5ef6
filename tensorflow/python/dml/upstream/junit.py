"""The summary as JUnit XML, one suite a file, for CI systems."""

import re
import xml.etree.ElementTree as ElementTree
from typing import Tuple

from .results import PASSED, SKIPPED
from .summary import ABSENT, FAILURE, KNOWN, NOT_RUN, REGRESSION, Row, Summary

# Control characters, which XML cannot hold even escaped.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _clean(text: str) -> str:
    return _ILLEGAL.sub("?", text)


def _outcome(row: Row) -> Tuple[str, str]:
    """(element or "", message): what fails or is skipped in JUnit's sense.

    A failure is one that the project answers for. What the baseline does not pass
    either, what is known, and what ran without the device is skipped: no pass.
    """
    if row.verdict in (REGRESSION, FAILURE):
        kind = "error" if row.dml in ("crashed", "timed_out") else "failure"
        return kind, "%s on DML, %s on the baseline" % (row.dml, row.baseline)
    if row.verdict == KNOWN:
        return "skipped", "known difference: " + row.known
    if row.dml == PASSED:
        return "", ""
    if row.dml == SKIPPED:
        return "skipped", row.details
    return "skipped", "%s on DML, %s on the baseline" % (row.dml, row.baseline)


def write(summary: Summary, path: str) -> None:
    """Of the tests that ran on DML."""
    root = ElementTree.Element("testsuites", name="tensorflow-directml upstream tests")
    for file, rows in summary.by_file():
        rows = [row for row in rows if row.dml not in (ABSENT, NOT_RUN)]
        if not rows:
            continue
        outcomes = [_outcome(row) for row in rows]
        kinds = [kind for kind, _ in outcomes]
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=file,
            tests=str(len(rows)),
            failures=str(kinds.count("failure")),
            errors=str(kinds.count("error")),
            skipped=str(kinds.count("skipped")),
            time="%.3f" % sum(row.seconds for row in rows),
        )
        for row, (kind, message) in zip(rows, outcomes):
            owner, _, method = row.test.rpartition(".")
            module = file[: -len(".py")].replace("/", ".")
            case = ElementTree.SubElement(
                suite,
                "testcase",
                classname=_clean("%s.%s" % (module, owner) if owner else module),
                name=_clean(method),
                time="%.3f" % row.seconds,
            )
            if kind:
                element = ElementTree.SubElement(case, kind, message=_clean(message[:2000]))
                if kind != "skipped":
                    element.text = _clean(row.details)
                    log = ElementTree.SubElement(case, "system-err")
                    log.text = _clean(row.log)
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
