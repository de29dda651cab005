import assert from 'node:assert/strict';
import { attemptOr } from '../../src/engine/absence.ts';
import { type Address, address, at } from '../../src/engine/address.ts';
import { decode } from '../../src/engine/emulation/x64/instruction.ts';
import type { Memory } from '../../src/engine/memory/memory.ts';
import { openDump } from '../../src/engine/session.ts';
import { type CfaRow, rowAt } from '../../src/engine/unwind/cfa.ts';
import { type FrameShape, frameShapes } from '../../src/engine/unwind/code-walk.ts';
import { EhFrame, type Fde } from '../../src/engine/unwind/eh-frame.ts';
import { x64 } from '../../src/engine/unwind/x64.ts';
import { recordCore } from '../support/cores.ts';
import { random } from '../support/random.ts';

const FUNCTIONS = 1500;
const PLACES = 4;

/** Code that only a thrown exception of C++ gets to; assembly whose call frame information leaves its pushes out. */
const MISSES = 0.002;

/** What compilers wrote down of the same functions decides whether their instructions were understood. */
describe('frames by their instructions, against call frame information', () => {
  for (const library of ['node', 'libc.so.6', 'libstdc++.so.6'])
    it(`of ${library}`, async function () {
      this.timeout(120_000);
      const session = await openDump((await recordCore(22, 'uncaught.js')).core);
      const { modules, memory } = session.modules;
      const module = modules.find((m) => m.path.includes(`/${library}`))!;
      const info = module.unwindInfo;
      assert.ok(info?.kind === 'eh-frame');
      const frames = new EhFrame(memory, info.header);
      const next = random(7);
      let right = 0;
      let all = 0;
      const misses: string[] = [];
      for (const fde of functionsOf(frames, module.mappings, memory)) {
        const places = instructionsOf(memory, fde);
        for (let n = 0; n < PLACES && places.length > 0; n++) {
          const pc = places[next(places.length)]!;
          const verdict = compare(memory, fde, pc);
          if (verdict === undefined) continue;
          all++;
          if (verdict === '') right++;
          else if (misses.length < 10) misses.push(`${(pc - module.bias).toString(16)}: ${verdict}`);
        }
      }
      session.close();
      console.log(`      ${library}: ${((100 * right) / all).toFixed(2)} % of ${all} places`);
      assert.ok(all > 1000, `${all} places compared`);
      assert.ok(all - right <= MISSES * all, misses.join('\n'));
    });
});

function* functionsOf(
  frames: EhFrame,
  mappings: readonly { start: Address; end: Address }[],
  memory: Memory,
): Generator<Fde> {
  const isCode = (a: Address) => ((memory.regionAt(a)?.flags ?? 0) & 1) !== 0;
  let found = 0;
  for (const { start, end } of mappings.filter((m) => isCode(m.start))) {
    const step = Math.max(16, Math.floor((end - start) / FUNCTIONS));
    for (let pc = start; pc < end && found < FUNCTIONS; pc = at(pc, step)) {
      const fde = attemptOr(undefined, () => frames.find(pc));
      if (!fde || !isEntry(memory, fde)) continue;
      found++;
      yield fde;
      if (fde.end > at(pc, step)) pc = at(fde.end, -step);
    }
  }
}

/** Parts that compilers moved away from their functions, and what the kernel calls, do not begin with a return address. */
function isEntry(memory: Memory, fde: Fde): boolean {
  const row = attemptOr(undefined, () => rowAt(memory, fde, fde.start));
  return (
    !fde.cie.signalFrame &&
    row?.cfa.kind === 'register' &&
    row.cfa.register === x64.rsp &&
    row.cfa.offset === 8
  );
}

function instructionsOf(memory: Memory, fde: Fde): Address[] {
  const code = { bytes: (a: number, count: number) => memory.bytes(address(a), count) };
  const result: Address[] = [];
  for (let pc: number = fde.start; pc < fde.end; ) {
    result.push(address(pc));
    const instruction = attemptOr(undefined, () => decode(code, pc));
    if (!instruction) break;
    pc = instruction.next;
  }
  return result;
}

/** '' if both say the same; undefined where one of them says nothing. */
function compare(memory: Memory, fde: Fde, pc: Address): string | undefined {
  const row = attemptOr(undefined, () => rowAt(memory, fde, pc));
  if (row?.cfa.kind !== 'register') return undefined;
  const verdicts = frameShapes(memory, fde.start, pc, { visits: 1 << 14 }).map((shape) =>
    difference(shape, row, row.cfa as CfaRegister),
  );
  return verdicts.includes('') ? '' : verdicts.find((v) => v !== undefined);
}

type CfaRegister = Extract<CfaRow['cfa'], { kind: 'register' }>;

function difference(shape: FrameShape, row: CfaRow, { register, offset }: CfaRegister): string | undefined {
  const own = register === x64.rsp ? shape.depth : register === x64.rbp ? shape.fp : undefined;
  if (own === undefined) return undefined;
  if (own !== offset - 8)
    return `the return address ${own} above ${register === x64.rsp ? 'rsp' : 'rbp'}, not ${offset - 8}`;
  for (const [saved, rule] of row.rules) {
    if (rule.kind !== 'offset' || saved === x64.rip) continue;
    const depth = shape.saved.get(saved);
    // It was popped: compilers go on to tell where it was.
    if (depth === undefined && shape.depth !== undefined && -8 - rule.offset > shape.depth) continue;
    if (depth !== -8 - rule.offset) return `register ${saved} at ${depth}, not ${-8 - rule.offset}`;
  }
  return '';
}
