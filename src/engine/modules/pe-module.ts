import { type Address, address, at } from '../address.ts';
import type { FileMapping } from '../dump/core-dump.ts';
import type { MinidumpModule } from '../dump/minidump.ts';
import { type PeImage, peDirectory } from '../dump/pe.ts';
import type { Memory } from '../memory/memory.ts';
import type { ModuleStatus } from './locate.ts';
import type { ImagePart, Imports, Module, ThreadLocals, UnwindInfo } from './module.ts';
import { PeSymbolTable } from './pe-symbols.ts';
import type { ModuleSymbol } from './symbols.ts';

/** A PE image of a process of Windows. Its link-time addresses begin with its base. */
export class PeModule implements Module {
  readonly path: string;
  readonly mappings: readonly FileMapping[];
  readonly buildId: string | undefined;
  readonly status: ModuleStatus;
  readonly version: string | undefined;
  readonly bias: number;
  readonly start: Address;
  readonly unwindInfo: UnwindInfo | undefined;
  readonly imageFile: string | undefined;
  readonly symbolFile: string | undefined;
  readonly parts: readonly ImagePart[];
  readonly threadLocals: ThreadLocals | undefined;
  readonly imports: Imports | undefined;
  readonly #memory: Memory;
  readonly #image: PeImage | undefined;
  #symbols: PeSymbolTable | undefined;

  /** `image`: undefined if it is neither in the dump nor on this machine. */
  constructor(module: MinidumpModule, image: PeImage | undefined, status: ModuleStatus, memory: Memory) {
    const { path, start, end, version } = module;
    this.path = path;
    this.start = start;
    this.bias = start;
    this.version = version;
    this.mappings = [{ path, start, end, fileOffset: 0 }];
    this.status = status;
    this.buildId = image?.buildId ?? module.buildId;
    this.imageFile = image?.source.name;
    this.symbolFile = image?.source.name;
    this.parts = (image?.sections ?? []).map((s) => ({
      start: at(start, s.start),
      bytes: s.bytes,
      flags: s.flags,
    }));
    const exceptions = image?.directory(peDirectory.exceptions);
    this.unwindInfo = exceptions && {
      kind: 'exception-directory',
      directory: { base: start, start: at(start, exceptions.start), bytes: exceptions.bytes },
    };
    const locals = image?.threadLocals;
    this.threadLocals = locals && { kind: 'pe', bytes: locals.bytes, index: address(locals.index) };
    const imports = image?.directory(peDirectory.imports);
    this.imports = imports && { kind: 'import-directory', at: at(start, imports.start) };
    this.#memory = memory;
    this.#image = image;
  }

  get symbols(): PeSymbolTable | undefined {
    const image = this.#image;
    if (!image) return undefined;
    const exceptions =
      this.unwindInfo?.kind === 'exception-directory' ? this.unwindInfo.directory : undefined;
    this.#symbols ??= new PeSymbolTable(
      this.#memory,
      this.start,
      image.directory(peDirectory.exports),
      exceptions,
    );
    return this.#symbols;
  }

  /** Its symbols are in a PDB file. */
  get isStripped(): boolean {
    return this.#image !== undefined;
  }

  addressOf(name: string): Address | undefined {
    const symbol = this.symbols?.find(name);
    return symbol && this.addressOfSymbol(symbol);
  }

  addressOfSymbol(symbol: ModuleSymbol): Address {
    return at(this.start, symbol.value);
  }

  linkAddressOf(runtime: Address): number | undefined {
    const { start, end } = this.mappings[0]!;
    return runtime >= start && runtime < end ? runtime - start : undefined;
  }

  close(): void {
    this.#image?.source.close();
  }
}
