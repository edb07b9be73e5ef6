"""Where TensorFlow puts an op of a graph whose device has a given name."""

import tensorflow as tf

v1 = tf.compat.v1


class NameServer:
    """For children.Child."""

    def __init__(self):
        self.session = v1.Session()

    def place(self, name):
        """The device's name, or the class of the error."""
        definition = v1.GraphDef()
        node = definition.node.add(name="x", op="RandomUniform", device=name)
        node.input.append("shape")
        node.attr["T"].type = tf.int32.as_datatype_enum
        node.attr["dtype"].type = tf.float32.as_datatype_enum
        shape = definition.node.add(name="shape", op="Const")
        shape.attr["dtype"].type = tf.int32.as_datatype_enum
        shape.attr["value"].tensor.CopyFrom(tf.make_tensor_proto([2], tf.int32))
        metadata = v1.RunMetadata()
        options = v1.RunOptions(output_partition_graphs=True)
        try:
            with tf.Graph().as_default():
                tf.import_graph_def(definition, name="")
                with v1.Session() as session:
                    session.run("x:0", options=options, run_metadata=metadata)
        except (tf.errors.OpError, ValueError) as error:
            return type(error).__name__
        return next(node.device for graph in metadata.partition_graphs for node in graph.node
                    if node.op == "RandomUniform")
