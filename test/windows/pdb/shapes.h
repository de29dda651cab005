#define APART __attribute__((noinline))

namespace shapes {

class Shape {
 public:
  virtual int area() const;
  virtual int corners() const;
  void enlarge(int times);

 protected:
  int width_ = 1;
  int height_ = 1;
};

namespace inner {
template <typename T>
APART T twice(T value, void (*seen)(T*)) {
  T doubled = value + value;
  seen(&doubled);
  return doubled;
}
}  // namespace inner

extern int count;
void note(int* value);
void note(long long* value);

}  // namespace shapes
