"""Programs of batch, layer and local response normalization."""

from variants import FLOATS, Shader

SHADERS = [
    Shader("batch_norm_statistics", FLOATS),
    Shader("batch_norm_finish"),
    Shader("batch_norm_apply", FLOATS),
    Shader("batch_norm_merged_apply", FLOATS),
    Shader("batch_norm_gradient_sums", FLOATS),
    Shader("batch_norm_gradient_finish"),
    Shader("batch_norm_gradient", FLOATS),
    Shader("batch_norm_merged_gradient", FLOATS),
    Shader("layer_norm", FLOATS),
    Shader("layer_norm_gradient", FLOATS),
    Shader("layer_norm_columns", FLOATS),
    Shader("layer_norm_finish", FLOATS),
    Shader("local_response_normalization", FLOATS),
]
