/** Links to a place in the heap explorer: `vscode://dayafter.dayafter/heap?dump=…&view=suspects`. */
import { isTab, type Location } from '../../heap-process/places.ts';

const path = '/heap';

export interface HeapLink {
  readonly dump: string;
  readonly older: readonly string[];
  readonly location: Location;
}

/** The part of a link behind `vscode://dayafter.dayafter`. */
export function linkText({ dump, older, location }: HeapLink): string {
  const query = new URLSearchParams({ dump, view: location.tab });
  for (const file of older) query.append('older', file);
  if (location.object !== null) query.set('object', location.object);
  return `${path}?${query}`;
}

/** Undefined for what is no link to the explorer. */
export function readLink(linkPath: string, queryText: string): HeapLink | undefined {
  const query = new URLSearchParams(queryText);
  const dump = query.get('dump');
  if (linkPath !== path || !dump) return undefined;
  const view = query.get('view');
  const object = query.get('object');
  return {
    dump,
    older: query.getAll('older'),
    location: {
      tab: isTab(view) ? view : 'overview',
      object: object !== null && /^@?\d{1,10}$|^0x[0-9a-f]{1,14}$/i.test(object) ? object : null,
    },
  };
}
