"""Small graphs on one device."""

import tensorflow as tf

v1 = tf.compat.v1
DML = "/device:DML:0"
CPU = "/device:CPU:0"


def evaluate(build, device=DML):
    """What the tensors are that build() makes with all ops on the device."""
    with tf.Graph().as_default():
        with tf.device(device):
            fetches = build()
        config = v1.ConfigProto(allow_soft_placement=False)
        # Grappler and the session would fold constants on the host.
        config.graph_options.rewrite_options.disable_meta_optimizer = True
        config.graph_options.optimizer_options.opt_level = v1.OptimizerOptions.L0
        with v1.Session(config=config) as s:
            return s.run(fetches)
