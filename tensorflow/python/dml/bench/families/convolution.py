"""Convolutions and their gradients: images NHWC, filters HWIO, as TensorFlow has them."""

import numpy as np

from .family import Family, Unsupported, flat, pair, pick


def _number_text(values):
    return "x".join(str(value) for value in (values if values[0] != values[1] else values[:1]))


class Convolution(Family):
    """Forward; the base of the two gradients, which differ in what is given.

    Strides and pads are one number, or one a dimension.
    """

    limit = {"float32": 2e-5, "float16": 2e-3, "float64": 1e-12}
    given, made = ("x", "w"), "y"

    def __init__(self, parameters, dtype):
        Family.__init__(self, parameters, dtype)
        n, height, width, channels = parameters["input"]
        rows, columns, in_group, filters = parameters["filter"]
        self.stride, self.pad = pair(parameters["stride"]), pair(parameters["pad"])
        self.groups = parameters["groups"]
        reach = zip((height, width), (rows, columns), self.stride, self.pad)
        y = [(size + 2 * pad - window) // stride + 1 for size, window, stride, pad in reach]
        sizes = {
            "x": (n, height, width, channels),
            "w": (rows, columns, in_group, filters),
            "y": (n, y[0], y[1], filters),
        }
        self.inputs = {name: sizes[name] for name in self.given}
        self.outputs = {self.made: sizes[self.made]}
        self.sizes = sizes
        self.flops = 2 * n * y[0] * y[1] * filters * rows * columns * in_group
        self.label = "%dx%d/%s %d->%d @%dx%d n%d" % (
            rows, columns, _number_text(self.stride), channels, filters, height, width, n,
        )
        if self.pad != [rows // 2, columns // 2]:
            self.label += " pad %s" % _number_text(self.pad)

    def _logical(self, tensors):
        """The tensors in the C API's order of dimensions."""
        orders = {"x": (0, 3, 1, 2), "w": (3, 2, 0, 1), "y": (0, 3, 1, 2)}
        return {name: tensors[name].transpose(*order) for name, order in orders.items()}

    def _attributes(self):
        return {
            "strides": self.stride, "pad_before": self.pad, "groups": self.groups,
        }

    def enqueue(self, tensors, prepare):
        t = self._logical(tensors)
        return prepare(
            "convolution", self._attributes(), t["x"], t["w"], None, "NONE", t["y"]
        )

    def _in_channels(self, filters):
        """The input channels that filters see: [samples, channels in a group]."""
        in_group = self.sizes["w"][2]
        per_group = self.sizes["w"][3] // self.groups
        return (filters // per_group * in_group)[:, None] + np.arange(in_group)

    def expected(self, host, random):
        index = pick(random, *self.sizes["y"])
        image, row, column, filters = index
        channels = self._in_channels(filters)
        total = np.zeros(len(image))
        for i, j, x_row, x_column, inside in self._taps(row, column):
            x = host["x"][image[:, None], x_row[:, None], x_column[:, None], channels]
            w = host["w"][i, j][:, filters].T
            total += inside * (x.astype(np.float64) * w).sum(axis=1)
        yield "y", flat(index, self.sizes["y"]), total

    def _taps(self, row, column):
        """For each tap: its place, the input's place (clipped), whether that is inside."""
        rows, columns = self.sizes["w"][:2]
        height, width = self.sizes["x"][1:3]
        for i in range(rows):
            for j in range(columns):
                x_row = row * self.stride[0] - self.pad[0] + i
                x_column = column * self.stride[1] - self.pad[1] + j
                inside = (x_row >= 0) & (x_row < height) & (x_column >= 0) & (x_column < width)
                yield i, j, x_row.clip(0, height - 1), x_column.clip(0, width - 1), inside

    def _torch_tensors(self, make):
        n, height, width, channels = self.sizes["x"]
        rows, columns, in_group, filters = self.sizes["w"]
        _, y_rows, y_columns, _ = self.sizes["y"]
        return (
            make(n, channels, height, width),
            make(filters, in_group, rows, columns),
            make(n, filters, y_rows, y_columns),
        )

    def torch(self, torch, make):
        x, w, _ = self._torch_tensors(make)
        return lambda: torch.nn.functional.conv2d(
            x, w, None, self.stride, self.pad, 1, self.groups
        )

    def _torch_gradient(self, torch, make, which):
        x, w, y = self._torch_tensors(make)
        backward = torch.ops.aten.convolution_backward
        mask = [which == "x", which == "w", False]
        return lambda: backward(
            y, x, w, None, self.stride, self.pad, [1, 1], False, [0, 0],
            self.groups, mask,
        )

    def _tensorflow_attributes(self):
        """Strides and pads. Kernels of depthwise convolutions know no explicit pads: they get
        images that are padded already."""
        (top, left), stride = self.pad, [1, *self.stride, 1]
        if self.groups == 1:
            return {"strides": stride, "padding": [[0, 0], [top, top], [left, left], [0, 0]]}
        if self.stride[0] != self.stride[1]:
            raise Unsupported("no depthwise convolution with two strides")
        return {"strides": stride, "padding": "VALID"}

    def _padded(self, tf, x):
        return tf.pad(x, [[0, 0], *[[pad, pad] for pad in self.pad], [0, 0]])

    def _depthwise_sizes(self):
        rows, columns, in_group, filters = self.sizes["w"]
        if in_group != 1:
            raise Unsupported("no convolution in groups")
        return [rows, columns, self.groups, filters // self.groups]

    def tensorflow(self, tf, t):
        attributes = self._tensorflow_attributes()
        if self.groups > 1:
            w = tf.reshape(t["w"], self._depthwise_sizes())
            return tf.raw_ops.DepthwiseConv2dNative(
                input=self._padded(tf, t["x"]), filter=w, **attributes
            )
        return tf.nn.conv2d(t["x"], t["w"], **attributes)


class BackwardData(Convolution):
    given, made = ("w", "y"), "x"

    def enqueue(self, tensors, prepare):
        t = self._logical(tensors)
        return prepare(
            "convolution_backward_data", self._attributes(), t["w"], t["y"], t["x"]
        )

    def expected(self, host, random):
        index = pick(random, *self.sizes["x"])
        image, x_row, x_column, channel = index
        rows, columns, in_group, all_filters = self.sizes["w"]
        _, y_rows, y_columns, _ = self.sizes["y"]
        per_group = all_filters // self.groups
        filters = (channel // in_group * per_group)[:, None] + np.arange(per_group)
        total = np.zeros(len(image))
        for i in range(rows):
            for j in range(columns):
                row, column = x_row + self.pad[0] - i, x_column + self.pad[1] - j
                inside = (row % self.stride[0] == 0) & (column % self.stride[1] == 0)
                row, column = row // self.stride[0], column // self.stride[1]
                inside &= (row >= 0) & (row < y_rows) & (column >= 0) & (column < y_columns)
                row, column = row.clip(0, y_rows - 1), column.clip(0, y_columns - 1)
                y = host["y"][image[:, None], row[:, None], column[:, None], filters]
                w = host["w"][i, j, (channel % in_group)[:, None], filters]
                total += inside * (y.astype(np.float64) * w).sum(axis=1)
        yield "x", flat(index, self.sizes["x"]), total

    def torch(self, torch, make):
        return self._torch_gradient(torch, make, "x")

    def tensorflow(self, tf, t):
        attributes = self._tensorflow_attributes()
        n, height, width, channels = self.sizes["x"]
        if self.groups > 1:
            (top, left), w = self.pad, tf.reshape(t["w"], self._depthwise_sizes())
            return tf.raw_ops.DepthwiseConv2dNativeBackpropInput(
                input_sizes=[n, height + 2 * top, width + 2 * left, channels], filter=w,
                out_backprop=t["y"], **attributes
            )
        return tf.nn.conv2d_backprop_input(
            [n, height, width, channels], t["w"], t["y"], **attributes
        )


class BackwardFilter(Convolution):
    limit = {"float32": 1e-4, "float16": 5e-3, "float64": 1e-12}
    given, made = ("x", "y"), "w"

    def enqueue(self, tensors, prepare):
        t = self._logical(tensors)
        return prepare(
            "convolution_backward_filter", self._attributes(), t["x"], t["y"], t["w"]
        )

    def expected(self, host, random):
        index = pick(random, *self.sizes["w"], count=16)
        values = []
        n, height, width, _ = self.sizes["x"]
        _, y_rows, y_columns, _ = self.sizes["y"]
        for i, j, in_channel, filters in zip(*index):
            channel = self._in_channels(np.array([filters]))[0, in_channel]
            x = np.zeros((n, height + 2 * self.pad[0], width + 2 * self.pad[1]))
            rows, columns = (
                slice(pad, pad + size) for pad, size in zip(self.pad, (height, width))
            )
            x[:, rows, columns] = host["x"][..., channel]
            x = x[:, i :: self.stride[0], j :: self.stride[1]][:, :y_rows, :y_columns]
            values.append((x * host["y"][..., filters]).sum())
        yield "w", flat(index, self.sizes["w"]), np.array(values)

    def torch(self, torch, make):
        return self._torch_gradient(torch, make, "w")

    def tensorflow(self, tf, t):
        attributes = self._tensorflow_attributes()
        if self.groups > 1:
            return tf.raw_ops.DepthwiseConv2dNativeBackpropFilter(
                input=self._padded(tf, t["x"]), filter_sizes=self._depthwise_sizes(),
                out_backprop=t["y"], **attributes
            )
        return tf.nn.conv2d_backprop_filter(
            t["x"], list(self.sizes["w"]), t["y"], **attributes
        )


FAMILIES = {
    prefix + suffix: family
    for prefix in ("convolution", "depthwise")
    for suffix, family in (
        ("", Convolution),
        ("_backward_data", BackwardData),
        ("_backward_filter", BackwardFilter),
    )
}
