"""What is in the main loops of the drivers' listings.

A listing becomes a sequence of instructions and labels, the same for all compilers; a loop
is what lies between a label and the last jump back to it; the main loop of a product is the
innermost one with the most multiply-adds.
"""

import collections
import re
from dataclasses import dataclass, field
from typing import Dict, Iterator, List, Optional, Tuple

KINDS = ("multiply_add", "matrix", "vector", "scalar", "shared_load", "shared_store", "memory",
         "scratch", "flow", "wait")


@dataclass
class Instruction:
    kind: str
    multiply_adds: int = 0  # more than one where two are issued as one
    shared_bytes: int = 0  # of a load from shared memory, for each invocation
    target: Optional[str] = None  # of a jump
    text: str = ""  # as listed, where a front end gives it


@dataclass
class Loop:
    """What one turn executes, all branches counted as taken."""

    counts: Dict[str, int] = field(default_factory=collections.Counter)
    multiply_adds: int = 0
    shared_bytes: int = 0

    @property
    def per_multiply_add(self) -> Dict[str, float]:
        work = self.multiply_adds or self.counts["matrix"]
        return {kind: self.counts[kind] / work for kind in KINDS if self.counts[kind]}

    @property
    def vector_per_multiply_add(self) -> float:
        """Vector instructions, multiply-adds included, for each multiply-add."""
        vector = self.counts["multiply_add"] + self.counts["vector"]
        return vector / self.multiply_adds if self.multiply_adds else 0.0


# Each front end yields label names (str) and Instructions, in order.


def _first(rules, text):
    return next((kind for pattern, kind in rules if re.match(pattern, text)), None)


RADV = [
    (r"v_wmma|v_mfma|v_swmmac", "matrix"),
    (r"v_(pk_)?(fma|fmac|mad|mac|fmaak|fmamk|fmamix|fma_mix)", "multiply_add"),
    (r"ds_(load|read)", "shared_load"),
    (r"ds_(store|write)", "shared_store"),
    (r"scratch_", "scratch"),
    (r"(global|buffer|flat)_", "memory"),
    (r"s_(load|buffer_load)", "memory"),
    (r"s_c?branch|s_setpc|s_call", "flow"),
    (r"s_(wait|delay|nop|clause|barrier|sleep|code_end|inst_prefetch)", "wait"),
    (r"s_", "scalar"),
    (r"v_", "vector"),
]
_SHARED_BYTES = {"b128": 16, "b96": 12, "b64": 8, "b32": 4, "u16": 2, "i16": 2, "u8": 1, "i8": 1}


def radv(text: str) -> Iterator:
    for line in text.splitlines():
        label = re.match(r"^(BB\d+):", line)
        if label:
            yield label[1]
            continue
        code = line.split(";")[0].strip()
        if not re.match(r"[a-z]\w*", code):
            continue
        parts = [part.strip().replace("v_dual_", "v_") for part in code.split("::")]
        kinds = [_first(RADV, part) or "scalar" for part in parts]
        made = Instruction("multiply_add" if "multiply_add" in kinds else kinds[0])
        packed = 2 if code.startswith("v_pk_") else 1
        made.multiply_adds = packed * kinds.count("multiply_add")
        if made.kind == "shared_load":
            size = re.search(r"_(b128|b96|b64|b32|u16|i16|u8|i8)", code.split()[0])
            pairs = 2 if re.search(r"2addr|read2", code.split()[0]) else 1
            made.shared_bytes = pairs * _SHARED_BYTES[size[1] if size else "b32"]
        jump = re.match(r"s_c?branch\w*\s+(BB\d+)", code)
        made.target = jump[1] if jump else None
        made.text = code
        yield made


ANV = [
    (r"dpas", "matrix"),
    (r"mad|mac\b", "multiply_add"),
    (r"sync|nop", "wait"),
    (r"if|else|endif|while|break|cont|halt|jmpi|call|ret", "flow"),
]


def anv(text: str) -> Iterator:
    lines = text.splitlines()
    for number, line in enumerate(lines):
        label = re.match(r"^(LABEL\d+):", line)
        if label:
            yield label[1]
            continue
        code = re.match(r"^\s*(?:\([^)]*\)\s*)?([a-z][a-z0-9_.]*)(?: \w+)?\s*\((\d+)\)", line)
        if not code:
            continue
        name = code[1].split(".")[0]
        if name.startswith("send"):
            # The second line of a message says where it goes.
            where = line + (lines[number + 1] if number + 1 < len(lines) else "")
            # Scratch memory is the one surface that the compiler addresses by itself.
            kind = ("scratch" if re.search(r"scratch|ss \)\s+surface_state_index 0", where) else
                    ("shared_store" if "store" in where or " write" in where else "shared_load")
                    if re.search(r"\bslm\b|shared", where) else
                    "wait" if re.search(r"gateway|barrier|fence", where) else "memory")
            yield Instruction(kind)
            continue
        kind = _first(ANV, name) or "vector"
        if kind == "multiply_add" and not re.search(r"<1>(F|HF|DF)\b", line):
            kind = "vector"  # of integers
        made = Instruction(kind, int(kind == "multiply_add"))
        if name == "while":
            jump = re.search(r"JIP:\s+(LABEL\d+)", line)
            made.target = jump[1] if jump else None
        yield made


NVK = [
    (r"[hi]mma", "matrix"),
    (r"(f|h|d)fma", "multiply_add"),
    (r"ld\.shared|lds", "shared_load"),
    (r"(st|atom\w*)\.shared|sts|atoms", "shared_store"),
    (r"(ld|st)\.local|ldl|stl", "scratch"),
    (r"ld|st|atom|red|cctl|membar", "memory"),
    (r"bra|brk|bssy|bsync|exit|bmov|warpsync|kill|break", "flow"),
    (r"nop|depbar|bar|nanosleep|yield", "wait"),
    (r"u[a-z]|r2ur|s2ur", "scalar"),
]


def nvk(text: str) -> Iterator:
    for line in text.replace("\0", "").splitlines():
        label = re.match(r"^block\S*\s+\d+\s+(L\d+)\b", line)
        if label:
            yield label[1]
            continue
        code = re.match(r"^\s*(?:@!?u?p\d+\s+)?(?:[\w{}., ]*?=\s+)?([a-z][a-z0-9_.]*)(.*)",
                        line.split("//")[0])
        if not code:
            continue
        kind = _first(NVK, code[1]) or "vector"
        made = Instruction(kind, int(kind == "multiply_add"))
        if kind == "shared_load":
            size = re.search(r"\.b(\d+)|\.(u8|s8|u16|s16)", code[1])
            bits = int(size[1]) if size and size[1] else int(size[2][1:]) if size else 32
            made.shared_bytes = bits // 8
        jump = re.match(r"bra", code[1]) and re.search(r"\b(L\d+)\b", code[2])
        made.target = jump[1] if jump else None
        yield made


FRONT_ENDS = {"radv": (radv, "Assembly"), "anv": (anv, "GEN_Assembly"),
              "nvk": (nvk, "NAK_assembly")}


def spans(instructions: Iterator) -> Tuple[List[Instruction], List[Tuple[int, int]]]:
    """All instructions, and the loops as (begin, end) in them."""
    order, labels, found = [], {}, {}
    for item in instructions:
        if isinstance(item, str):
            labels[item] = len(order)
            continue
        order.append(item)
        if item.target in labels:
            found[labels[item.target]] = len(order)
    return order, list(found.items())


def loops(instructions: Iterator) -> List[Loop]:
    """The innermost loops."""
    order, around = spans(instructions)
    found = []
    for begin, end in around:
        if any(begin < other < end for other, _ in around):
            continue
        loop = Loop()
        for one in order[begin:end]:
            loop.counts[one.kind] += 1
            loop.multiply_adds += one.multiply_adds
            loop.shared_bytes += one.shared_bytes
        found.append(loop)
    return found


def main_loop(compiler: str, text: str) -> Optional[Loop]:
    """The innermost loop with the most work, or None where none multiplies and adds."""
    front_end, _ = FRONT_ENDS[compiler]
    found = [loop for loop in loops(front_end(text))
             if loop.multiply_adds or loop.counts["matrix"]]
    return max(found, key=lambda loop: (loop.counts["matrix"], loop.multiply_adds), default=None)
