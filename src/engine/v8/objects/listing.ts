import type { Preview, Property, Value } from '../inspect.ts';
import { dataProperty } from '../property.ts';

/** An array or object that the debugger makes up to show what no object of the heap holds. */
export class Listing {
  readonly isArray: boolean;
  readonly properties: readonly Property[];

  private constructor(isArray: boolean, properties: readonly Property[]) {
    this.isArray = isArray;
    this.properties = properties;
  }

  /** An array of objects with these texts as properties. */
  static of(rows: readonly Readonly<Record<string, string>>[]): Listing {
    const objects = rows.map((row) => {
      const texts = Object.entries(row).map(([name, primitive]) =>
        dataProperty(name, { kind: 'synthetic', primitive }),
      );
      return new Listing(false, texts);
    });
    return new Listing(
      true,
      objects.map((listing, i) => dataProperty(String(i), { kind: 'listed', listing })),
    );
  }

  get length(): number {
    return this.isArray ? this.properties.length : 0;
  }

  get named(): readonly Property[] {
    if (!this.isArray) return this.properties;
    const length: Value = { kind: 'synthetic', primitive: this.length };
    return [dataProperty('length', length, { enumerable: false, configurable: false })];
  }

  get preview(): Preview {
    return {
      type: 'object',
      subtype: this.isArray ? 'array' : undefined,
      primitive: undefined,
      className: this.isArray ? 'Array' : 'Object',
      description: this.isArray ? `Array(${this.length})` : 'Object',
      address: undefined,
    };
  }
}
