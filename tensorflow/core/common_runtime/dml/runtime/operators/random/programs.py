"""Programs that draw random numbers."""

from variants import FLOATS, Shader

SHADERS = [
    Shader("random", T=FLOATS + ("f64", "i32", "i64"), grouped=True),
]
