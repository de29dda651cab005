import { type Address, address } from '../address.ts';
import { type ElfFile, elf } from '../dump/elf.ts';
import type { FileMapping } from '../dump/elf-core.ts';
import { type ElfSymbol, SymbolTable } from './symbols.ts';

/**
 * matched: a file with the dump's build-id was found. unverified: the dump holds no build-id and the user
 * named the file. mismatched: a file was found, but of another build, and is not used. missing: none found.
 */
export type ModuleStatus = 'matched' | 'unverified' | 'mismatched' | 'missing';

/** An executable or library that was mapped into the process. */
export class Module {
  /** Path in the dumped process. */
  readonly path: string;
  readonly mappings: readonly FileMapping[];
  /** Of the image in the dump; undefined if its first page was not dumped. */
  readonly buildId: string | undefined;
  readonly status: ModuleStatus;
  /** The local file, for `matched` and `unverified`. */
  readonly file: ElfFile | undefined;
  /** Runtime address minus link-time address. */
  readonly bias: number;
  /** Where .eh_frame_hdr is mapped; undefined without one. */
  readonly ehFrameHeader: Address | undefined;
  #symbols: SymbolTable | undefined;

  constructor(
    path: string,
    mappings: readonly FileMapping[],
    /** The image's ELF header and program headers as they are in the dump. */
    header: ElfFile,
    located: { status: ModuleStatus; file: ElfFile | undefined },
  ) {
    this.path = path;
    this.mappings = mappings;
    this.buildId = header.buildId();
    this.status = located.status;
    this.file = located.file;
    const image = located.file ?? header;
    this.bias = biasOf(mappings, image);
    const unwind = image.programHeaders.find((p) => p.type === elf.PT_GNU_EH_FRAME);
    this.ehFrameHeader = unwind && address(unwind.vaddr + this.bias);
  }

  get start(): Address {
    return this.mappings[0]!.start;
  }

  /** Symbols of the local file; undefined without one. */
  get symbols(): SymbolTable | undefined {
    if (this.file) this.#symbols ??= new SymbolTable(this.file);
    return this.#symbols;
  }

  /** Runtime address of the symbol `name`, or undefined. */
  addressOf(name: string): Address | undefined {
    const symbol = this.symbols?.find(name);
    return symbol && address(symbol.value + this.bias);
  }

  /** Runtime address of a symbol of this module. */
  addressOfSymbol(symbol: ElfSymbol): Address {
    return address(symbol.value + this.bias);
  }

  /**
   * Link-time address of a runtime address in one of the module's mappings. It goes by file offset, since
   * the same part of a file can be mapped twice (V8 remaps its embedded builtins near the code range).
   */
  linkAddressOf(runtime: Address): number | undefined {
    const mapping = this.mappings.find((m) => runtime >= m.start && runtime < m.end);
    if (!mapping) return undefined;
    const offset = runtime - mapping.start + mapping.fileOffset;
    return this.file?.vaddrOf(offset) ?? runtime - this.bias;
  }
}

function biasOf(mappings: readonly FileMapping[], image: ElfFile): number {
  for (const mapping of mappings) {
    const vaddr = image.vaddrOf(mapping.fileOffset);
    if (vaddr !== undefined) return mapping.start - vaddr;
  }
  return 0;
}
