// One step of an optimizer, in place. A variant defines DML_OPTIMIZER (the
// dml_optimizer) and DML_TENSORS (how many tensors it takes); t[] holds them in
// the order of dml_apply_optimizer(). FLAG is use_nesterov or update_slots.
#version 460
#include "dml.glsl"

layout(constant_id = 1) const bool FLAG = false;

DML_PARAMETERS_BEGIN
  TBuffer t[DML_TENSORS];
  uint count;
DML_PARAMETERS_END

#define SCALAR(n) T_load(p.t[n], 0)
#define LOAD(n) T_load(p.t[n], i)
#define STORE(n, v) T_store(p.t[n], i, v)

#if DML_OPTIMIZER == DML_SGD
void update(uint i) { STORE(0, LOAD(0) - SCALAR(1) * LOAD(2)); }

#elif DML_OPTIMIZER == DML_MOMENTUM
void update(uint i) {
  T_compute rate = SCALAR(2), gradient = LOAD(3), momentum = SCALAR(4);
  T_compute accumulator = LOAD(1) * momentum + gradient;
  STORE(1, accumulator);
  T_compute direction =
      FLAG ? gradient + accumulator * momentum : accumulator;
  STORE(0, LOAD(0) - rate * direction);
}

#elif DML_OPTIMIZER == DML_ADAGRAD || DML_OPTIMIZER == DML_ADAGRAD_V2
void update(uint i) {
  T_compute gradient = LOAD(DML_TENSORS - 1);
  T_compute accumulator = LOAD(1);
  if (FLAG) {
    accumulator += gradient * gradient;
    STORE(1, accumulator);
  }
  T_compute scale = sqrt(accumulator);
#if DML_OPTIMIZER == DML_ADAGRAD_V2
  scale += SCALAR(3);
#endif
  STORE(0, LOAD(0) - SCALAR(2) * gradient / scale);
}

#elif DML_OPTIMIZER == DML_ADAM
void update(uint i) {
  T_compute beta1 = SCALAR(6), beta2 = SCALAR(7), gradient = LOAD(9);
  T_compute one = T_compute(1);
  T_compute rate = SCALAR(5) * sqrt(one - SCALAR(4)) / (one - SCALAR(3));
  T_compute m = LOAD(1), v = LOAD(2);
  m += (gradient - m) * (one - beta1);
  v += (gradient * gradient - v) * (one - beta2);
  STORE(1, m);
  STORE(2, v);
  T_compute direction = FLAG ? gradient * (one - beta1) + beta1 * m : m;
  STORE(0, LOAD(0) - rate * direction / (sqrt(v) + SCALAR(8)));
}

#elif DML_OPTIMIZER == DML_RMSPROP
void update(uint i) {
  T_compute gradient = LOAD(7);
  T_compute ms = LOAD(1);
  ms += (gradient * gradient - ms) * (T_compute(1) - SCALAR(4));
  STORE(1, ms);
  T_compute step = LOAD(2) * SCALAR(5) +
                   SCALAR(3) * gradient / sqrt(ms + SCALAR(6));
  STORE(2, step);
  STORE(0, LOAD(0) - step);
}

#elif DML_OPTIMIZER == DML_CENTERED_RMSPROP
void update(uint i) {
  T_compute gradient = LOAD(8);
  T_compute rate = T_compute(1) - SCALAR(5);
  T_compute mg = LOAD(1), ms = LOAD(2);
  ms += (gradient * gradient - ms) * rate;
  mg += (gradient - mg) * rate;
  STORE(1, mg);
  STORE(2, ms);
  T_compute step = LOAD(3) * SCALAR(6) +
                   SCALAR(4) * gradient / sqrt(ms - mg * mg + SCALAR(7));
  STORE(3, step);
  STORE(0, LOAD(0) - step);
}

#elif DML_OPTIMIZER == DML_ADADELTA
void update(uint i) {
  T_compute rho = SCALAR(4), epsilon = SCALAR(5), gradient = LOAD(6);
  T_compute one = T_compute(1);
  T_compute accumulator = LOAD(1) * rho + gradient * gradient * (one - rho);
  STORE(1, accumulator);
  T_compute old = LOAD(2);
  T_compute step =
      sqrt(old + epsilon) / sqrt(accumulator + epsilon) * gradient;
  STORE(2, old * rho + step * step * (one - rho));
  STORE(0, LOAD(0) - SCALAR(3) * step);
}
#endif

void main() {
  const uint width = gl_WorkGroupSize.x;
  uint first = dml_group() * (4 * width) + gl_LocalInvocationID.x;
  for (uint k = 0; k < 4; ++k) {
    uint i = first + k * width;
    if (i < p.count) update(i);
  }
}
