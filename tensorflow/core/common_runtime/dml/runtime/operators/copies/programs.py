"""Programs that move bits."""

from variants import NUMBERS, SIZES, Shader

SHADERS = [
    Shader("copy_strided", T=SIZES, grouped=True),
    Shader("join", T=SIZES),
    Shader("transpose", T=SIZES, grouped=True),
    Shader("fill", T=SIZES),
    Shader("range", T=NUMBERS),
    Shader("pad", T=SIZES),
]
