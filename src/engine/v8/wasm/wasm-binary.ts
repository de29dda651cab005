/** Reads what frames need of a WebAssembly module's bytes (WebAssembly Core Specification, 5.5 and 7.4.1). */

export interface WasmBinary {
  /** Functions that are imported have the lowest indices. */
  readonly importedFunctions: number;
  /** Offset in the module of each function's body, behind its size; in the order of the own functions. */
  readonly bodies: readonly number[];
  /** Names as the module's text format would have them, by function index. */
  readonly names: ReadonlyMap<number, string>;
  readonly imports: readonly WasmImport[];
  readonly exports: readonly WasmExport[];
}

export interface WasmExport {
  readonly name: string;
  /** As WebAssembly.Module.exports calls it. */
  readonly kind: string;
}

export interface WasmImport extends WasmExport {
  readonly module: string;
}

const KINDS = ['function', 'table', 'memory', 'global', 'tag'] as const;

const MAX_ITEMS = 1_000_000;
const SECTION = { custom: 0, imports: 2, exports: 7, code: 10 } as const;

/** Undefined if these bytes are no module; what is broken further on is left out. */
export function readWasmBinary(bytes: Uint8Array): WasmBinary | undefined {
  const reader = new Reader(bytes);
  if (reader.u32le() !== 0x6d736100 || reader.u32le() !== 1) return undefined;
  const imports: WasmImport[] = [];
  const exports: (WasmExport & { readonly index: number })[] = [];
  const own = new Map<number, string>();
  const bodies: number[] = [];
  while (!reader.atEnd) {
    const id = reader.u8();
    const size = reader.leb();
    const end = reader.position + size;
    const section = reader.part(size);
    if (id === SECTION.imports) readImports(section, imports);
    if (id === SECTION.exports) readExports(section, exports);
    if (id === SECTION.code) readBodies(section, bodies);
    if (id === SECTION.custom && section.name() === 'name') readFunctionNames(section, own);
    reader.position = end;
  }
  // As V8's names provider has them (wasm/names-provider.cc).
  const imported = imports.filter(({ kind }) => kind === 'function');
  const names = new Map(imported.map(({ module, name }, index) => [index, `${module}.${name}`]));
  for (const { kind, index, name } of exports)
    if (kind === 'function' && !names.has(index)) names.set(index, name);
  for (const [index, name] of own) names.set(index, name);
  return { importedFunctions: imported.length, bodies, names, imports, exports };
}

function readImports(reader: Reader, imports: WasmImport[]): void {
  for (let n = Math.min(reader.leb(), MAX_ITEMS); n > 0 && !reader.atEnd; n--) {
    const module = reader.name();
    const name = reader.name();
    const code = reader.u8();
    const kind = KINDS[code];
    if (kind === undefined) return;
    imports.push({ module, name, kind });
    switch (code) {
      case 0:
        reader.leb();
        break;
      case 1:
        readType(reader);
        readLimits(reader);
        break;
      case 2:
        readLimits(reader);
        break;
      case 3:
        readType(reader);
        reader.u8();
        break;
      default:
        reader.u8();
        reader.leb();
    }
  }
}

function readLimits(reader: Reader): void {
  const flags = reader.u8();
  reader.leb();
  if (flags & 1) reader.leb();
}

/** A value type: one byte, or a reference to a type. */
function readType(reader: Reader): void {
  const byte = reader.u8();
  if (byte === 0x63 || byte === 0x64) reader.leb();
}

function readExports(reader: Reader, exports: (WasmExport & { readonly index: number })[]): void {
  for (let n = Math.min(reader.leb(), MAX_ITEMS); n > 0 && !reader.atEnd; n--) {
    const name = reader.name();
    const kind = KINDS[reader.u8()];
    const index = reader.leb();
    if (kind === undefined) return;
    exports.push({ name, kind, index });
  }
}

function readBodies(reader: Reader, bodies: number[]): void {
  for (let n = Math.min(reader.leb(), MAX_ITEMS); n > 0 && !reader.atEnd; n--) {
    const size = reader.leb();
    bodies.push(reader.offset);
    reader.position += size;
  }
}

function readFunctionNames(reader: Reader, names: Map<number, string>): void {
  while (!reader.atEnd) {
    const id = reader.u8();
    const size = reader.leb();
    const end = reader.position + size;
    if (id === 1) {
      for (let n = Math.min(reader.leb(), MAX_ITEMS); n > 0 && !reader.atEnd; n--) {
        const index = reader.leb();
        const name = reader.name();
        if (name !== '') names.set(index, name);
      }
    }
    reader.position = end;
  }
}

/** Reading behind the end gives zeros, so that what is cut short ends. */
class Reader {
  position = 0;
  readonly #bytes: Uint8Array;
  readonly #start: number;

  constructor(bytes: Uint8Array, start = 0) {
    this.#bytes = bytes;
    this.#start = start;
  }

  get atEnd(): boolean {
    return this.position >= this.#bytes.length;
  }

  /** Of the next byte, in the whole module. */
  get offset(): number {
    return this.#start + this.position;
  }

  u8(): number {
    return this.#bytes[this.position++] ?? 0;
  }

  u32le(): number {
    return (this.u8() | (this.u8() << 8) | (this.u8() << 16) | (this.u8() << 24)) >>> 0;
  }

  leb(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 35; scale *= 128) {
      const byte = this.u8();
      value += (byte & 127) * scale;
      if (byte < 128) break;
    }
    return value;
  }

  name(): string {
    const length = this.leb();
    const text = new TextDecoder().decode(this.#bytes.subarray(this.position, this.position + length));
    this.position += length;
    return text;
  }

  part(size: number): Reader {
    return new Reader(this.#bytes.subarray(this.position, this.position + size), this.offset);
  }
}
