#include "shapes.h"

/** A static function of the same name as one of the other file. */
static APART int measure(int from) {
  long long value = from;
  shapes::note(&value);
  return static_cast<int>(value);
}

extern "C" APART int plainC(int from) { return measure(from) + 1; }

extern "C" __declspec(dllexport) long long exportedPlace(int from) {
  return plainC(from) + shapes::inner::twice<long long>(from, shapes::note);
}
