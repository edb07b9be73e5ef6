"""tensorflow-directml doctor: finds out why a GPU is not used, and says how to cure it.

A list of checks (checks/), each a function of a System that yields Findings. What may crash or
hang, such as a driver, or fail to import, such as TensorFlow, is looked at by processes of
their own (children/), whose end is a finding as well. Nothing in here needs NumPy, TensorFlow
or the runtime to be importable.
"""
