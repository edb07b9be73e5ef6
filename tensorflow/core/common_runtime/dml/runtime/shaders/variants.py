"""Rows of the tables of shader variants: which GLSL program is built for which types.

A family's table is SHADERS in operators/<family>/programs.py, beside its programs.
A row gives the source's stem, then the values of its type parameters T and U.
Its variants are named "<stem>_<T>_<U>", as operators ask for them (ShaderName
in operators/tensor.h). Everything that changes at run time without changing
types (operation, tile size, group size) is a specialization constant instead,
so that one module serves many programs.
"""

import itertools
from dataclasses import dataclass, field
from typing import Dict, Iterator, Sequence, Tuple

FLOATS = ("f32", "f16")
INTEGERS = ("i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64")
NUMBERS = FLOATS + INTEGERS
ALL = NUMBERS + ("bool",)
COMPLEX = ("c64", "c128")
# For programs that only move bits: one variant a size, in bytes.
SIZES = ("u8", "u16", "u32", "u64", "u128")


@dataclass(frozen=True)
class Shader:
    """One GLSL source and the types that it is built for."""

    source: str  # stem of the .comp file
    T: Sequence[str] = ()
    U: Sequence[str] = ()
    name: str = ""  # stem of the variants' names; the source's by default
    defines: Dict[str, str] = field(default_factory=dict)
    cooperative: bool = False  # with cooperative matrices: tile_matrix.glsl
    new_instructions: bool = False  # of SPIR-V, by GL_EXT_spirv_intrinsics
    # Not optimized by the build: it is large until its constants are known.
    optimized: bool = True
    # Why no HLSL is made of it, where that cannot say what it needs. Those with
    # cooperative matrices have none either.
    no_hlsl: str = ""
    # Also as a program that takes up to 16 of its launches in one: of small ones, of
    # which steps have many. See scheduler/launch_groups.h.
    grouped: bool = False
    # Its results are those of other programs to the bit, as launches' that become one are:
    # no operation on floats is contracted with another one. Nor is it optimized by the build.
    exact: bool = False

    def variants(self) -> Iterator[Tuple[str, Dict[str, str]]]:
        """Yields (variant name, types by parameter)."""
        for t, u in itertools.product(self.T or (None,), self.U or (None,)):
            types = {k: v for k, v in (("T", t), ("U", u)) if v}
            yield "_".join([self.name or self.source, *types.values()]), types
