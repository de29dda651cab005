export const factor = 10;
export function scale(value, by) {
  return value * by * factor;
}
