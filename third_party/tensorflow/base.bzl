"""The TensorFlow wheels that everything is built on, as repositories."""

load("//third_party/tensorflow:versions.bzl", "TENSORFLOW2_VERSIONS", "underscored")

def _extract(ctx, variable, question, version):
    wheel = ctx.os.environ.get(variable, "")
    python = ctx.os.environ.get("TF_DIRECTML_BUILD_PYTHON", "python3")
    if not wheel:
        fail("%s is not set: run %s first." % (variable, question))
    result = ctx.execute([
        python,
        ctx.path(Label("//third_party/tensorflow:extract_base.py")),
        wheel,
        ctx.path("."),
        version,
    ], timeout = 600)
    if result.return_code:
        fail(result.stderr)

def _tensorflow_base_impl(ctx):
    _extract(ctx, "TF_DIRECTML_BASE_WHEEL", "./configure.py", "1.15")
    ctx.template("BUILD", Label("//third_party/tensorflow:base.BUILD"), {})

tensorflow_base = repository_rule(
    implementation = _tensorflow_base_impl,
    environ = ["TF_DIRECTML_BASE_WHEEL", "TF_DIRECTML_BUILD_PYTHON"],
    local = False,
)

def _tensorflow2_base_impl(ctx):
    version = ctx.attr.version
    variable = "TF_DIRECTML_BASE_WHEEL_" + underscored(version)
    _extract(ctx, variable, "./configure.py --tensorflow2 " + version, version)
    ctx.template(
        "BUILD",
        Label("//third_party/tensorflow:base_v2.BUILD"),
        {"%{version}": version},
    )

_tensorflow2_base = repository_rule(
    implementation = _tensorflow2_base_impl,
    attrs = {"version": attr.string(mandatory = True)},
    environ = ["TF_DIRECTML_BUILD_PYTHON"] + [
        "TF_DIRECTML_BASE_WHEEL_" + underscored(version)
        for version in TENSORFLOW2_VERSIONS
    ],
    local = False,
)

def tensorflow2_bases():
    """A repository for each version; only those that a build asks for are made."""
    for version in TENSORFLOW2_VERSIONS:
        _tensorflow2_base(
            name = "tensorflow_base_" + underscored(version),
            version = version,
        )
