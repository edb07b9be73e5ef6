/* Calls that fail as they are told to, by environment variables or, in a
 * process that makes many fail one after the other (tests/faults), by
 * fault_arm(). For the libraries of tests that take the place of others;
 * include it in one file a library. */
#ifndef TENSORFLOW_DIRECTML_TESTS_FAULTS_H_
#define TENSORFLOW_DIRECTML_TESTS_FAULTS_H_

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static struct {
  pthread_mutex_t mutex;
  int armed; /* read without the mutex, first */
  char call[64];
  int result;
  long after, count, calls;
} fault = {.mutex = PTHREAD_MUTEX_INITIALIZER};

/* All calls of `call` but the first `after` return `result`, or `count` of them
 * where it is not negative. */
__attribute__((visibility("default"))) void fault_arm(const char* call,
                                                      int result, long after,
                                                      long count) {
  pthread_mutex_lock(&fault.mutex);
  strncpy(fault.call, call, sizeof(fault.call) - 1);
  fault.result = result;
  fault.after = after;
  fault.count = count;
  fault.calls = 0;
  __atomic_store_n(&fault.armed, 1, __ATOMIC_RELEASE);
  pthread_mutex_unlock(&fault.mutex);
}

/* Ends that; returns how many calls of it there were since. */
__attribute__((visibility("default"))) long fault_disarm(void) {
  pthread_mutex_lock(&fault.mutex);
  const long calls = fault.calls;
  fault.call[0] = '\0';
  fault.calls = 0;
  __atomic_store_n(&fault.armed, 0, __ATOMIC_RELEASE);
  pthread_mutex_unlock(&fault.mutex);
  return calls;
}

static int armed_fails(const char* name, int* result) {
  int failing = 0;
  if (!__atomic_load_n(&fault.armed, __ATOMIC_ACQUIRE)) return 0;
  pthread_mutex_lock(&fault.mutex);
  if (strcmp(fault.call, name) == 0) {
    const long number = fault.calls++;
    failing = number >= fault.after &&
              (fault.count < 0 || number < fault.after + fault.count);
    if (failing) *result = fault.result;
  }
  pthread_mutex_unlock(&fault.mutex);
  return failing;
}

#endif /* TENSORFLOW_DIRECTML_TESTS_FAULTS_H_ */
