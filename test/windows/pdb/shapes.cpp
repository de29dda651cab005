#include "shapes.h"

namespace shapes {

int count = 7;

/** Named by its public symbol. */
void note(int* value) { *static_cast<volatile int*>(value) += 1; }
void note(long long* value) { *static_cast<volatile long long*>(value) += 1; }

/** Has a name in the records of its compiland alone, and no public symbol. */
static APART int measure(int from) {
  int value = from;
  note(&value);
  return value;
}

namespace {
APART int hidden(int from) {
  int value = from * 3;
  note(&value);
  return measure(value);
}
/** Calls nothing and has no stack: no entry in the exception directory. */
APART int staticLeaf(int from) { return from * 5 + count; }
}  // namespace

int Shape::area() const { return width_ * height_; }
int Shape::corners() const { return hidden(width_); }

APART void Shape::enlarge(int times) {
  width_ = measure(times);
  height_ = staticLeaf(times);
}

}  // namespace shapes

extern "C" __declspec(dllexport) int exportedSize(int from) {
  shapes::Shape shape;
  shape.enlarge(from);
  return shape.area() + shapes::inner::twice(from, static_cast<void (*)(int*)>(shapes::note));
}
