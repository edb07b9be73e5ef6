"""What tensorflow-directml smi consists of.

fdinfo.py   what drivers tell of processes
sysfs.py    what drivers tell of a GPU as a whole
usage.py    both, by adapter
cli.py      the command
"""
