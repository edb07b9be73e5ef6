"""Programs that order elements, or search among ordered ones."""

from variants import NUMBERS, Shader

SHADERS = [
    Shader("search_sorted", NUMBERS + ("f64",)),
    Shader("top_k", NUMBERS + ("f64",)),
    Shader("sort_elements", NUMBERS + ("f64",)),
    Shader("select_k", NUMBERS + ("f64",)),
    Shader("in_top_k", ("i32", "i64")),
]
