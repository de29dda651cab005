import { isAbsent } from '../../src/engine/absence.ts';
import type { Inspector, Property, Value } from '../../src/engine/v8/inspect.ts';

/** A value as test/programs/values.cjs wrote it down from the live debugger. */
export interface LiveValue {
  type: string;
  subtype?: string;
  className?: string;
  description?: string;
  value?: unknown;
  /** Own properties, of which up to 150 are in `properties`. */
  count?: number;
  properties?: LiveProperty[];
  internal?: LiveProperty[];
  private?: LiveProperty[];
}

export interface LiveProperty {
  name: string;
  value?: LiveValue;
  get?: LiveValue;
  set?: LiveValue;
  enumerable?: boolean;
  writable?: boolean;
  configurable?: boolean;
}

/** Counts what agrees, and names what does not. */
export class Tally {
  compared = 0;
  readonly misses: string[] = [];

  check(what: string, ours: unknown, live: unknown): void {
    this.compared++;
    if (ours !== live) this.misses.push(`${what}: ${show(ours)} instead of ${show(live)}`);
  }

  get percent(): number {
    return this.compared === 0 ? 0 : (100 * (this.compared - this.misses.length)) / this.compared;
  }
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}

/** Slots whose content the inspector makes up, or that differ from run to run. */
const madeUp = /^\[\[(Scopes|Entries|ArrayBufferData|PrivateMethods|Exports|Imports|Module)\]\]$/;

export function compareValue(
  inspector: Inspector,
  path: string,
  ours: Value,
  live: LiveValue,
  tally: Tally,
): void {
  const preview = inspector.preview(ours);
  if (isAbsent(preview)) {
    tally.check(path, `absent: ${preview.reason}`, live.description ?? String(live.value));
    return;
  }
  tally.check(`${path} type`, preview.type, live.type);
  tally.check(`${path} subtype`, preview.subtype, live.subtype);
  tally.check(`${path} class`, preview.className, live.className);
  if (live.description !== undefined && live.type !== 'bigint') {
    tally.check(`${path} description`, preview.description, live.description);
  }
  if (live.value !== undefined) {
    const { primitive } = preview;
    const text = typeof primitive === 'bigint' ? `${primitive}n` : primitive;
    const unserializable = typeof live.value === 'string' && typeof text === 'number';
    tally.check(`${path} value`, unserializable ? preview.description : text, live.value);
  }
  if (live.properties !== undefined) compareChildren(inspector, path, ours, live, tally);
}

function compareChildren(
  inspector: Inspector,
  path: string,
  ours: Value,
  live: LiveValue,
  tally: Tally,
): void {
  const own = [...inspector.indexed(ours, 0, 200_000), ...inspector.named(ours)];
  const visible = own.filter((p) => !p.name.startsWith('#'));
  tally.check(`${path} property count`, visible.length, live.count);
  const list = live.properties ?? [];
  tally.check(
    `${path} property names`,
    visible
      .slice(0, list.length)
      .map((p) => p.name)
      .join(),
    list.map((p) => p.name).join(),
  );
  const byName = new Map(visible.map((p) => [p.name, p]));
  for (const property of list) compareProperty(inspector, path, byName.get(property.name), property, tally);
  const hidden = own.filter((p) => p.name.startsWith('#'));
  const methods = (live.internal ?? [])
    .filter((p) => p.name === '[[PrivateMethods]]')
    .flatMap((p) => p.value?.properties ?? [])
    .map((p) => ({
      ...p,
      name: /^(?:static |async |\*)*(#\w+)/.exec(p.value?.description ?? '')?.[1] ?? p.name,
    }));
  const live2 = [...(live.private ?? []), ...methods];
  tally.check(`${path} private names`, names(hidden), names(live2));
  const hiddenByName = new Map(hidden.map((p) => [p.name, p]));
  for (const property of live.private ?? []) {
    compareProperty(inspector, path, hiddenByName.get(property.name), property, tally);
  }
  compareInternal(inspector, path, ours, live, tally);
}

function names(list: readonly { name: string }[]): string {
  return list
    .map((p) => p.name)
    .sort()
    .join();
}

function compareInternal(
  inspector: Inspector,
  path: string,
  ours: Value,
  live: LiveValue,
  tally: Tally,
): void {
  const slots = inspector.internal(ours);
  const shown = (live.internal ?? []).filter((p) => !madeUp.test(p.name));
  tally.check(`${path} slots`, names(slots.filter((p) => !madeUp.test(p.name))), names(shown));
  for (const slot of shown) {
    const mine = slots.find((p) => p.name === slot.name);
    if (!mine || !slot.value) continue;
    const place = slot.value.value as { lineNumber: number; columnNumber: number } | undefined;
    if (slot.value.subtype === 'internal#location' && place) {
      const preview = inspector.preview(mine.value);
      const text = isAbsent(preview) ? '' : preview.description;
      tally.check(
        `${path}.${slot.name}`,
        text.replace(/^.*:(\d+:\d+)$/s, '$1'),
        `${place.lineNumber + 1}:${place.columnNumber + 1}`,
      );
    } else {
      compareValue(inspector, `${path}.${slot.name}`, mine.value, shell(slot.value), tally);
    }
  }
  compareEntries(inspector, path, ours, live, tally);
}

function compareEntries(
  inspector: Inspector,
  path: string,
  ours: Value,
  live: LiveValue,
  tally: Tally,
): void {
  const shown = live.internal?.find((p) => p.name === '[[Entries]]')?.value;
  if (!shown) return;
  const count = Number(/\((\d+)\)/.exec(shown.description ?? '')?.[1] ?? 0);
  tally.check(`${path} entries`, inspector.counts(ours).entries, count);
  const entries = inspector.entries(ours, 0, 150);
  for (const [i, entry] of (shown.properties ?? []).filter((p) => p.name !== 'length').entries()) {
    const mine = entries[i];
    const parts = entry.value?.properties;
    if (!parts) continue;
    for (const part of parts) {
      const value = part.name === 'key' ? mine?.key : mine?.value;
      if (part.value && value)
        compareValue(inspector, `${path}[[${i}]].${part.name}`, value, shell(part.value), tally);
      else tally.check(`${path}[[${i}]].${part.name}`, value === undefined, part.value === undefined);
    }
  }
}

function shell(live: LiveValue): LiveValue {
  const { type, subtype, className, description, value } = live;
  return {
    type,
    ...(subtype && { subtype }),
    ...(className && { className }),
    ...(description && { description }),
    value,
  };
}

function compareProperty(
  inspector: Inspector,
  path: string,
  mine: Property | undefined,
  live: LiveProperty,
  tally: Tally,
): void {
  const where = `${path}.${live.name}`;
  if (!mine) {
    tally.check(where, 'missing', 'there');
    return;
  }
  // Exports that the line's debugger cannot read, and accessors of Node's C++ code, have nothing to compare.
  if (!live.value && !isFunction(live.get) && !isFunction(live.set)) return;
  if (live.enumerable !== undefined) {
    tally.check(
      `${where} flags`,
      flags(mine.enumerable, mine.kind === 'accessor' ? false : mine.writable, mine.configurable),
      flags(live.enumerable, live.writable, live.configurable),
    );
  }
  if (live.value) compareValue(inspector, where, mine.value, live.value, tally);
  else
    tally.check(
      `${where} accessor`,
      `${!!mine.getter}/${!!mine.setter}`,
      `${isFunction(live.get)}/${isFunction(live.set)}`,
    );
}

function isFunction(value: LiveValue | undefined): boolean {
  return value?.type === 'function';
}

function flags(...list: (boolean | undefined)[]): string {
  return list.map((f) => (f ? '+' : '-')).join('');
}
