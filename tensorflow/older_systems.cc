// Lets libraries that are linked with a new C and C++ library run on older
// ones, down to glibc 2.27 and the C++ library of GCC 7.
//
// A linker binds a function to its newest version. For functions that did not
// change but moved (glibc 2.34 took libdl and libpthread in), or that headers
// of newer compilers call, what is here takes their place inside of the
// library, and calls the version that has always been there. Hidden: nobody
// else gets it. Not in builds with sanitizers, which have such functions of
// their own. tests/packaging/test_systems.py says what the libraries need.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <time.h>

// A function here that others of the library call by the name `name`.
#define DML_IN_PLACE_OF(name) asm(name) __attribute__((visibility("hidden")))
// A function of the system's library in this version.
#define DML_VERSION(function, name, version) \
  asm(".symver " #function ", " name "@" version)

extern "C" {

// ---- What glibc 2.34 moved from libdl and libpthread ------------------------

void* OldOpen(const char* file, int mode);
DML_VERSION(OldOpen, "dlopen", "GLIBC_2.2.5");
void* Open(const char* file, int mode) DML_IN_PLACE_OF("dlopen");
void* Open(const char* file, int mode) { return OldOpen(file, mode); }

int OldClose(void* library);
DML_VERSION(OldClose, "dlclose", "GLIBC_2.2.5");
int Close(void* library) DML_IN_PLACE_OF("dlclose");
int Close(void* library) { return OldClose(library); }

void* OldFind(void* library, const char* symbol);
DML_VERSION(OldFind, "dlsym", "GLIBC_2.2.5");
void* Find(void* library, const char* symbol) DML_IN_PLACE_OF("dlsym");
void* Find(void* library, const char* symbol) {
  return OldFind(library, symbol);
}

char* OldError();
DML_VERSION(OldError, "dlerror", "GLIBC_2.2.5");
char* Error() DML_IN_PLACE_OF("dlerror");
char* Error() { return OldError(); }

int OldPlaceOf(const void* address, void* information);
DML_VERSION(OldPlaceOf, "dladdr", "GLIBC_2.2.5");
int PlaceOf(const void* address, void* information) DML_IN_PLACE_OF("dladdr");
int PlaceOf(const void* address, void* information) {
  return OldPlaceOf(address, information);
}

int OldOnce(pthread_once_t* once, void (*run)());
DML_VERSION(OldOnce, "pthread_once", "GLIBC_2.2.5");
int Once(pthread_once_t* once, void (*run)()) DML_IN_PLACE_OF("pthread_once");
int Once(pthread_once_t* once, void (*run)()) { return OldOnce(once, run); }

int OldReadLock(pthread_rwlock_t* lock);
DML_VERSION(OldReadLock, "pthread_rwlock_rdlock", "GLIBC_2.2.5");
int ReadLock(pthread_rwlock_t* lock) DML_IN_PLACE_OF("pthread_rwlock_rdlock");
int ReadLock(pthread_rwlock_t* lock) { return OldReadLock(lock); }

int OldWriteLock(pthread_rwlock_t* lock);
DML_VERSION(OldWriteLock, "pthread_rwlock_wrlock", "GLIBC_2.2.5");
int WriteLock(pthread_rwlock_t* lock) DML_IN_PLACE_OF("pthread_rwlock_wrlock");
int WriteLock(pthread_rwlock_t* lock) { return OldWriteLock(lock); }

int OldUnlock(pthread_rwlock_t* lock);
DML_VERSION(OldUnlock, "pthread_rwlock_unlock", "GLIBC_2.2.5");
int Unlock(pthread_rwlock_t* lock) DML_IN_PLACE_OF("pthread_rwlock_unlock");
int Unlock(pthread_rwlock_t* lock) { return OldUnlock(lock); }

// ---- What newer headers call ------------------------------------------------

// glibc 2.33's; before, a function behind it that took a version of the struct.
struct stat;
int OldStat(int version, const char* file, struct stat* found);
DML_VERSION(OldStat, "__xstat", "GLIBC_2.2.5");
int Stat(const char* file, struct stat* found) DML_IN_PLACE_OF("stat");
int Stat(const char* file, struct stat* found) {
  return OldStat(1, file, found);
}

// glibc 2.30's, and where that is missing a wait by the clock that may be set.
// An early end is spurious then, as any may be: who waits for a condition
// looks.
using ClockWait = int (*)(pthread_cond_t*, pthread_mutex_t*, clockid_t,
                          const timespec*);
int WaitUntil(pthread_cond_t* condition, pthread_mutex_t* mutex,
              clockid_t clock, const timespec* end)
    DML_IN_PLACE_OF("pthread_cond_clockwait");
int WaitUntil(pthread_cond_t* condition, pthread_mutex_t* mutex,
              clockid_t clock, const timespec* end) {
  static const auto system = reinterpret_cast<ClockWait>(
      OldFind(nullptr, "pthread_cond_clockwait"));  // RTLD_DEFAULT
  if (system != nullptr) return system(condition, mutex, clock, end);

  constexpr long kSecond = 1000000000;
  timespec now, wall;
  clock_gettime(clock, &now);
  clock_gettime(CLOCK_REALTIME, &wall);
  wall.tv_sec += end->tv_sec - now.tv_sec;
  wall.tv_nsec += end->tv_nsec - now.tv_nsec;
  if (wall.tv_nsec < 0) {
    wall.tv_nsec += kSecond;
    --wall.tv_sec;
  } else if (wall.tv_nsec >= kSecond) {
    wall.tv_nsec -= kSecond;
    ++wall.tv_sec;
  }
  const int result = pthread_cond_timedwait(condition, mutex, &wall);
  if (result != ETIMEDOUT) return result;
  clock_gettime(clock, &now);
  const bool over = now.tv_sec != end->tv_sec ? now.tv_sec > end->tv_sec
                                              : now.tv_nsec >= end->tv_nsec;
  return over ? ETIMEDOUT : 0;
}

// glibc 2.32's: whether counts of references need no atomic operations. Ours
// do.
extern char single_threaded DML_IN_PLACE_OF("__libc_single_threaded");
char single_threaded = 0;

// Of GCC 12: void std::condition_variable::wait(std::unique_lock<std::mutex>&).
void OldWait(void* condition, void* lock);
DML_VERSION(OldWait,
            "_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE",
            "GLIBCXX_3.4.11");
void Wait(void* condition, void* lock) DML_IN_PLACE_OF(
    "_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE");
void Wait(void* condition, void* lock) { OldWait(condition, lock); }

// Of GCC 11: std::__throw_bad_array_new_length(), of an error's derived class.
[[noreturn]] void ThrowBadAlloc() asm("_ZSt17__throw_bad_allocv");
[[noreturn]] void ThrowBadLength()
    DML_IN_PLACE_OF("_ZSt28__throw_bad_array_new_lengthv");
void ThrowBadLength() { ThrowBadAlloc(); }

// Of GCC 11: what the copy constructor and the destructor of std::exception_ptr
// call. Older ones do it themselves: a copy that is not destroyed is a
// reference.
void CopyException(void* copy, const void* exception) asm(
    "_ZNSt15__exception_ptr13exception_ptrC1ERKS0_");
void AddReference(void* exception)
    DML_IN_PLACE_OF("_ZNSt15__exception_ptr13exception_ptr9_M_addrefEv");
void AddReference(void* exception) {
  void* copy = nullptr;
  CopyException(&copy, exception);
}
void DestroyException(void* exception) asm(
    "_ZNSt15__exception_ptr13exception_ptrD1Ev");
void Release(void* exception)
    DML_IN_PLACE_OF("_ZNSt15__exception_ptr13exception_ptr10_M_releaseEv");
void Release(void* exception) { DestroyException(exception); }

// Of GCC 9: std::ostringstream(), which is std::ostringstream(std::ios::out).
void MakeStream(void* stream, int mode) asm(
    "_ZNSt7__cxx1119basic_ostringstreamIcSt11char_traitsIcESaIcEEC1ESt13_Ios_"
    "Openmode");
void MakeOutput(void* stream) DML_IN_PLACE_OF(
    "_ZNSt7__cxx1119basic_ostringstreamIcSt11char_traitsIcESaIcEEC1Ev");
void MakeOutput(void* stream) { MakeStream(stream, 1 << 4); }

}  // extern "C"

#endif  // no sanitizers
