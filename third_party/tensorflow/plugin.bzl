"""How code that includes TensorFlow headers is compiled."""

# Not C++17: there absl::string_view becomes std::string_view, which is another
# type than in the base's symbols. TensorFlow's headers are full of unused
# parameters, which a header of ours must not inherit as noise.
PLUGIN_COPTS = [
    "-std=c++14",
    "-fvisibility=hidden",
    "-Wno-array-bounds",
    "-Wno-unused-parameter",
    "-Wno-sign-compare",
]
