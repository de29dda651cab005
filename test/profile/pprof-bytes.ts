/** A profile as pprof writes it, by hand: one stack of three functions, one of them inlined. */
export function pprofOf(): Buffer {
  const strings = [
    '',
    'sample',
    'count',
    'wall',
    'nanoseconds',
    'main',
    'outer',
    'inlined',
    '/srv/a.js',
    '/srv/b.js',
  ];
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))];
  const number = (field: number, value: number) => [...varint(field * 8), ...varint(value)];
  const bytes = (field: number, content: readonly number[]) => [
    ...varint(field * 8 + 2),
    ...varint(content.length),
    ...content,
  ];
  const fn = (id: number, name: number, file: number, start: number) =>
    bytes(5, [...number(1, id), ...number(2, name), ...number(4, file), ...number(5, start)]);
  const sourceLine = (id: number, at: number) => bytes(4, [...number(1, id), ...number(2, at)]);
  return Buffer.from([
    ...bytes(1, [...number(1, 1), ...number(2, 2)]),
    ...bytes(1, [...number(1, 3), ...number(2, 4)]),
    ...bytes(2, [...bytes(1, [2, 1]), ...bytes(2, [3, ...varint(2500)])]),
    ...bytes(4, [...number(1, 1), ...sourceLine(1, 12)]),
    ...bytes(4, [...number(1, 2), ...sourceLine(3, 7), ...sourceLine(2, 22)]),
    ...fn(1, 5, 8, 10),
    ...fn(2, 6, 8, 20),
    ...fn(3, 7, 9, 5),
    ...strings.flatMap((text) => bytes(6, [...Buffer.from(text)])),
  ]);
}
