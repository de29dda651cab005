import { Float64Column } from '../columns.ts';
import { partitionPoint } from '../partition-point.ts';
import type { AllocatedBlocks } from './allocated-blocks.ts';
import type { MuslGroup } from './musl-groups.ts';
import { muslMalloc } from './musl-malloc.ts';
import type { WordWindow } from './word-window.ts';

const { group, header, unit, moved, longRest } = muslMalloc;

/** All blocks of groups, which are sorted by address. */
export function muslBlocks(words: WordWindow, groups: readonly MuslGroup[]): AllocatedBlocks {
  const starts = new Float64Column();
  const sizes = new Float64Column();
  const flags = new Float64Column();
  let system = 0;
  let used = 0;
  let free = 0;
  let end = 0;
  for (const own of groups) {
    // Groups of small blocks are themselves blocks of other groups.
    if (own.end > end) {
      system += own.end - Math.max(own.start, end);
      end = own.end;
    }
    for (let n = 0; n < own.count; n++) {
      const slot = own.blocks + n * own.stride;
      const isFree = ((own.free >>> n) & 1) !== 0;
      if (!isFree && holdsGroup(groups, slot, own.stride)) continue;
      const { start, size } = isFree
        ? { start: slot, size: own.stride - header }
        : blockIn(words, slot, own.stride);
      starts.push(start);
      sizes.push(size);
      flags.push(isFree ? 0 : 1);
      if (isFree) free += own.stride;
      else used += own.stride;
    }
  }
  return { ...sorted(starts.take(), sizes.take(), flags.take()), system, used, free, cached: 0 };
}

function holdsGroup(groups: readonly MuslGroup[], slot: number, stride: number): boolean {
  if (stride < unit + group.header) return false;
  const next = groups[partitionPoint(groups.length, (n) => groups[n]!.start < slot)];
  return next !== undefined && next.start < slot + stride;
}

/** What the program has of a place for a block (enframe and get_nominal_size, meta.h). */
function blockIn(words: WordWindow, slot: number, stride: number): { start: number; size: number } {
  const behind = slot + stride - header;
  const first = words.half(slot - header);
  const start = ((first >>> 8) & 0xff) === moved ? slot + (first >>> 16) * unit : slot;
  const short = (words.half(start - header) >>> 13) & 7;
  const rest = short < longRest ? short : words.half(behind - 4) >>> 0;
  const size = behind - rest - start;
  return size >= 0 && size <= stride ? { start, size } : { start: slot, size: stride - header };
}

function sorted(starts: Float64Array, sizes: Float64Array, flags: Float64Array) {
  const order = Uint32Array.from(starts, (_, i) => i).sort((a, b) => starts[a]! - starts[b]!);
  return {
    count: order.length,
    starts: Float64Array.from(order, (i) => starts[i]!),
    sizes: Float64Array.from(order, (i) => sizes[i]!),
    inUse: Uint8Array.from(order, (i) => flags[i]!),
  };
}
