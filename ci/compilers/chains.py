"""Element-wise operators in the order in which models call them, as the scheduler merges them.

What the merged launches take is no operator's program, so no plan names it: the sequences
run on the device (the null backend's, for planning.py) until it has their programs.
"""

import numpy as np

SIZES = (64, 256)
TIMES = 3  # a sequence has its programs when it was seen twice


class Recorder:
    """Calls operators on new tensors; what is not held any more is given back."""

    def __init__(self, device, dtype):
        self.device, self.dtype = device, dtype

    def tensor(self, sizes=SIZES, dtype=None):
        return self.device.empty(sizes, dtype or self.dtype).broadcast_to(SIZES)

    def reduce(self, operation, x, *axes):
        out = self.device.empty([1 if d in axes else n for d, n in enumerate(SIZES)], self.dtype)
        self.device.reduce(operation, x, out)
        return out

    def __call__(self, operation, *operands, dtype=None, parameter=None):
        out = self.device.empty(SIZES, dtype or self.dtype)
        if operation == "CAST":
            self.device.cast(operands[0], out)
        elif operation == "UNIFORM":
            self.device.random(operation, (0, 0, 0, 0), (0, 0), 0, 0, out)
        else:
            self.device.elementwise(operation, operands, out,
                                    None if parameter is None else [parameter])
        return out


def gelu(op):
    x, a, b, c, one = op.tensor(), *(op.tensor((1, 1)) for _ in range(4))
    cube = op("MULTIPLY", op("POW", x, a), b)
    t = op("TANH", op("MULTIPLY", op("ADD", x, cube), c))
    return op("MULTIPLY", op("ADD", t, one), x)


def layer_norm(op):
    x, mean, factor = op.tensor(), op.tensor((SIZES[0], 1)), op.tensor((SIZES[0], 1))
    gain, offset = op.tensor((SIZES[1],)), op.tensor((SIZES[1],))
    scaled = op("MULTIPLY", op("MULTIPLY", op("SUBTRACT", x, mean), factor), gain)
    return op("RELU", op("ADD", scaled, offset))


def lstm_cell(op):
    i, j, f, o, state, one = *(op.tensor() for _ in range(5)), op.tensor((1, 1))
    kept = op("MULTIPLY", state, op("SIGMOID", op("ADD", f, one)))
    new = op("ADD", kept, op("MULTIPLY", op("SIGMOID", i), op("TANH", j)))
    return new, op("MULTIPLY", op("TANH", new), op("SIGMOID", o))


def moving_average(op):
    average, value, rate = op.tensor(), op.tensor(), op.tensor((1, 1))
    step = op("MULTIPLY", op("SUBTRACT", average, value), rate)
    op.device.elementwise("SUBTRACT", [average, step], average)


def residual_gradient(op):
    a, b, y = op.tensor(), op.tensor(), op.tensor()
    total = op("ADD", a, b)
    return total, op("RELU_GRADIENT", total, y)


def dropout(op):
    rate, scale, x = op.tensor((1, 1)), op.tensor((1, 1)), op.tensor()
    mask = op("CAST", op("GREATER_EQUAL", op("UNIFORM"), rate, dtype="bool"))
    return op("MULTIPLY", op("MULTIPLY", x, scale), mask)


def mixed_precision(op):
    x, scale = op.tensor(dtype="float16"), op.tensor((1, 1), "float32")
    y = op("MULTIPLY", op("CAST", x, dtype="float32"), scale, dtype="float32")
    return op("CAST", y, dtype="float16")


def select(op):
    x, y, z = op.tensor(), op.tensor(), op.tensor()
    return op("SELECT", op("LESS", op("EXP", x), y, dtype="bool"), y, op("LOG1P", z))


def mean_of_squares(op):
    return op.reduce("MEAN", op("SQUARED_DIFFERENCE", op.tensor(), op.tensor()), 0, 1)


def softmax_gradient(op):
    return op.reduce("SUM", op("MULTIPLY", op.tensor(), op.tensor()), 1)


def dense_gradient(op):
    """Of a layer with GELU by tanh: what the product takes, and the bias's gradient."""
    x, y, c = op.tensor(), op.tensor(), op.tensor((1, 1))
    scaled = op("TANH_GRADIENT", op("MULTIPLY", x, y), op("MULTIPLY", y, c))
    inner = op("MULTIPLY", op("MULTIPLY", scaled, c), op("SQUARE", x))
    total = op("ADD", inner, scaled)
    return total, op.reduce("SUM", total, 0)


def largest_of_each_row(op):
    """As cross-entropies of logits begin that are scaled and biased."""
    x, scale, bias = op.tensor(), op.tensor((1, 1)), op.tensor((SIZES[1],))
    return op.reduce("MAX", op("ADD", op("MULTIPLY", x, scale), bias), 1)


SEQUENCES = (gelu, layer_norm, lstm_cell, moving_average, residual_gradient, dropout,
             mixed_precision, select, mean_of_squares, softmax_gradient, dense_gradient,
             largest_of_each_row)
SHADERS = ("chain_f32_f16", "chain_reduce_f32_f16", "chain_reduce_f16_f32")


def programs(device):
    """{(shader, constants): use} of the programs that the sequences' launches become."""
    found = {}
    for dtype in ("float32", "float16"):
        for sequence in SEQUENCES:
            before = set(device.programs())
            for _ in range(TIMES):
                sequence(Recorder(device, np.dtype(dtype)))
                device.sync()
                device.finish_programs()
            for program in device.programs():
                if program.shader in SHADERS and program not in before:
                    use = f"{sequence.__name__.replace('_', ' ')} {dtype}"
                    found.setdefault((program.shader, program.constants), use)
    return found
