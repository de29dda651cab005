import type { Address } from '../address.ts';
import type { FileMapping } from '../dump/core-dump.ts';
import type { ModuleStatus } from './locate.ts';
import type { ModuleSymbol, SymbolTable } from './symbols.ts';

/** A part of a module's image that is loaded. */
export interface ImagePart {
  readonly start: Address;
  readonly bytes: number;
  /** PF_X 1, PF_W 2, PF_R 4. */
  readonly flags: number;
}

/** The exception directory of a PE image: an array of RUNTIME_FUNCTION ("PE Format", .pdata), all runtime addresses. */
export interface ExceptionDirectory {
  /** Where the image is, from which addresses in the directory count. */
  readonly base: Address;
  readonly start: Address;
  readonly bytes: number;
}

/** The thread-local variables of an executable. */
export type ThreadLocals =
  | { readonly kind: 'elf'; readonly bytes: number; readonly alignment: number }
  /** `index` is where the number is by which threads find theirs (_tls_index). */
  | { readonly kind: 'pe'; readonly bytes: number; readonly index: Address };

/** Where a module's table is of what it calls in others: ELF's dynamic section, or the import directory of PE. */
export interface Imports {
  readonly kind: 'dynamic-section' | 'import-directory';
  readonly at: Address;
}

/** How frames of a module's code are unwound. */
export type UnwindInfo =
  | { readonly kind: 'eh-frame'; readonly header: Address }
  | { readonly kind: 'exception-directory'; readonly directory: ExceptionDirectory };

/** An executable or library that was mapped into the process. */
export interface Module {
  /** Path in the dumped process. */
  readonly path: string;
  readonly mappings: readonly FileMapping[];
  /** What names the build: GNU's build-id, or GUID and age of the PDB file; of the image in the dump. */
  readonly buildId: string | undefined;
  readonly status: ModuleStatus;
  /** Of its version resource; undefined where images have none. */
  readonly version: string | undefined;
  /** Runtime address minus link-time address. */
  readonly bias: number;
  readonly start: Address;
  readonly unwindInfo: UnwindInfo | undefined;
  /** Undefined where nothing tells any. */
  readonly symbols: SymbolTable | undefined;
  /** True if the image can be read, but nothing that has its symbols: only what it exports has names. */
  readonly isStripped: boolean;
  /** The file that the image is read from: a local one, or the dump itself. */
  readonly imageFile: string | undefined;
  /** The file that the symbols are read from. */
  readonly symbolFile: string | undefined;
  /** Name of the PDB file that its linker wrote; undefined where images have none. */
  readonly pdbName: string | undefined;
  /** The loaded parts of the image; empty if it cannot be read. */
  readonly parts: readonly ImagePart[];
  readonly threadLocals: ThreadLocals | undefined;
  readonly imports: Imports | undefined;
  /** Runtime address of the symbol `name`, or undefined. */
  addressOf(name: string): Address | undefined;
  /** Runtime address of a symbol of this module. */
  addressOfSymbol(symbol: ModuleSymbol): Address;
  /**
   * Link-time address of a runtime address in one of the module's mappings, also in a second mapping of the same part
   * of its file.
   */
  linkAddressOf(runtime: Address): number | undefined;
  /** Closes the local files. */
  close(): void;
}
