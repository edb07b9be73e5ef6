"""Programs on images and boxes."""

from variants import FLOATS, NUMBERS, SIZES, Shader

SHADERS = [
    Shader("resize", FLOATS, FLOATS),
    Shader("resize", ("f64",), ("f32", "f64")),
    Shader("resize_gradient", FLOATS, FLOATS),
    Shader("resize_gradient", ("f32", "f64"), ("f64",)),
    Shader("resize_area", NUMBERS + ("f64",), ("f32",)),
    Shader("colors", FLOATS + ("f64",)),
    Shader("crop_and_resize", FLOATS + ("f64",)),
    Shader("crop_and_resize_image_gradient", FLOATS + ("f64",)),
    Shader("crop_and_resize_boxes_gradient", FLOATS + ("f64",)),
    Shader("extract_patches", SIZES),
    Shader("suppress_overlaps"),
    Shader("suppress_boxes"),
]
