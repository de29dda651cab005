import { type Address, address } from '../address.ts';
import type { FileMapping } from '../dump/core-dump.ts';
import { type ElfFile, elf, type ProgramHeader } from '../dump/elf.ts';
import { ElfSymbolTable } from './elf-symbols.ts';
import type { Located, ModuleStatus } from './locate.ts';
import type { ImagePart, Imports, Module, ThreadLocals, UnwindInfo } from './module.ts';
import type { ModuleSymbol, SymbolTable } from './symbols.ts';

const PAGE = 4096;

/** An ELF image that was mapped into the process. */
export class ElfModule implements Module {
  readonly path: string;
  readonly mappings: readonly FileMapping[];
  /** Undefined if the image's first page was not dumped. */
  readonly buildId: string | undefined;
  readonly status: ModuleStatus;
  readonly version = undefined;
  readonly pdbName = undefined;
  /** The local file, for `matched` and `unverified`. */
  readonly file: ElfFile | undefined;
  /** Where the local file was stripped: another one that has its symbols. */
  readonly #split: ElfFile | undefined;
  readonly bias: number;
  /** Where .eh_frame_hdr is mapped. */
  readonly unwindInfo: UnwindInfo | undefined;
  /** Headers of the file that was mapped: another file of the same build may be laid out otherwise (strip moves segments). */
  readonly #image: ElfFile;
  #symbols: ElfSymbolTable | undefined;

  constructor(
    path: string,
    mappings: readonly FileMapping[],
    /** The image's ELF header and program headers as they are in the dump. */
    header: ElfFile,
    located: Pick<Located, 'status' | 'file'> & Partial<Located>,
  ) {
    this.path = path;
    this.mappings = mappings;
    this.buildId = header.buildId();
    this.status = located.status;
    this.file = located.file;
    this.#split = located.symbols;
    this.#image = header.programHeaders.length > 0 || !located.file ? header : located.file;
    this.bias = biasOf(mappings, this.#image);
    const unwind = this.#image.programHeaders.find((p) => p.type === elf.PT_GNU_EH_FRAME);
    this.unwindInfo = unwind && { kind: 'eh-frame', header: address(unwind.vaddr + this.bias) };
  }

  get start(): Address {
    return this.mappings[0]!.start;
  }

  /** Symbols of the local file; undefined without one. */
  get symbols(): SymbolTable | undefined {
    const file = this.#split ?? this.file;
    if (file) this.#symbols ??= new ElfSymbolTable(file);
    return this.#symbols;
  }

  get isStripped(): boolean {
    return this.file !== undefined && !(this.#split ?? this.file).hasSymbols;
  }

  get imageFile(): string | undefined {
    return this.file?.source.name;
  }

  get symbolFile(): string | undefined {
    return (this.#split ?? this.file)?.source.name;
  }

  get threadLocals(): ThreadLocals | undefined {
    const template = this.file?.programHeaders.find((p) => p.type === elf.PT_TLS);
    return template && { kind: 'elf', bytes: template.memsz, alignment: template.align || 1 };
  }

  get imports(): Imports | undefined {
    const header = this.file?.programHeaders.find((p) => p.type === elf.PT_DYNAMIC);
    return header && { kind: 'dynamic-section', at: address(header.vaddr + this.bias) };
  }

  /** The PT_LOADs. */
  get parts(): readonly ImagePart[] {
    return (this.file?.programHeaders ?? [])
      .filter((p) => p.type === elf.PT_LOAD)
      .map((p) => ({ start: address(p.vaddr + this.bias), bytes: p.memsz, flags: p.flags }));
  }

  close(): void {
    this.file?.source.close();
    this.#split?.source.close();
  }

  addressOf(name: string): Address | undefined {
    const symbol = this.symbols?.find(name);
    return symbol && address(symbol.value + this.bias);
  }

  addressOfSymbol(symbol: ModuleSymbol): Address {
    return address(symbol.value + this.bias);
  }

  /**
   * It goes by file offset, since the same part of a file can be mapped twice (V8 remaps its embedded builtins near the
   * code range).
   */
  linkAddressOf(runtime: Address): number | undefined {
    const mapping = this.mappings.find((m) => runtime >= m.start && runtime < m.end);
    if (!mapping) return undefined;
    const offset = runtime - mapping.start + mapping.fileOffset;
    return this.#image.vaddrOf(offset) ?? runtime - this.bias;
  }

  /** Where what a mapping shows begins in the local file. */
  offsetInFile({ fileOffset }: FileMapping): number {
    const own = segmentAt(this.#image, fileOffset);
    const same =
      own && this.file?.programHeaders.find((p) => p.type === elf.PT_LOAD && p.vaddr === own.vaddr);
    return same ? fileOffset - own.offset + same.offset : fileOffset;
  }
}

/** The loaded segment that a mapping from that offset shows: the last page of one may be the first of the next. */
function segmentAt(image: ElfFile, fileOffset: number): ProgramHeader | undefined {
  const loaded = image.programHeaders.filter((p) => p.type === elf.PT_LOAD);
  const start = (p: ProgramHeader) => p.offset - (p.offset % PAGE);
  return (
    loaded.find((p) => start(p) === fileOffset) ??
    loaded.find((p) => start(p) <= fileOffset && fileOffset < p.offset + p.filesz)
  );
}

function biasOf(mappings: readonly FileMapping[], image: ElfFile): number {
  for (const mapping of mappings) {
    const vaddr = image.vaddrOf(mapping.fileOffset);
    if (vaddr !== undefined) return mapping.start - vaddr;
  }
  return 0;
}
