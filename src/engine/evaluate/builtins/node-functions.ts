import type { Value } from '../../v8/inspect.ts';
import type { Machine } from '../machine.ts';
import type { DumpObject } from '../operand.ts';
import { bufferFunctions } from './buffer.ts';
import type { Run } from './registry.ts';

/** Scripts of Node's own library of which some functions are evaluated: lib/buffer.js, lib/internal/buffer.js. */
const scripts: ReadonlySet<string> = new Set(['node:buffer', 'node:internal/buffer']);

/** From 24 on, methods without a name that call a function of the same script. */
const delegate = /^function\(offset(?:, byteLength)?\) \{\s*return (read\w+)\(this, offset/;

/** Our own code for a function of Node's library, known by its script and name. */
export function nodeFunction(machine: Machine, fn: DumpObject): Run | undefined {
  const location = machine.environment.inspector.location(fn.value);
  if (!location || !scripts.has(location.url)) return undefined;
  const name = machine.heap.own(fn, 'name')?.value;
  if (typeof name !== 'string') return undefined;
  return bufferFunctions.get(name || (delegate.exec(fn.preview.description)?.[1] ?? ''));
}

/**
 * What `process` and `Buffer` are: their getters on the global object (lib/internal/bootstrap/node.js) give
 * a variable of Node's, which can be read without running them.
 */
export function nodeGlobal(machine: Machine, getter: DumpObject): Value | undefined {
  const { inspector } = machine.environment;
  if (inspector.location(getter.value)?.url !== 'node:internal/bootstrap/node') return undefined;
  const name = /^get\(\) \{\s*return (\w+);\s*\}$/.exec(getter.preview.description)?.[1];
  return name === undefined ? undefined : inspector.closureVariable?.(getter.value, name);
}
