"""docs/troubleshooting.md shows what doctor says, and nothing else."""

import pathlib
import re

import pytest
import scenarios

PAGE = pathlib.Path(__file__).resolve().parents[3] / "docs/troubleshooting.md"
BLOCK = re.compile(r"^### (.+?)\n(?:(?!^#).*\n)*?```text\n((?:.*\n)*?)```$", re.MULTILINE)


def shown():
    return dict(BLOCK.findall(PAGE.read_text()))


def test_every_system_is_shown():
    assert set(shown()) == set(scenarios.SCENARIOS)


@pytest.mark.parametrize("heading", scenarios.SCENARIOS)
def test_what_is_shown_is_what_doctor_says(heading, machine):
    assert shown()[heading] == scenarios.block(heading, machine)
