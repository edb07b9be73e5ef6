"""The families of operators, and how the build makes a family's programs."""

load("//tensorflow/core/common_runtime/dml/runtime/c_api:generate_api.bzl", "C_API", "generate")

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

# Of which other families a family includes headers and .glsl files, and whose enums its
# programs know.
INCLUDED_FAMILIES = {
    "convolution": ["products"],
    "copies": ["elementwise"],
    "elementwise": ["reductions"],
    "normalization": ["products"],
    "random": ["elementwise"],
    "reductions": ["elementwise"],
}

SHADERS = "//tensorflow/core/common_runtime/dml/runtime/shaders:"
HLSL = "//tensorflow/core/common_runtime/dml/runtime/shaders/hlsl:"

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

def family_parameters(family):
    """<family>/<family>_parameters.h: the C++ structs of the programs' parameter blocks."""
    native.genrule(
        name = family + "_parameters",
        srcs = [family + "/programs.py"] + native.glob([
            family + "/*.comp",
            family + "/*.glsl",
        ]) + [
            SHADERS + "parameter_blocks.py",
            SHADERS + "spirv.py",
            SHADERS + "includes",
            family + "/dml_enums.glsl",
        ],
        outs = ["%s/%s_parameters.h" % (family, family)],
        cmd = " ".join([
            "$(location @host_tools//:python3) -B $(location %sparameter_blocks.py)" % SHADERS,
            "--folder $$(dirname $(location %s/programs.py))" % family,
            "--enums $(location %s/dml_enums.glsl)" % family,
            "--out $@",
        ]),
        tools = ["@host_tools//:python3"],
    )

def _of_host_impl(ctx):
    return [DefaultInfo(files = depset([ctx.file.src]))]

# A table of programs is the same for Linux, Windows and the sanitizers, and takes minutes:
# made once, among the build's own tools, and not for each of them.
_of_host = rule(
    implementation = _of_host_impl,
    attrs = {"src": attr.label(allow_single_file = [".cc"], cfg = "host")},
)

def family_programs(family):
    """<family>/<family>_programs.cc: every variant of the family's programs, as SPIR-V and HLSL,
    and what precompiled.csv lists as DXIL."""

    # A step of its own: what leaves the numbers as they are compiles no program anew.
    generate(
        name = family + "_enums",
        kind = "enums",
        out = family + "/dml_enums.glsl",
        headers = [C_API + "dml_tensor.h"] + [
            C_API + "operators/%s.h" % known
            for known in [family] + INCLUDED_FAMILIES.get(family, [])
        ],
    )
    _of_host(
        name = family + "_programs",
        src = "%s/%s_programs.cc" % (family, family),
    )
    native.genrule(
        name = family + "_compiled",
        srcs = [family + "/programs.py"] + native.glob([
            family + "/*.comp",
            family + "/*.glsl",
            family + "/precompiled.csv",  # where there is one
        ] + [other + "/*.glsl" for other in INCLUDED_FAMILIES.get(family, [])]) + [
            HLSL + "includes",
            HLSL + "words.hlsl",
            SHADERS + "buffer_check.py",
            SHADERS + "build_shaders.py",
            SHADERS + "hlsl_shared.py",
            SHADERS + "hlsl_text.py",
            SHADERS + "parameter_blocks.py",
            SHADERS + "precompiled.py",
            SHADERS + "spirv.py",
            SHADERS + "variants.py",
            SHADERS + "includes",
            family + "/dml_enums.glsl",
        ],
        outs = ["%s/%s_programs.cc" % (family, family)],
        cmd = " ".join([
            "$(location @host_tools//:python3) -B $(location %sbuild_shaders.py)" % SHADERS,
            "--family $$(dirname $(location %s/programs.py))" % family,
            "--glslc $(location @host_tools//:glslc)",
            "--glslang $(location @host_tools//:glslang)",
            "--spirv-cross $(location @host_tools//:spirv-cross)",
            "--compile-hlsl $(location //third_party/dxc:compile_hlsl)",
            "--dxc $(location @dxc//:library)",
            "--enums $(location %s/dml_enums.glsl)" % family,
            "--out $@",
        ]),
        message = "Compiling the programs of",
        tools = [
            "//third_party/dxc:compile_hlsl",
            "@dxc//:library",
            "@host_tools//:glslang",
            "@host_tools//:glslc",
            "@host_tools//:python3",
            "@host_tools//:spirv-cross",
        ],
    )
