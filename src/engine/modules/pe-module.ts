import { type Address, address, at } from '../address.ts';
import type { FileMapping } from '../dump/core-dump.ts';
import type { MinidumpModule } from '../dump/minidump.ts';
import type { PdbFile } from '../dump/pdb.ts';
import { type PeImage, peDirectory } from '../dump/pe.ts';
import type { Memory } from '../memory/memory.ts';
import type { ModuleStatus } from './locate.ts';
import { pdbName } from './locate-pdb.ts';
import type { ImagePart, Imports, Module, ThreadLocals, UnwindInfo } from './module.ts';
import { PdbSymbolTable } from './pdb-symbols.ts';
import { PeSymbolTable } from './pe-symbols.ts';
import type { ModuleSymbol, SymbolTable } from './symbols.ts';

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
  readonly pdbName: string | undefined;
  readonly parts: readonly ImagePart[];
  readonly threadLocals: ThreadLocals | undefined;
  readonly imports: Imports | undefined;
  readonly #memory: Memory;
  readonly #image: PeImage | undefined;
  readonly #pdb: PdbFile | undefined;
  #symbols: SymbolTable | undefined;

  /** `image`: undefined if it is neither in the dump nor on this machine; `pdb`: of the same build. */
  constructor(
    module: MinidumpModule,
    image: PeImage | undefined,
    status: ModuleStatus,
    memory: Memory,
    pdb?: PdbFile,
  ) {
    const { path, start, end, version } = module;
    this.path = path;
    this.start = start;
    this.bias = start;
    this.version = version;
    this.mappings = [{ path, start, end, fileOffset: 0 }];
    this.status = status;
    this.buildId = image?.buildId ?? module.buildId;
    // What a cut dump still has of an image is not one that can be read.
    this.imageFile = status === 'matched' ? image?.source.name : undefined;
    this.symbolFile = (pdb ?? image)?.source.name;
    this.pdbName = image && pdbName(image);
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
    this.#pdb = pdb;
  }

  get symbols(): SymbolTable | undefined {
    const image = this.#image;
    if (!image || this.#symbols) return this.#symbols;
    const exceptions =
      this.unwindInfo?.kind === 'exception-directory' ? this.unwindInfo.directory : undefined;
    const directory = image.directory(peDirectory.exports);
    const exported = new PeSymbolTable(this.#memory, this.start, directory, exceptions);
    this.#symbols = this.#pdb ? new PdbSymbolTable(this.#pdb, image.sections, exported) : exported;
    return this.#symbols;
  }

  /** Its symbols are in a PDB file alone. */
  get isStripped(): boolean {
    return this.#image !== undefined && !this.#pdb;
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
    this.#pdb?.source.close();
  }
}
