"""A driver's table: what its compiler says of each program, in one shape for all compilers."""

import csv
import pathlib
from dataclasses import asdict, dataclass, fields
from typing import Dict, List, Optional

# Compile times are told by what they are below, in seconds, since they vary.
TIMES = (0.1, 0.3, 1, 2, 5)

# Names of statistics by compiler; the later ones of a list are newer Mesa's.
STATISTICS = {
    "radv": {"registers": ["VGPRs"], "spills": ["Spilled VGPRs"], "scratch": ["Scratch size"],
             "subgroups": ["Subgroups per SIMD"], "shared": ["LDS size"],
             "code": ["Code size"], "instructions": ["Instructions"]},
    "anv": {"registers": ["Max live registers"], "spills": ["Spill Count", "Spills"],
            "scratch": ["Scratch Memory Size"], "shared": ["Workgroup Memory Size"],
            "instructions": ["Instruction Count", "Instructions"]},
    "nvk": {"registers": ["Number of GPRs"], "spills": ["Spills to memory"],
            "scratch": ["SLM Size", "SLM size"], "subgroups": ["Max warps/SM"],
            "shared": ["Shared memory size"], "code": ["Code Size", "Code size"],
            "instructions": ["Instruction count"]},
}


@dataclass
class Row:
    program: str
    constants: str  # "256,128,.."
    use: str  # the case that asked for it
    digest: str = ""  # of all that the row comes of: check.digests()
    failure: str = ""  # a crash, a timeout, a refusal
    seconds: str = ""  # compile time, below so many
    subgroup_size: Optional[int] = None
    registers: Optional[int] = None
    spills: Optional[int] = None  # registers kept in memory
    scratch: Optional[int] = None  # bytes of it
    subgroups: Optional[int] = None  # that a SIMD (AMD) or multiprocessor (NVIDIA) holds
    shared: Optional[int] = None  # bytes of a group
    code: Optional[int] = None  # bytes
    instructions: Optional[int] = None
    vector_per_multiply_add: Optional[float] = None  # in the main loop
    shared_bytes_per_multiply_add: Optional[float] = None
    bandwidth: Optional[float] = None  # share that instructions leave room for: model.py

    @property
    def key(self):
        return self.program, self.constants


def time_class(milliseconds: float) -> str:
    return next((f"{limit}" for limit in TIMES if milliseconds < 1000 * limit),
                f"{milliseconds / 1000:.0f}!")


def statistics(compiler: str, given: Dict[str, float]) -> Dict[str, int]:
    found = {}
    for column, names in STATISTICS[compiler].items():
        for name in names:
            if name in given:
                found[column] = int(given[name])
    return found


def write(path: pathlib.Path, rows: List[Row]):
    """One line a program, sorted, so that a change of a program changes its line only."""
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, [f.name for f in fields(Row)], lineterminator="\n")
        writer.writeheader()
        for row in sorted(rows, key=lambda row: row.key):
            values = asdict(row)
            writer.writerow({k: round(v, 2) if isinstance(v, float) else v
                             for k, v in values.items()})


def read(path: pathlib.Path) -> List[Row]:
    kinds = {f.name: f.type for f in fields(Row)}
    rows = []
    with open(path, newline="") as file:
        for line in csv.DictReader(file):
            rows.append(Row(**{
                name: value if kinds[name] is str else
                None if value == "" else
                float(value) if kinds[name] == Optional[float] else int(value)
                for name, value in line.items()}))
    return rows
