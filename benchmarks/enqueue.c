/* Prints the median microseconds that enqueuing one small operator takes, in a
 * dependent chain, so that hazards are tracked and found, and how many blocks of
 * host memory the enqueuing thread asked for meanwhile, once every buffer has
 * grown. overhead.py builds and runs it; TF_DIRECTML_BACKEND=null takes the
 * driver out. Needs glibc, whose allocator it wraps. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tensorflow/core/common_runtime/dml/runtime/c_api/dml_operators.h"

enum { kBlocks = 401, kLaunches = 225, kTensors = 9 };

/* All of the process's calls come here; the runtime's other threads have
 * counts of their own. */
static __thread long allocations;
extern void* __libc_malloc(size_t size);
extern void* __libc_calloc(size_t count, size_t size);
extern void* __libc_realloc(void* block, size_t size);
void* malloc(size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
void* calloc(size_t count, size_t size) {
  ++allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* block, size_t size) {
  ++allocations;
  return __libc_realloc(block, size);
}

static double Now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e6 + now.tv_nsec * 1e-3;
}

static int Compare(const void* a, const void* b) {
  const double x = *(const double*)a, y = *(const double*)b;
  return (x > y) - (x < y);
}

static void Check(dml_code code) {
  if (code == DML_OK) return;
  fprintf(stderr, "%s\n", dml_error_message());
  exit(1);
}

int main(void) {
  dml_device* device;
  dml_pool* pool;
  const dml_pool_options options = {0, 1, 0};
  dml_tensor tensors[kTensors] = {{0}};
  static double times[kBlocks];
  long allocated = 0;
  Check(dml_device_open(0, &device));
  Check(dml_pool_open(device, &options, &pool));
  for (int i = 0; i < kTensors; ++i) {
    Check(dml_allocate(pool, 256, &tensors[i].data));
    tensors[i].type = DML_FLOAT32;
    tensors[i].rank = 1;
    tensors[i].sizes[0] = 64;
    tensors[i].strides[0] = 1;
  }
  dml_set_tag("Add");
  for (int block = 0; block < kBlocks; ++block) {
    Check(dml_device_sync(device));
    if (block == kBlocks / 2) allocated = allocations;
    const double start = Now();
    for (int i = 0; i < kLaunches; ++i) {
      const dml_tensor* input = &tensors[i % kTensors];
      const dml_tensor* inputs[] = {input, input};
      Check(dml_elementwise(device, DML_ADD, inputs, 2,
                            &tensors[(i + 1) % kTensors], NULL));
    }
    times[block] = (Now() - start) / kLaunches;
  }
  allocated = allocations - allocated; /* qsort may allocate */
  qsort(times, kBlocks, sizeof(times[0]), Compare);
  printf("%.3f %ld\n", times[kBlocks / 2], allocated);
  dml_pool_close(pool);
  dml_device_close(device);
  return 0;
}
