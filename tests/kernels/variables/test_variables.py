"""What variables hold, and assignments to slices of them."""

import numpy as np
import pytest
from harness import CPU, DML, config, covered, tf


def variable_of_lists(device):
    """A variable of tensor lists, whose elements are assigned and looked up."""
    def vector(tensor):
        handle = tf.raw_ops.TensorListFromTensor(tensor=tensor, element_shape=[2])
        return tf.raw_ops.Reshape(tensor=handle, shape=[1])

    with tf.Graph().as_default():
        with tf.device(device):
            handle = tf.raw_ops.VarHandleOp(dtype=tf.variant, shape=[1])
            assign = tf.raw_ops.AssignVariableOp(resource=handle, value=vector([[5.0, 6.0]]))
            with tf.control_dependencies([assign]):
                before = tf.raw_ops.ResourceGather(resource=handle, indices=[0], dtype=tf.variant)
            with tf.control_dependencies([before]):
                update = tf.raw_ops.ResourceScatterUpdate(
                    resource=handle, indices=[0], updates=vector([[1.0, 2.0], [3.0, 4.0]]))
            with tf.control_dependencies([update]):
                after = tf.raw_ops.ResourceGather(resource=handle, indices=[0], dtype=tf.variant)
            lists = [tf.raw_ops.TensorListStack(
                input_handle=tf.raw_ops.Reshape(tensor=handles, shape=[]), element_shape=[2],
                element_dtype=tf.float32) for handles in (before, after)]
        with tf.Session(config=config()) as session:
            return session.run(lists)


def test_variable_of_lists():
    for want, got in zip(variable_of_lists(CPU), variable_of_lists(DML)):
        np.testing.assert_array_equal(got, want)


covered.update(["ResourceGather", "StridedSliceAssign", "ResourceStridedSliceAssign"])


def assign_slice_and_gather(device, resource):
    with tf.Graph().as_default():
        with tf.device(device):
            value = np.arange(20, dtype=np.float32).reshape(5, 4)
            variable = tf.Variable(value, use_resource=resource)
            before = variable.read_value()
            with tf.control_dependencies([before]):
                update = variable[1:4:2, ::-1].assign(np.full((2, 4), 7, np.float32))
            with tf.control_dependencies([update]):
                rows = tf.gather(variable, [3, 0, 3])
        with tf.Session(config=config()) as session:
            session.run(tf.global_variables_initializer())
            return session.run([before, rows])


@pytest.mark.parametrize("resource", [False, True], ids=["ref", "resource"])
def test_assign_to_a_slice(resource):
    wants = assign_slice_and_gather(CPU, resource)
    for want, got in zip(wants, assign_slice_and_gather(DML, resource)):
        # What was read before the assignment of a resource stays as it was.
        if resource or want.shape[0] == 3:
            np.testing.assert_array_equal(got, want)
