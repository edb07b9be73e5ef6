"""The process that runs one slice of one test file; see __main__.py.

It shares results.py with the runner and imports nothing else of it, so that any
interpreter with a TensorFlow can run it, one without tensorflow_directml as well.
"""
