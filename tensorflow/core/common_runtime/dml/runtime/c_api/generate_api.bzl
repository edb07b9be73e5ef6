"""What the build makes from the headers of the C API."""

C_API = "//tensorflow/core/common_runtime/dml/runtime/c_api:"

def generate(name, kind, out, headers = [C_API + "all_headers"]):
    """`out` as c_api/generate_api.py makes its `kind` from the headers."""
    native.genrule(
        name = name,
        srcs = headers,
        outs = [out],
        cmd = " ".join(
            ["$(location @host_tools//:python3) -B $(location %sgenerate_api.py) %s" % (C_API, kind)] +
            ["$(locations %s)" % header for header in headers] +
            ["--out $@"],
        ),
        tools = [
            C_API + "generate_api.py",
            C_API + "reference_page.py",
            C_API + "api_schema.py",
            "@host_tools//:python3",
        ],
    )
