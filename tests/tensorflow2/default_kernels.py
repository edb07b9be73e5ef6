"""Which of TensorFlow's kernels for any device ("DEFAULT") run on the DML device.

TensorFlow takes them where a device has no kernel of its own, also with tensors in the device's
memory. They run on the host, which cannot reach that memory.
"""

import itertools

from tensorflow.python.framework import dtypes, op_def_registry

# Those without a list of types take any that the device's memory can hold.
HELD = [kind.as_datatype_enum for kind in (
    dtypes.float32, dtypes.float16, dtypes.bfloat16, dtypes.float64, dtypes.int8, dtypes.int16,
    dtypes.int32, dtypes.int64, dtypes.uint8, dtypes.uint16, dtypes.uint32, dtypes.uint64,
    dtypes.bool, dtypes.complex64, dtypes.complex128)]


def constraints(kernel):
    return {one.name: set(one.allowed_values.list.type) for one in kernel.constraint}


def takes(kernel, types):
    return all(types[name] in allowed for name, allowed in constraints(kernel).items())


def combinations(op, kernels):
    """Dictionaries of a type for each attribute that some of the kernels ask for."""
    names = sorted({name for kernel in kernels for name in constraints(kernel)})
    allowed = {attribute.name: list(attribute.allowed_values.list.type) for attribute in op.attr}
    choices = [[kind for kind in allowed[name] or HELD if kind in HELD] for name in names]
    return [dict(zip(names, chosen)) for chosen in itertools.product(*choices)]


def reaches_device_memory(op, kernel, types):
    """Whether an argument, or a variable that one names, may be on the device."""
    for argument in [*op.input_arg, *op.output_arg]:
        if argument.type == dtypes.resource.as_datatype_enum:
            return True
        kind = types.get(argument.type_attr, argument.type)
        if argument.name not in kernel.host_memory_arg and kind in (0, *HELD):
            return True
    return False


def reaching(registered):
    """{op: types, by attribute, that run in a kernel for any device and reach the device's memory},
    of a KernelList's kernels."""
    by_op = {}
    for kernel in registered:
        if not kernel.label and kernel.device_type in ("DML", "DEFAULT"):
            of_op = by_op.setdefault(kernel.op, {"DML": [], "DEFAULT": []})
            of_op[kernel.device_type].append(kernel)
    found = {}
    for name, kernels in sorted(by_op.items()):
        op = op_def_registry.get(name)
        if not kernels["DEFAULT"] or op is None:
            continue
        for types in combinations(op, kernels["DML"] + kernels["DEFAULT"]):
            if any(takes(kernel, types) for kernel in kernels["DML"]):
                continue
            if any(takes(kernel, types) and reaches_device_memory(op, kernel, types)
                   for kernel in kernels["DEFAULT"]):
                found.setdefault(name, []).append(
                    {attribute: dtypes.as_dtype(kind).name for attribute, kind in types.items()})
    return found
