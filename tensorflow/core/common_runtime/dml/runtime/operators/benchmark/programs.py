"""Programs for measuring: ceilings of the adapter, yardsticks."""

from variants import Shader

SHADERS = [
    Shader("benchmark_multiply_add", T=("f32", "f64")),
    Shader("benchmark_multiply_add", T=("f16",), no_hlsl="measures arithmetic in float16"),
    Shader("benchmark_empty"),
    Shader("benchmark_naive_gemm", T=("f32",)),
    Shader("benchmark_naive_convolution", T=("f32",)),
]
