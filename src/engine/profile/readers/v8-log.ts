import type { ByteSource } from '../../dump/byte-source.ts';
import { ProfileBuilder } from '../builder.ts';
import { symbolFrame } from '../frame-kind.ts';
import { LineScanner } from '../line-scanner.ts';
import type { Frame, Profile } from '../profile.ts';
import { CodeMap } from './code-map.ts';
import type { ProfileReader } from './reader.ts';

/**
 * The log of `node --prof` (isolate-*-v8.log): code as it was made and moved, and ticks with their stacks
 * (deps/v8/src/logging/log.cc; deps/v8/tools/tickprocessor.mjs reads the same). C++ functions are named by
 * their executable or library only, as the log holds no symbols.
 */
export const v8LogReader: ProfileReader = {
  format: 'V8 --prof log',
  recognizes: (_head, text) => /^v8-version,\d+/.test(text),
  read: readLog,
};

/** States of the VM in a tick that are more than the code at the pc (deps/v8/include/v8-unwinder.h, StateTag). */
const stateFrames: Readonly<Record<number, readonly [name: string, kind: Frame['kind']]>> = {
  1: ['(garbage collector)', 'gc'],
  8: ['(idle)', 'idle'],
  10: ['(idle)', 'idle'],
};

function readLog(source: ByteSource): Profile {
  const builder = new ProfileBuilder('V8 --prof log', [{ name: 'ticks', unit: 'samples' }]);
  const code = new CodeMap();
  const libraries = new CodeMap();
  const lines = new LineScanner(source);
  let ticks = 0;
  let unknown = 0;
  const special = (name: string, kind: Frame['kind']) =>
    builder.frame({ name, source: '', line: 0, column: 0, kind, tier: '', module: '' });

  const frameAt = (address: number): number => {
    const found = code.find(address);
    return found >= 0 ? found : libraries.find(address);
  };

  const tick = (fields: readonly string[]): void => {
    ticks++;
    const [, pcText, time, external, topText, state] = fields;
    // In an external callback the pc lies anywhere in it; the callback itself is the second address.
    const top = Number(topText);
    const pc = external === '1' && top !== 0 ? top : Number(pcText);
    const outwards: number[] = [];
    let address = Number(pcText);
    for (const text of fields.slice(6)) {
      // Addresses may be given as distances from the one before.
      if (/^[+-]/.test(text)) address += Number.parseInt(text, 16);
      else if (text.startsWith('0x')) address = Number(text);
      else continue;
      const frame = frameAt(address);
      if (frame >= 0) outwards.push(frame);
    }
    let stack = -1;
    for (let i = outwards.length - 1; i >= 0; i--) stack = builder.stacks.push(stack, outwards[i]!);
    const named = stateFrames[Number(state)];
    const innermost = named ? special(...named) : frameAt(pc);
    if (innermost < 0) unknown++;
    // Its caller must not look as if it had been running itself.
    stack = builder.stacks.push(stack, innermost >= 0 ? innermost : special('(unknown code)', 'native'));
    builder.sample(stack, 1, 0, Number(time));
  };

  while (lines.next()) {
    const first = lines.bytes[lines.start];
    // Most lines are none of ours; only t(ick), c(ode-…) and s(hared-library) are.
    if (first !== 0x74 && first !== 0x63 && first !== 0x73) continue;
    const text = lines.text();
    if (text.startsWith('tick,')) tick(text.split(','));
    else if (text.startsWith('code-creation,')) {
      const fields = text.split(',');
      code.add(Number(fields[4]), Number(fields[5]), builder.frame(codeFrame(fields)));
    } else if (text.startsWith('code-move,')) {
      const [, from, to] = text.split(',');
      code.move(Number(from), Number(to));
    } else if (text.startsWith('code-delete,')) code.delete(Number(text.split(',')[1]));
    else if (text.startsWith('shared-library,')) {
      const [, path, start, end] = text.split(',');
      const name = unescaped(path!);
      libraries.add(
        Number(start),
        Number(end) - Number(start),
        builder.frame({
          name: `[${name.slice(name.lastIndexOf('/') + 1)}]`,
          source: '',
          line: 0,
          column: 0,
          kind: 'native',
          tier: '',
          module: name,
        }),
      );
    }
  }
  if (unknown > 0) builder.notes.push(`the code of ${unknown} of ${ticks} ticks is not known`);
  return builder.done();
}

/** "code-creation,<type>,<kind>,<time>,<start>,<size>,<name>[,<function>,<state>]". */
function codeFrame(fields: readonly string[]): Frame {
  const type = fields[1]!;
  const name = unescaped(fields[6] ?? '');
  if (fields.length > 8 && type !== 'RegExp') return symbolFrame(`JS:${unescaped(fields[8]!)}${name}`);
  const isScript = /^(JS|Script|LazyCompile|Function|Eval)$/.test(type);
  return symbolFrame(`${isScript ? 'JS' : type}:${name}`);
}

/** Commas and control characters are written as \x2C and the like. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(x[0-9a-f]{2}|u[0-9a-f]{4}|n|\\)/gi, (whole, what: string) => {
    if (what === 'n') return '\n';
    if (what === '\\') return '\\';
    return String.fromCharCode(Number.parseInt(whole.slice(2), 16));
  });
}
