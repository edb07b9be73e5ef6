"""The Python of tensorflow_directml, as wheels install it."""

# Sources, the data beside them, and py.typed.
INSTALLED = (".py", ".html", ".json", ".typed")


# For TensorFlow 2.x only.
TENSORFLOW2 = "tensorflow2"


def package_files(folder, api, tensorflow2=False):
    """What the wheel has of the package's `folder` with Bazel's api.py in its place, as (name,
    data, executable): the same, in the same order, whether tests from the checkout left an
    api.py in the folder or not. `tensorflow2`: with what is for TensorFlow 2.x."""
    sources = {
        str(path.relative_to(folder)): path
        for path in folder.rglob("*")
        if path.suffix in INSTALLED
        and (tensorflow2 or path.relative_to(folder).parts[0] != TENSORFLOW2)
    }
    sources["api.py"] = api
    return [
        (f"tensorflow_directml/{name}", path.read_bytes(), False)
        for name, path in sorted(sources.items())
    ]
