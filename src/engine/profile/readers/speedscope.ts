import { Float64Column, Int32Column } from '../../columns.ts';
import type { ByteSource } from '../../dump/byte-source.ts';
import { DayAfterError } from '../../errors.ts';
import { nativeKind, scriptKind } from '../frame-kind.ts';
import { JsonScanner } from '../json-scanner.ts';
import type { Frame, Profile, Unit } from '../profile.ts';
import { StackTableBuilder } from '../stack-table.ts';
import type { ProfileReader } from './reader.ts';

/** speedscope's own file (https://www.speedscope.app/file-format-schema.json), sampled and evented profiles. */
export const speedscopeReader: ProfileReader = {
  format: 'speedscope file',
  recognizes: (_head, text) =>
    /^\s*\{/.test(text) &&
    (text.includes('speedscope.app/file-format-schema.json') ||
      (/"shared"\s*:\s*\{\s*"frames"/.test(text) && /"profiles"\s*:|"\$schema"/.test(text))),
  read: readSpeedscope,
};

const units: Readonly<Record<string, readonly [unit: Unit, factor: number]>> = {
  none: ['count', 1],
  nanoseconds: ['microseconds', 1e-3],
  microseconds: ['microseconds', 1],
  milliseconds: ['microseconds', 1e3],
  seconds: ['microseconds', 1e6],
  bytes: ['bytes', 1],
};

/** One of the file's profiles. */
interface Part {
  name: string;
  unit: string;
  stacks: Int32Column;
  weights: Float64Column;
  /** Start of each sample; empty for sampled profiles, where it follows from the weights. */
  starts: Float64Column;
  startValue: number;
}

function readSpeedscope(source: ByteSource): Profile {
  const json = new JsonScanner(source);
  const builder = new StackTableBuilder();
  let frames: Frame[] = [];
  const parts: Part[] = [];
  json.enterObject();
  for (let key = json.key(); key !== undefined; key = json.key()) {
    if (key === 'profiles') {
      json.enterArray();
      while (json.element()) parts.push(readPart(json, builder));
    } else if (key === 'shared') {
      json.enterObject();
      for (let inner = json.key(); inner !== undefined; inner = json.key()) {
        if (inner === 'frames') frames = readFrames(json);
        else json.skip();
      }
    } else json.skip();
  }
  return assemble(source, builder, frames, parts);
}

function readFrames(json: JsonScanner): Frame[] {
  const frames: Frame[] = [];
  json.enterArray();
  while (json.element()) {
    const { name, file, line, col } = json.value() as Record<string, unknown>;
    const source = typeof file === 'string' ? file : '';
    const text = String(name ?? '');
    const script = /\.[cm]?[jt]sx?$|^node:|^file:|^https?:/.test(source);
    frames.push({
      name: text,
      source: script ? source : '',
      line: typeof line === 'number' ? line : 0,
      column: typeof col === 'number' ? col : 0,
      kind: script ? scriptKind(source) : nativeKind(text, source),
      tier: '',
      module: script ? '' : source,
    });
  }
  return frames;
}

function readPart(json: JsonScanner, builder: StackTableBuilder): Part {
  const part: Part = {
    name: '',
    unit: 'none',
    stacks: new Int32Column(),
    weights: new Float64Column(),
    starts: new Float64Column(),
    startValue: 0,
  };
  json.enterObject();
  for (let key = json.key(); key !== undefined; key = json.key()) {
    switch (key) {
      case 'name':
        part.name = json.string();
        break;
      case 'unit':
        part.unit = json.string();
        break;
      case 'startValue':
        part.startValue = json.number();
        break;
      case 'samples':
        json.enterArray();
        while (json.element()) {
          let stack = -1;
          json.numbers((frame) => {
            stack = builder.push(stack, frame);
          });
          part.stacks.push(stack);
        }
        break;
      case 'weights':
        json.numbers((weight) => part.weights.push(weight));
        break;
      case 'events':
        readEvents(json, builder, part);
        break;
      default:
        json.skip();
    }
  }
  return part;
}

/** Opening and closing of frames: what lies between two events was spent in the stack that is open then. */
function readEvents(json: JsonScanner, builder: StackTableBuilder, part: Part): void {
  let stack = -1;
  let before = Number.NaN;
  json.enterArray();
  while (json.element()) {
    let type = '';
    let at = 0;
    let frame = 0;
    json.enterObject();
    for (let key = json.key(); key !== undefined; key = json.key()) {
      if (key === 'type') type = json.string();
      else if (key === 'at') at = json.number();
      else if (key === 'frame') frame = json.number();
      else json.skip();
    }
    if (stack >= 0 && at > before) {
      part.stacks.push(stack);
      part.weights.push(at - before);
      part.starts.push(before);
    }
    before = at;
    if (type === 'O') stack = builder.push(stack, frame);
    else if (stack >= 0) stack = builder.parent(stack);
  }
}

function assemble(
  source: ByteSource,
  builder: StackTableBuilder,
  frames: readonly Frame[],
  parts: readonly Part[],
): Profile {
  const stacks = builder.done();
  for (const frame of stacks.frame) {
    if (!(frame >= 0 && frame < frames.length))
      throw new DayAfterError('CORRUPT_DUMP', `${source.name} names a frame ${frame} of ${frames.length}`);
  }
  const [unit, factor] = units[parts[0]?.unit ?? 'none'] ?? ['count', 1];
  // Profiles that count something else cannot stand beside the first one.
  const shown = parts.filter((part) => (units[part.unit] ?? ['count'])[0] === unit);
  const stack = new Int32Column();
  const thread = new Int32Column();
  const time = new Float64Column();
  const values = new Float64Column();
  shown.forEach((part, number) => {
    let elapsed = 0;
    for (let i = 0; i < part.stacks.length; i++) {
      const weight = (i < part.weights.length ? part.weights.get(i) : 0) * factor;
      if (part.stacks.get(i) >= 0) {
        stack.push(part.stacks.get(i));
        thread.push(number);
        time.push(part.starts.length > 0 ? (part.starts.get(i) - part.startValue) * factor : elapsed);
        values.push(weight);
      }
      elapsed += weight;
    }
  });
  const left = parts.length - shown.length;
  return {
    format: 'speedscope file',
    type: 'profile',
    frames,
    stacks,
    samples: {
      stack: stack.done(),
      thread: thread.done(),
      time: unit === 'microseconds' ? time.done() : null,
    },
    measures: [
      {
        name: unit === 'microseconds' ? 'time' : unit === 'bytes' ? 'size' : 'count',
        unit,
        values: values.done(),
      },
    ],
    threads: shown.length > 0 ? shown.map((part) => part.name) : ['all'],
    notes: left > 0 ? [`${left} profiles with other units are left out`] : [],
  };
}
