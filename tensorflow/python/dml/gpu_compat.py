"""Makes TensorFlow's Python take DML devices for what it means by a GPU.

The wheel's tensorflow_core/__init__.py ends with a call of apply(). What asks for
CUDA by name (is_built_with_cuda, cuda_only=True) stays false. The other half, that
/gpu:N names /device:DML:N, is in C++: common_runtime/dml/gpu_names.h.

TF_DIRECTML_GPU_NAMES=0 turns both off.
"""

import functools
import importlib
import os
from typing import Any, List

from . import wheel_source
from .environment import is_off

_DML = "DML"
_GPU = "GPU"
_SWITCH = "TF_DIRECTML_GPU_NAMES"


def enabled() -> bool:
    return not is_off(os.environ.get(_SWITCH))


class _Module:
    """A module of TensorFlow, whose attributes can be replaced if they are there."""

    def __init__(self, name: str):
        self._name = "tensorflow.python." + name
        self._module = importlib.import_module(self._name)

    def get(self, attribute: str) -> Any:
        try:
            value = self._module
            for part in attribute.split("."):
                value = getattr(value, part)
        except AttributeError:
            raise ImportError(
                "tensorflow-directml can't adapt this TensorFlow: %s has no %s. The base is "
                "not the build that it was made for. Run: %s"
                % (self._name, attribute, wheel_source.install_again())
            ) from None
        return value

    def replace(self, attribute: str, value: Any) -> None:
        self.get(attribute)  # must exist
        owner, _, name = attribute.rpartition(".")
        setattr(self.get(owner) if owner else self._module, name, value)


class _DeviceType(str):
    """Reads as "DML", and equals "GPU" too."""

    __slots__ = ()

    def __eq__(self, other: Any) -> Any:
        return other == _GPU or str.__eq__(self, other)

    def __ne__(self, other: Any) -> Any:
        return not self == other

    __hash__ = str.__hash__


def _named_tuple(base: Any) -> Any:
    """A subclass of PhysicalDevice or LogicalDevice whose type DML equals GPU."""

    def new(cls: Any, name: str, device_type: str) -> Any:
        kind = _DeviceType(device_type) if device_type == _DML else device_type
        return base.__new__(cls, name, kind)

    return type(
        base.__name__,
        (base,),
        {"__new__": new, "__slots__": (), "__doc__": base.__doc__, "__module__": base.__module__},
    )


def adapt_context() -> None:
    """tf.config.experimental's devices, memory growth, virtual devices; num_gpus."""
    context = _Module("eager.context")
    for name in ("PhysicalDevice", "LogicalDevice"):
        context.replace(name, _named_tuple(context.get(name)))

    def num_gpus(self: Any) -> int:
        """The number of GPUs available to execute operations."""
        return len(self.list_logical_devices(_GPU))

    context.get("Context.list_logical_devices")
    context.replace("Context.num_gpus", num_gpus)


class _HelpersDeviceLib:
    """What test_util asks for devices. Its word for a GPU that isn't CUDA is SYCL."""

    def __init__(self, list_local_devices: Any):
        self._list = list_local_devices

    def list_local_devices(self, session_config: Any = None) -> List[Any]:
        devices = self._list(session_config)
        for device in devices:
            if device.device_type == _DML:
                device.device_type = "SYCL"
        return devices


def adapt_list_local_devices() -> Any:
    """device_lib lists a DML device under its alias too, as type GPU. Returns what
    device_lib.list_local_devices was before."""
    device_lib = _Module("client.device_lib")
    stock = device_lib.get("list_local_devices")

    def list_local_devices(session_config: Any = None) -> List[Any]:
        devices = stock(session_config)
        for device in [device for device in devices if device.device_type == _DML]:
            alias = type(device)()
            alias.CopyFrom(device)
            alias.device_type = _GPU
            alias.name = device.name.replace("/device:DML:", "/device:GPU:")
            alias.physical_device_desc += ", alias of " + device.name
            devices.append(alias)
        return devices

    list_local_devices.__doc__ = stock.__doc__
    device_lib.replace("list_local_devices", list_local_devices)
    return stock


def _adapt_device_lib() -> None:
    """device_lib, and the helpers of tf.test, which take DML devices for GPUs without CUDA."""
    stock = adapt_list_local_devices()
    _Module("framework.test_util").replace("device_lib", _HelpersDeviceLib(stock))


class _StrategiesDeviceLib:
    """What MirroredStrategy asks which devices there are: those of a session that is not
    configured otherwise, which may be virtual ones."""

    @staticmethod
    def list_local_devices(session_config: Any = None) -> List[Any]:
        if session_config is None:
            session_config = _Module("eager.context").get("context")().config
        return _Module("client.device_lib").get("list_local_devices")(session_config)


class _StrategiesKernels:
    """What MirroredStrategy asks for NCCL's kernels: a list that is false when it is empty, which
    TensorFlow's message is not."""

    @staticmethod
    def get_registered_kernels_for_op(name: str) -> Any:
        return _Module("framework.kernels").get("get_registered_kernels_for_op")(name).kernel


def _adapt_strategies() -> None:
    _Module("eager.context").get("Context.config")
    _Module("framework.kernels").get("get_registered_kernels_for_op")
    cross_device_ops = _Module("distribute.cross_device_ops")
    cross_device_ops.replace("device_lib", _StrategiesDeviceLib)
    cross_device_ops.replace("kernels", _StrategiesKernels)

    nccl = cross_device_ops.get("CollectiveCommunication.NCCL")

    def say_what_nccl_is(self: Any) -> None:
        if self._communication == nccl:
            _say_once("NCCL is for CUDA: workers reduce by TensorFlow's ring instead.")

    _Module("distribute.collective_all_reduce_strategy").replace(
        "CollectiveAllReduceExtended._warn_nccl_no_gpu", say_what_nccl_is
    )


_said = set()


def _say_once(message: str) -> None:
    if message not in _said:
        _said.add(message)
        _Module("platform.tf_logging").get("warning")(message)


class _Nccl:
    """What takes the place of NCCL's ops: tensors are copied to one device, reduced there, and
    copied back. Shapes, devices and errors are those of tensorflow.python.ops.nccl_ops."""

    def __init__(self) -> None:
        self._check_device = _Module("ops.nccl_ops").get("_check_device")
        self._device = _Module("framework.ops").get("device")
        self._identity = _Module("ops.array_ops").get("identity")
        operations = _Module("ops.math_ops")
        self._binary = {
            "prod": operations.get("multiply"),
            "min": operations.get("minimum"),
            "max": operations.get("maximum"),
        }
        self._sum = operations.get("add_n")

    def apply_all_reduce(self, reduction: str, tensors: List[Any]) -> List[Any]:
        self._check(tensors, "Must pass >0 tensors to all reduce operations")
        with self._device(tensors[0].device):
            total = self._reduce(reduction, tensors)
        return [self._on(tensor.device, total) for tensor in tensors]

    def apply_reduce(self, reduction: str, tensors: List[Any]) -> Any:
        self._check(tensors, "Must pass >0 tensors to reduce operations")
        result = self._reduce(reduction, tensors)
        if result.device not in [tensor.device for tensor in tensors]:
            raise ValueError("One input tensor must be assigned to current device")
        return result

    def broadcast(self, tensor: Any) -> Any:
        """Returns a tensor that other devices can take as input."""
        self._check_device(tensor)
        return self._on(tensor.device, tensor)

    def _check(self, tensors: List[Any], none: str) -> None:
        if not tensors:
            raise ValueError(none)
        for tensor in tensors:
            self._check_device(tensor)
        _say_once("NCCL is for CUDA: DML devices reduce on the first of them instead, by copies.")

    def _reduce(self, reduction: str, tensors: List[Any]) -> Any:
        if reduction == "sum":
            return self._sum(tensors)
        return functools.reduce(self._binary[reduction], tensors)

    def _on(self, device: str, tensor: Any) -> Any:
        with self._device(device):
            return self._identity(tensor)


def _adapt_nccl() -> None:
    instead = _Nccl()
    nccl = _Module("ops.nccl_ops")
    nccl.replace("_apply_all_reduce", instead.apply_all_reduce)
    nccl.replace("_apply_reduce", instead.apply_reduce)
    nccl.replace("broadcast", instead.broadcast)


def _adapt_keras() -> None:
    backend = _Module("keras.backend")
    context = _Module("eager.context")
    ops = _Module("framework.ops")
    stock = backend.get("_get_available_gpus")

    def available_gpus() -> List[str]:
        """Names of the devices that count as GPUs."""
        gpus = stock()
        if ops.get("executing_eagerly_outside_functions")():
            return gpus + [name for name in context.get("list_devices")() if _DML in name]
        # stock() has filled this.
        devices = backend.get("_LOCAL_DEVICES")
        return gpus + [device.name for device in devices if device.device_type == _DML]

    backend.replace("_get_available_gpus", available_gpus)

    # multi_gpu_model looks for /gpu:N among a session's devices.
    multi_gpu = _Module("keras.utils.multi_gpu_utils")
    stock_devices = multi_gpu.get("_get_available_devices")

    def available_devices() -> List[str]:
        names = stock_devices()
        return names + [name.replace(_DML, _GPU) for name in names if _DML in name]

    multi_gpu.replace("_get_available_devices", available_devices)


def _adapt_recurrent_layers() -> None:
    """LSTM and GRU of v2, which call CudnnRNN: eagerly where the device in force is a GPU,
    in functions where Grappler takes the device for one (graph_rewrites.h)."""
    recurrent = _Module("keras.layers.recurrent_v2")
    stock_type = recurrent.get("_get_context_device_type")

    def context_device_type() -> Any:
        kind = stock_type()
        return _GPU if kind == _DML else kind

    recurrent.replace("_get_context_device_type", context_device_type)

    # Nodes of float64 run on the CPU where the adapter lacks the type; that has no CudnnRNN.
    math_ops = _Module("ops.math_ops")
    for cell in ("lstm", "gru"):
        recurrent.replace(
            "cudnn_" + cell,
            _where_float64_computes(
                recurrent.get("cudnn_" + cell),
                recurrent.get("standard_" + cell),
                activation=math_ops.get("tanh"),
                recurrent_activation=math_ops.get("sigmoid"),
            ),
        )


def _where_float64_computes(cudnn: Any, standard: Any, **activations: Any) -> Any:
    """A layer's implementation `cudnn`, or `standard` with cuDNN's activations."""

    def layer(inputs: Any, **arguments: Any) -> Any:
        from . import adapters

        if inputs.dtype == "float64" and not all(a.float64 for a in adapters()):
            return standard(inputs=inputs, **arguments, **activations)
        return cudnn(inputs=inputs, **arguments)

    return layer


class _Tfprof:
    """The functions behind tf.profiler. They tell an accelerator by the names of its
    device and of its allocator, and know only those of a GPU."""

    def __init__(self, functions: Any, run_metadata: Any):
        self._functions = functions
        self._run_metadata = run_metadata

    def __getattr__(self, name: str) -> Any:
        return getattr(self._functions, name)

    def AddStep(self, step: int, graph: Any, run_metadata: bytes, *rest: Any) -> Any:
        return self._functions.AddStep(step, graph, self._as_gpu(run_metadata), *rest)

    def PrintModelAnalysis(self, graph: Any, run_metadata: bytes, *rest: Any) -> Any:
        return self._functions.PrintModelAnalysis(graph, self._as_gpu(run_metadata), *rest)

    def _as_gpu(self, run_metadata: bytes) -> bytes:
        if not run_metadata:
            return run_metadata
        parsed = self._run_metadata.FromString(run_metadata)
        for line in parsed.step_stats.dev_stats:
            line.device = line.device.replace("/device:DML:", "/device:GPU:")
            for node in line.node_stats:
                for memory in node.memory:
                    if memory.allocator_name.startswith("dml_pool"):
                        memory.allocator_name = _GPU + memory.allocator_name[len("dml_pool") :]
        return parsed.SerializeToString()


def _adapt_profiler() -> None:
    analyzer = _Module("profiler.model_analyzer")
    functions = analyzer.get("print_mdl")
    for name in ("AddStep", "PrintModelAnalysis"):
        analyzer.get("print_mdl." + name)
    from tensorflow.core.protobuf import config_pb2

    analyzer.replace("print_mdl", _Tfprof(functions, config_pb2.RunMetadata))


def apply() -> None:
    """Called once, at the end of `import tensorflow`."""
    if not enabled():
        return
    adapt_context()
    _adapt_device_lib()
    _adapt_strategies()
    _adapt_nccl()
    _adapt_keras()
    _adapt_recurrent_layers()
    _adapt_profiler()
