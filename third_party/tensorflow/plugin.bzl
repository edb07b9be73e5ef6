"""How code that includes TensorFlow headers is compiled, and for which versions."""

load("//third_party/tensorflow:versions.bzl", "TENSORFLOW2_VERSIONS", "underscored")

# TensorFlow's headers are full of unused parameters, which a header of ours must
# not inherit as noise.
_COPTS = [
    "-fvisibility=hidden",
    "-Wno-array-bounds",
    "-Wno-unused-parameter",
    "-Wno-sign-compare",
]

# What the device and kernels are compiled against: the suffix of their targets,
# the folder of common_runtime/dml/generation, flags, headers and library.
#
# 1.15 not as C++17: there absl::string_view becomes std::string_view, which is
# another type than in the base's symbols. Who builds all wants that one; others
# are named.
PLUGIN_BASES = [struct(
    suffix = "",
    generation = "v1",
    copts = ["-std=c++14"] + _COPTS,
    tensorflow = "@tensorflow_base//:tensorflow",
    tags = [],
)] + [struct(
    suffix = "_" + underscored(version),
    generation = "v2",
    # int64 and string, which 1.15 wants, are deprecated in later versions.
    copts = ["-std=c++17", "-Wno-deprecated-declarations"] + _COPTS,
    tensorflow = "@tensorflow_base_" + underscored(version) + "//:tensorflow",
    tags = ["manual"],
) for version in TENSORFLOW2_VERSIONS]
