"""What tensorflow-directml explain consists of.

nodes.py       nodes of graphs
kernels.py     TensorFlow's kernel registry, by device
reasons.py     why a node is where it is
graphs.py      reads graphs and SavedModels, and their functions
placement.py   has TensorFlow's placer place a graph, without running it
cli.py         the command
"""
