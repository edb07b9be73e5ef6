"""What is in the main loops of the drivers' listings.

A listing becomes a sequence of instructions and labels, the same for all compilers. A loop
is what can come before one of the jumps back to its head: what a compiler writes down among
it and what only follows the last turn, such as the stores of results, is no part of it. The
main loop of a product is the innermost one with the most multiply-adds.
"""

import collections
import re
from dataclasses import dataclass, field
from typing import Dict, FrozenSet, Iterator, List, Optional, Set, Tuple

KINDS = ("multiply_add", "matrix", "vector", "scalar", "shared_load", "shared_store", "memory",
         "scratch", "flow", "wait")


@dataclass
class Instruction:
    kind: str
    multiply_adds: int = 0  # more than one where two are issued as one
    shared_bytes: int = 0  # of a load from shared memory, for each invocation
    target: Optional[str] = None  # of a jump
    always: bool = False  # the jump is taken whenever it is reached
    past: bool = False  # the jump goes past the instruction at its target
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
    (r"v_(pk_)?(fma|fmac|mad|mac|fmaak|fmamk|fmamix|fma_mix)|v_dot2", "multiply_add"),
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
        made.multiply_adds = sum(
            (2 if re.match(r"v_pk_|v_dot2", part) else 1)
            for part, kind in zip(parts, kinds) if kind == "multiply_add")
        if made.kind == "shared_load":
            size = re.search(r"_(b128|b96|b64|b32|u16|i16|u8|i8)", code.split()[0])
            pairs = 2 if re.search(r"2addr|read2", code.split()[0]) else 1
            made.shared_bytes = pairs * _SHARED_BYTES[size[1] if size else "b32"]
        jump = re.match(r"s_c?branch\w*\s+(BB\d+)", code)
        made.target = jump[1] if jump else None
        made.always = bool(re.match(r"s_branch|s_setpc|s_endpgm", code))
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
        if name in ("if", "else", "break", "while"):
            jump = re.search(rf"{'UIP' if name == 'break' else 'JIP'}:\s+(LABEL\d+)", line)
            made.target = jump[1] if jump else None
            made.always = name != "if" and not line.lstrip().startswith("(")
            made.past = name == "break"  # which names the loop's last instruction
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
        jump = re.match(r"bra", code[1]) and re.search(r"^\s*(\S*?)\s*\b(L\d+)\b", code[2])
        made.target = jump[2] if jump else None
        made.always = code[1] == "exit" or bool(jump) and jump[1] in ("", "pT")
        made.always &= not line.lstrip().startswith("@")
        yield made


FRONT_ENDS = {"radv": (radv, "Assembly"), "anv": (anv, "GEN_Assembly"),
              "nvk": (nvk, "NAK_assembly")}


def _members(end: int, head: int, before: List[List[int]]) -> Set[int]:
    """The instructions from which the jump at `end` is reached without passing `head`."""
    found, waiting = {head}, [end]
    while waiting:
        at = waiting.pop()
        if at not in found:
            found.add(at)
            waiting += before[at]
    return found


def loops(instructions: Iterator) -> Tuple[List[Instruction], List[FrozenSet[int]]]:
    """All instructions, and of each loop which of them belong to it."""
    order, labels = [], {}
    for item in instructions:
        if isinstance(item, str):
            labels[item] = len(order)
        else:
            order.append(item)
    before = [[] for _ in range(len(order) + 1)]
    back = []
    for at, one in enumerate(order):
        if not one.always:
            before[at + 1].append(at)
        if one.target in labels:
            target = labels[one.target] + one.past
            before[target].append(at)
            if target <= at:
                back.append((at, target))
    by_head = {}
    for end, head in back:
        by_head.setdefault(head, set()).update(_members(end, head, before))
    return order, [frozenset(members) for members in by_head.values()]


def innermost(found: List[FrozenSet[int]]) -> List[FrozenSet[int]]:
    """Those in which none of the others lies."""
    return [loop for loop in found if not any(other < loop for other in found)]


def sum_of(order: List[Instruction], members) -> Loop:
    loop = Loop()
    for at in members:
        loop.counts[order[at].kind] += 1
        loop.multiply_adds += order[at].multiply_adds
        loop.shared_bytes += order[at].shared_bytes
    return loop


def main_loop(compiler: str, text: str, work: int = 0) -> Optional[Loop]:
    """The loop that multiplies, or None where none does: of those in which no other
    multiplies, the one with the most work.

    `work`: the multiply-adds of an invocation in a slice of a tiled product. Where the
    compiler left a loop over the depths of a slice, the loop over slices around it is meant,
    with as many turns of the inner one as make up the slice.
    """
    front_end, _ = FRONT_ENDS[compiler]
    order, found = loops(front_end(text))
    sums = {loop: sum_of(order, loop) for loop in found}
    working = [loop for loop in found if sums[loop].multiply_adds or sums[loop].counts["matrix"]]
    inner = innermost(working)
    if not inner:
        return None

    def amount(loop):
        return sums[loop].counts["matrix"], sums[loop].multiply_adds

    most = max(inner, key=amount)
    slices = [(len(around), around, loop) for loop in inner for around in working
              if loop < around and amount(loop) == amount(most)]
    if not slices or not 0 < sums[most].multiply_adds < work:
        return sums[most]
    _, around, loop = min(slices, key=lambda item: item[0])
    whole = sum_of(order, around.difference(*(other for other in inner if other < around)))
    turns = (work - whole.multiply_adds) / sums[loop].multiply_adds
    for kind, count in sums[loop].counts.items():
        whole.counts[kind] += turns * count
    whole.multiply_adds = work
    whole.shared_bytes += round(turns * sums[loop].shared_bytes)
    return whole
