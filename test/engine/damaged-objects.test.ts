import assert from 'node:assert/strict';
import { isAbsent } from '../../src/engine/absence.ts';
import type { Address, Tagged } from '../../src/engine/address.ts';
import { FileSource } from '../../src/engine/dump/byte-source.ts';
import { ElfCore } from '../../src/engine/dump/elf-core.ts';
import { loadModules } from '../../src/engine/modules/load.ts';
import type { Value } from '../../src/engine/v8/inspect.ts';
import { V8Inspector } from '../../src/engine/v8/inspector.ts';
import { V8Runtime } from '../../src/engine/v8/runtime.ts';
import { recordCore } from '../support/cores.ts';
import { OverlaySource, type Patch } from '../support/overlay-source.ts';
import { releaseLines, releases } from '../support/releases.ts';

const env = { TZ: 'Europe/Berlin' };

describe('damaged objects', function () {
  this.timeout(120_000);
  for (const line of releaseLines) {
    it(`of Node ${releases[line]} are absent, bounded, or shown`, async () => {
      const recording = await recordCore(line, 'values.cjs', { env });
      const sound = open(recording.core, recording.node, []);
      const words = new Map<string, Tagged>();
      for (const p of sound.inspector.named(sound.zoo)) {
        if (p.value.kind === 'tagged') words.set(p.name, p.value.word);
      }
      const { view } = sound.inspector;
      const o = view.layout.objects;
      const base = (name: string) => view.base(words.get(name)!);
      const patches: Patch[] = [];
      /** Writes a word over one of the dumped process. */
      const write = (at: number, word: number | bigint) => {
        const region = view.memory.regionAt(at as Address)!;
        const bytes = Buffer.alloc(8);
        bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(word)));
        patches.push({ position: region.offset + (at - region.start), bytes });
      };
      const smi = (n: number) => BigInt(n) << 32n;
      // A string that begins with itself, a prototype chain that is a circle, a map that is no map.
      write(base('stringConsDeep') + o.string.consFirst, words.get('stringConsDeep')!);
      const map = view.map(words.get('objectWithProto')!).word;
      write(map - 1 + o.map.prototype, words.get('objectWithProto')!);
      write(base('objectSmall'), words.get('arraySmi')!);
      // An array that says it is longer than it is, one whose elements are text, one whose elements are nowhere.
      write(base('arrayHoley') + o.array.length, smi(0x7fff_fff0));
      write(base('arrayObjects') + o.object.elements, words.get('stringOneByte')!);
      write(base('arraySparse') + o.object.elements, 0x7fff_0000_0001);
      // Tables that count more entries than they hold, or fewer than none.
      const table = (name: string) => view.base(view.tagged(words.get(name)!, o.collection.table));
      write(table('map') + o.fixedArray.data, smi(0x7fff_ffff));
      write(table('set') + o.fixedArray.data, smi(-5));
      write(base('uint8Array') + o.arrayBufferView.byteLength, 2n ** 40n);
      write(base('error') + o.object.properties, 0xdead_beefn);
      write(base('bigintHuge') + o.bigInt.bitField, 0xffff_fffen);

      const damaged = open(recording.core, recording.node, patches);
      const show = (name: string) => {
        const value: Value = { kind: 'tagged', word: words.get(name)! };
        const preview = damaged.inspector.preview(value);
        damaged.inspector.counts(value);
        const children = [
          ...damaged.inspector.named(value),
          ...damaged.inspector.indexed(value, 0, 100),
          ...damaged.inspector.internal(value),
        ];
        for (const child of children) damaged.inspector.preview(child.value);
        damaged.inspector.entries(value, 0, 100);
        damaged.inspector.memory(value);
        return isAbsent(preview) ? `absent: ${preview.reason}` : preview.description;
      };
      assert.match(show('stringConsDeep'), /^absent: /);
      assert.match(show('objectWithProto'), /^Object$/);
      assert.match(show('objectSmall'), /^absent: .*not a map/);
      assert.equal(show('arrayHoley'), 'Array(2147483632)');
      assert.equal(show('arrayObjects'), 'Array(5)');
      assert.equal(show('arraySparse'), 'Array(100001)');
      assert.match(show('map'), /^absent: .*hash table/);
      assert.match(show('set'), /^absent: .*hash table/);
      assert.match(show('uint8Array'), /^absent: .*typed array/);
      assert.match(show('bigintHuge'), /^absent: .*BigInt/);
      for (const name of words.keys()) show(name);
    });
  }
});

function open(path: string, node: string, patches: readonly Patch[]) {
  const core = new ElfCore(new OverlaySource(new FileSource(path), patches));
  const { modules, memory } = loadModules(core, { program: node });
  const inspector = new V8Inspector(V8Runtime.open(modules, memory, core).isolates[0]!);
  const zoo = inspector.own(inspector.global(), 'zoo');
  assert.ok(zoo);
  return { inspector, zoo: zoo.value };
}
