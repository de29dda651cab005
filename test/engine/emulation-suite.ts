import assert from 'node:assert/strict';
import { brotliCompressSync, deflateSync } from 'node:zlib';
import { Guest } from '../../src/engine/emulation/guest.ts';
import { placeOf } from '../../src/engine/emulation/imported-functions.ts';
import type { CoreSession } from '../../src/engine/session.ts';
import type { V8Runtime } from '../../src/engine/v8/runtime.ts';

/** A core that functions are run on. */
export interface Subject {
  readonly name: string;
  open(): Promise<CoreSession>;
}

const TEXT = Array.from(
  { length: 400 },
  (_, i) => `${i} bottles of beer – ${(i * 7919) % 1013} on the wall\n`,
).join('');

/** What libuv calls ENOENT and ECONNREFUSED (uv/errno.h). */
const errors = { linux: { absent: -2, refused: -111 }, windows: { absent: -4058, refused: -4078 } } as const;

/** Functions of libraries inside of Node, run on its core, against what they are known to give. */
export function emulationSuite(subjects: readonly Subject[]): void {
  for (const { name: subject, open } of subjects) {
    describe(subject, () => {
      let session: CoreSession;
      let runtime: V8Runtime;

      before(async () => {
        session = await open();
        runtime = session.isolateFor({}).runtime;
      });
      after(() => session?.close());

      function guest(maxSteps = 50_000_000): Guest {
        const { memory, module, core } = runtime;
        return new Guest(memory, placeOf(module, core.instructionSet), core.threads[0]!.pointer, maxSteps);
      }

      function call({ processor }: Guest, name: string, ...args: readonly number[]): number {
        const target = runtime.module.addressOf(name);
        assert.ok(target !== undefined, `${name} is not there`);
        return processor.call(target, ...args);
      }

      function put({ memory }: Guest, bytes: Uint8Array): number {
        const at = memory.allocate(bytes.length + 1);
        for (const [i, byte] of bytes.entries()) memory.setByte(at + i, byte);
        return at;
      }

      /** By a function that the executable exports: on Windows these are fewer. */
      function decompress(own: Guest, size: number, to: number): void {
        if (runtime.core.system === 'windows') {
          const packed = deflateSync(TEXT);
          assert.equal(call(own, 'uncompress', to, size, put(own, packed), packed.length), 0);
        } else {
          const packed = brotliCompressSync(TEXT);
          assert.equal(call(own, 'BrotliDecoderDecompress', packed.length, put(own, packed), size, to), 1);
        }
      }

      it('gives names of errors', () => {
        const own = guest();
        const { absent, refused } = errors[runtime.core.system];
        assert.equal(own.memory.cString(call(own, 'uv_err_name', absent >>> 0)), 'ENOENT');
        assert.equal(own.memory.cString(call(own, 'uv_strerror', refused >>> 0)), 'connection refused');
        if (runtime.core.system === 'linux')
          assert.equal(own.memory.cString(call(own, 'llhttp_method_name', 3)), 'POST');
      });

      it('encodes as base64', () => {
        const own = guest();
        const bytes = Buffer.from('any carnal pleasure; \u00ff\u0000 and more');
        const to = own.memory.allocate(100);
        const length = call(own, 'EVP_EncodeBlock', to, put(own, bytes), bytes.length);
        const expected = bytes.toString('base64');
        assert.deepEqual([length, own.memory.cString(to)], [expected.length, expected]);
      });

      it('decompresses', () => {
        const own = guest();
        const expected = Buffer.from(TEXT);
        const to = own.memory.allocate(expected.length);
        const size = own.memory.allocate(8);
        own.memory.setPointer(size, expected.length);
        decompress(own, size, to);
        assert.equal(own.memory.pointer(size), expected.length);
        const bytes = Buffer.from(expected.map((_, i) => own.memory.byte(to + i)));
        assert.equal(bytes.compare(expected), 0);
      });

      it('leaves the dump as it is', () => {
        const own = guest();
        const target = runtime.module.addressOf('uv_err_name')!;
        for (let n = 0; n < 4; n++) own.memory.setByte(target + n, 0xcc);
        assert.notEqual(runtime.memory.u32(target), 0xcccc_cccc);
        assert.throws(() => call(own, 'uv_err_name', 1), /not known/);
      });

      it('comes to an end', () => {
        const own = guest(1000);
        const to = own.memory.allocate(100_000);
        assert.throws(() => decompress(own, to, to + 8), /no end/);
      });

      it('touches nothing but memory that is there', () => {
        const own = guest();
        assert.throws(
          () => call(own, 'EVP_EncodeBlock', own.memory.allocate(100), 0x10, 30),
          /not in the dump/,
        );
      });
    });
  }
}
