"""Reading TensorFlow's log of kernels, without TensorFlow."""

import importlib.util
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location(
    "placement", str(ROOT / "tensorflow/python/dml/upstream/worker/placement.py")
)
placement = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(placement)

HEAD = "2026-01-01 00:00:00.000000: I tensorflow/core/framework/op_kernel.cc:1487] "
EAGER = "2026-01-01 00:00:00.000000: I tensorflow/core/common_runtime/eager/execute.cc:571] "
PLACE = "/job:localhost/replica:0/task:0/device:%s:0"
LOG = (
    "printed by the test\n"
    + HEAD
    + 'Instantiating kernel for node: {{node a/b}} = AddV2[T=DT_FLOAT, _class=["loc:@v"], '
    + '_device="%s"](x, y)\n' % (PLACE % "CPU")
    + HEAD
    + "Instantiating kernel for node: {{node c}} = Const[dtype=DT_INT32, value=Tensor<type: "
    + 'int32 shape: [] values: 2>, _device="%s"]()\n' % (PLACE % "DML")
    + HEAD
    + "Instantiating kernel for node: {{node n}} = NoOp[]()\n"
    + HEAD
    + 'Instantiating kernel for node: {{node n}} = NoOp[_device="%s"]()\n' % (PLACE % "CPU")
    + HEAD
    + 'Instantiating kernel for node: {{node _r}} = _Retval[T=DT_HALF, _device="%s"](x)\n'
    % (PLACE % "CPU")
    + "2026-01-01 00:00:00.000000: I tensorflow/core/framework/op_kernel.cc:1287] "
    + "No device-specific kernels found for NodeDef '{{node n}}'Will fall back.\n\n"
    + EAGER
    + "Executing op IdentityN in device %s\n" % (PLACE % "CPU")
    + HEAD
    + "Instantiating kernel for node: {{node IdentityN}} = IdentityN[T=[DT_HALF, DT_INT32]](i)\n"
    + EAGER
    + "Executing op Relu in device %s\n" % (PLACE % "DML")
    + HEAD
    + "Instantiating kernel for node: {{node Relu}} = Relu[T=DT_FLOAT](i)\n"
    + "its last words\n"
)


def test_kernels_by_device():
    def found(device):
        return {placement.describe(*key): n for key, n in placement.created(LOG, device).items()}

    assert found("CPU") == {
        "AddV2[T=float32]": 1,
        "NoOp": 1,
        "IdentityN[T=float16|int32]": 1,
    }
    assert found("DML") == {"Const[dtype=int32]": 1, "Relu[T=float32]": 1}
    assert found("GPU") == {}


def test_noise_is_taken_out():
    assert placement.NOISE.sub("", LOG) == "printed by the test\nits last words\n"
