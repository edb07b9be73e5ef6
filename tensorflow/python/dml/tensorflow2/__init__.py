"""tensorflow-directml beside a stock TensorFlow 2.x.

TensorFlow calls start.start() while it is imported (tensorflow/start_python.cc). Nothing
here is imported otherwise.
"""
