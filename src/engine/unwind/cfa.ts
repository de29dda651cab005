import { Fault } from '../absence.ts';
import { type Address, at } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import { DwarfReader } from './dwarf-reader.ts';
import type { Cie, Fde } from './eh-frame.ts';

type Block = { readonly start: Address; readonly end: Address };

/** How a register of the caller is found (DWARF 5, section 6.4.1). */
export type RegisterRule =
  | { readonly kind: 'undefined' }
  | { readonly kind: 'same' }
  /** Saved at CFA + offset. */
  | { readonly kind: 'offset'; readonly offset: number }
  /** Is CFA + offset. */
  | { readonly kind: 'value-offset'; readonly offset: number }
  | { readonly kind: 'register'; readonly register: number }
  /** Saved at the address that the expression gives. */
  | { readonly kind: 'expression'; readonly block: Block }
  | { readonly kind: 'value-expression'; readonly block: Block };

export type CfaRule =
  | { readonly kind: 'register'; readonly register: number; readonly offset: number }
  | { readonly kind: 'expression'; readonly block: Block };

/** The row of a function's unwind table that holds at one pc. */
export interface CfaRow {
  readonly cfa: CfaRule;
  readonly rules: ReadonlyMap<number, RegisterRule>;
}

interface State {
  cfa: CfaRule;
  rules: Map<number, RegisterRule>;
}

const MAX_REMEMBERED = 64;

/** Runs the CFA program of `fde` up to `pc`. Throws a Fault if it is malformed or cannot be read. */
export function rowAt(memory: Memory, fde: Fde, pc: Address): CfaRow {
  const program = new CfaProgram(memory, fde.cie, fde.start);
  program.run(fde.cie.instructions, Number.POSITIVE_INFINITY);
  program.rememberInitial();
  program.run(fde.instructions, pc);
  return program.state;
}

class CfaProgram {
  state: State = { cfa: { kind: 'register', register: 0, offset: 0 }, rules: new Map() };
  readonly #memory: Memory;
  readonly #cie: Cie;
  #location: Address;
  #initial = new Map<number, RegisterRule>();
  readonly #remembered: State[] = [];

  constructor(memory: Memory, cie: Cie, start: Address) {
    this.#memory = memory;
    this.#cie = cie;
    this.#location = start;
  }

  rememberInitial(): void {
    this.#initial = new Map(this.state.rules);
  }

  run(block: Block, pc: number): void {
    const reader = new DwarfReader(this.#memory, block.start, block.end);
    while (!reader.atEnd) {
      const byte = reader.u8();
      const low = byte & 0x3f;
      const high = byte & 0xc0;
      if (high === 0x80) this.#offset(low, reader.uleb());
      else if (high === 0xc0) this.#restore(low);
      else {
        const advance = high === 0x40 ? low : this.#advance(low, reader);
        if (advance === undefined) this.#define(low, reader);
        else this.#location = at(this.#location, advance * this.#cie.codeAlignment);
        if (this.#location > pc) return;
      }
    }
  }

  /** Code units to advance by; undefined if `op` does not advance. */
  #advance(op: number, reader: DwarfReader): number | undefined {
    switch (op) {
      case 0x01: // DW_CFA_set_loc
        this.#location = reader.encoded(this.#cie.fdeEncoding) ?? this.#location;
        return 0;
      case 0x02:
        return reader.u8();
      case 0x03:
        return reader.u16();
      case 0x04:
        return reader.u32();
      default:
        return undefined;
    }
  }

  #define(op: number, reader: DwarfReader): void {
    const { dataAlignment } = this.#cie;
    const { rules } = this.state;
    switch (op) {
      case 0x00: // nop
        return;
      case 0x05: // offset_extended
        this.#offset(reader.uleb(), reader.uleb());
        return;
      case 0x06: // restore_extended
        this.#restore(reader.uleb());
        return;
      case 0x07:
        rules.set(reader.uleb(), { kind: 'undefined' });
        return;
      case 0x08:
        rules.set(reader.uleb(), { kind: 'same' });
        return;
      case 0x09: {
        const register = reader.uleb();
        rules.set(register, { kind: 'register', register: reader.uleb() });
        return;
      }
      case 0x0a: // remember_state
        if (this.#remembered.length >= MAX_REMEMBERED) throw new Fault(reader.position, 'CFA states pile up');
        this.#remembered.push({ cfa: this.state.cfa, rules: new Map(rules) });
        return;
      case 0x0b: {
        // restore_state
        const state = this.#remembered.pop();
        if (!state) throw new Fault(reader.position, 'a CFA program restores a state that it did not save');
        this.state = state;
        return;
      }
      case 0x10: // expression
        rules.set(reader.uleb(), { kind: 'expression', block: blockOf(reader) });
        return;
      case 0x11: // offset_extended_sf
        rules.set(reader.uleb(), { kind: 'offset', offset: reader.sleb() * dataAlignment });
        return;
      case 0x14: // val_offset
        rules.set(reader.uleb(), { kind: 'value-offset', offset: reader.uleb() * dataAlignment });
        return;
      case 0x15: // val_offset_sf
        rules.set(reader.uleb(), { kind: 'value-offset', offset: reader.sleb() * dataAlignment });
        return;
      case 0x16: // val_expression
        rules.set(reader.uleb(), { kind: 'value-expression', block: blockOf(reader) });
        return;
      case 0x2d: // AARCH64_negate_ra_state: signed or not, return addresses are read without their signature
        return;
      case 0x2e: // GNU_args_size: of no meaning for the CFA
        reader.uleb();
        return;
      case 0x2f: // GNU_negative_offset_extended
        rules.set(reader.uleb(), { kind: 'offset', offset: -reader.uleb() * dataAlignment });
        return;
      default:
        this.#defineCfa(op, reader);
    }
  }

  #defineCfa(op: number, reader: DwarfReader): void {
    const { dataAlignment } = this.#cie;
    const { cfa } = this.state;
    switch (op) {
      case 0x0c: // def_cfa
        this.state.cfa = { kind: 'register', register: reader.uleb(), offset: reader.uleb() };
        return;
      case 0x0d: // def_cfa_register
        this.state.cfa = { ...registerRule(cfa, reader), register: reader.uleb() };
        return;
      case 0x0e: // def_cfa_offset
        this.state.cfa = { ...registerRule(cfa, reader), offset: reader.uleb() };
        return;
      case 0x0f: // def_cfa_expression
        this.state.cfa = { kind: 'expression', block: blockOf(reader) };
        return;
      case 0x12: // def_cfa_sf
        this.state.cfa = {
          kind: 'register',
          register: reader.uleb(),
          offset: reader.sleb() * dataAlignment,
        };
        return;
      case 0x13: // def_cfa_offset_sf
        this.state.cfa = { ...registerRule(cfa, reader), offset: reader.sleb() * dataAlignment };
        return;
      default:
        throw new Fault(reader.position, `CFA instruction 0x${op.toString(16)}`);
    }
  }

  #offset(register: number, factor: number): void {
    this.state.rules.set(register, { kind: 'offset', offset: factor * this.#cie.dataAlignment });
  }

  #restore(register: number): void {
    const rule = this.#initial.get(register);
    if (rule) this.state.rules.set(register, rule);
    else this.state.rules.delete(register);
  }
}

function registerRule(cfa: CfaRule, reader: DwarfReader): CfaRule & { kind: 'register' } {
  if (cfa.kind !== 'register') throw new Fault(reader.position, 'a CFA rule changes an expression');
  return cfa;
}

function blockOf(reader: DwarfReader): Block {
  const length = reader.uleb();
  const start = reader.position;
  reader.skip(length);
  return { start, end: reader.position };
}
