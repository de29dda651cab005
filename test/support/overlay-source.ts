import type { ByteSource } from '../../src/engine/dump/byte-source.ts';

/** Bytes that are written over those of a file. */
export interface Patch {
  readonly position: number;
  readonly bytes: Uint8Array;
}

/** A file as if it were damaged: with some bytes replaced, and cut at `size`. The file itself stays as it is. */
export class OverlaySource implements ByteSource {
  readonly name: string;
  readonly size: number;
  readonly #source: ByteSource;
  readonly #patches: readonly Patch[];

  constructor(source: ByteSource, patches: readonly Patch[], size = source.size) {
    this.name = source.name;
    this.size = Math.min(size, source.size);
    this.#source = source;
    this.#patches = patches;
  }

  read(position: number, target: Uint8Array): number {
    const wanted = Math.max(0, Math.min(target.length, this.size - position));
    const count = this.#source.read(position, target.subarray(0, wanted));
    for (const patch of this.#patches) {
      const start = Math.max(position, patch.position);
      const end = Math.min(position + count, patch.position + patch.bytes.length);
      if (start < end) {
        target.set(patch.bytes.subarray(start - patch.position, end - patch.position), start - position);
      }
    }
    return count;
  }

  close(): void {
    this.#source.close();
  }
}
