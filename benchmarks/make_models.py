#!/usr/bin/env python3
"""Derives the shapes that `tensorflow-directml bench` measures.

    benchmarks/make_models.py [FOLDER]   (default: tensorflow/python/dml/bench/models)

Each model is walked as its paper describes it, layer by layer, and the rows that
are alike are counted. A size is a number or a product with the batch, such as
"batch" or "128*batch". tests/bench compares parameters and multiply-adds with
what the papers state.
"""

import collections
import json
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "tensorflow/python/dml/bench/models"


class Model:
    def __init__(self, name, source, batches):
        self.header = {"name": name, "source": source, "batches": batches}
        self.rows = collections.OrderedDict()
        self.parameters = 0
        self.variables = []  # elements of each

    def weigh(self, *variables):
        """Counts variables, by their numbers of elements."""
        self.variables += variables
        self.parameters += sum(variables)

    def add(self, family, **row):
        row = {"family": family, **row}
        key = json.dumps(row)
        self.rows.setdefault(key, row)["count"] = self.rows.get(key, {}).get("count", 0) + 1

    def elementwise(self, op, sizes, inputs=1):
        self.add("elementwise", op=op, inputs=inputs, sizes=sizes)

    def write(self, folder):
        stem = self.header["name"].lower().replace("-", "_")
        values = {**self.header, "parameters": self.parameters}
        lines = [f'  "{key}": {json.dumps(value)},' for key, value in values.items()]
        rows = ",\n".join("    " + json.dumps(row) for row in self.rows.values())
        text = "{\n" + "\n".join(lines) + "\n  \"rows\": [\n" + rows + "\n  ]\n}\n"
        (folder / f"{stem}.json").write_text(text)


class Network(Model):
    """A convolutional network, NHWC, that is walked with the size of its images."""

    def convolution(
        self, size, channels, filters, window, stride=1, pad=None, groups=1, bias=False
    ):
        pad = window // 2 if pad is None else pad
        first = self.parameters == 0
        self.add(
            "convolution",
            input=["batch", size, size, channels],
            filter=[window, window, channels // groups, filters],
            stride=stride, pad=pad, groups=groups,
            **({"input_gradient": False} if first else {}),
        )
        self.weigh(window * window * channels // groups * filters, *[filters] * bias)
        return (size + 2 * pad - window) // stride + 1

    def normalize(self, size, channels, activation):
        sizes = ["batch", size, size, channels]
        self.add("batch_norm", sizes=sizes)
        self.weigh(channels, channels)
        if activation:
            self.activate(activation, sizes)

    def activate(self, op, sizes):
        self.elementwise(op, sizes)
        self.elementwise(op + "_GRADIENT", sizes, 2)

    def max_pool(self, size, channels, window, stride, pad):
        self.add("max_pool", sizes=["batch", size, size, channels],
                 window=window, stride=stride, pad=pad)
        return (size + 2 * pad - window) // stride + 1

    def classifier(self, size, channels, classes):
        self.add("reduce", op="MEAN", sizes=["batch", size, size, channels], axes=[1, 2])
        self.add("matmul", m="batch", k=channels, n=classes)
        self.add("cross_entropy", sizes=["batch", classes])
        self.weigh(channels * classes, classes)


def resnet50():
    model = Network(
        "ResNet-50",
        "He et al. 2015, arXiv:1512.03385, table 1; the stride of a stage in its 3x3 "
        "convolution (v1.5); training",
        [16, 64],
    )
    size = model.convolution(224, 3, 64, 7, 2)
    model.normalize(size, 64, "RELU")
    size = model.max_pool(size, 64, 3, 2, 1)
    channels = 64
    for stage, blocks in enumerate([3, 4, 6, 3]):
        width = 64 << stage
        for block in range(blocks):
            stride = 2 if stage > 0 and block == 0 else 1
            model.convolution(size, channels, width, 1)
            model.normalize(size, width, "RELU")
            out = model.convolution(size, width, width, 3, stride)
            model.normalize(out, width, "RELU")
            model.convolution(out, width, 4 * width, 1)
            model.normalize(out, 4 * width, None)
            if block == 0:
                model.convolution(size, channels, 4 * width, 1, stride)
                model.normalize(out, 4 * width, None)
            sizes = ["batch", out, out, 4 * width]
            model.elementwise("ADD", sizes, 2)
            model.activate("RELU", sizes)
            size, channels = out, 4 * width
    model.classifier(size, channels, 1000)
    model.add("top_k", rows="batch", n=1000, k=5)  # of the accuracy
    model.add("optimizer", optimizer="MOMENTUM", elements=model.parameters)
    model.add("optimizers", optimizer="MOMENTUM", variables=model.variables)
    return model


def mobilenet_v2():
    model = Network(
        "MobileNetV2", "Sandler et al. 2018, arXiv:1801.04381, table 2; training", [16, 64]
    )
    size = model.convolution(224, 3, 32, 3, 2)
    model.normalize(size, 32, "RELU6")
    channels = 32
    # Expansion, channels, repeats, first stride.
    for expansion, filters, repeats, first_stride in [
        (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2),
        (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
    ]:
        for repeat in range(repeats):
            stride = first_stride if repeat == 0 else 1
            width = channels * expansion
            if expansion > 1:
                model.convolution(size, channels, width, 1)
                model.normalize(size, width, "RELU6")
            out = model.convolution(size, width, width, 3, stride, groups=width)
            model.normalize(out, width, "RELU6")
            model.convolution(out, width, filters, 1)
            model.normalize(out, filters, None)
            if stride == 1 and channels == filters:
                model.elementwise("ADD", ["batch", out, out, filters], 2)
            size, channels = out, filters
    model.convolution(size, channels, 1280, 1)
    model.normalize(size, 1280, "RELU6")
    model.classifier(size, 1280, 1000)
    model.add("optimizer", optimizer="RMSPROP", elements=model.parameters)
    return model


def unet():
    model = Network(
        "U-Net",
        "Ronneberger et al. 2015, arXiv:1505.04597, figure 1: 572x572, 3x3 convolutions "
        "without padding, 2x2 up-convolutions as the input gradient of a convolution; training",
        [1],
    )
    size, channels = 572, 1
    for level in range(5):
        width = 64 << level
        for _ in range(2):
            size = model.convolution(size, channels, width, 3, pad=0, bias=True)
            model.activate("RELU", ["batch", size, size, width])
            channels = width
        if level < 4:
            size = model.max_pool(size, width, 2, 2, 0)
    for level in reversed(range(4)):
        width = 64 << level
        # From 2 * width channels at `size` to width channels at twice the size.
        model.convolution(2 * size, width, 2 * width, 2, 2, pad=0)
        model.parameters += width
        size *= 2
        model.add("concat", parts=[width, width], sizes=["batch", size, size])
        channels = 2 * width
        for _ in range(2):
            size = model.convolution(size, channels, width, 3, pad=0, bias=True)
            model.activate("RELU", ["batch", size, size, width])
            channels = width
    model.convolution(size, 64, 2, 1, bias=True)
    model.add("cross_entropy", sizes=[f"{size * size}*batch", 2])
    model.add("optimizer", optimizer="MOMENTUM", elements=model.parameters)
    return model


def bert_base():
    length, hidden, heads, layers, inner, vocabulary = 128, 768, 12, 12, 3072, 30522
    model = Model(
        "BERT-base",
        "Devlin et al. 2018, arXiv:1810.04805: 12 layers, 768 hidden, 12 heads, "
        "sequences of 128; training",
        [32],
    )
    tokens = f"{length}*batch"
    head = hidden // heads
    model.add("gather", rows=vocabulary, inner=hidden, indices=tokens)
    model.add("segment_sum", rows=vocabulary, inner=hidden, indices=tokens)  # its gradient
    model.add("scan", sizes=["batch", length], axis=1)  # positions, of a mask
    model.parameters += (vocabulary + 512 + 2) * hidden + 2 * hidden
    model.add("dropout", sizes=[tokens, hidden])

    def dense(inputs, outputs):
        model.add("matmul", m=tokens, k=inputs, n=outputs)
        model.add("bias", sizes=[tokens, outputs])
        model.add("reduce", op="SUM", sizes=[tokens, outputs], axes=[0])
        model.parameters += inputs * outputs + outputs

    def normalize():
        model.elementwise("ADD", [tokens, hidden], 2)
        for op in ("MEAN", "SUM_SQUARE"):
            model.add("reduce", op=op, sizes=[tokens, hidden], axes=[1])
        model.elementwise("MULTIPLY_ADD", [tokens, hidden], 3)
        model.add("layer_norm", sizes=[tokens, hidden])  # the same, as one operator
        model.add("layer_norm_gradient", sizes=[tokens, hidden])
        model.parameters += 2 * hidden

    for _ in range(layers):
        for _ in range(3):
            dense(hidden, hidden)
            model.add("transpose", sizes=["batch", length, heads, head], axes=[0, 2, 1, 3])
        scores = [f"{heads}*batch", length, length]
        model.add("matmul", batch=f"{heads}*batch", m=length, k=head, n=length, transpose_b=True)
        model.add("softmax", sizes=scores)
        model.add("matmul", batch=f"{heads}*batch", m=length, k=length, n=head)
        model.add("transpose", sizes=["batch", heads, length, head], axes=[0, 2, 1, 3])
        dense(hidden, hidden)
        model.add("dropout", sizes=[tokens, hidden])
        normalize()
        dense(hidden, inner)
        model.elementwise("TANH", [tokens, inner])  # of GELU
        model.elementwise("TANH_GRADIENT", [tokens, inner], 2)
        dense(inner, hidden)
        model.add("dropout", sizes=[tokens, hidden])
        normalize()
    # The masked words, by sentence and position.
    model.add("gather_nd", sizes=["batch", length], inner=hidden, indices="20*batch")
    model.add("matmul", m="batch", k=hidden, n=hidden)  # the pooler
    model.parameters += hidden * hidden + hidden
    model.add("optimizer", optimizer="ADAM", elements=model.parameters)
    return model


def lstm():
    hidden, steps, layers, vocabulary = 1500, 35, 2, 10000
    model = Model(
        "LSTM",
        "Zaremba et al. 2014, arXiv:1409.2329, the large model: 2 layers of 1500 units, "
        "35 steps, 10000 words; training",
        [20],
    )
    model.add("gather", rows=vocabulary, inner=hidden, indices=f"{steps}*batch")
    # Its gradient's step.
    model.add("scatter", op="SUBTRACT", rows=vocabulary, inner=hidden, indices=f"{steps}*batch")
    model.parameters += vocabulary * hidden
    for _ in range(layers):
        model.parameters += 4 * (2 * hidden * hidden + hidden)
        for _ in range(steps):
            model.add("matmul", m="batch", k=2 * hidden, n=4 * hidden)
            model.add("bias", sizes=["batch", 4 * hidden])
            for op, count in (("SIGMOID", 3), ("TANH", 2)):
                for _ in range(count):
                    model.elementwise(op, ["batch", hidden])
                    model.elementwise(op + "_GRADIENT", ["batch", hidden], 2)
            model.elementwise("MULTIPLY", ["batch", hidden], 2)
            model.elementwise("MULTIPLY_ADD", ["batch", hidden], 3)
            model.elementwise("MULTIPLY", ["batch", hidden], 2)
    model.add("matmul", m=f"{steps}*batch", k=hidden, n=vocabulary)
    model.add("cross_entropy", sizes=[f"{steps}*batch", vocabulary])
    model.parameters += hidden * vocabulary + vocabulary
    model.add("optimizer", optimizer="SGD", elements=model.parameters)
    return model


def gcn():
    nodes, edges, features, hidden, classes = 2708, 13264, 1433, 16, 7
    model = Model(
        "GCN",
        "Kipf and Welling 2016, arXiv:1609.02907: 2 layers of 16 units on Cora, 2708 papers of "
        "1433 words, 5278 citations both ways and each paper itself; training",
        [1],
    )
    for inputs, outputs in ((features, hidden), (hidden, classes)):
        model.add("matmul", m=f"{nodes}*batch", k=inputs, n=outputs)
        # Forward, and the gradient by the transpose.
        for _ in range(2):
            model.add("sparse_matmul", entries=f"{edges}*batch", rows=f"{nodes}*batch",
                      depth=f"{nodes}*batch", columns=outputs)
        model.parameters += inputs * outputs
    for op, inputs in (("RELU", 1), ("RELU_GRADIENT", 2)):
        model.elementwise(op, [f"{nodes}*batch", hidden], inputs)
    model.add("cross_entropy", sizes=[f"{nodes}*batch", classes])
    model.add("optimizer", optimizer="ADAM", elements=model.parameters)
    return model


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for model in (resnet50(), mobilenet_v2(), bert_base(), lstm(), unet(), gcn()):
        model.write(folder)
        print(f"{model.header['name']}: {len(model.rows)} rows, {model.parameters} parameters")


if __name__ == "__main__":
    main()
