"""Kernel tests: TensorFlow with the DML device, on Mesa's software driver where
there is no GPU."""

import os

os.environ.setdefault("TF_DIRECTML_ALLOW_SOFTWARE_ADAPTER", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")

# Rows explain their failures: harness.py asserts as tests do.
import pytest  # noqa: E402

pytest.register_assert_rewrite("harness")
