import { isAbsent } from '../engine/absence.ts';
import { type Address, hex, type Tagged } from '../engine/address.ts';
import { childElementCount, childElements } from '../engine/v8/child-elements.ts';
import type { Inspector, Property, Value } from '../engine/v8/inspect.ts';
import type { Page, PageQuery, ValueRow } from './protocol.ts';

/** The value of a heap object as the debugger shows it: one line, and its children by page. */
export class Values {
  readonly #inspector: Inspector;

  constructor(inspector: Inspector) {
    this.#inspector = inspector;
  }

  at(address: Address, { start, count }: PageQuery): Page<ValueRow> & { readonly description: string } {
    const inspector = this.#inspector;
    const value: Value = { kind: 'tagged', word: (address + 1) as Tagged };
    const counts = inspector.counts(value);
    const items: ValueRow[] = [];
    const ofElements = childElementCount(counts);
    const elements = Math.min(count, ofElements - start);
    if (elements > 0 && counts.present !== undefined) {
      for (const property of childElements(inspector, value, counts, start, elements))
        items.push(this.#row(property));
    } else if (elements > 0) {
      const known = new Map(inspector.indexed(value, start, elements).map((p) => [p.name, p]));
      for (let i = start; i < start + elements; i++) {
        const property = known.get(String(i));
        items.push(property ? this.#row(property) : plainRow(String(i), 'empty'));
      }
    }
    const rest: (() => ValueRow)[] = [];
    let total = ofElements;
    // The few named ones are read as a whole; entries may be many.
    const named = [...inspector.named(value), ...inspector.internal(value)];
    total += counts.entries;
    for (let i = Math.max(start, ofElements); i < start + count && i < total; i++)
      rest.push(() => this.#entry(value, i - ofElements));
    for (let i = Math.max(0, start - total); i < named.length && total + i < start + count; i++)
      rest.push(() => this.#row(named[i]!));
    total += named.length;
    return { description: this.#text(value).text, items: [...items, ...rest.map((make) => make())], total };
  }

  #entry(value: Value, index: number): ValueRow {
    const [entry] = this.#inspector.entries(value, index, 1);
    if (!entry) return plainRow(`entry ${index}`, '');
    const name = entry.key === undefined ? `entry ${index}` : `${this.#text(entry.key).text} ⇒`;
    return { name, ...this.#text(entry.value) };
  }

  #row(property: Property): ValueRow {
    if (property.kind === 'accessor') return plainRow(property.name, '(accessor: its code is not run)');
    return { name: property.name, ...this.#text(property.value) };
  }

  #text(value: Value): Omit<ValueRow, 'name'> {
    const preview = this.#inspector.preview(value);
    if (isAbsent(preview))
      return { text: `unavailable: ${preview.reason}`, type: 'unavailable', address: null };
    const { primitive, type, description } = preview;
    const isObject = type === 'object' || type === 'function';
    const text = typeof primitive === 'string' ? JSON.stringify(primitive.slice(0, 2000)) : description;
    const address = isObject && primitive !== null ? preview.address : undefined;
    return { text, type, address: address === undefined ? null : hex(address) };
  }
}

function plainRow(name: string, text: string): ValueRow {
  return { name, text, type: 'unavailable', address: null };
}
