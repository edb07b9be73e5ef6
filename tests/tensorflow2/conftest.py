"""Tests of the wheel beside TensorFlow 2.x, on Mesa's software driver where there is no GPU."""

import os

os.environ.setdefault("TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
