import { type Frame, frameKinds, frameTiers, type Profile } from './profile.ts';

const MAGIC = 0x46_41_44_32;

interface Header {
  format: string;
  type: Profile['type'];
  threads: readonly string[];
  notes: readonly string[];
  /** Names, sources and modules of the frames, each once. */
  texts: readonly string[];
  frames: number;
  measures: readonly { name: string; unit: Profile['measures'][number]['unit'] }[];
  stacks: number;
  samples: number;
  timed: boolean;
  dump?: Profile['dump'];
}

/**
 * A profile as bytes: magic, length of a JSON header, the header, then all columns, 8-byte ones first. Little
 * endian, as all machines are that run this. Only read by the same version that wrote it.
 */
export function pack(profile: Profile): Uint8Array {
  const { stacks, samples, measures } = profile;
  const { texts, columns: frameColumns } = packFrames(profile.frames);
  const header: Header = {
    format: profile.format,
    type: profile.type,
    threads: profile.threads,
    notes: profile.notes,
    texts,
    frames: profile.frames.length,
    measures: measures.map(({ name, unit }) => ({ name, unit })),
    stacks: stacks.parent.length,
    samples: samples.stack.length,
    timed: samples.time !== null,
    ...(profile.dump && { dump: profile.dump }),
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const columns: (Float64Array | Int32Array)[] = [
    ...(samples.time ? [samples.time] : []),
    ...measures.map((m) => m.values),
    stacks.parent,
    stacks.frame,
    samples.stack,
    samples.thread,
    frameColumns,
  ];
  const start = align(8 + text.length);
  const packed = new Uint8Array(start + columns.reduce((sum, column) => sum + column.byteLength, 0));
  new DataView(packed.buffer).setUint32(0, MAGIC, true);
  new DataView(packed.buffer).setUint32(4, text.length, true);
  packed.set(text, 8);
  let at = start;
  for (const column of columns) {
    packed.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at);
    at += column.byteLength;
  }
  return packed;
}

/** The profile of packed bytes; its columns lie in them. */
export function unpack(bytes: Uint8Array): Profile {
  const whole = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const view = new DataView(whole.buffer, whole.byteOffset, whole.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw new Error('not a packed profile');
  const length = view.getUint32(4, true);
  const header = JSON.parse(new TextDecoder().decode(whole.subarray(8, 8 + length))) as Header;
  let at = whole.byteOffset + align(8 + length);
  const doubles = (count: number) => {
    const column = new Float64Array(whole.buffer, at, count);
    at += column.byteLength;
    return column;
  };
  const integers = (count: number) => {
    const column = new Int32Array(whole.buffer, at, count);
    at += column.byteLength;
    return column;
  };
  const time = header.timed ? doubles(header.samples) : null;
  const measures = header.measures.map((m) => ({ ...m, values: doubles(header.samples) }));
  const parent = integers(header.stacks);
  const frame = integers(header.stacks);
  const stack = integers(header.samples);
  const thread = integers(header.samples);
  const frames = unpackFrames(header.texts, integers(header.frames * FRAME_COLUMNS));
  return {
    format: header.format,
    type: header.type,
    ...(header.dump && { dump: header.dump }),
    threads: header.threads,
    notes: header.notes,
    frames,
    measures,
    stacks: { parent, frame },
    samples: { stack, time, thread },
  };
}

/** Name, source, line, column, kind, tier, module. */
const FRAME_COLUMNS = 7;

function packFrames(frames: readonly Frame[]): { texts: string[]; columns: Int32Array } {
  const texts: string[] = [];
  const numbers = new Map<string, number>();
  const numberOf = (text: string): number => {
    let number = numbers.get(text);
    if (number === undefined) {
      number = texts.push(text) - 1;
      numbers.set(text, number);
    }
    return number;
  };
  const columns = new Int32Array(frames.length * FRAME_COLUMNS);
  frames.forEach((f, i) => {
    const row = [
      numberOf(f.name),
      numberOf(f.source),
      f.line,
      f.column,
      frameKinds.indexOf(f.kind),
      frameTiers.indexOf(f.tier),
      numberOf(f.module),
    ];
    columns.set(row, i * FRAME_COLUMNS);
  });
  return { texts, columns };
}

function unpackFrames(texts: readonly string[], columns: Int32Array): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < columns.length; at += FRAME_COLUMNS) {
    frames.push({
      name: texts[columns[at]!]!,
      source: texts[columns[at + 1]!]!,
      line: columns[at + 2]!,
      column: columns[at + 3]!,
      kind: frameKinds[columns[at + 4]!]!,
      tier: frameTiers[columns[at + 5]!]!,
      module: texts[columns[at + 6]!]!,
    });
  }
  return frames;
}

function align(length: number): number {
  return (length + 7) & ~7;
}
