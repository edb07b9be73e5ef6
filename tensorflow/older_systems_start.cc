// The same for a program: glibc 2.34's start runs initializers by itself, older
// ones a function that the program gives them, which is here.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <stddef.h>

extern "C" {

using Initializer = void (*)(int, char**, char**);
extern Initializer first[] asm("__init_array_start")
    __attribute__((visibility("hidden")));
extern Initializer last[] asm("__init_array_end")
    __attribute__((visibility("hidden")));

static void Initialize(int count, char** arguments, char** environment) {
  const ptrdiff_t initializers = last - first;
  for (ptrdiff_t i = 0; i < initializers; ++i) {
    first[i](count, arguments, environment);
  }
}

using Main = int (*)(int, char**, char**);
int OldStart(Main main, int count, char** arguments, Initializer initialize,
             void (*finish)(), void (*finish_loader)(), void* stack_end);
asm(".symver OldStart, __libc_start_main@GLIBC_2.2.5");
int Start(Main main, int count, char** arguments, Initializer, void (*finish)(),
          void (*finish_loader)(), void* stack_end) asm("__libc_start_main")
    __attribute__((visibility("hidden"), used));
int Start(Main main, int count, char** arguments, Initializer, void (*finish)(),
          void (*finish_loader)(), void* stack_end) {
  return OldStart(main, count, arguments, Initialize, finish, finish_loader,
                  stack_end);
}

}  // extern "C"

#endif  // no sanitizers
