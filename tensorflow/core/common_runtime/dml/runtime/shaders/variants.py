"""The table of shader variants: which GLSL program is built for which types.

A row gives the source's stem, then the values of its type parameters T and U.
Its variants are named "<stem>_<T>_<U>", as operators ask for them (ShaderName
in operators/tensor.h). Everything that changes at run time without changing
types (operation, tile size, group size) is a specialization constant instead,
so that one module serves many programs.
"""

import itertools
from dataclasses import dataclass, field
from typing import Dict, Iterator, Sequence, Tuple

FLOATS = ("f32", "f16")
INTEGERS = ("i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64")
NUMBERS = FLOATS + INTEGERS
ALL = NUMBERS + ("bool",)
COMPLEX = ("c64", "c128")
# For programs that only move bits: one variant a size, in bytes.
SIZES = ("u8", "u16", "u32", "u64", "u128")


@dataclass(frozen=True)
class Shader:
    """One GLSL source and the types that it is built for."""

    source: str  # stem of the .comp file
    T: Sequence[str] = ()
    U: Sequence[str] = ()
    name: str = ""  # stem of the variants' names; the source's by default
    defines: Dict[str, str] = field(default_factory=dict)
    cooperative: bool = False  # with cooperative matrices: tile_matrix.glsl

    def variants(self) -> Iterator[Tuple[str, Dict[str, str]]]:
        """Yields (variant name, types by parameter)."""
        for t, u in itertools.product(self.T or (None,), self.U or (None,)):
            types = {k: v for k, v in (("T", t), ("U", u)) if v}
            yield "_".join([self.name or self.source, *types.values()]), types


# What element-wise programs take and give: the shaders of each form.
def elementwise(source: str, suffix: str) -> Sequence[Shader]:
    types = {
        "unary": (*ALL, "f64", *COMPLEX),
        "binary": (*ALL, "f64", *COMPLEX),
        "ternary": (*NUMBERS, "f64"),
        "compare": (*ALL, "f64", *COMPLEX),
        "classify": (*FLOATS, "f64"),
        "choose": SIZES,
        "part": COMPLEX,
        "compose": COMPLEX,
    }
    return [
        Shader(source, T=t, name=kind + suffix, defines={f"DML_{kind.upper()}": "1"})
        for kind, t in types.items()
    ]


def casts() -> Sequence[Shader]:
    types = (*ALL, "f64")
    return [Shader("cast", T=(t,), U=[u for u in types if u != t]) for t in types]


# Optimizers, and how many tensors each takes: first those that also step rows.
SPARSE_OPTIMIZERS = {
    "momentum": 5,
    "keras_momentum": 5,
    "adagrad": 4,
    "adagrad_v2": 5,
    "rmsprop": 8,
    "centered_rmsprop": 9,
    "adadelta": 7,
    "ftrl": 8,
    "ftrl_v2": 9,
    "proximal_sgd": 5,
    "proximal_adagrad": 6,
    "adagrad_da": 8,
}
OPTIMIZERS = {
    **SPARSE_OPTIMIZERS,
    "sgd": 3,
    "adam": 10,
    "amsgrad": 11,
    "adamax": 9,
    "add_sign": 7,
    "power_sign": 7,
}
# These take powers, which float64 has none of on the device.
NO_FLOAT64 = ("ftrl", "ftrl_v2", "power_sign")


def optimizers(source: str, tensors: Dict[str, int], suffix: str) -> Sequence[Shader]:
    return [
        Shader(
            source,
            T=FLOATS if name in NO_FLOAT64 else (*FLOATS, "f64"),
            name=name + suffix,
            defines={
                "DML_OPTIMIZER": f"DML_{name.upper()}",
                "DML_TENSORS": str(count),
            },
        )
        for name, count in tensors.items()
    ]


SHADERS = [
    # Element-wise, casts, copies.
    *elementwise("elementwise", ""),
    *elementwise("elementwise_strided", "_strided"),
    *casts(),
    Shader("cast_bfloat16", T=("u16",)),
    Shader("copy_strided", T=SIZES),
    Shader("transpose", T=SIZES),
    Shader("fill", T=SIZES),
    Shader("range", T=NUMBERS),
    Shader("pad", T=SIZES),
    Shader("matrix_band", T=SIZES),
    # Indexing, random numbers, optimizers.
    Shader("gather", T=SIZES, U=("i32", "i64")),
    Shader("scatter", T=FLOATS + ("f64", "i32", "i64"), U=("i32", "i64")),
    Shader("scatter", T=SIZES, U=("i32", "i64"), name="scatter_move", defines={"DML_MOVE": "1"}),
    Shader("sparse_matmul", T=FLOATS + ("f64",), U=("i32", "i64")),
    Shader("one_hot", T=SIZES, U=("u8", "i32", "i64")),
    Shader("random", T=FLOATS + ("f64", "i32", "i64")),
    *optimizers("optimizer", OPTIMIZERS, ""),
    *optimizers("optimizer_rows", SPARSE_OPTIMIZERS, "_rows"),
    # Reductions, normalization, softmax, pooling.
    # Float partial sums of float16 go through float32.
    Shader("reduce", FLOATS, FLOATS),
    *(Shader("reduce", (t,), (t,)) for t in INTEGERS + ("f64", "bool") + COMPLEX),
    Shader("arg_reduce", NUMBERS + ("f64",)),
    Shader("softmax", FLOATS + ("f64",)),
    Shader("softmax_cross_entropy", FLOATS + ("f64",)),
    Shader("softmax_cross_entropy", FLOATS + ("f64",), ("i32", "i64"),
           name="sparse_softmax_cross_entropy", defines={"SPARSE": "1"}),
    Shader("batch_norm_statistics", FLOATS),
    Shader("batch_norm_finish"),
    Shader("batch_norm_apply", FLOATS),
    Shader("batch_norm_gradient_sums", FLOATS),
    Shader("batch_norm_gradient", FLOATS),
    Shader("max_pool", FLOATS + ("f64",)),
    Shader("max_pool_gradient", FLOATS + ("f64",)),
    Shader("average_pool", FLOATS + ("f64",)),
    Shader("average_pool_gradient", FLOATS + ("f64",)),
    Shader("local_response_normalization", FLOATS),
    Shader("resize", FLOATS, FLOATS),
    Shader("resize", ("f64",), ("f32", "f64")),
    Shader("resize_gradient", FLOATS, FLOATS),
    Shader("resize_gradient", ("f32", "f64"), ("f64",)),
    Shader("colors", FLOATS + ("f64",)),
    Shader("crop_and_resize", FLOATS + ("f64",)),
    Shader("crop_and_resize_image_gradient", FLOATS + ("f64",)),
    Shader("crop_and_resize_boxes_gradient", FLOATS + ("f64",)),
    Shader("dilation", FLOATS + ("f64",)),
    Shader("dilation_input_gradient", FLOATS + ("f64",)),
    Shader("dilation_filter_gradient", FLOATS + ("f64",)),
    Shader("extract_patches", SIZES),
    Shader("scan", NUMBERS + ("f64",) + COMPLEX),
    Shader("scan", FLOATS + ("f64",), name="scan_log_sum_exp", defines={"LOG_SUM_EXP": "1"}),
    # Selections.
    Shader("nonzero", SIZES),
    Shader("suppress_overlaps"),
    Shader("suppress_boxes"),
    Shader("search_sorted", NUMBERS + ("f64",)),
    Shader("reverse_sequence", SIZES, ("i32", "i64")),
    Shader("top_k", NUMBERS + ("f64",)),
    Shader("in_top_k", ("i32", "i64")),
    Shader("count_values"),
    Shader("pack_bits"),
    Shader("cross", NUMBERS + ("f64",)),
    Shader("fft", COMPLEX),
    Shader("fft_chirp", COMPLEX),
    Shader("tridiagonal_matmul", ("f32", "f64", *COMPLEX)),
    Shader("tridiagonal_solve", ("f32", "f64", *COMPLEX)),
    # Matrix products, convolution.
    Shader("gemm", T=(*FLOATS, "f64", "i32", "i64")),
    Shader("gemm", T=("f16",), name="gemm_matrix", cooperative=True),
    Shader("convolution", T=("f16",), name="convolution_matrix", cooperative=True),
    Shader("complex_expand", T=COMPLEX),
    Shader("split_reduce", T=(*FLOATS, "f64", "i32", "i64")),
    Shader("convolution", T=FLOATS + ("f64",)),
    Shader("depthwise", T=FLOATS + ("f64",)),
    Shader("depthwise_filter", T=FLOATS + ("f64",)),
    # Recurrent layers.
    Shader("recurrent_cell", T=(*FLOATS, "f64")),
    Shader("recurrent_cell_gradient", T=(*FLOATS, "f64")),
    Shader("lstm_block", T=FLOATS),
    Shader("lstm_block_gradient", T=FLOATS),
    Shader("gru_block", T=FLOATS),
    # For measuring: ceilings of the adapter, yardsticks.
    Shader("benchmark_multiply_add", T=FLOATS + ("f64",)),
    Shader("benchmark_empty"),
    Shader("benchmark_naive_gemm", T=("f32",)),
    Shader("benchmark_naive_convolution", T=("f32",)),
]
