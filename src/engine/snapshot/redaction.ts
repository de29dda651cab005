/** Gives texts stand-ins of the same shape, so that a heap can be shared without what it says. */
export class Redaction {
  readonly #standIns = new Map<number, string>();

  /**
   * The stand-in of the text with that id: as long, letters for letters, digits for digits, punctuation and
   * white space as they are. It is made from the id alone, never from the text, so the text cannot be found by
   * trying; equal texts, which have one id, have equal stand-ins.
   */
  of(id: number, text: string): string {
    let standIn = this.#standIns.get(id);
    if (standIn === undefined) {
      standIn = shaped(text, id);
      this.#standIns.set(id, standIn);
    }
    return standIn;
  }
}

function shaped(text: string, seed: number): string {
  // xorshift32; 0 is its only fixed point.
  let state = (Math.imul(seed + 1, 0x9e37_79b1) | 1) >>> 0;
  const next = (below: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state = (state ^ (state << 5)) >>> 0;
    return state % below;
  };
  let result = '';
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x30 && code <= 0x39) result += String.fromCharCode(0x30 + next(10));
    else if (code >= 0x41 && code <= 0x5a) result += String.fromCharCode(0x41 + next(26));
    else if (code >= 0x61 && code <= 0x7a) result += String.fromCharCode(0x61 + next(26));
    else if (code < 0x80) result += text[i];
    else if (code < 0x100) result += String.fromCharCode(0xe0 + next(16));
    else result += String.fromCharCode(0x430 + next(32));
  }
  return result;
}
