"""Programs that step optimizers, and that clip what they take."""

from variants import FLOATS, Shader

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


def optimizers(source, tensors, suffix):
    return [
        Shader(
            source,
            T=FLOATS if name in NO_FLOAT64 else (*FLOATS, "f64"),
            name=name + suffix,
            grouped=source == "optimizer",
            defines={
                "DML_OPTIMIZER": f"DML_{name.upper()}",
                "DML_TENSORS": str(count),
            },
        )
        for name, count in tensors.items()
    ]


SHADERS = [
    *optimizers("optimizer", OPTIMIZERS, ""),
    *optimizers("optimizer_rows", SPARSE_OPTIMIZERS, "_rows"),
    Shader("squares", T=("f32",), grouped=True),
    Shader("clip_by_norm", T=("f32",), grouped=True),
]
