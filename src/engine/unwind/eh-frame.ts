import { Fault } from '../absence.ts';
import { type Address, address, at } from '../address.ts';
import type { Memory } from '../memory/memory.ts';
import { partitionPoint } from '../partition-point.ts';
import { DwarfReader } from './dwarf-reader.ts';

/** A common information entry (LSB core 10.6.1.1.1). */
export interface Cie {
  readonly codeAlignment: number;
  readonly dataAlignment: number;
  readonly returnRegister: number;
  readonly fdeEncoding: number;
  /** Augmentation "S": the frame was made by the kernel to run a signal handler. */
  readonly signalFrame: boolean;
  /** Augmentation "z": augmentation data come with their length. */
  readonly sized: boolean;
  readonly instructions: { readonly start: Address; readonly end: Address };
}

/** A frame description entry: the CFA program of one function. */
export interface Fde {
  readonly cie: Cie;
  readonly start: Address;
  readonly end: Address;
  readonly instructions: { readonly start: Address; readonly end: Address };
}

/** DW_EH_PE_datarel | DW_EH_PE_sdata4, which every linker writes. */
const TABLE_ENCODING = 0x3b;
const MAX_ENTRIES = 1 << 24;

/** The call frame information of one image, as it is mapped: .eh_frame_hdr's table and .eh_frame. */
export class EhFrame {
  readonly #memory: Memory;
  readonly #header: Address;
  readonly #table: Address;
  readonly #count: number;
  readonly #cies = new Map<Address, Cie>();
  readonly #fdes = new Map<Address, Fde>();

  /** `header` is where .eh_frame_hdr is mapped. Throws a Fault if it cannot be read or has no table. */
  constructor(memory: Memory, header: Address) {
    const reader = new DwarfReader(memory, header, at(header, 64));
    const version = reader.u8();
    const pointerEncoding = reader.u8();
    const countEncoding = reader.u8();
    const tableEncoding = reader.u8();
    if (version !== 1) throw new Fault(header, `.eh_frame_hdr of version ${version}`);
    reader.encoded(pointerEncoding, { data: header });
    const count = reader.encoded(countEncoding, { data: header });
    if (count === undefined || tableEncoding !== TABLE_ENCODING) {
      throw new Fault(header, '.eh_frame_hdr has no search table');
    }
    this.#memory = memory;
    this.#header = header;
    this.#table = reader.position;
    this.#count = Math.min(count, MAX_ENTRIES);
  }

  /** The entry that covers `pc`, or undefined. Throws a Fault where the tables cannot be read. */
  find(pc: Address): Fde | undefined {
    const before = partitionPoint(
      this.#count,
      (n) => this.#header + this.#memory.i32(at(this.#table, n * 8)) <= pc,
    );
    if (before === 0) return undefined;
    const entry = at(this.#header, this.#memory.i32(at(this.#table, (before - 1) * 8 + 4)));
    let fde = this.#fdes.get(entry);
    if (!fde) {
      fde = this.#readFde(entry);
      this.#fdes.set(entry, fde);
    }
    return pc >= fde.start && pc < fde.end ? fde : undefined;
  }

  #readFde(position: Address): Fde {
    const reader = this.#entry(position);
    const idAt = reader.position;
    const back = reader.u32();
    if (back === 0) throw new Fault(position, 'the search table leads to a CIE');
    const cie = this.#cieAt(address(idAt - back));
    const start = reader.encoded(cie.fdeEncoding);
    const length = reader.encoded(cie.fdeEncoding & 0x0f);
    if (start === undefined || length === undefined) throw new Fault(position, 'an FDE without a range');
    if (cie.sized) reader.skip(reader.uleb());
    return {
      cie,
      start,
      end: at(start, length),
      instructions: { start: reader.position, end: reader.end },
    };
  }

  #cieAt(position: Address): Cie {
    let cie = this.#cies.get(position);
    if (!cie) {
      cie = readCie(this.#entry(position), position);
      this.#cies.set(position, cie);
    }
    return cie;
  }

  /** A cursor behind the length field of the entry at `position`. */
  #entry(position: Address): DwarfReader {
    const length = this.#memory.u32(position);
    if (length !== 0xffff_ffff)
      return new DwarfReader(this.#memory, at(position, 4), at(position, 4 + length));
    return new DwarfReader(
      this.#memory,
      at(position, 12),
      at(position, 12 + Number(this.#memory.u64(at(position, 4)))),
    );
  }
}

function readCie(reader: DwarfReader, position: Address): Cie {
  if (reader.u32() !== 0) throw new Fault(position, 'an FDE that does not lead to a CIE');
  const version = reader.u8();
  if (version !== 1 && version !== 3 && version !== 4) throw new Fault(position, `CIE version ${version}`);
  let augmentation = '';
  for (let c = reader.u8(); c !== 0; c = reader.u8()) augmentation += String.fromCharCode(c);
  if (version === 4) reader.skip(2);
  if (augmentation.startsWith('eh')) reader.skip(8);
  const codeAlignment = reader.uleb();
  const dataAlignment = reader.sleb();
  const returnRegister = version === 1 ? reader.u8() : reader.uleb();
  const sized = augmentation.startsWith('z');
  let end = reader.position;
  if (sized) {
    const size = reader.uleb();
    end = at(reader.position, size);
  }
  let fdeEncoding = 0;
  let signalFrame = false;
  for (const letter of augmentation) {
    if (letter === 'R') fdeEncoding = reader.u8();
    else if (letter === 'L') reader.u8();
    else if (letter === 'P') reader.encoded(reader.u8() & 0x7f);
    else if (letter === 'S') signalFrame = true;
    else if (letter !== 'z' && letter !== 'B') break;
  }
  if (sized) reader.position = end;
  return {
    codeAlignment,
    dataAlignment,
    returnRegister,
    fdeEncoding,
    signalFrame,
    sized,
    instructions: { start: reader.position, end: reader.end },
  };
}
