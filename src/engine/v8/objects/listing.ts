import type { Preview, Property, Value } from '../inspect.ts';
import { dataProperty } from '../property.ts';

/** An object that the debugger makes up to show what no object of the heap holds: texts by their names. */
export interface ListedObject {
  readonly kind: 'listed';
  readonly texts: Readonly<Record<string, string>>;
}

/** An array, or a typed array where it has a class; each item is made when it is looked at. */
export interface ListedArray {
  readonly kind: 'listed';
  readonly className?: string;
  readonly length: number;
  readonly item: (index: number) => Value;
}

export type Listed = ListedObject | ListedArray;

export function isListedArray(listed: Listed): listed is ListedArray {
  return 'item' in listed;
}

export function listedPreview(listed: Listed): Preview {
  const className = listedClass(listed);
  const isArray = isListedArray(listed);
  let subtype: string | undefined;
  if (isArray) subtype = listed.className === undefined ? 'array' : 'typedarray';
  return {
    type: 'object',
    subtype,
    primitive: undefined,
    className,
    description: isArray ? `${className}(${listed.length})` : className,
    address: undefined,
  };
}

/** Name of the class whose prototype it has. */
export function listedClass(listed: Listed): string {
  return isListedArray(listed) ? (listed.className ?? 'Array') : 'Object';
}

export function listedNames(listed: Listed): readonly Property[] {
  if (!isListedArray(listed))
    return Object.entries(listed.texts).map(([name, primitive]) =>
      dataProperty(name, { kind: 'synthetic', primitive }),
    );
  if (listed.className !== undefined) return [];
  const length = { kind: 'synthetic', primitive: listed.length } as const;
  return [dataProperty('length', length, { enumerable: false, configurable: false })];
}

export function listedElements(listed: Listed, start: number, count: number): readonly Property[] {
  if (!isListedArray(listed)) return [];
  const end = Math.min(start + count, listed.length);
  return Array.from({ length: Math.max(0, end - start) }, (_, i) =>
    dataProperty(String(start + i), listed.item(start + i)),
  );
}
