import { isAbsent } from '../absence.ts';
import { hex } from '../address.ts';
import type { VariableInfo } from '../contract.ts';
import { childElementCount, childElements } from '../v8/child-elements.ts';
import type { Inspector, Preview, Property, Value } from '../v8/inspect.ts';

/** How much of a value is written out. */
export interface VariableOptions {
  /** Levels of children. */
  readonly depth: number;
  /** Children of each kind that are shown of one object. */
  readonly limit: number;
}

/** Longest text of one value; `truncated` says what was cut. */
const MAX_TEXT = 100_000;

const EMPTY: Omit<VariableInfo, 'name'> = {
  type: null,
  value: null,
  className: null,
  description: null,
  address: null,
  unavailable: null,
  properties: [],
  internal: [],
  entries: [],
  truncated: null,
};

/** A value with its children, as the contract gives variables. Recursion is bounded by `options.depth`. */
export function variable(
  inspector: Inspector,
  name: string,
  value: Value,
  options: VariableOptions,
): VariableInfo {
  const preview = inspector.preview(value);
  if (isAbsent(preview)) return { ...EMPTY, name, unavailable: preview.reason };
  const primitive = primitiveOf(preview);
  const cut: string[] = [];
  const base: VariableInfo = {
    ...EMPTY,
    name,
    type: preview.type,
    value: typeof primitive === 'string' ? cutText(primitive, cut) : primitive,
    className: preview.className ?? null,
    description: cutText(preview.description, typeof primitive === 'string' ? [] : cut),
    address: preview.address === undefined ? null : hex(preview.address),
  };
  const isObject = preview.type === 'object' || preview.type === 'function';
  if (!isObject || options.depth <= 0) return { ...base, truncated: cut.join('; ') || null };
  return { ...base, ...children(inspector, value, options, cut) };
}

/** A property as a variable: accessors show their functions, and are never run. */
export function propertyVariable(
  inspector: Inspector,
  property: Property,
  options: VariableOptions,
): VariableInfo {
  if (property.kind !== 'accessor') return variable(inspector, property.name, property.value, options);
  const parts = [property.getter && 'getter', property.setter && 'setter'].filter(Boolean).join(' and ');
  const functions: VariableInfo[] = [];
  const inner = { ...options, depth: options.depth - 1 };
  if (options.depth > 0) {
    if (property.getter) functions.push(variable(inspector, 'get', property.getter, inner));
    if (property.setter) functions.push(variable(inspector, 'set', property.setter, inner));
  }
  return {
    ...EMPTY,
    name: property.name,
    description: `(${parts || 'accessor'})`,
    unavailable: `${parts || 'accessor'}: its code is not run`,
    internal: functions,
  };
}

function children(inspector: Inspector, value: Value, options: VariableOptions, cut: string[]) {
  const inner = { ...options, depth: options.depth - 1 };
  const counts = inspector.counts(value);
  const indexed = childElements(inspector, value, counts, 0, options.limit);
  const named = inspector.named(value);
  const entries = inspector.entries(value, 0, options.limit);
  leftOut(cut, 'elements', childElementCount(counts), options.limit);
  leftOut(cut, 'properties', named.length, options.limit);
  leftOut(cut, 'entries', counts.entries, options.limit);
  return {
    properties: [...indexed, ...named.slice(0, options.limit)].map((p) =>
      propertyVariable(inspector, p, inner),
    ),
    internal: inspector.internal(value).map((p) => propertyVariable(inspector, p, inner)),
    entries: entries.map((e) => ({
      key: e.key === undefined ? null : variable(inspector, 'key', e.key, inner),
      value: variable(inspector, 'value', e.value, inner),
    })),
    truncated: cut.join('; ') || null,
  };
}

function leftOut(cut: string[], what: string, total: number, limit: number): void {
  if (total > limit) cut.push(`${total - limit} of ${total} ${what} left out`);
}

function cutText(text: string, cut: string[]): string {
  if (text.length <= MAX_TEXT) return text;
  cut.push(`${text.length - MAX_TEXT} of ${text.length} characters left out`);
  return text.slice(0, MAX_TEXT);
}

function primitiveOf(preview: Preview): string | number | boolean | null {
  const p = preview.primitive;
  if (typeof p === 'bigint') return `${p}n`;
  if (typeof p === 'number' && (!Number.isFinite(p) || Object.is(p, -0)))
    return Object.is(p, -0) ? '-0' : String(p);
  return p ?? null;
}
