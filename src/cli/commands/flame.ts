import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { DayAfterError } from '../../engine/errors.ts';
import { difference } from '../../engine/profile/difference.ts';
import { foldedProfile, framesOf } from '../../engine/profile/fold.ts';
import { functionWeights } from '../../engine/profile/functions.ts';
import { inNameOrder } from '../../engine/profile/name-order.ts';
import { pack } from '../../engine/profile/pack.ts';
import { type Frame, frameLabel, type Measure, type Profile, total } from '../../engine/profile/profile.ts';
import { speedscopeFile } from '../../engine/profile/speedscope-file.ts';
import { stackWeights } from '../../engine/profile/weights.ts';
import { flamePage } from '../flame-page.ts';
import { readSubject, type SubjectOptions } from '../flame-subject.ts';
import { bytes, grouped, type Output, painter, plain, table } from '../output.ts';

export interface FlameOptions extends SubjectOptions {
  /** A file to write; its ending says what: .html, .folded, .speedscope.json or .flame. */
  readonly output?: string;
  readonly fold?: boolean;
  readonly diff?: string;
}

/** Functions that the text shows. */
const SHOWN = 25;

/**
 * `dayafter flame`: a flame graph as a page, folded stacks, or JSON; in the terminal the heaviest functions.
 * Several files of one kind are merged.
 */
export async function flameCommand(
  dump: string,
  more: readonly string[],
  options: FlameOptions,
  output: Output,
): Promise<void> {
  let profile = await readSubject([dump, ...more], options, output);
  if (options.diff !== undefined)
    profile = difference(profile, await readSubject([options.diff], options, output));
  if (options.output !== undefined) writeOutput(options.output, profile, dump);
  if (options.json) printDocument(profile, output);
  else if (options.fold) for (const part of foldedProfile(profile)) output.stdout.write(part);
  else if (options.output === undefined) output.stdout.write(text(profile, output));
}

function writeOutput(file: string, profile: Profile, dump: string): void {
  const name = path.basename(dump);
  try {
    if (file.endsWith('.flame')) writeFileSync(file, pack(inNameOrder(profile)));
    else if (file.endsWith('.json')) writeFileSync(file, joined(speedscopeFile(profile, name)));
    else if (/\.(folded|txt|collapsed)$/.test(file)) writeFileSync(file, joined(foldedProfile(profile)));
    else if (/\.html?$/.test(file)) writeFileSync(file, flamePage(profile, name));
    else {
      throw new DayAfterError(
        'NOT_APPLICABLE',
        `nothing is known to write into ${file}`,
        'The ending says what: .html, .folded or .speedscope.json.',
      );
    }
  } catch (error) {
    if (error instanceof DayAfterError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new DayAfterError(
      code === 'EACCES' || code === 'EPERM' ? 'PERMISSION_DENIED' : 'FILE_NOT_FOUND',
      `cannot write ${file} (${code})`,
    );
  }
}

function joined(parts: Iterable<string>): Buffer {
  const buffers: Buffer[] = [];
  let pending = '';
  for (const part of parts) {
    pending += part;
    if (pending.length < 1 << 20) continue;
    buffers.push(Buffer.from(pending));
    pending = '';
  }
  buffers.push(Buffer.from(pending));
  return Buffer.concat(buffers);
}

/** The contract's document; a stack is its frames, outermost first, and what was counted in it alone. */
function printDocument(profile: Profile, output: Output): void {
  const measure = profile.measures[0]!;
  const isDifference = profile.type === 'difference';
  const { self, sum } = stackWeights(profile, measure);
  const older = isDifference ? stackWeights(profile, profile.measures[1]!) : undefined;
  const write = (value: unknown) => output.stdout.write(JSON.stringify(value));
  output.stdout.write('{\n  "format": ');
  write(profile.format);
  output.stdout.write(',\n  "unit": ');
  write(measure.unit);
  output.stdout.write(`,\n  "total": ${sum}`);
  if (older) output.stdout.write(`,\n  "olderTotal": ${older.sum}`);
  output.stdout.write(',\n  "frames": [');
  profile.frames.forEach((frame, i) => {
    output.stdout.write(`${i === 0 ? '' : ','}\n    `);
    write(frameDocument(frame));
  });
  output.stdout.write('\n  ],\n  "stacks": [');
  let first = true;
  for (let stack = 0; stack < self.length; stack++) {
    if (self[stack] === 0 && (!older || older.self[stack] === 0)) continue;
    output.stdout.write(`${first ? '' : ','}\n    `);
    write({
      frames: framesOf(profile, stack),
      weight: self[stack],
      ...(older && { olderWeight: older.self[stack] }),
    });
    first = false;
  }
  output.stdout.write('\n  ],\n  "notes": ');
  write(profile.notes);
  output.stdout.write('\n}\n');
}

function frameDocument(frame: Frame) {
  return {
    name: frame.name === '' ? null : frame.name,
    source: frame.source === '' ? null : frame.source,
    line: frame.line === 0 ? null : frame.line,
    column: frame.column === 0 ? null : frame.column,
    kind: frame.kind,
    tier: frame.tier === '' ? null : frame.tier,
    module: frame.module === '' ? null : frame.module,
  };
}

function text(profile: Profile, output: Output): string {
  const paint = painter(output);
  if (profile.type === 'difference') return differenceText(profile, output);
  const measure = profile.measures[0]!;
  const weights = stackWeights(profile, measure);
  const { self, total: totals } = functionWeights(profile, weights);
  const order = [...self.keys()]
    .sort((a, b) => self[b]! - self[a]! || totals[b]! - totals[a]!)
    .slice(0, SHOWN);
  const rows = order.map((f) => [
    amount(self[f]!, measure),
    share(self[f]!, weights.sum),
    amount(totals[f]!, measure),
    share(totals[f]!, weights.sum),
    ...named(profile.frames[f]!),
  ]);
  return [
    `${paint('bold', profile.format)}: ${amount(total(measure), measure)}, ${grouped(profile.stacks.parent.length)} stacks of ${grouped(profile.frames.length)} functions\n`,
    ...profile.notes.map((note) => paint('yellow', `${plain(note)}\n`)),
    '\n',
    table([['self', '', 'total', '', 'function', ''].map((t) => paint('dim', t)), ...rows]),
    paint('dim', '\nThe graph itself: dayafter flame … -o graph.html\n'),
  ].join('');
}

function differenceText(profile: Profile, output: Output): string {
  const paint = painter(output);
  const [newer, older] = profile.measures as [Measure, Measure];
  const after = functionWeights(profile, stackWeights(profile, newer)).self;
  const before = functionWeights(profile, stackWeights(profile, older)).self;
  const change = after.map((value, f) => value - before[f]!);
  const order = [...change.keys()]
    .filter((f) => change[f] !== 0)
    .sort((a, b) => Math.abs(change[b]!) - Math.abs(change[a]!))
    .slice(0, SHOWN);
  const rows = order.map((f) => [
    paint(
      change[f]! > 0 ? 'red' : 'green',
      `${change[f]! > 0 ? '+' : '-'}${amount(Math.abs(change[f]!), newer)}`,
    ),
    amount(before[f]!, older),
    amount(after[f]!, newer),
    after[f] === 0 ? 'vanished' : before[f] === 0 ? 'new' : '',
    ...named(profile.frames[f]!),
  ]);
  return [
    `${paint('bold', profile.format)}: ${amount(total(older), older)} before, ${amount(total(newer), newer)} now\n\n`,
    table([['self', 'before', 'now', '', 'function', ''].map((t) => paint('dim', t)), ...rows]),
  ].join('');
}

function named(frame: Frame): [string, string] {
  const place =
    frame.source === '' ? frame.module : `${frame.source}${frame.line > 0 ? `:${frame.line}` : ''}`;
  return [plain(frameLabel(frame)), plain(place)];
}

function amount(value: number, { unit }: Measure): string {
  if (unit === 'bytes') return bytes(Math.round(value));
  if (unit === 'microseconds') return `${(value / 1000).toFixed(1)} ms`;
  return grouped(Math.round(value));
}

function share(part: number, whole: number): string {
  return whole === 0 ? '0%' : `${((part / whole) * 100).toFixed(1)}%`;
}
