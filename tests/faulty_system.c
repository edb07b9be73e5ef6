/* Calls of the operating system that fail by fault_arm() (faults.h) with an
 * errno: a library for LD_PRELOAD. By the names
 *   open, mkstemp, mkdir, write, rename, flock
 *       those that concern files below the folder FAULT_FOLDER;
 *   mmap
 *       those of the runtime itself, which reserves addresses;
 *   pthread_create
 *       those of C++'s library and the runtime: threads of the runtime, where
 *       nobody else in the process has any of C++'s. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "faults.h"

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
/* Whether this call of `name` is to fail; it has set errno then. */
#define FAILS(name, concerned) (armed() && (concerned) && fails_now(#name))

static int armed(void) {
  return __atomic_load_n(&fault.armed, __ATOMIC_ACQUIRE);
}

static int fails_now(const char* name) {
  int result;
  if (!armed_fails(name, &result)) return 0;
  errno = result;
  return 1;
}

static int in_folder(const char* path) {
  const char* folder = getenv("FAULT_FOLDER");
  return folder != NULL && path != NULL &&
         strncmp(path, folder, strlen(folder)) == 0;
}

static int of_folder(int descriptor) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor);
  const ssize_t length = readlink(link, path, sizeof(path) - 1);
  if (length < 0) return 0;
  path[length] = '\0';
  return in_folder(path);
}

/* Whether `address`, to which a call returns, is in a library of such a name.
 */
static int called_by(const void* address, const char* library) {
  Dl_info info;
  return dladdr(address, &info) != 0 && info.dli_fname != NULL &&
         strstr(info.dli_fname, library) != NULL;
}

static mode_t mode_of(int flags, va_list list) {
  return (flags & O_CREAT) != 0 ? va_arg(list, mode_t) : 0;
}

#define OPEN(name)                               \
  int name(const char* path, int flags, ...) {   \
    va_list list;                                \
    va_start(list, flags);                       \
    const mode_t mode = mode_of(flags, list);    \
    va_end(list);                                \
    if (FAILS(open, in_folder(path))) return -1; \
    return NEXT(name)(path, flags, mode);        \
  }
OPEN(open)
OPEN(open64)

#define FOPEN(name)                                \
  FILE* name(const char* path, const char* mode) { \
    if (FAILS(open, in_folder(path))) return NULL; \
    return NEXT(name)(path, mode);                 \
  }
FOPEN(fopen)
FOPEN(fopen64)

#define MKSTEMP(name)                               \
  int name(char* path) {                            \
    if (FAILS(mkstemp, in_folder(path))) return -1; \
    return NEXT(name)(path);                        \
  }
MKSTEMP(mkstemp)
MKSTEMP(mkstemp64)

int mkdir(const char* path, mode_t mode) {
  if (FAILS(mkdir, in_folder(path))) return -1;
  return NEXT(mkdir)(path, mode);
}

/* Where a disk is full, some may be written. */
ssize_t write(int descriptor, const void* data, size_t bytes) {
  if (FAILS(write, of_folder(descriptor))) {
    if (bytes < 2 || errno != ENOSPC) return -1;
    return NEXT(write)(descriptor, data, bytes / 2);
  }
  return NEXT(write)(descriptor, data, bytes);
}

ssize_t writev(int descriptor, const struct iovec* parts, int count) {
  if (FAILS(write, of_folder(descriptor))) return -1;
  return NEXT(writev)(descriptor, parts, count);
}

int rename(const char* from, const char* to) {
  if (FAILS(rename, in_folder(to))) return -1;
  return NEXT(rename)(from, to);
}

int flock(int descriptor, int operation) {
  if (FAILS(flock, operation != LOCK_UN && of_folder(descriptor))) return -1;
  return NEXT(flock)(descriptor, operation);
}

void* mmap(void* address, size_t bytes, int protection, int flags,
           int descriptor, off_t offset) {
  if (FAILS(mmap, called_by(__builtin_return_address(0), "libdml_runtime"))) {
    return MAP_FAILED;
  }
  return NEXT(mmap)(address, bytes, protection, flags, descriptor, offset);
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                   void* (*start)(void*), void* argument) {
  const void* caller = __builtin_return_address(0);
  if (armed() &&
      (called_by(caller, "libstdc++") || called_by(caller, "libdml_runtime")) &&
      fails_now("pthread_create")) {
    return errno;
  }
  return NEXT(pthread_create)(thread, attributes, start, argument);
}
