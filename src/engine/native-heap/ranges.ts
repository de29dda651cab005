/** A range of the process's memory. */
export interface MemoryRange {
  readonly start: number;
  readonly end: number;
}

/** What is left of ranges when others are taken out. */
export function without(ranges: readonly MemoryRange[], taken: readonly MemoryRange[]): MemoryRange[] {
  const sorted = merged(taken);
  const left: MemoryRange[] = [];
  let first = 0;
  for (const { start, end } of merged(ranges)) {
    while (first < sorted.length && sorted[first]!.end <= start) first++;
    let from = start;
    for (let i = first; i < sorted.length && sorted[i]!.start < end; i++) {
      if (sorted[i]!.start > from) left.push({ start: from, end: sorted[i]!.start });
      from = Math.max(from, sorted[i]!.end);
    }
    if (from < end) left.push({ start: from, end });
  }
  return left;
}

/** What ranges have in common with others. */
export function within(ranges: readonly MemoryRange[], others: readonly MemoryRange[]): MemoryRange[] {
  return without(ranges, without(ranges, others));
}

/** By address, those that overlap as one. */
function merged(ranges: readonly MemoryRange[]): MemoryRange[] {
  const result: { start: number; end: number }[] = [];
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last && start < last.end) last.end = Math.max(last.end, end);
    else if (end > start) result.push({ start, end });
  }
  return result;
}

export function bytesOf(ranges: readonly MemoryRange[]): number {
  return ranges.reduce((sum, { start, end }) => sum + (end - start), 0);
}
