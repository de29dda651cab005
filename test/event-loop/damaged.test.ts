import assert from 'node:assert/strict';
import { type Address, address, parseHex, type Tagged } from '../../src/engine/address.ts';
import type { EventLoopsInfo } from '../../src/engine/contract.ts';
import { type ByteSource, FileSource } from '../../src/engine/dump/byte-source.ts';
import { DayAfterError } from '../../src/engine/errors.ts';
import { eventLoopsOf } from '../../src/engine/event-loop/event-loops.ts';
import { CoreSession } from '../../src/engine/session.ts';
import { Random } from '../fuzz/random.ts';
import { recordCore } from '../support/cores.ts';
import { withoutPages } from '../support/lost-pages.ts';
import { OverlaySource, type Patch } from '../support/overlay-source.ts';

const PAGE = 4096;
const LOST_CASES = 40;
const WRONG_CASES = 30;
const WORDS = 24;
/** Milliseconds that a damaged dump may take. */
const MAX_TIME = 10_000;

/** Event loops of a dump; a named error where the dump is refused. */
function read(source: ByteSource): EventLoopsInfo | DayAfterError {
  const session = new CoreSession({ format: 'elf', source }, {});
  try {
    return eventLoopsOf(session);
  } catch (error) {
    if (error instanceof DayAfterError) return error;
    throw error;
  } finally {
    session.close();
  }
}

/** Addresses of what event loops consist of. */
function places(loops: EventLoopsInfo): Address[] {
  const texts = [
    ...loops.loops.map((l) => l.address),
    ...loops.handles.flatMap((h) => [h.handle, h.address, h.ownerAddress]),
    ...[...loops.requests, ...loops.timers, ...loops.immediates].map((item) => item.address),
  ];
  return texts.flatMap((text) => (text === null ? [] : (parseHex(text) ?? [])));
}

describe('event loops of damaged cores', function () {
  this.timeout(120_000);
  let core: string;
  let clean: EventLoopsInfo;
  let addresses: Address[];
  /** Position in the file of an address. */
  let position: (at: number) => number | undefined;
  before(async () => {
    ({ core } = await recordCore(22, 'event-loop.cjs', { nodeFlags: [] }));
    const session = new CoreSession({ format: 'elf', source: new FileSource(core) }, {});
    clean = eventLoopsOf(session);
    addresses = places(clean);
    const { memory } = session.modules;
    position = (at) => {
      const region = memory.regionAt(address(at));
      return region?.source?.name === core ? region.offset + (at - region.start) : undefined;
    };
    session.close();
  });

  /** Where in a Timeout its links to others are. */
  function linkSlots(timer: Address): number[] {
    const session = new CoreSession({ format: 'elf', source: new FileSource(core) }, {});
    const inspector = session.inspectorOf(session.requireRuntime().isolates[0]!);
    const links = ['_idleNext', '_idlePrev'].map((name) =>
      inspector.own({ kind: 'tagged', word: (timer + 1) as Tagged }, name),
    );
    const words = links.flatMap((p) => (p?.value.kind === 'tagged' ? [p.value.word] : []));
    const slots = Array.from({ length: 16 }, (_, i) => timer + 8 * i).filter((at) =>
      words.includes(inspector.view.memory.tagged(address(at))),
    );
    session.close();
    assert.ok(slots.length >= 2);
    return slots;
  }

  it('a page that is lost is noticed', () => {
    const random = new Random(7);
    const all = [...new Set(addresses.map((at) => position(at - (at % PAGE))))].flatMap((p) => p ?? []);
    const pages = Array.from({ length: LOST_CASES }, () => random.pick(all));
    for (const page of new Set(pages)) {
      const got = read(withoutPages(new FileSource(core), [page]));
      if (got instanceof DayAfterError) continue;
      const { notes, ...rest } = got;
      const { notes: before, ...whole } = clean;
      if (JSON.stringify(rest) !== JSON.stringify(whole))
        assert.notDeepEqual(notes, before, `page at ${page} of the file is missed`);
    }
  });

  it('words that are wrong neither crash nor hang it', () => {
    const random = new Random(11);
    const any = () => addresses[random.below(addresses.length)]!;
    const wrong = [() => 0, () => any(), () => any() + 1, () => random.below(2 ** 32), () => 2 ** 52];
    for (let n = 0; n < WRONG_CASES; n++) {
      const patches: Patch[] = [];
      for (let i = 0; i < WORDS; i++) {
        const at = position(any() + 8 * random.below(24));
        const bytes = Buffer.alloc(8);
        bytes.writeBigUInt64LE(BigInt(wrong[random.below(wrong.length)]!()));
        if (at !== undefined) patches.push({ position: at, bytes });
      }
      const started = Date.now();
      const got = read(new OverlaySource(new FileSource(core), patches));
      assert.ok(Date.now() - started < MAX_TIME);
      if (!(got instanceof DayAfterError)) JSON.stringify(got);
    }
  });

  it('lists that are circles end', () => {
    const handles = clean.handles.filter((h) => h.isolate === 0).map((h) => parseHex(h.handle)!);
    const patches: Patch[] = [];
    const write = (at: number, word: number) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(BigInt(word));
      patches.push({ position: position(at)!, bytes });
    };
    // A handle leads back to one before it, and a timer to itself.
    write(handles[20]! + 32, handles[15]! + 32);
    const timer = parseHex(clean.timers.find((t) => t.callback?.startsWith('shortTimeout '))!.address!)!;
    for (const slot of linkSlots(timer)) write(slot, timer + 1);
    const got = read(new OverlaySource(new FileSource(core), patches));
    assert.ok(!(got instanceof DayAfterError));
    const own = got.handles.filter((h) => h.isolate === 0);
    assert.equal(own.length, handles.length, 'from both ends all are found');
    assert.ok(got.notes.some((n) => /list of handles breaks off/.test(n)));
    assert.ok(got.notes.some((n) => /a list of timers or immediates breaks off/.test(n)));
    assert.equal(got.timers.length, clean.timers.length);
  });
});
