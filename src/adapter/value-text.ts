/** A value in one line, in the words of VS Code's JavaScript debugger: `Session {id: 1, user: {…}}`. */
import { isAbsent } from '../engine/absence.ts';
import { childElementCount, childElements } from '../engine/v8/child-elements.ts';
import type { Inspector, Preview, Property, Value } from '../engine/v8/inspect.ts';
import { printable } from './printable.ts';

export interface TextOptions {
  /** Numbers in hexadecimal. */
  readonly hex: boolean;
}

export const plainText: TextOptions = { hex: false };

/** Longest string that a line shows; the clipboard and the hex view have the whole. */
const maxString = 5000;
/** Longest string inside an object's preview. */
const maxInnerString = 50;
const maxProperties = 5;
const maxElements = 10;
/** Where an object's preview stops. */
const maxPreview = 160;

export function valueText(inspector: Inspector, value: Value, options: TextOptions = plainText): string {
  const own = inspector.text?.(value);
  if (own !== undefined) return printable(own);
  const preview = inspector.preview(value);
  if (isAbsent(preview)) return unavailable(preview.reason);
  if (preview.type === 'object' && preview.subtype !== 'null')
    return objectText(inspector, value, preview, options);
  return shallowText(preview, options, maxString);
}

export function unavailable(reason: string): string {
  return `<${reason}>`;
}

/** What a property shows; accessors are named, never run. */
export function propertyText(
  inspector: Inspector,
  property: Property,
  options: TextOptions = plainText,
): string {
  return property.kind === 'accessor'
    ? accessorText(property)
    : valueText(inspector, property.value, options);
}

export function accessorText(property: Property): string {
  if (property.getter && property.setter) return '(getter and setter, not run)';
  return property.setter ? '(setter)' : '(getter, not run)';
}

function shallowText(preview: Preview, options: TextOptions, stringLimit: number): string {
  const { primitive } = preview;
  switch (preview.type) {
    case 'string':
      return quoted(String(primitive), stringLimit);
    case 'number':
      return numberText(primitive as number, options);
    case 'bigint':
      return options.hex && typeof primitive === 'bigint' ? `${hexText(primitive)}n` : `${primitive}n`;
    case 'function':
      return functionText(preview.description);
    default:
      return firstLine(preview.description);
  }
}

function numberText(value: number, options: TextOptions): string {
  if (Object.is(value, -0)) return '-0';
  return options.hex && Number.isInteger(value) ? hexText(BigInt(value)) : String(value);
}

function hexText(value: bigint): string {
  return value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}

/** In single quotes, control characters escaped, cut with its length said. */
export function quoted(text: string, limit: number): string {
  const cut = text.length > limit;
  const shown = cut ? text.slice(0, limit) : text;
  const escaped = printable(JSON.stringify(shown).slice(1, -1)).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return cut ? `'${escaped}…' (${text.length.toLocaleString('en')} characters)` : `'${escaped}'`;
}

/** `ƒ inner(a, b)` or `class Session` of a function's source text. */
export function functionText(source: string): string {
  const line = firstLine(source).trim();
  if (/^class\b/.test(line)) return line.replace(/\s*\{.*$/, '').slice(0, 100);
  const header = line
    .replace(/^async\s+/, 'async ')
    .replace(/^(async )?function\b\s*(\*?)\s*/, '$1$2')
    .replace(/\s*(=>|\{).*$/, '');
  return `ƒ ${header}`.slice(0, 100);
}

function firstLine(text: string): string {
  const end = text.indexOf('\n');
  return end < 0 ? text : text.slice(0, end);
}

function objectText(inspector: Inspector, value: Value, preview: Preview, options: TextOptions): string {
  switch (preview.subtype) {
    case 'error':
    case 'date':
    case 'regexp':
    case 'proxy':
      return firstLine(preview.description);
    case 'array':
    case 'typedarray':
      return listText(inspector, value, preview, options);
    case 'map':
    case 'set':
    case 'weakmap':
    case 'weakset':
    case 'iterator':
      return entriesText(inspector, value, preview, options);
    case 'promise':
      return promiseText(inspector, value, preview, options);
    default:
      return propertiesText(inspector, value, preview, options);
  }
}

function listText(inspector: Inspector, value: Value, preview: Preview, options: TextOptions): string {
  const counts = inspector.counts(value);
  const { indexed: count, present } = counts;
  const parts = new Parts(childElementCount(counts) > maxElements);
  let next = 0;
  for (const element of childElements(inspector, value, counts, 0, maxElements)) {
    const index = Number(element.name);
    if (index > next) parts.add(emptyText(index - next));
    parts.add(innerProperty(inspector, element, options));
    next = index + 1;
  }
  const isWhole = present !== undefined && present <= maxElements;
  const end = isWhole ? count : Math.min(count, maxElements);
  if (end > next) parts.add(emptyText(end - next));
  const title = preview.className === 'Array' ? `(${count})` : firstLine(preview.description);
  return `${title} [${parts.join()}]`;
}

function emptyText(count: number): string {
  return count === 1 ? 'empty' : `empty × ${count}`;
}

function entriesText(inspector: Inspector, value: Value, preview: Preview, options: TextOptions): string {
  const { entries: count } = inspector.counts(value);
  const parts = new Parts(count > maxProperties);
  for (const entry of inspector.entries(value, 0, maxProperties)) {
    const text = innerText(inspector, entry.value, options);
    parts.add(entry.key === undefined ? text : `${innerText(inspector, entry.key, options)} => ${text}`);
  }
  return `${firstLine(preview.description)} {${parts.join()}}`;
}

function promiseText(inspector: Inspector, value: Value, preview: Preview, options: TextOptions): string {
  const slots = new Map(inspector.internal(value).map((slot) => [slot.name, slot]));
  const state = slots.get('[[PromiseState]]');
  const result = slots.get('[[PromiseResult]]');
  const stateText = state && inspector.preview(state.value);
  if (!stateText || isAbsent(stateText)) return firstLine(preview.description);
  if (stateText.primitive === 'pending' || !result) return `Promise {<${stateText.primitive}>}`;
  return `Promise {<${stateText.primitive}>: ${innerText(inspector, result.value, options)}}`;
}

function propertiesText(inspector: Inspector, value: Value, preview: Preview, options: TextOptions): string {
  const counts = inspector.counts(value);
  const elements = childElements(inspector, value, counts, 0, maxProperties);
  const named = inspector
    .named(value)
    .filter((property) => property.enumerable || property.kind === 'private');
  const parts = new Parts(childElementCount(counts) + named.length > maxProperties);
  for (const property of [...elements, ...named].slice(0, maxProperties)) {
    if (!parts.add(`${property.name}: ${innerProperty(inspector, property, options)}`)) break;
  }
  const title = preview.className === 'Object' ? '' : `${firstLine(preview.description)} `;
  return `${title}{${parts.join()}}`;
}

function innerProperty(inspector: Inspector, property: Property, options: TextOptions): string {
  return property.kind === 'accessor' ? '(…)' : innerText(inspector, property.value, options);
}

/** A value inside another's preview: objects by their kind alone. */
function innerText(inspector: Inspector, value: Value, options: TextOptions): string {
  const preview = inspector.preview(value);
  if (isAbsent(preview)) return unavailable(preview.reason);
  if (preview.type === 'function') return 'ƒ';
  if (preview.type === 'object' && preview.subtype === undefined) {
    return preview.className === 'Object' ? '{…}' : firstLine(preview.description);
  }
  return shallowText(preview, options, maxInnerString);
}

/** The parts of a preview, up to a length. */
class Parts {
  readonly #parts: string[] = [];
  #length = 0;
  #more: boolean;

  constructor(more: boolean) {
    this.#more = more;
  }

  /** False once the preview is full. */
  add(part: string): boolean {
    if (this.#length > maxPreview) {
      this.#more = true;
      return false;
    }
    this.#parts.push(part);
    this.#length += part.length + 2;
    return true;
  }

  join(): string {
    return this.#parts.join(', ') + (this.#more ? (this.#parts.length > 0 ? ', …' : '…') : '');
  }
}
