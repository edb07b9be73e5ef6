"""What benchmarks/overhead.py takes for a new tile configuration."""

import importlib.util
import pathlib

import pytest
from tensorflow_directml.runtime import Program

ROOT = pathlib.Path(__file__).resolve().parents[2]
_spec = importlib.util.spec_from_file_location("overhead", ROOT / "benchmarks/overhead.py")
overhead = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(overhead)

SMALL = Program("gemm_f32", (256, 64, 64, 16, 4, 4, 0, 4, 1, 4, 0, 0))
EARLIER = [SMALL, Program("batch_norm_finish", (256,))]


@pytest.mark.parametrize(
    "shader, constants, is_one",
    [
        ("gemm_f32", (256, 128, 128, 8, 8, 8, 0, 4, 1, 4, 0, 0), True),
        ("gemm_f32", (256, 128, 128, 8, 8, 8, 0, 1, 1, 1, 0, 0), True),  # narrow loads
        ("gemm_f32", (256, 128, 128, 8, 8, 8, 1, 4, 1, 4, 0, 0), False),  # a transposed
        ("gemm_f32", (256, 128, 128, 8, 8, 8, 0, 4, 1, 4, 8, 0), False),  # split
        ("gemm_f32", (256, 64, 64, 16, 4, 4, 0, 1, 1, 4, 0, 0), False),  # the same tile
        ("gemm_f16", (256, 128, 128, 8, 8, 8, 0, 4, 1, 4, 0, 0), False),
        ("softmax_f32", (256, 0), False),
        ("batch_norm_finish", (128,), False),
    ],
)
def test_tile_configurations(shader, constants, is_one):
    assert overhead.is_tile_configuration(Program(shader, constants), EARLIER) == is_one
