// The geometry of morphological dilation: images [batch, height, width, depth],
// a window of taps [window height, window width, depth]. Include after
// dml.glsl.
#ifndef DILATION_GLSL_
#define DILATION_GLSL_

DML_SHARED struct DilationGeometry {
  uint depth;
  uint inputs[2];  // rows, columns
  uint outputs[2];
  uint window[2];
  int stride[2];
  int rate[2];
  int pad[2];
};

// No tap of a window is inside of the image, or their sums exceed nothing.
const int NO_TAP = -1;

#endif  // DILATION_GLSL_
