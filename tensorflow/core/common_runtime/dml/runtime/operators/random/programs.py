"""Programs that draw random numbers."""

from variants import FLOATS, Shader

SHADERS = [
    Shader("random", T=FLOATS + ("f64", "i32", "i64"), grouped=True),
    Shader("random_from_state", T=FLOATS + ("f64", "i32", "i64")),
    Shader("random_advance"),
    Shader("truncated_normal", T=FLOATS + ("f64",)),
]
