"""Programs of element-wise operators, and of casts."""

from variants import ALL, COMPLEX, FLOATS, INTEGERS, NUMBERS, SIZES, Shader

# What element-wise programs take: the shaders of each form.
TYPES = {
    "unary": (*ALL, "f64", *COMPLEX),
    "binary": (*ALL, "f64", *COMPLEX),
    "ternary": (*NUMBERS, "f64"),
    "compare": (*ALL, "f64", *COMPLEX),
    "classify": (*FLOATS, "f64"),
    "count": INTEGERS,
    "choose": SIZES,
    "part": COMPLEX,
    "compose": COMPLEX,
}


# Gradients of small tensors have many of these that belong to no chain.
GROUPED = {"unary": ("f32",), "binary": ("f32",)}


def elementwise(source: str, suffix: str):
    return [
        Shader(source, T=types, name=kind + suffix, defines={f"DML_{kind.upper()}": "1"},
               grouped=grouped, exact=True)
        for kind, all_types in TYPES.items()
        for grouped, types in (
            (True, GROUPED.get(kind, ())),
            (False, [t for t in all_types if t not in GROUPED.get(kind, ())]))
        if types
    ]


# Forms of special functions, which are too large for the programs above.
SPECIAL_TYPES = {
    "unary": (*FLOATS, "f64"),
    "binary": ("f32", "f64"),
    "ternary": ("f32", "f64"),
}


def special(source: str, suffix: str):
    return [Shader(source, T=types, name="special_" + kind + suffix, optimized=False,
                   defines={f"DML_{kind.upper()}": "1", "DML_SPECIAL": "1"})
            for kind, types in SPECIAL_TYPES.items()]


def casts():
    types = (*ALL, "f64")
    return [Shader("cast", T=(t,), U=[u for u in types if u != t]) for t in types]


SHADERS = [
    *elementwise("elementwise", ""),
    *elementwise("elementwise_strided", "_strided"),
    *special("elementwise", ""),
    *special("elementwise_strided", "_strided"),
    *casts(),
    Shader("chain", T=("f32",), U=("f16",), grouped=True, exact=True),
    Shader("chain_reduce", T=("f32",), U=("f16",), grouped=True, exact=True),
    Shader("chain_reduce", T=("f16",), U=("f32",), grouped=True, exact=True),
    Shader("cast_bfloat16", T=("u16",)),
    Shader("pack_bits"),
]
