"""Programs of softmax and the cross-entropies."""

from variants import FLOATS, Shader

SHADERS = [
    Shader("softmax", FLOATS + ("f64",)),
    Shader("softmax_cross_entropy", FLOATS + ("f64",)),
    Shader("softmax_cross_entropy", FLOATS + ("f64",), ("i32", "i64"),
           name="sparse_softmax_cross_entropy", defines={"SPARSE": "1"}),
]
