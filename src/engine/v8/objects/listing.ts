import type { Preview, Property } from '../inspect.ts';
import { dataProperty } from '../property.ts';

/** An object that the debugger makes up to show what no object of the heap holds: texts by their names. */
export interface ListedObject {
  readonly kind: 'listed';
  readonly texts: Readonly<Record<string, string>>;
}

/** An array of them, each made when it is looked at. */
export interface ListedArray {
  readonly kind: 'listed';
  readonly length: number;
  readonly row: (index: number) => Readonly<Record<string, string>>;
}

export type Listed = ListedObject | ListedArray;

export function isListedArray(listed: Listed): listed is ListedArray {
  return 'row' in listed;
}

export function listedPreview(listed: Listed): Preview {
  const isArray = isListedArray(listed);
  return {
    type: 'object',
    subtype: isArray ? 'array' : undefined,
    primitive: undefined,
    className: isArray ? 'Array' : 'Object',
    description: isArray ? `Array(${listed.length})` : 'Object',
    address: undefined,
  };
}

export function listedNames(listed: Listed): readonly Property[] {
  if (!isListedArray(listed))
    return Object.entries(listed.texts).map(([name, primitive]) =>
      dataProperty(name, { kind: 'synthetic', primitive }),
    );
  const length = { kind: 'synthetic', primitive: listed.length } as const;
  return [dataProperty('length', length, { enumerable: false, configurable: false })];
}

export function listedElements(listed: Listed, start: number, count: number): readonly Property[] {
  if (!isListedArray(listed)) return [];
  const end = Math.min(start + count, listed.length);
  return Array.from({ length: Math.max(0, end - start) }, (_, i) =>
    dataProperty(String(start + i), { kind: 'listed', texts: listed.row(start + i) }),
  );
}
