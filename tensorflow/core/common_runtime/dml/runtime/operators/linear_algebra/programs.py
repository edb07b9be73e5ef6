"""Programs on vectors, bands and tridiagonal matrices."""

from variants import COMPLEX, NUMBERS, SIZES, Shader

SHADERS = [
    Shader("cross", NUMBERS + ("f64",)),
    Shader("matrix_band", T=SIZES),
    Shader("tridiagonal_matmul", ("f32", "f64", *COMPLEX)),
    Shader("tridiagonal_solve", ("f32", "f64", *COMPLEX)),
]
