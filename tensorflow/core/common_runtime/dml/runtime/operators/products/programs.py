"""Programs of matrix products."""

from variants import COMPLEX, FLOATS, Shader

SHADERS = [
    Shader("gemm", T=FLOATS, grouped=True),
    Shader("gemm", T=("f64", "i32", "i64")),
    Shader("gemm", T=("f16",), name="gemm_packed", defines={"DML_PACKED": "1"},
           no_hlsl="holds pairs of float16 in shared memory"),
    Shader("gemm", T=("f16",), name="gemm_dot",
           defines={"DML_PACKED": "1", "DML_DOT": "1"}, new_instructions=True,
           no_hlsl="an instruction of SPIR-V only"),
    Shader("gemm", T=("f16",), name="gemm_matrix", cooperative=True),
    Shader("complex_expand", T=COMPLEX),
    Shader("split_reduce", T=FLOATS, grouped=True),
    Shader("split_reduce", T=("f64", "i32", "i64")),
    Shader("vector_product", T=FLOATS + ("f64", "i32", "i64")),
    Shader("sparse_matmul", T=FLOATS + ("f64",), U=("i32", "i64")),
    Shader("sparse_matmul_sorted", T=FLOATS + ("f64",), U=("i32", "i64")),
]
