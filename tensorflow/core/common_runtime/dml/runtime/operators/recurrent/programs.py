"""Programs of recurrent layers and cells."""

from variants import FLOATS, Shader

SHADERS = [
    Shader("recurrent_cell", T=(*FLOATS, "f64")),
    Shader("recurrent_cell_gradient", T=(*FLOATS, "f64")),
    Shader("recurrent_walk", T=(*FLOATS, "f64")),
    Shader("recurrent_walk_gradient", T=(*FLOATS, "f64")),
    Shader("lstm_block", T=FLOATS),
    Shader("lstm_block_gradient", T=FLOATS),
    Shader("gru_block", T=FLOATS),
]
