import type { ByteSource } from '../../dump/byte-source.ts';
import { demangle } from '../../modules/demangle.ts';
import { ProfileBuilder } from '../builder.ts';
import { symbolFrame } from '../frame-kind.ts';
import { LineScanner } from '../line-scanner.ts';
import type { Frame, Profile } from '../profile.ts';
import type { ProfileReader } from './reader.ts';

const bpftraceStart = /^@\w*\[/;

/** What bpftrace prints of a map with kstack or ustack keys: "@[", frames innermost first, "]: 12". */
export const bpftraceReader: ProfileReader = {
  format: 'bpftrace stacks',
  recognizes: (_head, text) => /^@\w*\[\s*$/m.test(text) && /^(,.*)?\]: \d+\s*$/m.test(text),
  read: readBpftrace,
};

/**
 * What DTrace prints of an aggregation by stack(), ustack() or jstack(): frames innermost first, then a line
 * with the count alone. JavaScript frames come from Node's ustack helper.
 */
export const dtraceReader: ProfileReader = {
  format: 'DTrace stacks',
  recognizes: (_head, text) => /^\s+\S*`\S.*$/m.test(text) && /^\s+\d+\s*$/m.test(text),
  read: readDtrace,
};

function readBpftrace(source: ByteSource): Profile {
  const builder = newBuilder('bpftrace stacks');
  const lines = new LineScanner(source);
  let frames: number[] | undefined;
  while (lines.next()) {
    const text = lines.text();
    if (bpftraceStart.test(text)) {
      frames = [];
      const rest = text.replace(bpftraceStart, '').trim();
      if (rest !== '') addKey(builder, frames, rest);
      continue;
    }
    if (!frames) continue;
    const end = /^(.*)\]: (\d+)\s*$/.exec(text);
    if (end) {
      // What follows the stacks, mostly the process's name, is the outermost frame.
      const key = end[1]!.replace(/^,/, '').trim();
      if (key !== '') addKey(builder, frames, key);
      finish(builder, frames, Number(end[2]));
      frames = undefined;
    } else if (text.trim() !== ',' && text.trim() !== '') frames.push(builder.frame(stackFrame(text.trim())));
  }
  return builder.done();
}

function addKey(builder: ProfileBuilder, frames: number[], key: string): void {
  for (const part of key.split(','))
    if (part.trim() !== '') frames.push(builder.frame(symbolFrame(part.trim())));
}

function readDtrace(source: ByteSource): Profile {
  const builder = newBuilder('DTrace stacks');
  const lines = new LineScanner(source);
  let frames: number[] = [];
  while (lines.next()) {
    const text = lines.text().trim();
    if (text === '') continue;
    if (/^\d+$/.test(text)) {
      finish(builder, frames, Number(text));
      frames = [];
    } else if (/^\s/.test(lines.text())) frames.push(builder.frame(stackFrame(text)));
    // A line at the left edge is a heading, such as dtrace's own "CPU ID FUNCTION:NAME".
    else frames = [];
  }
  return builder.done();
}

/** The text does not say what was added up: samples, bytes or anything else. */
function newBuilder(format: string): ProfileBuilder {
  return new ProfileBuilder(format, [{ name: 'counted', unit: 'count' }]);
}

/** Frames innermost first. */
function finish(builder: ProfileBuilder, frames: readonly number[], value: number): void {
  let stack = -1;
  for (let i = frames.length - 1; i >= 0; i--) stack = builder.stacks.push(stack, frames[i]!);
  if (stack >= 0 && value > 0) builder.sample(stack, value);
}

/** "libc.so.1`malloc+0x2a", "node`v8::internal::Foo(int)+0x10", "(anon) as handle at /srv/a.js position 12". */
export function stackFrame(text: string): Frame {
  const helper = /^(?:<<\s*)?(.*?) at (\S.*?) (?:position|line) (\d+)(?:\s*>>)?$/.exec(text);
  if (helper) {
    const [, named, source, number] = helper;
    const name = named!.replace(/^\(anon\)(?: as )?/, '').replace(/^<anonymous>(?: \(as (.*)\))?/, '$1');
    const frame = symbolFrame(`JS:${name} ${source}:1`);
    // "position" counts characters from the script's start, which tells no line.
    return { ...frame, name, line: / line \d+/.test(text) ? Number(number) : 0 };
  }
  const bare = text.replace(/\+(0x[0-9a-f]+|\d+)$/, '');
  const perfMode = /^(?:0x)?[0-9a-f]{8,16} (.+?)(?:\+0x[0-9a-f]+)? \((.*)\)$/.exec(text);
  if (perfMode) return native(perfMode[1]!, perfMode[2]!);
  const tick = bare.indexOf('`');
  if (tick >= 0) return native(bare.slice(tick + 1), bare.slice(0, tick));
  return native(bare, '');
}

function native(symbol: string, module: string): Frame {
  const kernelModules = module === 'unix' || module === 'genunix' || module === 'kernel';
  const frame = symbolFrame(symbol.startsWith('_Z') ? demangle(symbol) : symbol, module);
  return kernelModules ? { ...frame, kind: 'kernel' } : frame;
}
