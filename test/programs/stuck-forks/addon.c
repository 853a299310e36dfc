/* An addon that registers nothing, and with HANDLER one whose atfork handler takes a lock. */
#ifdef HANDLER
#include "atfork.c"
#endif

void *napi_register_module_v1(void *environment, void *exports) {
  (void)environment;
  return exports;
}
