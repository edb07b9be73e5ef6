// What TensorFlow 2.x finds in site-packages/tensorflow-plugins: it has the
// Python of tensorflow-directml start, which knows the rest
// (tensorflow/python/dml/tensorflow2/start.py).
//
// TensorFlow opens all libraries of that folder near the end of
// `import tensorflow`, and then calls TF_InitKernel of each that has it: no
// lock of the loader's is held by then, as there would be in a constructor.
// This library has nothing of TensorFlow's, and works with all versions.

// In the process, which is Python's or has it loaded; null in any other.
extern "C" {
__attribute__((weak)) int PyGILState_Ensure(void);
__attribute__((weak)) void PyGILState_Release(int state);
__attribute__((weak)) int PyRun_SimpleString(const char* command);

__attribute__((visibility("default"))) void TF_InitKernel(void) {
  if (PyGILState_Ensure == nullptr || PyGILState_Release == nullptr ||
      PyRun_SimpleString == nullptr) {
    return;
  }
  const int state = PyGILState_Ensure();
  // An expression, which leaves no name behind in __main__.
  PyRun_SimpleString(
      "__import__('tensorflow_directml.tensorflow2.start', "
      "fromlist=['start']).start()");
  PyGILState_Release(state);
}
}
