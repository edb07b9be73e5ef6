"""precompiled.csv of a family: the programs that the build compiles for Direct3D 12.

What it does not list is compiled when it is first used, so no program has to be in it.
ci/compilers/common_programs.py makes the lists.
"""

import csv
import pathlib
from typing import List, NamedTuple, Tuple

NAME = "precompiled.csv"
COLUMNS = ("program", "constants", "use")


class Row(NamedTuple):
    shader: str
    constants: Tuple[int, ...]  # values of all specialization constants
    use: str  # who asks for it


def read(path: pathlib.Path) -> List[Row]:
    """The rows of a list; none where there is no such file."""
    if not path.exists():
        return []
    with open(path, newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise ValueError(f"{path}: the columns are {','.join(COLUMNS)}")
        return [Row(row["program"], tuple(map(int, row["constants"].split(","))), row["use"])
                for row in reader]


def write(path: pathlib.Path, rows: List[Row]) -> None:
    with open(path, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for shader, constants, use in sorted(rows):
            writer.writerow([shader, ",".join(map(str, constants)), use])
