"""Colors of images: conversions, hue, saturation, contrast."""

import numpy as np
import pytest
from harness import FLOATS, Row, check, covered, error_of, name, raw, run, tf, variants, zeros

IMAGES = [(2, 5, 7, 3), (4, 3, 3), (2, 2, 1, 3, 3), (0, 4, 4, 3)]
# Hues are quotients of differences of rounded numbers.
LOOSE = {"float16": (1e-2, 1e-2), "float64": (1e-12, 1e-12)}


def adjustment(op, amounts, **more):
    return Row(op, FLOATS, [[shape, np.array(amount, np.float32)] for shape in IMAGES
                            for amount in amounts], domain=(0, 1), tolerance=LOOSE, **more)


ROWS = [
    Row(op, ("float32", "float64"), [[(2, 5, 7, 3)], [(3,)], [(0, 3)]], domain=(0, 1),
        tolerance=LOOSE)
    for op in ("RGBToHSV", "HSVToRGB")
] + [
    adjustment("AdjustHue", (0.0, 0.3, -0.9)),
    adjustment("AdjustSaturation", (0.0, 0.4, 1.7)),
    adjustment("AdjustContrastv2", (0.0, 0.5, 2.5)),
    Row("AdjustContrastv2", FLOATS, [[(1, 33, 40, 5), np.array(3, np.float32)]], domain=(0, 255),
        # Of the mean, times 3.
        tolerance={"float16": (1e-2, 0.5), "float32": (2e-5, 2e-4)}),
]


@pytest.mark.parametrize("row, dtype", variants(ROWS), ids=name)
def test_colors(row, dtype):
    check(row, dtype)


covered.add("AdjustContrast")


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int16", "int32", "float32", "float64"])
def test_contrast_of_old_graphs(dtype):
    x = np.random.RandomState(0).randint(0, 100, (2, 5, 4, 3)).astype(dtype)

    def call(images):
        with tf.Graph().as_default() as graph:
            tf.placeholder(images.dtype, x.shape, "images")
            for k, value in enumerate((1.5, 10.0, 90.0)):
                tf.constant(value, tf.float32, (), "value%d" % k)
        definition = graph.as_graph_def()
        definition.versions.producer = 1
        node = definition.node.add(name="contrast", op="AdjustContrast")
        node.input.extend(["images", "value0", "value1", "value2"])
        node.attr["T"].type = images.dtype.as_datatype_enum
        return tf.import_graph_def(definition, {"images": images}, ["contrast:0"])

    (got,) = run(call, [x])
    wide = x.astype(np.float64)
    mean = wide.mean(axis=(1, 2), keepdims=True)
    want = np.clip(mean + 1.5 * (wide - mean), 10, 90)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, want, 1e-5, 1e-5)


def test_images_of_scripts():
    """As augmentation pipelines use them, with uint8 images."""
    image = np.random.RandomState(1).randint(0, 256, (6, 5, 3)).astype(np.uint8)

    def call(x):
        return [tf.image.adjust_hue(x, 0.2), tf.image.adjust_saturation(x, 1.4),
                tf.image.adjust_contrast(x, 0.7)]

    for got, want in zip(run(call, [image]), run(call, [image], "/device:CPU:0")):
        assert got.dtype == want.dtype
        # A float32's last bit may decide which way a byte is cut.
        assert np.abs(got.astype(int) - want.astype(int)).max() <= 1


@pytest.mark.parametrize("op, inputs, message", [
    ("RGBToHSV", [zeros(2, 4)], "input must have 3 channels but input only has 4 channels."),
    ("HSVToRGB", [zeros()], "input must be at least 1D"),
    ("AdjustHue", [zeros(2, 3), zeros()], "input must be at least 3-D, got shape"),
    ("AdjustHue", [zeros(1, 2, 3), zeros(1)], "delta must be scalar: [1]"),
    ("AdjustHue", [zeros(1, 2, 4), zeros()], "must have 3 channels but instead has 4 channels."),
    ("AdjustSaturation", [zeros(1, 2, 3), zeros(1)], "scale must be scalar: [1]"),
    ("AdjustContrastv2", [zeros(2, 3), zeros()], "input must be at least 3-D, got shape"),
    ("AdjustContrastv2", [zeros(1, 2, 3), zeros(1)], "contrast_factor must be scalar: [1]"),
])
def test_errors(op, inputs, message):
    assert message in error_of(raw(op), inputs)
