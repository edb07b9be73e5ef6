/* dml_check_matrices LIBRARY PARENT UUID
 *
 * Checks an adapter's cooperative matrices for the process PARENT, in one of
 * its own: a driver that crashes there crashes nothing else. LIBRARY is the
 * runtime's; the answer is the last line of the standard output. */
#include <dlfcn.h>
#include <stdio.h>

typedef int (*check_function)(const char* parent, const char* uuid);

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  void* library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  void* check = library != NULL ? dlsym(library, "dml_check_matrices") : NULL;
  if (check == NULL) {
    fprintf(stderr, "%s: %s\n", argv[0], dlerror());
    return 2;
  }
  /* Not undoing what drivers have arranged for the exit, if it crashes there:
   * the answer is out by then. */
  const int status = ((check_function)check)(argv[2], argv[3]);
  fflush(stdout);
  _Exit(status);
}
