import type { ByteSource } from '../../src/engine/dump/byte-source.ts';
import { withoutPages } from '../support/lost-pages.ts';
import { OverlaySource, type Patch } from '../support/overlay-source.ts';
import type { Layout } from './layout.ts';
import type { Random } from './random.ts';

/** One way in which a core is damaged. Positions are file offsets. */
export type Damage =
  /** The file ends early. */
  | { readonly kind: 'cut'; readonly size: number }
  /** Bytes of the headers and notes are changed. */
  | { readonly kind: 'headers'; readonly flips: readonly Flip[] }
  /** Tagged pointers of the heap point nowhere. */
  | { readonly kind: 'wild'; readonly words: readonly Word[] }
  /** Tagged pointers of the heap point to other objects, or to themselves. */
  | { readonly kind: 'crossed'; readonly words: readonly Word[] }
  /** Pages are not in the file. */
  | { readonly kind: 'lost'; readonly pages: readonly number[] }
  /** Pages are all zero. */
  | { readonly kind: 'zeros'; readonly pages: readonly number[] }
  /** Any bytes of the memory are changed. */
  | { readonly kind: 'bytes'; readonly flips: readonly Flip[] };

interface Flip {
  readonly position: number;
  readonly value: number;
}

interface Word {
  readonly position: number;
  /** Hex. */
  readonly value: string;
}

export const kinds = ['cut', 'lost', 'headers', 'wild', 'crossed', 'zeros', 'bytes'] as const;

/**
 * Kinds of damage that a reader can always notice: there every value that differs must be explained. The
 * others can turn one valid value into another (a digit of a string, the map of an object); a wild pointer can
 * only where a word that looked like a pointer was raw data. Lost pages can be noticed, too, but not yet all are:
 * the test bounds how many mislead.
 */
export const noticeable: ReadonlySet<Damage['kind']> = new Set(['cut']);

export function makeDamage(kind: Damage['kind'], random: Random, layout: Layout): Damage {
  const count = 1 + random.below(8);
  switch (kind) {
    case 'cut':
      return { kind, size: random.below(layout.size) };
    case 'lost':
      return { kind, pages: some(count * 4, () => layout.anyPage(random)) };
    case 'headers':
      return { kind, flips: some(count, () => flip(random.below(layout.headersEnd), random)) };
    case 'bytes':
      return { kind, flips: some(count * 64, () => flip(layout.anyByte(random), random)) };
    case 'zeros':
      return { kind, pages: some(count, () => layout.anyPage(random)) };
    case 'wild':
      return {
        kind,
        words: some(count * 16, () => ({ position: layout.anyPointer(random), value: wildPointer(random) })),
      };
    case 'crossed':
      return { kind, words: some(count * 16, () => crossed(random, layout)) };
  }
}

/** A core's file as if it were damaged. */
export function damaged(file: ByteSource, damage: Damage): ByteSource {
  switch (damage.kind) {
    case 'cut':
      return new OverlaySource(file, [], damage.size);
    case 'lost':
      return withoutPages(file, damage.pages);
    default:
      return new OverlaySource(file, patchesOf(damage));
  }
}

function patchesOf(damage: Exclude<Damage, { kind: 'cut' | 'lost' }>): Patch[] {
  switch (damage.kind) {
    case 'headers':
    case 'bytes':
      return damage.flips.map(({ position, value }) => ({ position, bytes: Uint8Array.of(value) }));
    case 'zeros':
      return damage.pages.map((position) => ({ position, bytes: new Uint8Array(4096) }));
    case 'wild':
    case 'crossed':
      return damage.words.map(({ position, value }) => {
        const bytes = Buffer.alloc(8);
        bytes.writeBigUInt64LE(BigInt(value));
        return { position, bytes };
      });
  }
}

function some<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}

function flip(position: number, random: Random): Flip {
  return { position, value: random.below(256) };
}

/** A tagged pointer into the range that user space never maps. */
function wildPointer(random: Random): string {
  return `0x7ead${random.hex(10)}01`;
}

function crossed(random: Random, layout: Layout): Word {
  const position = layout.anyPointer(random);
  const other = random.below(4) === 0 ? position : layout.anyPointer(random);
  return { position, value: layout.pointerAt(other) };
}
