import assert from 'node:assert/strict';
import { allIntrinsics, type Intrinsic } from '../../src/engine/evaluate/builtins/registry.ts';
import { openDump } from '../../src/engine/session.ts';
import type { Property, Value } from '../../src/engine/v8/inspect.ts';
import { V8Inspector } from '../../src/engine/v8/inspector.ts';
import { recordCore } from '../support/cores.ts';
import { releaseLines } from '../support/releases.ts';

/** Paths that are no property's, or one that debuggers show by its value. */
const unchecked = new Set(['Iterator.prototype.next', 'Array[Symbol.species]']);

describe('builtins that are evaluated', () => {
  const seen = new Set<string>();

  for (const line of releaseLines) {
    it(`are those of Node ${line} by V8's names`, async () => {
      const recording = await recordCore(line, 'uncaught.js');
      const session = await openDump(recording.core, { program: recording.node });
      try {
        const inspector = new V8Inspector(session.isolateFor({}));
        const wrong: string[] = [];
        for (const intrinsic of allIntrinsics()) {
          const property = resolve(inspector, intrinsic.path);
          if (!property || unchecked.has(intrinsic.path)) continue;
          seen.add(intrinsic.path);
          const fn = intrinsic.get ? property.getter : property.value;
          const name = fn && inspector.builtin(fn);
          if (name === undefined || !isKnown(intrinsic, name)) wrong.push(`${intrinsic.path}: ${name}`);
        }
        assert.deepEqual(wrong, []);
      } finally {
        session.close();
      }
    });
  }

  it('exist in some line each', () => {
    const missing = allIntrinsics().filter(({ path }) => !seen.has(path) && !unchecked.has(path));
    assert.deepEqual(
      missing.map(({ path }) => path),
      [],
    );
  });
});

/** Whether V8's builtin of that name is done by the intrinsic, or by another of the same function. */
function isKnown(intrinsic: Intrinsic, name: string): boolean {
  const names = [intrinsic.builtin].flat();
  if (names.length > 0) return names.includes(name);
  return allIntrinsics().some((other) => [other.builtin].flat().includes(name));
}

/** The property of the global object that a path of ECMA-262 names. */
function resolve(inspector: V8Inspector, path: string): Property | undefined {
  const steps = path.match(/\[Symbol\.\w+\]|[^.[\]]+/g)!;
  let at: Value = inspector.global();
  let property: Property | undefined;
  if (steps[0] === 'TypedArray') {
    steps.shift();
    at = inspector.prototype(inspector.own(at, 'Uint8Array')!.value);
  }
  for (const step of steps) {
    const name = step.startsWith('[') ? `Symbol(${step.slice(1, -1)})` : step;
    property = inspector.own(at, name);
    if (!property) return undefined;
    at = property.value;
  }
  return property;
}
