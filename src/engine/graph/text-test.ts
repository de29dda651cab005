import type { HeapGraph } from './heap-graph.ts';

/** Tells whether the id of a string is that of a text: each id is looked up once. */
export function textTest({ strings }: Pick<HeapGraph, 'strings'>, text: string): (id: number) => boolean {
  const known = new Map<number, boolean>();
  return (id) => {
    let is = known.get(id);
    if (is === undefined) {
      is = strings.text(id) === text;
      known.set(id, is);
    }
    return is;
  };
}
