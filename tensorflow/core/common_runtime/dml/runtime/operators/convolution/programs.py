"""Programs of convolutions."""

from variants import FLOATS, Shader

SHADERS = [
    Shader("convolution", T=FLOATS + ("f64",)),
    Shader("convolution", T=("f16",), name="convolution_packed", defines={"DML_PACKED": "1"},
           no_hlsl="holds pairs of float16 in shared memory"),
    Shader("convolution", T=("f16",), name="convolution_dot",
           defines={"DML_PACKED": "1", "DML_DOT": "1"}, new_instructions=True,
           no_hlsl="an instruction of SPIR-V only"),
    Shader("convolution", T=("f16",), name="convolution_matrix", cooperative=True),
    Shader("depthwise", T=FLOATS + ("f64",)),
    Shader("depthwise_filter", T=FLOATS + ("f64",)),
]
