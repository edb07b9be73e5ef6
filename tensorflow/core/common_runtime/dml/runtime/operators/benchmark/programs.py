"""Programs for measuring: ceilings of the adapter, yardsticks."""

from variants import FLOATS, Shader

SHADERS = [
    Shader("benchmark_multiply_add", T=FLOATS + ("f64",)),
    Shader("benchmark_empty"),
    Shader("benchmark_naive_gemm", T=("f32",)),
    Shader("benchmark_naive_convolution", T=("f32",)),
]
