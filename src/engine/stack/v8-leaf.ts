import { arm64Leaf } from './arm64-leaf.ts';
import type { Interrupted, Leaf } from './leaf.ts';
import { x64Leaf } from './x64-leaf.ts';

/** Undefined if the function has set up its frame: then the frame pointer leads on. */
export function leafOf(interrupted: Interrupted): Leaf | undefined {
  return interrupted.registers.architecture.name === 'x64' ? x64Leaf(interrupted) : arm64Leaf(interrupted);
}
