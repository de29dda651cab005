import assert from 'node:assert/strict';
import { isAbsent } from '../../src/engine/absence.ts';
import { type Address, address, at } from '../../src/engine/address.ts';
import { ModuleMap } from '../../src/engine/modules/module-map.ts';
import { type CoreSession, openDump } from '../../src/engine/session.ts';
import type { StackFrame } from '../../src/engine/stack/frame.ts';
import { CodeSites } from '../../src/engine/v8/frames/code-site.ts';
import { recordCore } from '../support/cores.ts';
import { releaseLines } from '../support/releases.ts';

/** Positions in user_regs_struct (asm/user_64.h). */
const RBP = 4;
const RAX = 10;
const RDI = 14;
const RIP = 16;
const RSP = 19;
const PUSH_RBP_MOV = Buffer.from([0x55, 0x48, 0x89, 0xe5]);

describe('optimized functions that were stopped before they had a frame', () => {
  for (const line of releaseLines) {
    it(`Node ${line}: are known, with their arguments and callers`, async function () {
      this.timeout(240_000);
      const now = '--no-concurrent-recompilation';
      const nodeFlags = line >= 22 ? [now, '--no-maglev'] : [now];
      const { core } = await recordCore(line, 'optimized-callers.js', { nodeFlags });
      const whole = await openDump(core);
      const { frame, names, args, start, push } = optimized(whole);
      whole.close();
      for (const offset of new Set([0, push >> 1, push, push + 1])) {
        const session = await openDump(core);
        try {
          rewind(session, frame, at(start, offset), offset > push);
          const frames = framesOf(session);
          assert.deepEqual(frames.map(nameOf), names, `at ${offset}`);
          assert.deepEqual(argumentsOf(session, frames[0]!), args, `at ${offset}`);
        } finally {
          session.close();
        }
      }
    });
  }
});

const framesOf = (session: CoreSession) =>
  session
    .thread(session.core.threads[0]!.tid)
    .frames.filter(({ kind }) => kind === 'js' || kind === 'builtin');
const nameOf = ({ functionName }: StackFrame) => functionName;

function argumentsOf(session: CoreSession, { js }: StackFrame) {
  const inspector = session.inspectorOf(js!.isolate);
  return js!.args.map((value) => {
    const preview = inspector.preview(value);
    return isAbsent(preview) ? preview : preview.description;
  });
}

/** The innermost frame of TurboFan's code, and where that starts and pushes the frame pointer. */
function optimized(session: CoreSession) {
  const frames = framesOf(session);
  const index = frames.findIndex(({ js }) => js?.tier === 'turbofan' && !js.inlined);
  const frame = frames[index]!;
  const runtime = session.requireRuntime();
  const sites = new CodeSites(runtime, new ModuleMap(session.modules.modules));
  const site = sites.at(address(frame.pc - 1), frame.js!.isolate);
  assert.ok(site?.kind === 'code');
  const { start } = site.code;
  const push = runtime.memory.bytes(start, 128).indexOf(PUSH_RBP_MOV);
  assert.ok(push >= 0);
  const args = argumentsOf(session, frame);
  assert.ok(args.length > 0);
  return { frame, names: frames.slice(index).map(nameOf), args, start, push };
}

/** Puts the thread back to where `frame` is called, or has pushed the caller's frame pointer. */
function rewind(session: CoreSession, { fp, js }: StackFrame, pc: Address, hasPushed: boolean): void {
  const { threads } = session.core;
  const { memory, layout } = session.requireRuntime();
  const frame = fp!;
  const set = (index: number, value: bigint) => threads[0]!.registers.writeBigUInt64LE(value, 8 * index);
  set(RIP, BigInt(pc));
  set(RSP, BigInt(hasPushed ? frame : at(frame, 8)));
  set(RBP, memory.u64(frame));
  set(RDI, memory.u64(at(frame, layout.frames.function)));
  set(RAX, BigInt(js!.args.length + 1));
}
