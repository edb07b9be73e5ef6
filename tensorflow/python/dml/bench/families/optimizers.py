"""Steps of optimizers: of all weights as one tensor, and of many variables."""

import numpy as np

from .family import Family, pick


class Optimizer(Family):
    """One update of all weights as one tensor."""

    limit = {"float32": 1e-5, "float16": 5e-3, "float64": 1e-12}
    # State, then scalars before and after the gradient.
    TENSORS = {
        "SGD": (["var"], ["lr"], []),
        "MOMENTUM": (["var", "accum"], ["lr"], ["momentum"]),
        "RMSPROP": (["var", "ms", "mom"], ["lr", "rho", "momentum", "epsilon"], []),
        "ADAM": (
            ["var", "m", "v"],
            ["beta1_power", "beta2_power", "lr", "beta1", "beta2", "epsilon"], [],
        ),
    }
    OPERATIONS = {"SGD": 2, "MOMENTUM": 4, "RMSPROP": 9, "ADAM": 12}
    SCALARS = {
        "lr": 0.01, "momentum": 0.9, "rho": 0.9, "epsilon": 1e-3, "beta1": 0.9, "beta2": 0.99,
        "beta1_power": 0.9, "beta2_power": 0.99,
    }

    def __init__(self, parameters, dtype):
        Family.__init__(self, parameters, dtype)
        self.kind, count = parameters["optimizer"], parameters["elements"]
        self.state, before, after = self.TENSORS[self.kind]
        self.order = self.state + before + ["grad"] + after
        self.inputs = {
            name: () if name in self.SCALARS else (count,) for name in self.order
        }
        self.outputs = {name: (count,) for name in self.state}
        self.flops = count * self.OPERATIONS[self.kind]
        self.label = "%s %d" % (self.kind.lower(), count)

    def host_input(self, name, random):
        return self._host_input(name, name, random)

    def _host_input(self, name, role, random):
        if name in self.SCALARS:
            return np.array(self.SCALARS[name], self.dtype)
        values = Family.host_input(self, name, random)
        return np.abs(values) if role in ("ms", "v") else values

    def enqueue(self, tensors, prepare):
        return prepare("apply_optimizer", self.kind, [tensors[name] for name in self.order])

    def expected(self, host, random):
        index = pick(random, *self.outputs["var"])[0]
        stepped = self._step(host, index)
        for name in self.state:
            yield name, index, stepped[name]

    def _step(self, host, index):
        """The step of some elements of a variable, in float64."""
        t = {
            name: value.astype(np.float64) if value.ndim == 0 else value[index].astype(np.float64)
            for name, value in host.items()
        }
        if self.kind == "SGD":
            t["var"] -= t["lr"] * t["grad"]
        elif self.kind == "MOMENTUM":
            t["accum"] = t["accum"] * t["momentum"] + t["grad"]
            t["var"] -= t["lr"] * t["accum"]
        elif self.kind == "RMSPROP":
            t["ms"] += (t["grad"] ** 2 - t["ms"]) * (1 - t["rho"])
            step = t["lr"] * t["grad"] / np.sqrt(t["ms"] + t["epsilon"])
            t["mom"] = t["mom"] * t["momentum"] + step
            t["var"] -= t["mom"]
        else:
            rate = t["lr"] * np.sqrt(1 - t["beta2_power"]) / (1 - t["beta1_power"])
            t["m"] += (t["grad"] - t["m"]) * (1 - t["beta1"])
            t["v"] += (t["grad"] ** 2 - t["v"]) * (1 - t["beta2"])
            t["var"] -= rate * t["m"] / (np.sqrt(t["v"]) + t["epsilon"])
        return t

    def torch(self, torch, make):
        weights = torch.nn.Parameter(make(*self.inputs["var"]))
        weights.grad = make(*self.inputs["grad"])
        return self._torch_optimizer(torch, [weights]).step

    def _torch_optimizer(self, torch, weights):
        optimizers = torch.optim
        return {
            "SGD": lambda: optimizers.SGD(weights, 0.01),
            "MOMENTUM": lambda: optimizers.SGD(weights, 0.01, momentum=0.9),
            "RMSPROP": lambda: optimizers.RMSprop(weights, 0.01, momentum=0.9),
            "ADAM": lambda: optimizers.Adam(weights, 0.01),
        }[self.kind]()

    def tensorflow(self, tf, t):
        return self._tensorflow_step(tf, [t[name] for name in self.order])

    def _tensorflow_step(self, tf, step):
        """The resource kernels' arithmetic on variables made of the tensors."""
        tensors = dict(zip(self.order, step))
        held = {name: tf.Variable(tensors[name], use_resource=True) for name in self.state}
        given = {name: held[name].handle if name in held else tensors[name]
                 for name in self.order}
        kernel = {"SGD": "ResourceApplyGradientDescent", "MOMENTUM": "ResourceApplyMomentum",
                  "RMSPROP": "ResourceApplyRMSProp", "ADAM": "ResourceApplyAdam"}[self.kind]
        if self.kind == "SGD":
            given = {"var": given["var"], "alpha": given["lr"], "delta": given["grad"]}
        return getattr(tf.raw_ops, kernel)(**given)


class Optimizers(Optimizer):
    """A step of each variable of a model, in launches that the device joins."""

    merged = True

    def __init__(self, parameters, dtype):
        Family.__init__(self, parameters, dtype)
        self.kind, self.counts = parameters["optimizer"], parameters["variables"]
        self.state, before, after = self.TENSORS[self.kind]
        self.order = self.state + before + ["grad"] + after
        for number, count in enumerate(self.counts):
            for name in self.order:
                if name not in self.SCALARS:
                    self.inputs["%s%d" % (name, number)] = (count,)
                if name in self.state:
                    self.outputs["%s%d" % (name, number)] = (count,)
        self.inputs.update((name, ()) for name in self.order if name in self.SCALARS)
        self.flops = sum(self.counts) * self.OPERATIONS[self.kind]
        self.label = "%s %d in %d variables" % (
            self.kind.lower(), sum(self.counts), len(self.counts),
        )

    def _named(self, number):
        """{name of a single step: name of a tensor} of a variable."""
        return {
            name: name if name in self.SCALARS else "%s%d" % (name, number)
            for name in self.order
        }

    def host_input(self, name, random):
        return self._host_input(name, name.rstrip("0123456789"), random)

    def enqueue(self, tensors, prepare):
        launches = []
        for number in range(len(self.counts)):
            named = self._named(number)
            step = [tensors[named[name]] for name in self.order]
            launches.append(prepare("apply_optimizer", self.kind, step))

        def launch():
            for variable in launches:
                variable()

        return launch

    def expected(self, host, random):
        for number, count in enumerate(self.counts):
            named = self._named(number)
            index = pick(random, count, count=4)[0]
            stepped = self._step({name: host[named[name]] for name in self.order}, index)
            for name in self.state:
                yield named[name], index, stepped[name]

    def torch(self, torch, make):
        weights = [torch.nn.Parameter(make(count)) for count in self.counts]
        for each in weights:
            each.grad = make(*each.shape)
        return self._torch_optimizer(torch, weights).step

    def tensorflow(self, tf, t):
        return [
            self._tensorflow_step(tf, [t[named[name]] for name in self.order])
            for named in map(self._named, range(len(self.counts)))
        ]


FAMILIES = {"optimizer": Optimizer, "optimizers": Optimizers}
