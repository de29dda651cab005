/*
 * What glibc's libstdc++ asks of its C library, and musl does not have. Node for Alpine Linux comes without libstdc++;
 * with these, and for as long as no exception is thrown, that of this machine does for it.
 */
#include <stddef.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

struct { unsigned features[8]; } __cpu_model;
char __libc_single_threaded;

int __cpu_indicator_init(void) { return 0; }
int _dl_find_object(void *at, void *found) { return -1; }
int __cxa_thread_atexit_impl(void (*run)(void *), void *object, void *library) { return 0; }

unsigned arc4random(void) {
  unsigned value = 0;
  getrandom(&value, sizeof value, 0);
  return value;
}

size_t __strftime_l(char *to, size_t size, const char *format, const struct tm *time, locale_t locale) {
  return strftime_l(to, size, format, time, locale);
}

/* std::string::_M_replace_cold of libstdc++ 13: replaces `old` bytes at `at` by `size` of `from`, `rest` bytes follow. */
void _ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE15_M_replace_coldEPcmPKcmm(
    void *self, char *at, size_t old, const char *from, size_t size, size_t rest) {
  if (size && size <= old) memmove(at, from, size);
  if (rest && old != size) memmove(at + size, at + old, rest);
  if (size <= old) return;
  if (from + size <= at + old) {
    memmove(at, from, size);
  } else if (from >= at + old) {
    memcpy(at, from + (size - old), size);
  } else {
    size_t left = (at + old) - from;
    memmove(at, from, left);
    memcpy(at + left, at + size, size - left);
  }
}
