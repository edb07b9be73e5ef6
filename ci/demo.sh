#!/bin/bash
# Builds the wheel on a machine with nothing prepared, and trains a convolutional
# network on handwritten digits with it:
#
#   ci/demo.sh [ARGUMENTS OF demo/train_digits.py]
#
# Results: build/demo/curves.png, a checkpoint, TensorBoard summaries.
source "$(dirname "$0")/common.sh"
build_all
step "Training"
build/venv/bin/tensorflow-directml devices
build/venv/bin/python demo/train_digits.py --out build/demo "$@"
echo
echo "Curves: build/demo/curves.png; more: build/venv/bin/tensorboard --logdir build/demo/summaries"
