"""Which ops of Keras 3's layers, losses, metrics and optimizers have no DML kernel.

    python tests/tensorflow2/keras_ops.py

Each is traced as a step of training would, and every node of the graph is looked up among the
kernels that TensorFlow has registered: nothing runs. Prints each op that would be placed on the
CPU, with its types and who uses it.
"""

import collections
import functools
import inspect

import keras
import numpy as np
from tensorflow.python.framework import dtypes, kernels

import tensorflow as tf

layers = keras.layers

# Constructor's arguments, and the shape of the input without the batch (a list for several).
LAYERS = {
    "Dense": ({"units": 4, "activation": "gelu"}, (6,)),
    "EinsumDense": ({"equation": "abc,cd->abd", "output_shape": (None, 4)}, (5, 6)),
    "Conv1D": ({"filters": 4, "kernel_size": 3}, (8, 3)),
    "Conv2D": ({"filters": 4, "kernel_size": 3, "padding": "same"}, (8, 8, 3)),
    "Conv3D": ({"filters": 4, "kernel_size": 3}, (6, 6, 6, 3)),
    "Conv1DTranspose": ({"filters": 4, "kernel_size": 3}, (8, 3)),
    "Conv2DTranspose": ({"filters": 4, "kernel_size": 3, "strides": 2}, (8, 8, 3)),
    "Conv3DTranspose": ({"filters": 4, "kernel_size": 3}, (6, 6, 6, 3)),
    "DepthwiseConv1D": ({"kernel_size": 3}, (8, 3)),
    "DepthwiseConv2D": ({"kernel_size": 3}, (8, 8, 3)),
    "SeparableConv1D": ({"filters": 4, "kernel_size": 3}, (8, 3)),
    "SeparableConv2D": ({"filters": 4, "kernel_size": 3}, (8, 8, 3)),
    "LSTM": ({"units": 4, "return_sequences": True}, (5, 6)),
    "GRU": ({"units": 4}, (5, 6)),
    "SimpleRNN": ({"units": 4}, (5, 6)),
    "ConvLSTM1D": ({"filters": 4, "kernel_size": 3}, (4, 8, 3)),
    "ConvLSTM2D": ({"filters": 4, "kernel_size": 3}, (4, 8, 8, 3)),
    "BatchNormalization": ({}, (8, 8, 3)),
    "LayerNormalization": ({}, (5, 6)),
    "RMSNormalization": ({}, (5, 6)),
    "GroupNormalization": ({"groups": 2}, (5, 6)),
    "UnitNormalization": ({}, (6,)),
    "Dropout": ({"rate": 0.5}, (6,)),
    "SpatialDropout1D": ({"rate": 0.5}, (5, 6)),
    "SpatialDropout2D": ({"rate": 0.5}, (5, 5, 6)),
    "SpatialDropout3D": ({"rate": 0.5}, (5, 5, 5, 6)),
    "GaussianDropout": ({"rate": 0.5}, (6,)),
    "GaussianNoise": ({"stddev": 0.5}, (6,)),
    "AlphaDropout": ({"rate": 0.5}, (6,)),
    "ActivityRegularization": ({"l1": 0.1, "l2": 0.1}, (6,)),
    "MultiHeadAttention": ({"num_heads": 2, "key_dim": 3, "dropout": 0.1}, [(5, 6), (5, 6)]),
    "GroupQueryAttention": ({"head_dim": 3, "num_query_heads": 2, "num_key_value_heads": 1},
                            [(5, 6), (5, 6)]),
    "Reshape": ({"target_shape": (3, 2)}, (6,)),
    "Flatten": ({}, (5, 6)),
    "RepeatVector": ({"n": 3}, (6,)),
    "Permute": ({"dims": (2, 1)}, (5, 6)),
    "Masking": ({}, (5, 6)),
    "Softmax": ({}, (6,)),
    "ReLU": ({}, (6,)),
    "LeakyReLU": ({}, (6,)),
    "PReLU": ({}, (6,)),
    "ELU": ({}, (6,)),
    "Rescaling": ({"scale": 0.5}, (6,)),
    "Normalization": ({"mean": 0.5, "variance": 2.0}, (6,)),
    "Resizing": ({"height": 5, "width": 5}, (8, 8, 3)),
    "CenterCrop": ({"height": 5, "width": 5}, (8, 8, 3)),
    "RandomCrop": ({"height": 5, "width": 5}, (8, 8, 3)),
    "RandomFlip": ({}, (8, 8, 3)),
    "RandomTranslation": ({"height_factor": 0.2, "width_factor": 0.2}, (8, 8, 3)),
    "RandomRotation": ({"factor": 0.2}, (8, 8, 3)),
    "RandomZoom": ({"height_factor": 0.2}, (8, 8, 3)),
    "RandomContrast": ({"factor": 0.2}, (8, 8, 3)),
    "RandomBrightness": ({"factor": 0.2}, (8, 8, 3)),
}
for _n, _shape in ((1, (8, 3)), (2, (8, 8, 3)), (3, (6, 6, 6, 3))):
    for _kind in ("GlobalMaxPooling", "GlobalAveragePooling", "UpSampling", "ZeroPadding",
                  "Cropping"):
        LAYERS["%s%dD" % (_kind, _n)] = ({}, _shape)
    for _kind in ("MaxPooling", "AveragePooling"):
        LAYERS["%s%dD" % (_kind, _n)] = ({"pool_size": 2}, _shape)
for _kind in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"):
    LAYERS[_kind] = ({}, [(6,), (6,)])
LAYERS["Dot"] = ({"axes": 1}, [(6,), (6,)])
LAYERS["Attention"] = LAYERS["AdditiveAttention"] = ({}, [(5, 6), (5, 6)])

WRAPPED = {
    "Bidirectional": (lambda: layers.Bidirectional(layers.LSTM(4)), (5, 6)),
    "TimeDistributed": (lambda: layers.TimeDistributed(layers.Dense(4)), (5, 6)),
    "SpectralNormalization": (lambda: layers.SpectralNormalization(layers.Dense(4)), (6,)),
    "StackedRNNCells": (lambda: layers.RNN([layers.LSTMCell(4), layers.GRUCell(4)]), (5, 6)),
}

# What metrics and losses want other than numbers of one shape, with y_pred of {8, 5}.
LABELS = {"CategoricalGeneralizedCrossEntropy", "Circle", "IoU", "MeanIoU",
          "SparseCategoricalAccuracy", "SparseCategoricalCrossentropy",
          "SparseTopKCategoricalAccuracy"}  # fmt: skip
METRIC_ARGUMENTS = {
    "MeanIoU": {"num_classes": 5, "sparse_y_pred": False},
    "IoU": {"num_classes": 5, "target_class_ids": [0], "sparse_y_pred": False},
    "OneHotIoU": {"num_classes": 5, "target_class_ids": [0]},
    "OneHotMeanIoU": {"num_classes": 5},
    "BinaryIoU": {},
    "PrecisionAtRecall": {"recall": 0.5},
    "RecallAtPrecision": {"precision": 0.5},
    "SensitivityAtSpecificity": {"specificity": 0.5},
    "SpecificityAtSensitivity": {"sensitivity": 0.5},
}
NOT_CALLED = {"Metric", "MeanMetricWrapper", "Mean", "Sum", "ConcordanceCorrelation", "Loss",
              "CTC", "Optimizer", "LossScaleOptimizer", "MultiOptimizer"}


def classes(module, base):
    return {name: made for name, made in vars(module).items()
            if inspect.isclass(made) and issubclass(made, base) and name not in NOT_CALLED}


def call(layer, inputs, **options):
    """Attention of keys takes its inputs one by one, others a list if they are several."""
    if isinstance(layer, (layers.MultiHeadAttention, layers.GroupQueryAttention)):
        return layer(*inputs, **options)
    return layer(inputs if len(inputs) > 1 else inputs[0], **options)


def layer_step(make, shape):
    layer = make()
    inputs = [np.ones((8, *s), "float32") for s in (shape if isinstance(shape, list) else [shape])]
    call(layer, inputs)
    options = {"training": True} if layer._call_has_training_arg else {}

    @tf.function
    def step(*x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = call(layer, list(x), **options)
            loss = tf.reduce_sum(y * y) + sum(layer.losses)
        weights = [w.value for w in layer.trainable_variables]
        return loss, tape.gradient(loss, [list(x), weights])

    return step.get_concrete_function(*[tf.TensorSpec(x.shape, x.dtype) for x in inputs])


def embedding_step(optimizer):
    """Updates of rows, and of a matrix."""
    rows, matrix = keras.layers.Embedding(9, 6), keras.layers.Dense(6)
    rows.build((8,))
    matrix.build((8, 6))
    variables = [*rows.trainable_variables, *matrix.trainable_variables]
    optimizer.build(variables)

    @tf.function
    def step(x):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(matrix(rows(x)) ** 2)
        optimizer.apply(tape.gradient(loss, [v.value for v in variables]), variables)
        return loss

    return step.get_concrete_function(tf.TensorSpec((8, 4), tf.int32))


def target(name):
    return tf.TensorSpec((8,), tf.int32) if name in LABELS else tf.TensorSpec((8, 5), tf.float32)


def loss_step(name, made):
    loss = made()

    @tf.function
    def step(truth, prediction):
        with tf.GradientTape() as tape:
            tape.watch(prediction)
            value = loss(truth, prediction)
        return value, tape.gradient(value, prediction)

    return step.get_concrete_function(target(name), tf.TensorSpec((8, 5), tf.float32))


def metric_step(name, made):
    metric = made(**METRIC_ARGUMENTS.get(name, {}))
    variables = (tf.ones((8,), tf.int32) if name in LABELS else tf.ones((8, 5)), tf.ones((8, 5)))
    metric.update_state(*variables)

    @tf.function
    def step(truth, prediction):
        metric.update_state(truth, prediction)
        return metric.result()

    return step.get_concrete_function(target(name), tf.TensorSpec((8, 5), tf.float32))


def steps():
    """(name, function that traces it)."""
    for name, (arguments, shape) in LAYERS.items():
        if hasattr(layers, name):
            made = functools.partial(getattr(layers, name), **arguments)
            yield "layers." + name, functools.partial(layer_step, made, shape)
    for name, (make, shape) in WRAPPED.items():
        yield "layers." + name, functools.partial(layer_step, make, shape)
    for name, made in classes(keras.optimizers, keras.optimizers.Optimizer).items():
        yield "optimizers." + name, lambda made=made: embedding_step(made())
    yield "optimizers.clipped", lambda: embedding_step(
        keras.optimizers.Adam(global_clipnorm=1.0, use_ema=True, weight_decay=0.1))
    yield "optimizers.LossScaleOptimizer", lambda: embedding_step(
        keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD()))
    for name, made in classes(keras.losses, keras.losses.Loss).items():
        yield "losses." + name, functools.partial(loss_step, name, made)
    for name, made in classes(keras.metrics, keras.metrics.Metric).items():
        yield "metrics." + name, functools.partial(metric_step, name, made)


@functools.lru_cache(maxsize=None)
def kernels_of(op):
    return [kernel for kernel in kernels.get_registered_kernels_for_op(op).kernel
            if kernel.device_type in ("DML", "DEFAULT") and not kernel.label]


def has_kernel(node):
    def fits(constraint):
        allowed = constraint.allowed_values.list.type
        value = node.attr[constraint.name]
        return all(t in allowed for t in ([value.type] if value.type else value.list.type))

    return any(all(map(fits, kernel.constraint)) for kernel in kernels_of(node.op))


def types_of(node):
    return ", ".join("%s: %s" % (name, dtypes.as_dtype(value.type).name)
                     for name, value in sorted(node.attr.items()) if value.type)


# What a graph is made of, and nobody computes.
NO_WORK = {"Placeholder", "NoOp", "Assert", "PlaceholderWithDefault"}


def missing(concrete):
    """The ops of a graph and its functions without a kernel, with their types."""
    definition = concrete.graph.as_graph_def()
    nodes = list(definition.node)
    for function in definition.library.function:
        nodes += function.node_def
    return {(node.op, types_of(node)) for node in nodes
            if node.op not in NO_WORK and not has_kernel(node)}


def report():
    """({(op, types): names of those that have it}, {name: why it was not traced})."""
    found = collections.defaultdict(list)
    failed = {}
    for name, trace in steps():
        try:
            concrete = trace()
        except Exception as error:
            failed[name] = "%s: %s" % (type(error).__name__, str(error).split("\n")[0])
            continue
        for op in missing(concrete):
            found[op].append(name)
    return dict(found), failed


def main():
    found, failed = report()
    for (op, types), users in sorted(found.items(), key=lambda item: -len(item[1])):
        print("%s (%s): %s" % (op, types, ", ".join(users)))
    for name, why in failed.items():
        print("not traced: %s: %s" % (name, why[:200]))


if __name__ == "__main__":
    main()
