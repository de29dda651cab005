import { arm64Code } from '../unwind/arm64-code.ts';
import type { Architecture } from '../unwind/registers.ts';

/** Bytes of such methods. */
export const METHOD_SIZE = 32;

/** The address that a method at `method` returns which does nothing else; undefined of all others. */
export function returnedConstant(
  architecture: Architecture['name'],
  code: Buffer,
  method: number,
): number | undefined {
  return architecture === 'arm64' ? ofArm64(code, method) : ofX64(code, method);
}

function ofX64(code: Buffer, method: number): number | undefined {
  let i = 0;
  // endbr64; push rbp; mov rbp, rsp
  if (code.readUInt32LE(i) === 0xfa1e0ff3) i += 4;
  if (code[i] === 0x55) i++;
  if (code[i] === 0x48 && code[i + 1] === 0x89 && code[i + 2] === 0xe5) i += 3;
  let returned: number;
  // mov eax, imm32; lea rax, [rip + disp32]
  if (code[i] === 0xb8) {
    returned = code.readUInt32LE(i + 1);
    i += 5;
  } else if (code[i] === 0x48 && code[i + 1] === 0x8d && code[i + 2] === 0x05) {
    returned = method + i + 7 + code.readInt32LE(i + 3);
    i += 7;
  } else return undefined;
  // pop rbp; ret
  if (code[i] === 0x5d) i++;
  return code[i] === 0xc3 ? returned : undefined;
}

/** Instructions of a frame, which is made and left again. */
const frame: readonly number[] = [arm64Code.pushFrame, arm64Code.setFp, arm64Code.popFrame];

function ofArm64(code: Buffer, method: number): number | undefined {
  let returned: number | undefined;
  for (let i = 0; i + 4 <= code.length; i += 4) {
    const word = code.readUInt32LE(i);
    // bti c, paciasp, autiasp
    const isHint = (word & 0xfffff01f) >>> 0 === 0xd503201f;
    if (isHint || frame.includes(word)) continue;
    if ((word & 0x9f00001f) >>> 0 === 0x90000000) {
      // adrp x0: 21 bits of a distance in pages.
      const pages = (((word << 8) >> 13) << 2) | ((word >>> 29) & 3);
      returned = Math.floor((method + i) / 4096) * 4096 + pages * 4096;
    } else if ((word & 0xffc003ff) >>> 0 === 0x91000000 && returned !== undefined)
      // add x0, x0, #…
      returned += (word >>> 10) & 0xfff;
    else return word === arm64Code.ret ? returned : undefined;
  }
  return undefined;
}
