"""Rows of the ops of neural networks, also in both orders of an image's dimensions."""

from harness import FLOATS, Row, tf

# Sums of many float16 products, accumulated in float32 but of rounded gradients.
SUMS = {"float32": (1e-4, 1e-5), "float16": (1e-2, 1e-2)}


def nn(op, samples, gradient=True, types=FLOATS, domain=(-1, 1), tolerance=SUMS, **more):
    return Row(op, types, samples, gradient=gradient, domain=domain, tolerance=tolerance, **more)


def window(spatial, data_format):
    return [1] + list(spatial) + [1] if data_format == "NHWC" else [1, 1] + list(spatial)


def through_nhwc(op):
    """Runs a channels-first op in NHWC, since the CPU has no other: for references.

    The inputs are NHWC; on the device the op itself runs on transposed data.
    """
    def call(*inputs):
        if "CPU" in inputs[0].graph._device_function_stack.peek_top_obj().display_name:
            return op("NHWC", *inputs)
        first = [tf.transpose(x, [0, 3, 1, 2]) if x.shape.ndims == 4 and i != 1 else x
                 for i, x in enumerate(inputs)]
        return tf.transpose(op("NCHW", *first), [0, 2, 3, 1])
    return call


def both(op_name, op, samples, **more):
    """The op in NHWC and in NCHW."""
    return [
        nn(op_name, samples, call=lambda *inputs: op("NHWC", *inputs),
           attrs={"data_format": "NHWC"}, **more),
        nn(op_name, samples, call=through_nhwc(op), attrs={"data_format": "NCHW"},
           **more),
    ]
