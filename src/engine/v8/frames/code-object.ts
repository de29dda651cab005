import { attemptOr } from '../../absence.ts';
import { type Address, address, at, type Tagged } from '../../address.ts';
import type { Isolate } from '../isolate.ts';
import type { V8Runtime } from '../runtime.ts';
import { field, instanceType, tag, untag } from './heap-object.ts';

/** `interpreter`: a copy of the interpreter's entry, which each function has under --interpreted-frames-native-stack. */
export type CodeKind = FunctionCodeKind | 'interpreter' | 'regexp' | 'other';
/** Code of JavaScript functions. */
export type FunctionCodeKind = 'baseline' | 'maglev' | 'turbofan';

export function isOfFunction(kind: CodeKind): kind is FunctionCodeKind {
  return kind === 'baseline' || kind === 'maglev' || kind === 'turbofan';
}

/** Machine code that V8 made at run time: a Code object and where its instructions are. */
export interface CodeObject {
  readonly code: Tagged;
  readonly kind: CodeKind;
  readonly start: Address;
  /** Of the instructions, in bytes; metadata (safepoint table, ...) follow. */
  readonly size: number;
  readonly metadataSize: number;
}

const MAX_CODE = 1 << 22;
const CHUNK = 1 << 14;

/** Finds the Code object that a pc lies in, by the map word in front of its instructions. */
export class CodeObjects {
  readonly #runtime: V8Runtime;
  readonly #found: CodeObject[] = [];
  readonly #missed = new Set<Address>();

  constructor(runtime: V8Runtime) {
    this.#runtime = runtime;
  }

  at(pc: Address, isolate: Isolate): CodeObject | undefined {
    const known = this.#found.find((c) => pc >= c.start && pc < c.start + c.size);
    if (known) return known;
    if (this.#missed.has(pc)) return undefined;
    const code = attemptOr(undefined, () => this.#search(pc, isolate));
    if (code) this.#found.push(code);
    else this.#missed.add(pc);
    return code;
  }

  /** Goes back from `pc` to the nearest object with the map of instruction streams that covers it. */
  #search(pc: Address, isolate: Isolate): CodeObject | undefined {
    const { memory } = this.#runtime;
    const map = mapOfInstructions(this.#runtime, isolate);
    const region = memory.regionAt(pc);
    if (map === undefined || !region || (region.flags & 1) === 0) return undefined;
    const needle = Buffer.alloc(8);
    needle.writeBigUInt64LE(BigInt(map));
    const first = Math.max(region.start, pc - MAX_CODE);
    for (let end = Math.floor(pc / 8) * 8 + 8; end > first; ) {
      const start = address(Math.max(first, end - CHUNK));
      const bytes = memory.bytes(start, end - start);
      for (
        let hit = bytes.lastIndexOf(needle);
        hit >= 0;
        hit = hit === 0 ? -1 : bytes.lastIndexOf(needle, hit - 1)
      ) {
        if ((start + hit) % 8 !== 0) continue;
        const code = this.#codeAt(at(start, hit));
        if (code && pc >= code.start && pc < code.start + code.size) return code;
      }
      end = start + 8 > first + 8 ? start + 8 : first;
      if (start === first) break;
    }
    return undefined;
  }

  /** The code whose instructions are in the object at `holder`; undefined if it does not check out. */
  #codeAt(holder: Address): CodeObject | undefined {
    const { layout, memory } = this.#runtime;
    const { code: offsets, instructionStream } = layout.code;
    const inline = !Number.isNaN(offsets.inlineInstructions);
    const code = inline ? tag(holder) : memory.tagged(at(holder, instructionStream.code));
    if (instanceType(this.#runtime, code) !== layout.types.CODE) return undefined;
    const object = untag(code);
    const start = inline
      ? at(object, offsets.inlineInstructions)
      : memory.pointer(at(object, offsets.instructionStart));
    if (start <= holder || start > holder + 256) return undefined;
    const size = memory.u32(at(object, offsets.instructionSize));
    if (size === 0 || size > MAX_CODE) return undefined;
    return {
      code,
      kind: kindOf(this.#runtime, memory.u32(at(object, offsets.flags))),
      start,
      size,
      metadataSize: memory.u32(at(object, offsets.metadataSize)),
    };
  }
}

function mapOfInstructions(runtime: V8Runtime, isolate: Isolate): Tagged | undefined {
  const stream = isolate.root('instruction_stream_map');
  if (!Number.isNaN(stream)) return stream;
  const inline = isolate.root('code_map');
  return Number.isNaN(inline) || Number.isNaN(runtime.layout.code.code.inlineInstructions)
    ? undefined
    : inline;
}

function kindOf(runtime: V8Runtime, flags: number): CodeKind {
  const { kindMask, kindBuiltin, kindRegExp, kindBaseline, kindMaglev, kindTurbofan } =
    runtime.layout.code.code;
  switch (flags & kindMask) {
    // V8 makes no other builtins at run time.
    case kindBuiltin:
      return 'interpreter';
    case kindRegExp:
      return 'regexp';
    case kindBaseline:
      return 'baseline';
    case kindMaglev:
      return 'maglev';
    case kindTurbofan:
      return 'turbofan';
    default:
      return 'other';
  }
}

/** A field of the Code object. */
export function codeField(
  runtime: V8Runtime,
  code: CodeObject,
  name: 'deoptimizationData' | 'sourcePositions',
): Tagged {
  return field(runtime, code.code, runtime.layout.code.code[name]);
}
