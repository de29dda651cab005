import { Int32Column } from '../../columns.ts';
import type { ByteSource } from '../../dump/byte-source.ts';
import { demangle } from '../../modules/demangle.ts';
import { ProfileBuilder } from '../builder.ts';
import { symbolFrame } from '../frame-kind.ts';
import { LineScanner } from '../line-scanner.ts';
import type { Frame, Profile } from '../profile.ts';
import { StringPool } from '../string-pool.ts';
import { type PerfMap, perfMapBeside } from './perf-map.ts';
import type { ProfileReader, ReadContext } from './reader.ts';

/** "node 2034/2036 [001] 11080.738778:    1001001 cpu-clock:ppp:", with what perf leaves out by its options. */
const header =
  /^(\S.*?)\s+(\d+)(?:\/(\d+))?\s+(?:\[\d+\]\s+)?(?:[.\w]{4,6}\s+)?(?:(\d+\.\d+):\s*)?(?:(\d+)\s+)?([\w.:/=,-]+?):\s*(.*)$/;
const frameLine = /^\s+([0-9a-f]+) (.*)$/;
const SPACE = 0x20;
const TAB = 0x09;

/** The text that `perf script` prints, of Node with --perf-basic-prof or any other program. */
export const perfScriptReader: ProfileReader = {
  format: 'perf script',
  recognizes: (_head, text) => {
    const lines = text.split('\n', 200).filter((line) => line !== '' && !line.startsWith('#'));
    const first = lines.findIndex((line) => header.test(line) && /:\s*(\d+\s+)?[\w.:/=,-]+:\s*$/.test(line));
    return (
      first >= 0 && first < 20 && lines.slice(first + 1).some((line) => /^\s+[0-9a-f]+ .+ \(.*\)$/.test(line))
    );
  },
  read: readPerfScript,
};

interface Sample {
  thread: number;
  /** Seconds. */
  time: number;
  period: number;
  pid: number;
}

function readPerfScript(source: ByteSource, context: ReadContext): Profile {
  const reader = new Reader(context);
  const lines = new LineScanner(source);
  while (lines.next()) {
    if (lines.empty) reader.end();
    else if (lines.bytes[lines.start] === SPACE || lines.bytes[lines.start] === TAB) reader.frame(lines);
    else if (lines.bytes[lines.start] !== 0x23) reader.header(lines.text());
  }
  reader.end();
  return reader.done();
}

class Reader {
  readonly #context: ReadContext;
  #builder: ProfileBuilder | undefined;
  readonly #pool = new StringPool();
  readonly #frameOf = new Int32Column();
  readonly #maps = new Map<number, PerfMap | undefined>();
  readonly #threads = new Map<string, number>();
  /** Frames of the sample being read, innermost first. */
  #frames: number[] = [];
  #sample: Sample | undefined;
  #start = Number.NaN;
  #events = new Set<string>();
  #unclear = 0;
  #withoutStack = 0;

  constructor(context: ReadContext) {
    this.#context = context;
  }

  header(text: string): void {
    this.end();
    const match = header.exec(text);
    if (!match) {
      this.#unclear++;
      return;
    }
    const [, comm, first, second, seconds, period, event] = match;
    const tid = second ?? first!;
    this.#builder ??= newBuilder(event!);
    this.#events.add(event!);
    const name = `${comm} (${tid})`;
    let thread = this.#threads.get(name);
    if (thread === undefined) {
      thread = this.#builder.thread(name);
      this.#threads.set(name, thread);
    }
    const time = seconds === undefined ? Number.NaN : Number(seconds);
    if (Number.isNaN(this.#start)) this.#start = time;
    this.#sample = { thread, time, period: period === undefined ? 1 : Number(period), pid: Number(first) };
    // Some options let perf print the only frame on the header's line.
    const inline = frameLine.exec(` ${match[7]}`);
    if (inline) this.#frames.push(this.#builder.frame(this.#namedFrame(inline[1]!, inline[2]!)));
  }

  frame(lines: LineScanner): void {
    if (!this.#sample) return;
    const { bytes } = lines;
    let at = lines.start;
    while (at < lines.end && bytes[at]! <= SPACE) at++;
    const address = at;
    while (at < lines.end && bytes[at]! > SPACE) at++;
    // Nearly all lines have a name, which tells the frame whatever the address is.
    const unknown = bytes[at + 1] === 0x5b;
    const named = stripOffset(bytes, at + 1, lines.end);
    const key = unknown
      ? this.#pool.number(bytes, address, lines.end)
      : this.#pool.number(named, 0, named.length);
    while (this.#frameOf.length <= key) this.#frameOf.push(-1);
    let frame = this.#frameOf.get(key);
    if (frame < 0) {
      const text = decoder.decode(bytes.subarray(address, at));
      frame = this.#builder!.frame(this.#namedFrame(text, decoder.decode(bytes.subarray(at + 1, lines.end))));
      this.#frameOf.set(key, frame);
    }
    this.#frames.push(frame);
  }

  end(): void {
    const sample = this.#sample;
    if (!sample) return;
    this.#sample = undefined;
    const builder = this.#builder!;
    if (this.#frames.length === 0) {
      this.#withoutStack++;
      return;
    }
    let stack = -1;
    for (let i = this.#frames.length - 1; i >= 0; i--) stack = builder.stacks.push(stack, this.#frames[i]!);
    this.#frames = [];
    const cost = clockEvent.test([...this.#events][0]!) ? sample.period / 1000 : sample.period;
    builder.sample(stack, 1, cost, (sample.time - this.#start) * 1e6, sample.thread);
  }

  done(): Profile {
    const builder = this.#builder ?? newBuilder('');
    if (this.#events.size > 1)
      builder.notes.push(`several events are added up: ${[...this.#events].join(', ')}`);
    if (this.#withoutStack > 0)
      builder.notes.push(`${this.#withoutStack} samples have no stack (perf record -g records them)`);
    if (this.#unclear > 0) builder.notes.push(`${this.#unclear} lines are neither sample nor frame`);
    return builder.done();
  }

  #namedFrame(address: string, text: string): Frame {
    const match = /^(.*) \((.*)\)$/.exec(text);
    const module = match?.[2] ?? '';
    let symbol = (match?.[1] ?? text).replace(/\+0x[0-9a-f]+$/, '');
    if (symbol === '[unknown]') {
      const found = this.#map(this.#sample!.pid)?.symbol(Number.parseInt(address, 16));
      if (found !== undefined) return symbolFrame(found, '');
      const kernel = address.length >= 16 && address.startsWith('ffff');
      const name =
        module !== '' && module !== '[unknown]'
          ? `[${module.slice(module.lastIndexOf('/') + 1)}]`
          : '[unknown]';
      return {
        ...symbolFrame(name, module === '[unknown]' ? '' : module),
        kind: kernel ? 'kernel' : 'native',
      };
    }
    const inlined = module === 'inlined';
    if (symbol.startsWith('_Z')) symbol = demangle(symbol);
    const jit = /\/perf-\d+\.map$|^\/\/anon$|^jitted-\d+-\d+\.so$/.test(module);
    return symbolFrame(symbol, jit || inlined ? '' : module);
  }

  #map(pid: number): PerfMap | undefined {
    if (!this.#maps.has(pid)) this.#maps.set(pid, perfMapBeside(this.#context.path, pid));
    return this.#maps.get(pid);
  }
}

const decoder = new TextDecoder();
/** Events whose period is nanoseconds. */
const clockEvent = /^(cpu-clock|task-clock)/;

function newBuilder(event: string): ProfileBuilder {
  return new ProfileBuilder('perf script', [
    { name: 'samples', unit: 'samples' },
    clockEvent.test(event)
      ? { name: 'time', unit: 'microseconds' }
      : { name: event === '' ? 'period' : event, unit: 'count' },
  ]);
}

let scratch = new Uint8Array(4096);

/** "name+0x1f (module)" without "+0x1f", in a buffer that the next call reuses. */
function stripOffset(bytes: Uint8Array, from: number, to: number): Uint8Array {
  let open = to - 1;
  while (open > from && !(bytes[open] === 0x28 && bytes[open - 1] === SPACE)) open--;
  let plus = open - 2;
  while (plus > from && isHex(bytes[plus]!)) plus--;
  const stripped =
    plus > from && bytes[plus] === 0x78 && bytes[plus - 1] === 0x30 && bytes[plus - 2] === 0x2b;
  const end = stripped ? plus - 2 : open;
  if (to - from > scratch.length) scratch = new Uint8Array((to - from) * 2);
  scratch.set(bytes.subarray(from, end));
  scratch.set(bytes.subarray(open, to), end - from);
  return scratch.subarray(0, end - from + to - open);
}

function isHex(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66);
}
