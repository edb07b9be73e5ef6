"""tensorflow-directml: what is beside TensorFlow's own API. Imports no TensorFlow."""
