"""Programs that read and write elements by index."""

from variants import FLOATS, SIZES, Shader

SHADERS = [
    Shader("gather", T=SIZES, U=("i32", "i64")),
    Shader("gather_nd", T=SIZES, U=("i32", "i64")),
    Shader("scatter", T=FLOATS + ("f64", "i32", "i64"), U=("i32", "i64")),
    Shader("scatter", T=SIZES, U=("i32", "i64"), name="scatter_move", defines={"DML_MOVE": "1"}),
    Shader("scatter_sorted", T=FLOATS + ("f64", "i32", "i64")),
    Shader("row_numbers", U=("i32", "i64")),
    Shader("radix_sort"),
    Shader("find_vectors", T=("i64",)),
    Shader("one_hot", T=SIZES, U=("u8", "i32", "i64")),
    Shader("nonzero", SIZES),
    Shader("partition"),
    Shader("reverse_sequence", SIZES, ("i32", "i64")),
]
