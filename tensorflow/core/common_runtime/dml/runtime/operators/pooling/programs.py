"""Programs of pooling and morphological dilation."""

from variants import FLOATS, Shader

SHADERS = [
    Shader("max_pool", FLOATS + ("f64",)),
    Shader("max_pool_argmax", FLOATS + ("f64",)),
    Shader("max_pool_gradient", FLOATS + ("f64",)),
    Shader("max_pool_places", FLOATS + ("f64",)),
    Shader("max_pool_places_gradient", FLOATS + ("f64",)),
    Shader("average_pool", FLOATS + ("f64",)),
    Shader("average_pool_gradient", FLOATS + ("f64",)),
    Shader("dilation", FLOATS + ("f64",)),
    Shader("dilation_input_gradient", FLOATS + ("f64",)),
    Shader("dilation_filter_gradient", FLOATS + ("f64",)),
]
