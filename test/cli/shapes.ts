import assert from 'node:assert/strict';

/**
 * Shapes of the command line's JSON. A leaf is a predicate; an object names every key that must be there
 * (more may be); an array holds the shape of its elements.
 */
export type Shape = ((value: unknown) => boolean) | { readonly [key: string]: Shape } | readonly [Shape];

const text = (v: unknown) => typeof v === 'string';
const number = (v: unknown) => typeof v === 'number' && Number.isFinite(v);
const flag = (v: unknown) => typeof v === 'boolean';
const orNull = (shape: (v: unknown) => boolean) => (v: unknown) => v === null || shape(v);
const hex = (v: unknown) => typeof v === 'string' && /^0x[0-9a-f]+$/.test(v);
const oneOf =
  (...values: unknown[]) =>
  (v: unknown) =>
    values.includes(v);

/** A shape that refers to itself through a function, checked by `check`. */
const nested = (shape: () => Shape) => (value: unknown) => {
  check(value, shape(), '');
  return true;
};
const orNullShape = (shape: Shape) => (value: unknown) => value === null || nested(() => shape)(value);

const step: Shape = {
  edge: text,
  node: {
    id: number,
    name: text,
    type: text,
    shallowSize: number,
    retainedSize: number,
    address: orNull(hex),
    detail: orNull(text),
  },
};

export const variableShape: Shape = {
  name: text,
  type: orNull(
    oneOf('undefined', 'null', 'boolean', 'number', 'string', 'bigint', 'symbol', 'function', 'object'),
  ),
  value: (v) => v === null || ['string', 'number', 'boolean'].includes(typeof v),
  className: orNull(text),
  description: orNull(text),
  address: orNull(hex),
  unavailable: orNull(text),
  properties: nested(() => [variableShape]),
  internal: nested(() => [variableShape]),
  entries: nested(() => [{ key: orNullShape(variableShape), value: variableShape }]),
  truncated: orNull(text),
};

export const scopeShape: Shape = {
  kind: oneOf('local', 'block', 'closure', 'catch', 'script', 'module', 'with', 'eval'),
  name: orNull(text),
  variables: [variableShape],
};

export const frameShape: Shape = {
  kind: oneOf('js', 'builtin', 'native', 'wasm', 'internal'),
  function: orNull(text),
  source: orNull(text),
  line: orNull(number),
  column: orNull(number),
  wasmFunction: orNull(number),
  original: orNullShape({ source: text, line: number, column: number, name: orNull(text) }),
  tier: orNull(oneOf('interpreted', 'baseline', 'maglev', 'turbofan')),
  inlined: flag,
  module: orNull(text),
  offset: orNull(number),
  address: orNull(hex),
  scopes: orNullShape([scopeShape]),
};

const threadShape: Shape = { id: number, name: orNull(text), crashed: flag };

export const stackShape: Shape = {
  threads: [
    {
      id: number,
      name: orNull(text),
      crashed: flag,
      isolate: orNull(number),
      frames: [frameShape],
      asyncFrames: [{ label: text, frames: [frameShape] }],
      captured: orNullShape({ label: text, frames: [frameShape] }),
      end: text,
    },
  ],
};

export const infoShape: Shape = {
  format: text,
  process: {
    pid: orNull(number),
    executable: orNull(text),
    argv: orNullShape([text]),
    nodeVersion: orNull(text),
    v8Version: orNull(text),
    arch: orNull(text),
  },
  death: {
    kind: orNull(
      oneOf(
        'uncaught-exception',
        'unhandled-rejection',
        'out-of-memory',
        'abort',
        'stack-overflow',
        'native-crash',
        'signal',
        'alive',
      ),
    ),
    signal: orNull(text),
    address: orNull(hex),
    exception: orNullShape({ className: text, message: text, stack: orNull(text) }),
    allocation: orNullShape({ reason: orNull(text), bytes: orNull(number) }),
    promise: orNull(hex),
    message: text,
  },
  threads: [threadShape],
  isolates: [
    {
      index: number,
      thread: orNull(number),
      heap: {
        used: orNull(number),
        committed: orNull(number),
        limit: orNull(number),
        oldLimit: orNull(number),
        spaces: [{ name: text, used: orNull(number), committed: orNull(number) }],
      },
    },
  ],
  modules: [{ path: text, buildId: orNull(text), status: text }],
  layout: { confirmed: [text], derived: [text], guessed: [text] },
  notes: [text],
};

const originalShape = orNullShape({ source: text, line: number, column: number, name: orNull(text) });

const callbackPlace = {
  callback: orNull(text),
  source: orNull(text),
  line: orNull(number),
  column: orNull(number),
  original: originalShape,
  internal: flag,
  detail: orNull(text),
} as const;

const timerShape = {
  isolate: number,
  dueIn: orNull(number),
  repeat: orNull(number),
  duration: orNull(number),
  referenced: orNull(flag),
  ...callbackPlace,
  address: orNull(hex),
} as const;

const immediateShape = {
  isolate: number,
  referenced: orNull(flag),
  ...callbackPlace,
  address: orNull(hex),
} as const;

export const handlesShape: Shape = {
  loops: [
    {
      isolate: number,
      thread: orNull(number),
      address: orNull(hex),
      activeHandles: orNull(number),
      activeRequests: orNull(number),
      now: orNull(number),
      running: { timer: orNullShape(timerShape), immediate: orNullShape(immediateShape) },
    },
  ],
  handles: [
    {
      isolate: number,
      type: text,
      active: orNull(flag),
      referenced: orNull(flag),
      closing: orNull(flag),
      internal: flag,
      fd: orNull(number),
      address: orNull(hex),
      handle: hex,
      owner: orNull(text),
      ownerAddress: orNull(hex),
      bytesQueued: orNull(number),
      detail: orNull(text),
    },
  ],
  requests: [
    {
      isolate: number,
      type: text,
      address: orNull(hex),
      detail: orNull(text),
      callback: orNullShape({
        text,
        function: orNull(text),
        source: orNull(text),
        line: orNull(number),
        column: orNull(number),
        original: originalShape,
        promise: flag,
        awaits: flag,
        internal: flag,
      }),
    },
  ],
  timers: [timerShape],
  immediates: [immediateShape],
  notes: [text],
};

/** Asserts that `value` has `shape`; says where it does not. */
export function check(value: unknown, shape: Shape, path = '$'): void {
  if (typeof shape === 'function') {
    assert.ok(shape(value), `${path} is ${JSON.stringify(value)}`);
  } else if (Array.isArray(shape)) {
    assert.ok(Array.isArray(value), `${path} is no array`);
    value.forEach((element, i) => {
      check(element, shape[0] as Shape, `${path}[${i}]`);
    });
  } else {
    assert.ok(typeof value === 'object' && value !== null, `${path} is no object`);
    for (const [key, inner] of Object.entries(shape as { [key: string]: Shape })) {
      assert.ok(key in value, `${path}.${key} is missing`);
      check((value as Record<string, unknown>)[key], inner, `${path}.${key}`);
    }
  }
}

export const asyncShape: Shape = {
  groups: [
    {
      count: number,
      isolate: number,
      state: oneOf('awaiting', 'ready', 'yielded', 'not started'),
      frames: [frameShape],
      awaiting: orNull(text),
      promise: orNull(hex),
      generator: hex,
      path: [step],
    },
  ],
  notes: [text],
};

const sizeGroup = { blockSize: number, count: number, size: number };

export const memoryShape: Shape = {
  total: number,
  parts: [{ name: text, size: number, touched: number, count: number }],
  malloc: {
    allocator: text,
    blocks: number,
    used: number,
    free: number,
    classes: [{ name: text, count: number, size: number }],
    sizes: [sizeGroup],
    lost: {
      count: number,
      size: number,
      groups: [{ ...sizeGroup, name: orNull(text), examples: [{ address: hex, text: orNull(text) }] }],
    },
  },
  notes: [text],
};
