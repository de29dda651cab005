import type { Tagged } from '../address.ts';
import type { HeapImage } from './heap-image.ts';
import type { ObjectKinds } from './object-kinds.ts';

/** The marked objects of an image whose instance types are among `types`, by address. */
export function objectsOfTypes(
  image: HeapImage,
  kinds: ObjectKinds,
  types: ReadonlySet<number | undefined>,
): Tagged[] {
  const isWanted = new Uint8Array(kinds.count);
  for (let id = 0; id < kinds.count; id++) if (types.has(kinds.of(id).map.type)) isWanted[id] = 1;
  const found: Tagged[] = [];
  const { halves } = image;
  image.forEachMarked((i) => {
    if (isWanted[halves[2 * i]!] === 1) found.push((image.addressOf(i) + 1) as Tagged);
  });
  return found;
}
