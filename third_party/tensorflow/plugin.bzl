"""How code that includes TensorFlow headers is compiled."""

# TensorFlow 1.15 is C++11; its headers take 14 and 17. They are full of unused
# parameters, which a header of ours must not inherit as noise.
PLUGIN_COPTS = [
    "-std=c++17",
    "-fvisibility=hidden",
    "-Wno-unused-parameter",
    "-Wno-sign-compare",
]
