// What one step of each optimizer does to one element: update(i, g), with i its
// place in the variable and its slots, and g that in the gradient. For
// optimizer.comp and optimizer_rows.comp, whose variants define DML_OPTIMIZER
// (the dml_optimizer) and DML_TENSORS (how many tensors it takes); p.t[] holds
// them in the order of dml_apply_optimizer(). FLAG is use_nesterov or
// update_slots.
#include "math.glsl"

#define SCALAR(n) T_load(p.t[n], 0)
#define LOAD(n) T_load(p.t[n], i)
#define GRADIENT(n) T_load(p.t[n], g)
#define STORE(n, v) T_store(p.t[n], i, v)

// Toward zero by `threshold`, at most to it.
T_compute shrink(T_compute x, T_compute threshold) {
  return sign(x) * max(abs(x) - threshold, T_compute(0));
}

#if DML_OPTIMIZER == DML_SGD
void update(uint i, uint g) { STORE(0, LOAD(0) - SCALAR(1) * GRADIENT(2)); }

#elif DML_OPTIMIZER == DML_MOMENTUM
void update(uint i, uint g) {
  T_compute rate = SCALAR(2), gradient = GRADIENT(3), momentum = SCALAR(4);
  T_compute accumulator = LOAD(1) * momentum + gradient;
  STORE(1, accumulator);
  T_compute direction =
      FLAG ? gradient + accumulator * momentum : accumulator;
  STORE(0, LOAD(0) - rate * direction);
}

#elif DML_OPTIMIZER == DML_KERAS_MOMENTUM
// Keeps the learning rate inside the velocity.
void update(uint i, uint g) {
  T_compute momentum = SCALAR(4);
  T_compute step = SCALAR(2) * GRADIENT(3);
  T_compute velocity = LOAD(1) * momentum - step;
  STORE(1, velocity);
  STORE(0, LOAD(0) + (FLAG ? velocity * momentum - step : velocity));
}

#elif DML_OPTIMIZER == DML_ADAGRAD || DML_OPTIMIZER == DML_ADAGRAD_V2
void update(uint i, uint g) {
  T_compute gradient = GRADIENT(DML_TENSORS - 1);
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
void update(uint i, uint g) {
  T_compute beta1 = SCALAR(6), beta2 = SCALAR(7), gradient = GRADIENT(9);
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

#elif DML_OPTIMIZER == DML_AMSGRAD
void update(uint i, uint g) {
  T_compute gradient = GRADIENT(10), one = T_compute(1);
  T_compute rate = SCALAR(6) * sqrt(one - SCALAR(5)) / (one - SCALAR(4));
  T_compute m = LOAD(1), v = LOAD(2);
  m += (gradient - m) * (one - SCALAR(7));
  v += (gradient * gradient - v) * (one - SCALAR(8));
  T_compute largest = max(LOAD(3), v);
  STORE(1, m);
  STORE(2, v);
  STORE(3, largest);
  STORE(0, LOAD(0) - rate * m / (sqrt(largest) + SCALAR(9)));
}

#elif DML_OPTIMIZER == DML_RMSPROP
void update(uint i, uint g) {
  T_compute gradient = GRADIENT(7);
  T_compute ms = LOAD(1);
  ms += (gradient * gradient - ms) * (T_compute(1) - SCALAR(4));
  STORE(1, ms);
  T_compute step = LOAD(2) * SCALAR(5) +
                   SCALAR(3) * gradient / sqrt(ms + SCALAR(6));
  STORE(2, step);
  STORE(0, LOAD(0) - step);
}

#elif DML_OPTIMIZER == DML_CENTERED_RMSPROP
void update(uint i, uint g) {
  T_compute gradient = GRADIENT(8);
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
void update(uint i, uint g) {
  T_compute rho = SCALAR(4), epsilon = SCALAR(5), gradient = GRADIENT(6);
  T_compute one = T_compute(1);
  T_compute accumulator = LOAD(1) * rho + gradient * gradient * (one - rho);
  STORE(1, accumulator);
  T_compute old = LOAD(2);
  T_compute step =
      sqrt(old + epsilon) / sqrt(accumulator + epsilon) * gradient;
  STORE(2, old * rho + step * step * (one - rho));
  STORE(0, LOAD(0) - SCALAR(3) * step);
}

#elif DML_OPTIMIZER == DML_FTRL || DML_OPTIMIZER == DML_FTRL_V2
// The reciprocal of the accumulator's learning rate.
T_compute root(T_compute accumulator) {
  T_compute power = SCALAR(DML_TENSORS - 1);
  return power == T_compute(-0.5) ? sqrt(accumulator)
                                  : dml_pow(accumulator, -power);
}
void update(uint i, uint g) {
  T_compute rate = SCALAR(4), l1 = SCALAR(5), l2 = SCALAR(6);
  T_compute variable = LOAD(0), old = LOAD(1), gradient = GRADIENT(3);
  T_compute accumulator = old + gradient * gradient;
  STORE(1, accumulator);
#if DML_OPTIMIZER == DML_FTRL_V2
  gradient += T_compute(2) * SCALAR(7) * variable;
#endif
  T_compute linear =
      LOAD(2) + gradient - (root(accumulator) - root(old)) / rate * variable;
  STORE(2, linear);
  T_compute quadratic = root(accumulator) / rate + T_compute(2) * l2;
  STORE(0, abs(linear) > l1 ? (l1 * sign(linear) - linear) / quadratic
                            : T_compute(0));
}

#elif DML_OPTIMIZER == DML_PROXIMAL_SGD || DML_OPTIMIZER == DML_PROXIMAL_ADAGRAD
void update(uint i, uint g) {
  T_compute gradient = GRADIENT(DML_TENSORS - 1);
  T_compute rate = SCALAR(DML_TENSORS - 4);
  T_compute l1 = max(SCALAR(DML_TENSORS - 3), T_compute(0));
  T_compute l2 = SCALAR(DML_TENSORS - 2);
#if DML_OPTIMIZER == DML_PROXIMAL_ADAGRAD
  T_compute accumulator = LOAD(1) + gradient * gradient;
  STORE(1, accumulator);
  rate /= sqrt(accumulator);
#endif
  T_compute moved = LOAD(0) - rate * gradient;
  STORE(0, shrink(moved, rate * l1) / (T_compute(1) + l2 * rate));
}

#elif DML_OPTIMIZER == DML_ADAMAX
void update(uint i, uint g) {
  T_compute gradient = GRADIENT(8), one = T_compute(1);
  T_compute m = LOAD(1);
  m += (gradient - m) * (one - SCALAR(5));
  T_compute v = max(SCALAR(6) * LOAD(2), abs(gradient));
  STORE(1, m);
  STORE(2, v);
  STORE(0, LOAD(0) - SCALAR(4) / (one - SCALAR(3)) * (m / (v + SCALAR(7))));
}

#elif DML_OPTIMIZER == DML_ADD_SIGN || DML_OPTIMIZER == DML_POWER_SIGN
void update(uint i, uint g) {
  T_compute beta = SCALAR(5), gradient = GRADIENT(6);
  T_compute m = LOAD(1) * beta + gradient * (T_compute(1) - beta);
  STORE(1, m);
  T_compute agreement = SCALAR(4) * sign(gradient) * sign(m);
#if DML_OPTIMIZER == DML_ADD_SIGN
  T_compute scale = SCALAR(3) + agreement;
#else
  T_compute scale = dml_exp(SCALAR(3) * agreement);
#endif
  STORE(0, LOAD(0) - SCALAR(2) * scale * gradient);
}

#elif DML_OPTIMIZER == DML_ADAGRAD_DA
void update(uint i, uint g) {
  T_compute gradient = GRADIENT(3), rate = SCALAR(4);
  T_compute l1 = max(SCALAR(5), T_compute(0));
  // The number of steps, an int64.
  T_compute steps =
      T_compute(T_word_load(p.t[7], 0)) +
      T_compute(int(T_word_load(p.t[7], 1))) * T_compute(4294967296.0);
  T_compute sum = LOAD(1) + gradient;
  T_compute squares = LOAD(2) + gradient * gradient;
  STORE(1, sum);
  STORE(2, squares);
  STORE(0, -rate * shrink(sum, steps * l1) /
               (SCALAR(6) * steps * rate + sqrt(squares)));
}
#endif
