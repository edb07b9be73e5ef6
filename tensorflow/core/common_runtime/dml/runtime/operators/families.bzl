"""The families of operators, and how the build makes a family's programs."""

# Each is a folder here, with its C++ and its GLSL. The folders of kernels/dml,
# tests/runtime and tests/kernels bear the same names (ci/check_layers.py).
FAMILIES = [
    "benchmark",
    "convolution",
    "copies",
    "elementwise",
    "images",
    "indexing",
    "linear_algebra",
    "normalization",
    "optimizers",
    "pooling",
    "products",
    "random",
    "recurrent",
    "reductions",
    "softmax",
    "sorting",
    "spectral",
]

# Folders there only: without operators of their own.
OTHER_FAMILIES = [
    "control",
    "lists",
    "variables",
]

# Of which other families a family's programs include .glsl files.
INCLUDED_FAMILIES = {
    "convolution": ["products"],
}

SHADERS = "//tensorflow/core/common_runtime/dml/runtime/shaders:"
C_API = "//tensorflow/core/common_runtime/dml/runtime/c_api:"

def _class_name(family):
    return "".join([word.capitalize() for word in family.split("_")])

def family_list(name):
    """families.inc: DML_FAMILY(Softmax) and so on, a line a family."""
    lines = "".join(["DML_FAMILY(%s)\\n" % _class_name(family) for family in FAMILIES])
    native.genrule(
        name = name,
        outs = ["families.inc"],
        cmd = "printf '%s' > $@" % lines,
    )

def family_programs(family):
    """<family>/<family>_programs.cc: every variant of the family's programs, as SPIR-V."""
    native.genrule(
        name = family + "_programs",
        srcs = [family + "/programs.py"] + native.glob([
            family + "/*.comp",
            family + "/*.glsl",
        ] + [other + "/*.glsl" for other in INCLUDED_FAMILIES.get(family, [])]) + [
            SHADERS + "build_shaders.py",
            SHADERS + "variants.py",
            SHADERS + "includes",
            C_API + "dml_operators.h",
        ],
        outs = ["%s/%s_programs.cc" % (family, family)],
        cmd = " ".join([
            "$(location @host_tools//:python3) -B $(location %sbuild_shaders.py)" % SHADERS,
            "--family $$(dirname $(location %s/programs.py))" % family,
            "--glslc $(location @host_tools//:glslc)",
            "--glslang $(location @host_tools//:glslang)",
            "--enums $(location %sdml_operators.h)" % C_API,
            "--out $@",
        ]),
        message = "Compiling the programs of",
        tools = [
            "@host_tools//:glslang",
            "@host_tools//:glslc",
            "@host_tools//:python3",
        ],
    )
