"""Programs on vectors, bands, triangular and other matrices."""

from variants import COMPLEX, NUMBERS, SIZES, Shader

FIELDS = ("f32", "f64", *COMPLEX)

SHADERS = [
    Shader("cholesky_panel", FIELDS),
    Shader("cross", NUMBERS + ("f64",)),
    Shader("jacobi_round", FIELDS),
    Shader("jacobi_small", FIELDS),
    Shader("jacobi_values", FIELDS),
    Shader("lu_determinant", FIELDS),
    Shader("lu_panel", FIELDS),
    Shader("lu_rows", FIELDS),
    Shader("matrix_band", T=SIZES),
    Shader("matrix_norm", FIELDS),
    Shader("qr_panel", FIELDS),
    Shader("small_solve", FIELDS),
    Shader("sort_vectors", FIELDS),
    Shader("triangular_solve", FIELDS),
    Shader("tridiagonal_matmul", FIELDS),
    Shader("tridiagonal_solve", FIELDS),
    Shader("turn_columns", FIELDS),
]
