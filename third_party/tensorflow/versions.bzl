"""The versions of TensorFlow 2.x that there is a library for, beside that for 1.15."""

# Minor versions; requirements-<version>.txt pins the wheel that is compiled against. For one
# more: its file, a line here, and configure.py --tensorflow2.
TENSORFLOW2_VERSIONS = [
    "2.15",
    "2.18",
    "2.21",
]

def underscored(version):
    return version.replace(".", "_")
