"""Programs of Fourier transforms."""

from variants import COMPLEX, Shader

SHADERS = [
    Shader("fft", COMPLEX),
    Shader("fft_chirp", COMPLEX),
]
