"""Max pooling and its gradient, on images NHWC."""

import numpy as np

from .family import Family, Unsupported, flat, pick


class MaxPool(Family):
    def __init__(self, parameters, dtype):
        Family.__init__(self, parameters, dtype)
        n, height, width, channels = parameters["sizes"]
        self.window, self.stride = parameters["window"], parameters["stride"]
        self.pad = parameters["pad"]
        out = [(size + 2 * self.pad - self.window) // self.stride + 1 for size in (height, width)]
        self.x, self.y = (n, height, width, channels), (n, out[0], out[1], channels)
        self.inputs, self.outputs = {"x": self.x}, {"y": self.y}
        self.flops = int(np.prod(self.y)) * self.window * self.window
        self.label = "%dx%d/%d @%dx%d c%d n%d" % (
            self.window, self.window, self.stride, height, width, channels, n,
        )

    def _attributes(self):
        return {
            "window": [self.window] * 2, "strides": [self.stride] * 2,
            "pad_before": [self.pad] * 2,
        }

    def _logical(self, tensors):
        return {name: tensor.transpose(0, 3, 1, 2) for name, tensor in tensors.items()}

    def enqueue(self, tensors, prepare):
        t = self._logical(tensors)
        return prepare("max_pool", self._attributes(), t["x"], t["y"])

    def _pool(self, x):
        """(largest values, their flat places in x) of an image [height, width]."""
        places = np.arange(x.size).reshape(x.shape)
        edge = ((self.pad, self.pad), (self.pad, self.pad))
        padded = np.pad(x, edge, "constant", constant_values=-np.inf)
        places = np.pad(places, edge, "constant")
        best, where = None, None
        for i in range(self.window):
            for j in range(self.window):
                part = tuple(
                    slice(start, start + (size - 1) * self.stride + 1, self.stride)
                    for start, size in zip((i, j), self.y[1:3])
                )
                if best is None:
                    best, where = padded[part].copy(), places[part].copy()
                larger = padded[part] > best
                best[larger], where[larger] = padded[part][larger], places[part][larger]
        return best, where

    def expected(self, host, random):
        image, channel = (int(part[0]) for part in pick(random, self.y[0], self.y[3], count=1))
        best, _ = self._pool(host["x"][image, :, :, channel].astype(np.float64))
        index = pick(random, *self.y)
        index = (np.full_like(index[0], image),) + index[1:3] + (np.full_like(index[3], channel),)
        yield "y", flat(index, self.y), best[index[1], index[2]]

    def _torch_image(self, make, sizes):
        n, height, width, channels = sizes
        return make(n, channels, height, width)

    def torch(self, torch, make):
        x = self._torch_image(make, self.x)
        pool = torch.nn.functional.max_pool2d
        return lambda: pool(x, self.window, self.stride, self.pad)

    def _tensorflow_attributes(self):
        if self.pad:
            raise Unsupported("no max pooling with these pads on the CPU")
        return {
            "ksize": [1, self.window, self.window, 1],
            "strides": [1, self.stride, self.stride, 1], "padding": "VALID",
        }

    def tensorflow(self, tf, t):
        return tf.raw_ops.MaxPool(input=t["x"], **self._tensorflow_attributes())


class MaxPoolGradient(MaxPool):
    def __init__(self, parameters, dtype):
        MaxPool.__init__(self, parameters, dtype)
        self.inputs = {"x": self.x, "y": self.y, "dy": self.y}
        self.outputs = {"dx": self.x}

    def setup(self, tensors, prepare):
        # y is not any value, but what pooling makes of x.
        t = self._logical(tensors)
        prepare("max_pool", self._attributes(), t["x"], t["y"])()

    def enqueue(self, tensors, prepare):
        t = self._logical(tensors)
        return prepare(
            "max_pool_gradient", self._attributes(), t["x"], t["y"], t["dy"], t["dx"]
        )

    def expected(self, host, random):
        image, channel = (int(part[0]) for part in pick(random, self.x[0], self.x[3], count=1))
        x = host["x"][image, :, :, channel].astype(np.float64)
        _, where = self._pool(x)
        dx = np.zeros(x.size)
        np.add.at(dx, where.ravel(), host["dy"][image, :, :, channel].ravel().astype(np.float64))
        index = pick(random, *self.x)
        index = (np.full_like(index[0], image),) + index[1:3] + (np.full_like(index[3], channel),)
        yield "dx", flat(index, self.x), dx.reshape(x.shape)[index[1], index[2]]

    def torch(self, torch, make):
        x, dy = self._torch_image(make, self.x), self._torch_image(make, self.y)
        args = [self.window] * 2, [self.stride] * 2, [self.pad] * 2, [1, 1], False
        _, places = torch.ops.aten.max_pool2d_with_indices(x, *args)
        backward = torch.ops.aten.max_pool2d_with_indices_backward
        return lambda: backward(dy, x, *args, places)

    def tensorflow(self, tf, t):
        return tf.raw_ops.MaxPoolGrad(
            orig_input=t["x"], orig_output=t["y"], grad=t["dy"], **self._tensorflow_attributes()
        )


FAMILIES = {"max_pool": MaxPool, "max_pool_gradient": MaxPoolGradient}
