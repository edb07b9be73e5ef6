"""Shared memory of 64-bit elements in HLSL: in words, since some drivers take no others.

    in_words(text)   the text of a program with such arrays as arrays of uint

    groupshared double tree[256];           groupshared uint tree_words[512];
    tree[i] = tree[i + 1];                  tree_set(i, tree_get(i + 1));

The words of an element lie as far apart as there are elements, so that neighbours
touch neighbours. Structures are taken apart likewise.
"""

import re

DECLARATION = re.compile(r"^groupshared (\w+) (\w+)((?:\[[^\]\n]+\])+);\n", re.M)
STRUCT = re.compile(r"^struct (\w+)\n\{\n(.*?)^\};\n", re.M | re.S)
MEMBER = re.compile(r"^\s*(\w+) (\w+)(?:\[(\d+)\])?;$", re.M)
VECTOR = re.compile(r"(float|double|bool|u?int(?:64_t)?)([234])")
LONG = ("double", "int64_t", "uint64_t")
# scalar: (its words, {0}; it, of words {0} and {1})
SCALARS = {
    "float": ("asuint({0})", "asfloat({0})"),
    "int": ("uint({0})", "int({0})"),
    "uint": ("{0}", "{0}"),
    "bool": ("uint({0})", "{0} != 0u"),
    "double": (None, "asdouble({0}, {1})"),
    "int64_t": ("uint64_t({0})", "int64_t(uint64_t({1}) << 32 | {0})"),
    "uint64_t": ("{0}", "uint64_t({1}) << 32 | {0}"),
}


class Unknown(Exception):
    """A use of shared memory that is not known here."""


def leaves(kind, place, structs):
    """[(scalar, how to name it)] of a value of a type that `place` names."""
    if kind in SCALARS:
        return [(kind, place)]
    vector = VECTOR.fullmatch(kind)
    if vector:
        return [(vector[1], f"{place}.{c}") for c in "xyzw"[:int(vector[2])]]
    if kind not in structs:
        raise Unknown(f"shared memory of {kind}")
    found = []
    for member, name, count in MEMBER.findall(structs[kind]):
        places = [f"{place}.{name}[{k}]" for k in range(int(count))] if count else [
            f"{place}.{name}"]
        for each in places:
            found += leaves(member, each, structs)
    return found


def functions(kind, name, count, parts):
    """The array of words and its two functions."""
    get, put, words = [], [], 0
    for scalar, place in parts:
        to_words, of_words = SCALARS[scalar]
        at = [f"{name}_words[i + {words + k} * {name}_count]" for k in range(2)]
        get.append(f"{place} = {of_words.format(*at)};")
        if scalar == "double":
            put += [f"asuint({place}, low, high);", f"{at[0]} = low;", f"{at[1]} = high;"]
        elif scalar in LONG:
            whole = to_words.format(place)
            put += [f"{at[0]} = uint({whole});", f"{at[1]} = uint({whole} >> 32);"]
        else:
            put.append(f"{at[0]} = {to_words.format(place)};")
        words += 2 if scalar in LONG else 1
    return "\n".join([
        f"static const uint {name}_count = {count};",
        f"groupshared uint {name}_words[{words} * {name}_count];",
        f"{kind} {name}_get(uint i)", "{", f"{kind} v;", *get, "return v;", "}",
        f"void {name}_set(uint i, {kind} v)", "{", "uint low, high;", *put, "}", ""])


def closing(text, at):
    """Where the bracket at `at` is closed."""
    depth = 0
    for i in range(at, len(text)):
        depth += (text[i] in "([{") - (text[i] in ")]}")
        if depth == 0:
            return i
    raise Unknown("a bracket without end")


def without_brackets(dimensions):
    return [d.strip() for d in re.findall(r"\[([^\]]+)\]", dimensions)]


def with_uses(text, name, sizes):
    """Calls instead of elements of `name`, an array of such dimensions."""
    pattern = re.compile(rf"\b{name}\[")
    at = 0
    while True:
        match = pattern.search(text, at)
        if not match:
            return text
        index, end = "", match.end() - 1
        for k, size in enumerate(sizes):
            if text[end] != "[":
                raise Unknown(f"a part of {name}")
            close = closing(text, end)
            inner = text[end + 1:close]
            index = f"({index}) * ({size}) + ({inner})" if k else inner
            end = close + 1
        assigned = re.match(r"\s*([-+*/|&^]?)=(?!=)\s*", text[end:])
        if not assigned:
            text = f"{text[:match.start()]}{name}_get({index}){text[end:]}"
        else:
            start = end + assigned.end()
            stop = text.index(";", start)
            value = text[start:stop]
            if assigned[1]:
                value = f"{name}_get({index}) {assigned[1]} ({value})"
            text = f"{text[:match.start()]}{name}_set({index}, {value}){text[stop:]}"
        # What stands in the index or the value is looked at next.
        at = match.start() + 1
        if re.match(r"\s*(?:\[[^\]]*\]|\.\w+)+\s*[-+*/|&^]?=(?!=)",
                    text[closing(text, text.index("(", match.start())) + 1:]):
            raise Unknown(f"an assignment to a part of {name}")


def in_words(text):
    structs = dict(STRUCT.findall(text))
    for kind, name, dimensions in DECLARATION.findall(text):
        parts = leaves(kind, "v", structs)
        if not any(scalar in LONG for scalar, _ in parts):
            continue
        sizes = without_brackets(dimensions)
        count = " * ".join(f"({size})" for size in sizes)
        declaration = f"groupshared {kind} {name}{dimensions};\n"
        before, after = text.split(declaration)
        text = before + functions(kind, name, count, parts) + with_uses(after, name, sizes)
    return text
