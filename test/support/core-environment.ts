import { absent } from '../../src/engine/absence.ts';
import { address } from '../../src/engine/address.ts';
import type { Environment, Limits } from '../../src/engine/evaluate/environment.ts';
import type { CoreSession } from '../../src/engine/session.ts';
import type { Value } from '../../src/engine/v8/inspect.ts';
import { V8Inspector } from '../../src/engine/v8/inspector.ts';

/** Expressions over the globals of a core's first isolate. */
export function coreEnvironment(session: CoreSession, limits: Limits = {}): Environment {
  const isolate = session.isolateFor({});
  const inspector = new V8Inspector(isolate);
  const global = inspector.global();
  return {
    inspector,
    lookup: (name) => {
      if (name === 'globalThis') return global;
      const own = inspector.own(global, name);
      return own && own.kind !== 'accessor' ? own.value : undefined;
    },
    globalObject: global,
    thisValue: { kind: 'synthetic', primitive: undefined },
    objectAt: (at) => {
      const word = (at - (at % 4) + 1) as never;
      const value: Value = { kind: 'tagged', word };
      const isObject =
        session.modules.memory.has(address(at - (at % 4)), 8) && inspector.view.isReceiver(word);
      return isObject ? value : absent('no object there');
    },
    bytes: (at, length) => session.modules.memory.bytes(at, length),
    limits,
  };
}
