import { Float64Column, Int32Column } from '../../columns.ts';
import { type ByteSource, readBytes } from '../../dump/byte-source.ts';
import { DayAfterError } from '../../errors.ts';
import { ProfileBuilder } from '../builder.ts';
import { nativeKind, scriptKind, symbolFrame } from '../frame-kind.ts';
import type { Frame, Profile, Unit } from '../profile.ts';
import type { ProfileReader } from './reader.ts';

/** pprof's protocol buffer (github.com/google/pprof, proto/profile.proto). */
export const pprofReader: ProfileReader = {
  format: 'pprof',
  recognizes: (head) => {
    // The first field is a sample_type, a short message of varints: 0a <length> 08 … 10 ….
    if (head.length < 16 || head[0] !== 0x0a || head[1]! > 24) return false;
    const next = 2 + head[1]!;
    return (
      (head[2] === 0x08 || head[2] === 0x10 || head[1] === 0) && (head[next] === 0x0a || head[next] === 0x12)
    );
  },
  read: readPprof,
};

interface Line {
  fn: number;
  line: number;
}

interface Fn {
  name: number;
  file: number;
  start: number;
}

const units: Readonly<Record<string, readonly [unit: Unit, factor: number]>> = {
  nanoseconds: ['microseconds', 1e-3],
  ns: ['microseconds', 1e-3],
  microseconds: ['microseconds', 1],
  us: ['microseconds', 1],
  milliseconds: ['microseconds', 1e3],
  seconds: ['microseconds', 1e6],
  bytes: ['bytes', 1],
  kilobytes: ['bytes', 1024],
};

function readPprof(source: ByteSource): Profile {
  const strings: string[] = [];
  const types: { type: number; unit: number }[] = [];
  const locations = new Map<number, { lines: Line[]; mapping: number; address: number }>();
  const functions = new Map<number, Fn>();
  const mappings = new Map<number, number>();
  // Of all samples one after the other; `ends` is where each one's part ends.
  const locationIds = new Float64Column();
  const values = new Float64Column();
  const ends = new Int32Column();
  let defaultType = 0;

  for (const { field, bytes, number } of topFields(source)) {
    const message = new Message(bytes);
    switch (field) {
      case 1:
        types.push({ type: 0, unit: 0 });
        message.each((f, v) => {
          if (f === 1) types.at(-1)!.type = v;
          if (f === 2) types.at(-1)!.unit = v;
        });
        break;
      case 2:
        message.each((f, v) => {
          if (f === 1) locationIds.push(v);
          if (f === 2) values.push(v);
        });
        ends.push(locationIds.length);
        break;
      case 3: {
        let id = 0;
        let file = 0;
        message.each((f, v) => {
          if (f === 1) id = v;
          if (f === 5) file = v;
        });
        mappings.set(id, file);
        break;
      }
      case 4:
        readLocation(message, locations);
        break;
      case 5: {
        const fn: Fn = { name: 0, file: 0, start: 0 };
        let id = 0;
        message.each((f, v) => {
          if (f === 1) id = v;
          if (f === 2) fn.name = v;
          if (f === 4) fn.file = v;
          if (f === 5) fn.start = v;
        });
        functions.set(id, fn);
        break;
      }
      case 6:
        strings.push(new TextDecoder().decode(bytes));
        break;
      case 14:
        defaultType = number;
        break;
    }
  }

  const order = measureOrder(types, defaultType);
  const builder = new ProfileBuilder(
    'pprof',
    order.map((i) => ({
      name: strings[types[i]!.type] || 'samples',
      unit: unitOf(strings[types[i]!.unit])[0],
    })),
  );
  const factor = order.map((i) => unitOf(strings[types[i]!.unit])[1]);
  const onlyLine = onlyLines([...locations.values()].flatMap(({ lines }) => lines));
  const framesOf = new Map<number, number[]>();
  let from = 0;
  for (let sample = 0; sample < ends.length; sample++) {
    let stack = -1;
    // Innermost first in the file; the lines of a location likewise.
    for (let i = ends.get(sample) - 1; i >= from; i--) {
      const id = locationIds.get(i);
      let frames = framesOf.get(id);
      if (!frames) {
        frames = locationFrames(id).map((f) => builder.frame(f));
        framesOf.set(id, frames);
      }
      for (const frame of frames) stack = builder.stacks.push(stack, frame);
    }
    from = ends.get(sample);
    if (stack < 0) continue;
    const value = (k: number) =>
      order[k] === undefined ? 0 : values.get(sample * types.length + order[k]) * factor[k]!;
    builder.sample(stack, value(0), value(1));
  }
  if (types.length > 2) builder.notes.push(`shown are ${order.length} of ${types.length} kinds of values`);
  return builder.done();

  /** Outermost first: a location holds the functions that were inlined there. */
  function locationFrames(id: number): Frame[] {
    const location = locations.get(id);
    const module = strings[mappings.get(location?.mapping ?? 0) ?? 0] ?? '';
    if (!location || location.lines.length === 0) {
      const name = location ? `0x${location.address.toString(16)}` : '[unknown]';
      return [{ name, source: '', line: 0, column: 0, kind: nativeKind(name, module), tier: '', module }];
    }
    return location.lines.toReversed().map((line) => lineFrame(line, module));
  }

  function lineFrame({ fn, line }: Line, module: string): Frame {
    const known = functions.get(fn);
    const name = strings[known?.name ?? 0] ?? '';
    const file = strings[known?.file ?? 0] ?? '';
    const frame = symbolFrame(name, module);
    if (file === '') return frame;
    // Functions are told apart by where they begin, not by the line that ran.
    const script = /\.[cm]?[jt]sx?$|^node:|^file:/.test(file);
    const kind = frame.source !== '' || !script ? frame.kind : scriptKind(file);
    const anonymous = script && /^\(anonymous/.test(name);
    return {
      ...frame,
      name: anonymous ? '' : name,
      source: file,
      line: known!.start > 0 ? known!.start : anonymous ? line : (onlyLine.get(fn) ?? 0),
      kind,
      module: script ? '' : module,
    };
  }
}

/** Functions that are only ever seen at one line: their own, as @datadog/pprof writes it instead of a start. */
function onlyLines(lines: readonly Line[]): Map<number, number> {
  const found = new Map<number, number>();
  for (const { fn, line } of lines) found.set(fn, (found.get(fn) ?? line) === line ? line : 0);
  return found;
}

/** Positions of the (at most two) sample types that are shown: the default one, or the last, first. */
function measureOrder(types: readonly { type: number }[], defaultType: number): number[] {
  if (types.length === 0) throw new DayAfterError('CORRUPT_DUMP', 'the pprof profile has no kind of value');
  const named = types.findIndex((t) => t.type === defaultType && defaultType !== 0);
  const first = named >= 0 ? named : types.length - 1;
  const rest = [...types.keys()].filter((i) => i !== first);
  return rest.length > 0 ? [first, rest.at(-1)!] : [first];
}

function unitOf(name: string | undefined): readonly [unit: Unit, factor: number] {
  return units[name ?? ''] ?? ['count', 1];
}

function readLocation(
  message: Message,
  locations: Map<number, { lines: Line[]; mapping: number; address: number }>,
): void {
  const lines: Line[] = [];
  let id = 0;
  let mapping = 0;
  let address = 0;
  message.each((f, v, bytes) => {
    if (f === 1) id = v;
    if (f === 2) mapping = v;
    if (f === 3) address = v;
    if (f === 4 && bytes) {
      const line: Line = { fn: 0, line: 0 };
      new Message(bytes).each((lf, lv) => {
        if (lf === 1) line.fn = lv;
        if (lf === 2) line.line = lv;
      });
      lines.push(line);
    }
  });
  locations.set(id, { lines, mapping, address });
}

interface TopField {
  field: number;
  bytes: Uint8Array;
  number: number;
}

/** The outermost message's fields, read a piece at a time. */
function* topFields(source: ByteSource): Generator<TopField> {
  const empty = new Uint8Array(0);
  let window = readBytes(source, 0, 1 << 20);
  let base = 0;
  let at = 0;
  const need = (count: number) => {
    if (at + count <= window.length) return;
    base += at;
    at = 0;
    window = readBytes(source, base, Math.max(count, 1 << 20));
  };
  const varint = (): number => {
    need(10);
    let value = 0;
    let scale = 1;
    for (;;) {
      if (at >= window.length) throw new DayAfterError('TRUNCATED', `${source.name} ends inside a field`);
      const byte = window[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  };
  while (base + at < source.size) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    switch (tag & 7) {
      case 0:
        yield { field, bytes: empty, number: varint() };
        break;
      case 1:
        need(8);
        at += 8;
        break;
      case 2: {
        const length = varint();
        if (length > source.size - base - at)
          throw new DayAfterError('TRUNCATED', `${source.name} ends inside a field`);
        need(length);
        yield { field, bytes: window.subarray(at, at + length), number: 0 };
        at += length;
        break;
      }
      case 5:
        need(4);
        at += 4;
        break;
      default:
        throw new DayAfterError('CORRUPT_DUMP', `${source.name} is damaged at byte ${base + at}`);
    }
  }
}

/** An inner message; packed and plain repeated numbers look the same to the caller. */
class Message {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  each(visit: (field: number, value: number, bytes: Uint8Array | undefined) => void): void {
    const bytes = this.#bytes;
    while (this.#at < bytes.length) {
      const tag = this.#varint();
      const field = Math.floor(tag / 8);
      const wire = tag & 7;
      if (wire === 0) visit(field, this.#varint(), undefined);
      else if (wire === 1) this.#at += 8;
      else if (wire === 5) this.#at += 4;
      else if (wire === 2) {
        const length = this.#varint();
        const end = Math.min(bytes.length, this.#at + length);
        const part = bytes.subarray(this.#at, end);
        // Fields 1 and 2 that come as bytes are packed numbers, in all messages that are read here.
        if (field <= 2) while (this.#at < end) visit(field, this.#varint(), undefined);
        else visit(field, 0, part);
        this.#at = end;
      } else throw new DayAfterError('CORRUPT_DUMP', 'the pprof profile is damaged');
    }
  }

  /** int64, as a double: negative ones come in ten bytes. */
  #varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      const byte = this.#bytes[this.#at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) return i === 9 ? value - 2 ** 64 : value;
      scale *= 128;
    }
    return value;
  }
}
