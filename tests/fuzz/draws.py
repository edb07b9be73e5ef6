"""Hypothesis' strategies for calls of ops: plain data, which JSON can hold.

    {"op": "Sum", "attrs": {"keep_dims": true},
     "inputs": [{"dtype": "float32", "shape": [2, 3], "values": [1.0, 2.5]}, ...]}

A tensor's values are its first elements, over and over. An input that is a list of tensors
is a list.
"""

from hypothesis import strategies as st

# Of elements: what is ordinary, and what is not.
_NICE = st.floats(-3, 3, width=16)
_ODD = st.sampled_from([
    0.0, -0.0, 1.0, -1.0, float("inf"), float("-inf"), float("nan"), 1e-6, 60000.0, -60000.0])
_SMALL = st.integers(0, 4)
_ANY_INTEGER = st.integers(-100, 100)
_LIMITS = {
    "int8": (-2**7, 2**7 - 1), "int16": (-2**15, 2**15 - 1), "int32": (-2**31, 2**31 - 1),
    "int64": (-2**63, 2**63 - 1), "uint8": (0, 2**8 - 1), "uint16": (0, 2**16 - 1),
    "uint32": (0, 2**32 - 1), "uint64": (0, 2**64 - 1),
}
_SIZES = st.integers(0, 5)


def shapes():
    return st.lists(_SIZES, max_size=5)


@st.composite
def tensors(draw, dtype, base, is_data):
    """Of the shape `base`, or like it, or any. `is_data`: no sizes, places or dimensions, so
    that no value asks for much memory."""
    how = draw(st.sampled_from(["base", "base", "scalar", "vector", "changed", "any"]))
    shape = list(base)
    if how == "scalar":
        shape = []
    elif how == "vector":
        shape = [draw(_SIZES)]
    elif how == "any":
        shape = draw(shapes())
    elif how == "changed" and shape:
        shape[draw(st.integers(0, len(shape) - 1))] = draw(_SIZES)
    return {"dtype": dtype, "shape": shape, "values": draw(elements(dtype, is_data))}


def elements(dtype, is_data):
    if dtype == "bool":
        one = st.booleans()
    elif dtype in _LIMITS:
        low, high = _LIMITS[dtype]
        one = _SMALL if low == 0 or not is_data else _ANY_INTEGER
        if is_data:
            one = st.one_of(one, one, st.sampled_from([low, high]))
        else:
            one = st.one_of(one, one, st.integers(max(low, -3), 7))
    else:
        return st.one_of(st.lists(_NICE, min_size=1, max_size=7),
                         st.lists(_NICE, min_size=1, max_size=7),
                         st.lists(st.one_of(_NICE, _ODD), min_size=1, max_size=7))
    return st.lists(one, min_size=1, max_size=7)


@st.composite
def attributes(draw, attr, base):
    kind, default = attr["type"], attr["default"]
    if default is not None and draw(st.booleans()):
        return default
    if kind == "bool":
        return draw(st.booleans())
    if kind == "int":
        return draw(st.integers(attr["minimum"], attr["minimum"] + 4))
    if kind == "float":
        return draw(st.one_of(st.floats(0, 1, width=16), st.floats(-3, 3, width=16)))
    if kind == "string":
        return draw(st.sampled_from(attr["allowed"])) if attr["allowed"] else (default or "")
    if kind == "shape":
        return list(base)
    if kind == "list(int)":
        lengths = st.sampled_from([max(attr["minimum"], 0), 4, 4, 4, 5, len(base), 1])
        length = draw(lengths)
        return draw(st.lists(st.integers(0, 3), min_size=length, max_size=length))
    if kind == "list(float)":
        return draw(st.lists(_NICE, max_size=4))
    if kind == "type":
        return draw(st.sampled_from(attr["allowed"]))
    return default


@st.composite
def calls(draw, op):
    """A call of what OpServer.ops() describes."""
    base = draw(shapes())
    types = draw(st.sampled_from(op["kernels"]))
    chosen = {name: draw(st.sampled_from(allowed)) for name, allowed in sorted(types.items())}
    attrs = {}
    for attr in op["attrs"]:
        if attr["name"] in chosen:
            if not attr["inferred"]:
                attrs[attr["name"]] = chosen[attr["name"]]
        elif attr["type"] == "type":
            chosen[attr["name"]] = draw(st.sampled_from(attr["allowed"]))
            if not attr["inferred"]:
                attrs[attr["name"]] = chosen[attr["name"]]
        elif not attr["inferred"]:
            attrs[attr["name"]] = draw(attributes(attr, base))
    inputs, lengths = [], {}
    for given in op["inputs"]:
        dtype = given["type"] or chosen[given["type_attr"]]
        is_data = given["type_attr"] in ("T", "SrcT", "dtype")
        one = tensors(dtype, base, is_data)
        if given["number_attr"]:
            name = given["number_attr"]
            length = lengths.setdefault(name, draw(st.integers(1, 4)))
            inputs.append([draw(one) for _ in range(length)])
        else:
            inputs.append(draw(one))
    return {"op": op["op"], "attrs": attrs, "inputs": inputs}
