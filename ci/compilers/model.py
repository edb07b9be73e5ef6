"""The share of the memory bandwidth that a program's instructions leave room for, on RDNA 2.

A model, not a measurement. It takes RADV's listing for a Radeon RX 6900 XT (navi21) and

  - counts a turn of the innermost loop that moves the most memory, with an eighth of what
    is outside all such loops (loops are taken for 8 turns), or the whole program where no
    loop moves memory; all branches count as taken;
  - lets a SIMD issue one vector, one scalar and one vector memory instruction in the same
    clock, of different subgroups, so that the longest of the three counts; 32 lanes of a
    vector instruction are a clock, four for 32-bit integer products and elementary
    functions, 16 for float64; a scalar one is a clock; memory instructions move 32 bytes a
    clock between a SIMD and its first cache;
  - takes every byte that these move as one that main memory moves: programs that read
    elements again, such as pooling, are not for this model;
  - asks for so many loads in flight as hide 500 ns: what subgroups have outstanding between
    two waits at most, in all subgroups that the SIMD holds.
"""

import re
from dataclasses import dataclass
from typing import List, Optional

import listings

SIMDS = 160
CLOCK = 2.25e9  # a second
BANDWIDTH = 512e9  # bytes a second
LATENCY = 500e-9  # seconds
LANES = 32
CACHE_BYTES = 32  # a clock of a SIMD
TURNS = 8

# Programs that move each byte once or nearly so.
PROGRAMS = re.compile(
    r"(reduce|arg_reduce|softmax|softmax_cross_entropy|sparse_softmax_cross_entropy|"
    r"batch_norm_(apply|statistics|gradient|gradient_sums)|"
    r"(unary|binary|ternary|compare|classify|choose)(_strided)?|cast|copy_strided|"
    r"transpose|pad|gather|fill|adam|momentum|gradient_descent)_(f|i|u|bool)")
# Of the bandwidth, by the size of what is moved.
LEAST = {"f32": 0.90, "f16": 0.85}

_SLOW = [(r"v_mul_(lo|hi)_|v_mad_u64|v_mad_i64|v_(exp|log|rcp|rsq|sqrt|sin|cos)_", 4),
         (r"v_\w*_f64", 16)]
_MEMORY = re.compile(
    r"(?:global|buffer|flat)_(load|store)_"
    r"(?:d16_)?(?:hi_)?(dwordx[234]|dword|[usi]?short|[usi]?byte|b\d+|[ui]\d+)")
_SIZES = {"dword": 4, "short": 2, "ushort": 2, "sshort": 2, "byte": 1, "ubyte": 1, "sbyte": 1}


def _bytes(name: str) -> int:
    if name.startswith("dwordx"):
        return 4 * int(name[-1])
    return _SIZES.get(name) or int(name[1:]) // 8


@dataclass
class Work:
    """What one lane's share of a stretch of code costs a SIMD, in clocks of a subgroup's
    32 lanes, and the bytes that a lane moves."""

    vector: float = 0
    scalar: float = 0
    memory: float = 0
    loaded: float = 0
    stored: float = 0
    outstanding: int = 0  # most bytes of loads between two waits

    def add(self, other: "Work", times: float = 1):
        for name in ("vector", "scalar", "memory", "loaded", "stored"):
            setattr(self, name, getattr(self, name) + times * getattr(other, name))
        self.outstanding = max(self.outstanding, other.outstanding)


def work_of(instructions: List[listings.Instruction], subgroup_size: int) -> Work:
    work, waiting = Work(), []
    for one in instructions:
        memory = _MEMORY.match(one.text)
        if memory:
            size = _bytes(memory[2])
            work.memory += max(size, 4) * LANES / CACHE_BYTES
            if memory[1] == "store":
                work.stored += size
            else:
                work.loaded += size
                waiting.append(size)
                work.outstanding = max(work.outstanding, sum(waiting))
        elif one.kind in ("multiply_add", "vector", "matrix"):
            work.vector += next((clocks for pattern, clocks in _SLOW
                                 if re.match(pattern, one.text)), 1)
        elif one.kind in ("scalar", "flow", "memory"):
            # Once for a subgroup, not for each 32 lanes of it.
            work.scalar += LANES / subgroup_size
        wait = re.match(r"s_waitcnt.*vmcnt\((\d+)\)", one.text)
        if wait:
            waiting = waiting[len(waiting) - min(int(wait[1]), len(waiting)):]
    return work


def main_part(text: str, subgroup_size: int) -> Optional[Work]:
    """What is to be counted of a listing; None where nothing is moved."""
    order, loops = listings.loops(listings.radv(text))
    moving = [(work_of([order[at] for at in sorted(loop)], subgroup_size), loop)
              for loop in listings.innermost(loops)]
    moving = [item for item in moving if item[0].loaded + item[0].stored]
    if not moving:
        whole = work_of(order, subgroup_size)
        return whole if whole.loaded + whole.stored else None
    found = max(moving, key=lambda item: item[0].loaded + item[0].stored)[0]
    outside = [one for number, one in enumerate(order)
               if not any(number in loop for _, loop in moving)]
    rest = work_of(outside, subgroup_size)
    total = Work()
    total.add(found, TURNS)
    total.add(rest)
    # What is loaded once is no part of the stream.
    total.loaded, total.stored = TURNS * found.loaded, TURNS * found.stored
    return total


def share(text: str, subgroup_size: int, subgroups: int) -> Optional[float]:
    """Of the memory bandwidth, at most 1; None for programs that move no memory."""
    work = main_part(text, subgroup_size)
    if work is None:
        return None
    moved = work.loaded + work.stored
    clocks = max(work.vector, work.scalar, work.memory)
    issue = moved * LANES * SIMDS * CLOCK / clocks / BANDWIDTH
    flight = 1.0
    if work.loaded:
        held = subgroups * subgroup_size * work.outstanding * SIMDS
        flight = held / LATENCY / (BANDWIDTH * work.loaded / moved)
    return min(1.0, issue, flight)


def least(program: str) -> Optional[float]:
    """The share that a program is to reach, where it is for this model."""
    if not PROGRAMS.match(program):
        return None
    # Both types of a cast or of a partial reduction: the shorter decides.
    return next((limit for kind, limit in sorted(LEAST.items(), key=lambda item: item[1])
                 if f"_{kind}" in program), None)
