"""The TensorFlow 1.15.5 wheel that everything is built on, as a repository."""

def _tensorflow_base_impl(ctx):
    wheel = ctx.os.environ.get("TF_DIRECTML_BASE_WHEEL", "")
    python = ctx.os.environ.get("TF_DIRECTML_BUILD_PYTHON", "python3")
    if not wheel:
        fail("TF_DIRECTML_BASE_WHEEL is not set: run ./configure.py first.")
    result = ctx.execute([
        python,
        ctx.path(Label("//third_party/tensorflow:extract_base.py")),
        wheel,
        ctx.path("."),
    ], timeout = 600)
    if result.return_code:
        fail(result.stderr)
    ctx.template("BUILD", Label("//third_party/tensorflow:base.BUILD"), {})

tensorflow_base = repository_rule(
    implementation = _tensorflow_base_impl,
    environ = ["TF_DIRECTML_BASE_WHEEL", "TF_DIRECTML_BUILD_PYTHON"],
    local = False,
)
