import { type Absence, absent, attempt, isAbsent } from '../absence.ts';
import type { Address, Tagged } from '../address.ts';
import type { Environment, FrameDescription } from '../evaluate/environment.ts';
import type { StackFrame } from '../stack/frame.ts';
import type { Value } from '../v8/inspect.ts';
import type { V8Inspector } from '../v8/inspector.ts';
import type { FrameScope } from '../v8/scopes/frame-scopes.ts';
import { frameThis } from '../v8/scopes/frame-this.ts';

const NOTHING: Value = { kind: 'synthetic', primitive: undefined };

/**
 * What an expression sees at a frame (or at none): the scopes' names innermost first, then the globals. `js` is
 * given alone for frames that are not on a stack.
 */
export function environmentAt(
  inspector: V8Inspector,
  scopes: readonly FrameScope[],
  frame: StackFrame | undefined,
  js = frame?.js,
): Environment {
  const globalObject = inspector.globalOf(js);
  const global = (name: string): Value | undefined => propertyOf(inspector, globalObject, name);
  return {
    inspector,
    lookup: (name) => {
      for (const scope of scopes) {
        const found = scope.variables.find((v) => v.name === name);
        if (found) return found.value;
      }
      return global(name);
    },
    names: function* () {
      for (const scope of scopes) for (const variable of scope.variables) yield variable.name;
      for (const property of inspector.named(globalObject)) if (!property.isSymbol) yield property.name;
    },
    globalObject,
    thisValue: frame?.js ? frameThis(frame.js, inspector) : NOTHING,
    frame: frame && describeFrame(frame),
    objectAt: (address) => objectAt(inspector, address),
    bytes: (address, length) => attempt(() => inspector.view.memory.bytes(address, length)),
  };
}

/** A data property of the object or of its prototypes; accessors are left to the evaluation. */
function propertyOf(inspector: V8Inspector, object: Value, name: string): Value | undefined {
  let current = object;
  for (let i = 0; i < 100 && current.kind === 'tagged'; i++) {
    const property = inspector.own(current, name);
    if (property) return property.kind === 'accessor' ? undefined : property.value;
    current = inspector.prototype(current);
  }
  return undefined;
}

function describeFrame(frame: StackFrame): FrameDescription {
  const { js } = frame;
  return {
    function: js?.function === undefined ? undefined : { kind: 'tagged', word: js.function },
    functionName: frame.functionName,
    url: js?.url,
    line: js?.position?.line,
    column: js?.position?.column,
    receiver: js?.receiver,
    arguments: js?.args ?? [],
    kind: frame.kind,
    tier: js?.tier,
  };
}

/** The heap object at an address, given with or without its tag. */
function objectAt(inspector: V8Inspector, address: Address): Value | Absence {
  const untagged = address % 8 === 1 ? address - 1 : address;
  const value: Value = { kind: 'tagged', word: (untagged + 1) as Tagged };
  if (untagged % 8 !== 0) return absent('no heap object starts at an odd address');
  const preview = inspector.preview(value);
  return isAbsent(preview) ? preview : value;
}
