import type { Property, Value } from './inspect.ts';

/** A data property as an assignment makes it, but for what `more` says. */
export function dataProperty(name: string, value: Value, more: Partial<Property> = {}): Property {
  return {
    name,
    kind: 'data',
    value,
    getter: undefined,
    setter: undefined,
    enumerable: true,
    writable: true,
    configurable: true,
    isSymbol: false,
    ...more,
  };
}
