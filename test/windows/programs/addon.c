/* An addon that writes to address 0 while it is loaded. */
#include <stddef.h>

static void store(volatile int *place, int value) { *place = value; }

__declspec(dllexport) void *napi_register_module_v1(void *env, void *exports) {
  store(NULL, 42);
  return env ? exports : NULL;
}
