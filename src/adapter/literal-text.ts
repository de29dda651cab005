/**
 * A value as JavaScript source, for the clipboard: `{ id: 1, seen: new Map([[1, { x: 1 }]]) }`. What source
 * cannot say (functions, cycles, values that are not there) stands as a comment in its place.
 */
import { isAbsent } from '../engine/absence.ts';
import { childElements } from '../engine/v8/child-elements.ts';
import type { Inspector, Preview, Property, Value } from '../engine/v8/inspect.ts';
import { functionText } from './value-text.ts';

const maxDepth = 8;
/** Values written in one text. */
const maxValues = 20_000;
const maxChildren = 10_000;

/** The text; its size is bounded, and a comment says where something was left out. */
export function literalText(inspector: Inspector, value: Value): string {
  return new Writer(inspector).write(value, '', []);
}

class Writer {
  readonly #inspector: Inspector;
  #values = 0;

  constructor(inspector: Inspector) {
    this.#inspector = inspector;
  }

  /** `open` holds the addresses of the objects around this value. */
  write(value: Value, indent: string, open: readonly number[]): string {
    const preview = this.#inspector.preview(value);
    if (isAbsent(preview)) return `undefined ${comment(preview.reason)}`;
    if (preview.type === 'function') return `undefined ${comment(functionText(preview.description))}`;
    if (preview.type === 'symbol') return `undefined ${comment(preview.description)}`;
    if (preview.type !== 'object' || preview.subtype === 'null') return primitive(preview);
    if (preview.address !== undefined && open.includes(preview.address))
      return `undefined ${comment('circular')}`;
    if (open.length >= maxDepth || ++this.#values > maxValues)
      return `{} ${comment(`${preview.description}, left out`)}`;
    return this.#object(value, preview, indent, [...open, preview.address ?? 0]);
  }

  #object(value: Value, preview: Preview, indent: string, open: readonly number[]): string {
    const inspector = this.#inspector;
    const inner = `${indent}  `;
    switch (preview.subtype) {
      case 'array':
        return `[${this.#elements(value, inner, open).join(', ')}]`;
      case 'typedarray':
        return `new ${preview.className === 'Buffer' ? 'Uint8Array' : preview.className}([${this.#elements(value, inner, open).join(', ')}])`;
      case 'map':
      case 'set': {
        const entries = inspector.entries(value, 0, maxChildren).map((entry) => {
          const text = this.write(entry.value, inner, open);
          return entry.key === undefined ? text : `[${this.write(entry.key, inner, open)}, ${text}]`;
        });
        return `new ${preview.subtype === 'map' ? 'Map' : 'Set'}([${entries.join(', ')}])`;
      }
      case 'date':
        return `new Date(${JSON.stringify(preview.description)})`;
      case 'regexp':
        return preview.description;
      default:
        return this.#record(value, preview, indent, open);
    }
  }

  #elements(value: Value, indent: string, open: readonly number[]): string[] {
    const { indexed } = this.#inspector.counts(value);
    const count = Math.min(indexed, maxChildren);
    const texts = new Array<string>(count).fill('');
    for (const element of this.#inspector.indexed(value, 0, count)) {
      texts[Number(element.name)] = this.#property(element, indent, open);
    }
    if (indexed > count) texts.push(comment(`${indexed - count} more left out`));
    return texts;
  }

  #record(value: Value, preview: Preview, indent: string, open: readonly number[]): string {
    const counts = this.#inspector.counts(value);
    const elements = childElements(this.#inspector, value, counts, 0, maxChildren);
    const named = [...elements, ...this.#inspector.named(value)].filter(
      (property) => property.enumerable && !property.isSymbol,
    );
    const isError = preview.subtype === 'error';
    const lines = named.slice(0, maxChildren).map((property) => {
      const key = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(property.name)
        ? property.name
        : JSON.stringify(property.name);
      return `${indent}  ${key}: ${this.#property(property, `${indent}  `, open)},`;
    });
    if (named.length > maxChildren)
      lines.push(`${indent}  ${comment(`${named.length - maxChildren} more left out`)}`);
    const note =
      isError || preview.className !== 'Object' ? ` ${comment(firstLine(preview.description))}` : '';
    return lines.length === 0 ? `{}${note}` : `{${note}\n${lines.join('\n')}\n${indent}}`;
  }

  #property(property: Property, indent: string, open: readonly number[]): string {
    if (property.kind === 'accessor') return `undefined ${comment('accessor, not run')}`;
    return this.write(property.value, indent, open);
  }
}

function primitive(preview: Preview): string {
  if (preview.type === 'string') return JSON.stringify(preview.primitive);
  if (preview.type === 'bigint') return `${preview.primitive}n`;
  return Object.is(preview.primitive, -0)
    ? '-0'
    : preview.type === 'undefined'
      ? 'undefined'
      : String(preview.primitive);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!;
}

/** Text of a dump must not end the comment that it stands in. */
function comment(text: string): string {
  return `/* ${firstLine(text).slice(0, 200).replaceAll('*/', '*\\/')} */`;
}
