import assert from 'node:assert/strict';
import { runCode } from '../support/emulated-code.ts';

/** The first 16 bytes are in xmm0 and xmm1, the others in xmm2; rax has the eight from 8 on, rcx 77. */
const OPERAND = '0123456789abcdeffedcba987654321000ff7f80c3a50f01f8f9000bfcfdfe0f';
const BEFORE = 'f30f6f07 f30f6f0f f30f6f5710 488b4708 b94d000000 85c0';
/** Stores xmm1, rax, and the flags Z and C. */
const AFTER = '0f944618 0f924619 f30f7f0e 48894610 c3';

/**
 * Instructions of SSE3 to SSE4.2 and POPCNT, as builds for x86-64-v2 have them, and others with no place in SSE2's: what
 * is in xmm1 and rax then, the flags Z and C, and the operand's memory where it changes, as a processor has them.
 */
const instructions: readonly (readonly [
  text: string,
  code: string,
  xmm1: string,
  rax: string,
  flags: string,
  memory?: string,
])[] = [
  ['pshufb xmm2,xmm1', '660f3800ca', '01001000000010230000019800000010', 'fedcba9876543210', '0000'],
  ['phaddw xmm2,xmm1', '660f3801ca', '468a569bb875a8647f7fd2a6f804fa0d', 'fedcba9876543210', '0000'],
  ['phaddd xmm2,xmm1', '660f3802ca', '8ace12577431eda8c3a48f81f4f7ff1a', 'fedcba9876543210', '0000'],
  ['phsubw xmm2,xmm1', '660f3805ca', 'bcbbbcbb44444444817eb4a4f8eefeed', 'fedcba9876543210', '0000'],
  ['phsubd xmm2,xmm1', '660f3806ca', '78777777888888883d59707ffcfb01fb', 'fedcba9876543210', '0000'],
  ['psignb xmm2,xmm1', '660f3808ca', '00dd45997755cdef022400988aacce10', 'fedcba9876543210', '0000'],
  ['psignw xmm2,xmm1', '660f3809ca', 'ffdcbb987754cdef0223ba988aab3210', 'fedcba9876543210', '0000'],
  ['psignd xmm2,xmm1', '660f380aca', 'ffdcba9889abcdeffedcba9876543210', 'fedcba9876543210', '0000'],
  ['pmulhrsw xmm2,xmm1', '660f380bca', 'baff21998c3bdeffa60120f7acfe0602', 'fedcba9876543210', '0000'],
  ['pblendvb xmm0,xmm2,xmm1', '660f3810ca', '01234567c3a50f01f8f9000b76543210', 'fedcba9876543210', '0000'],
  ['blendvps xmm0,xmm2,xmm1', '660f3814ca', '01234567c3a50f01f8f9000b76543210', 'fedcba9876543210', '0000'],
  ['blendvpd xmm0,xmm2,xmm1', '660f3815ca', '00ff7f80c3a50f01fedcba9876543210', 'fedcba9876543210', '0000'],
  ['pabsb xmm2,xmm1', '660f381cca', '00017f803d5b0f010807000b0403020f', 'fedcba9876543210', '0000'],
  ['pabsw xmm2,xmm1', '660f381dca', '0001817f3d5a0f010806000b0402fe0f', 'fedcba9876543210', '0000'],
  ['pabsd xmm2,xmm1', '660f381eca', '0001807fc3a50f01f8f9000bfcfdfe0f', 'fedcba9876543210', '0000'],
  ['pmuldq xmm2,xmm1', '660f3828ca', '00ff5cbba91091cc1024f99fa8a28ffb', 'fedcba9876543210', '0000'],
  ['pcmpeqq xmm2,xmm1', '660f3829ca', '00000000000000000000000000000000', 'fedcba9876543210', '0000'],
  ['pcmpeqq xmm0,xmm1', '660f3829c8', 'ffffffffffffffffffffffffffffffff', 'fedcba9876543210', '0000'],
  ['pcmpgtq xmm2,xmm1', '660f3837ca', '0000000000000000ffffffffffffffff', 'fedcba9876543210', '0000'],
  ['packusdw xmm2,xmm1', '660f382bca', 'ffff00000000ffff0000ffffffffffff', 'fedcba9876543210', '0000'],
  ['pminsb xmm2,xmm1', '660f3838ca', '00ff458089a5cdeff8dcba98fcfdfe0f', 'fedcba9876543210', '0000'],
  ['pminsd xmm2,xmm1', '660f3839ca', '00ff7f8089abcdeffedcba98fcfdfe0f', 'fedcba9876543210', '0000'],
  ['pminuw xmm2,xmm1', '660f383aca', '01234567c3a50f01fedc000b7654fe0f', 'fedcba9876543210', '0000'],
  ['pminud xmm2,xmm1', '660f383bca', '01234567c3a50f01f8f9000bfcfdfe0f', 'fedcba9876543210', '0000'],
  ['pmaxsb xmm2,xmm1', '660f383cca', '01237f67c3ab0f01fef9000b76543210', 'fedcba9876543210', '0000'],
  ['pmaxsd xmm2,xmm1', '660f383dca', '01234567c3a50f01f8f9000b76543210', 'fedcba9876543210', '0000'],
  ['pmaxuw xmm2,xmm1', '660f383eca', '00ff7f8089abcdeff8f9ba98fcfd3210', 'fedcba9876543210', '0000'],
  ['pmaxud xmm2,xmm1', '660f383fca', '00ff7f8089abcdeffedcba9876543210', 'fedcba9876543210', '0000'],
  ['pmulld xmm2,xmm1', '660f3840ca', '00ff5cbb5bf63fcf1024f99f28c21766', 'fedcba9876543210', '0000'],
  ['pmovsxbw xmm2,xmm1', '660f3820ca', '0000ffff7f0080ffc3ffa5ff0f000100', 'fedcba9876543210', '0000'],
  ['pmovsxbd xmm2,xmm1', '660f3821ca', '00000000ffffffff7f00000080ffffff', 'fedcba9876543210', '0000'],
  ['pmovsxbq xmm2,xmm1', '660f3822ca', '0000000000000000ffffffffffffffff', 'fedcba9876543210', '0000'],
  ['pmovsxwd xmm2,xmm1', '660f3823ca', '00ffffff7f80ffffc3a5ffff0f010000', 'fedcba9876543210', '0000'],
  ['pmovsxwq xmm2,xmm1', '660f3824ca', '00ffffffffffffff7f80ffffffffffff', 'fedcba9876543210', '0000'],
  ['pmovsxdq xmm2,xmm1', '660f3825ca', '00ff7f80ffffffffc3a50f0100000000', 'fedcba9876543210', '0000'],
  ['pmovzxbw xmm2,xmm1', '660f3830ca', '0000ff007f008000c300a5000f000100', 'fedcba9876543210', '0000'],
  ['pmovzxbd xmm2,xmm1', '660f3831ca', '00000000ff0000007f00000080000000', 'fedcba9876543210', '0000'],
  ['pmovzxbq xmm2,xmm1', '660f3832ca', '0000000000000000ff00000000000000', 'fedcba9876543210', '0000'],
  ['pmovzxwd xmm2,xmm1', '660f3833ca', '00ff00007f800000c3a500000f010000', 'fedcba9876543210', '0000'],
  ['pmovzxwq xmm2,xmm1', '660f3834ca', '00ff0000000000007f80000000000000', 'fedcba9876543210', '0000'],
  ['pmovzxdq xmm2,xmm1', '660f3835ca', '00ff7f8000000000c3a50f0100000000', 'fedcba9876543210', '0000'],
  ['pmovzxbq 30(rdi),xmm1', '660f38324f1e', 'fe000000000000000f00000000000000', 'fedcba9876543210', '0000'],
  ['pmovsxwq 28(rdi),xmm1', '660f38244f1c', 'fcfdfffffffffffffe0f000000000000', 'fedcba9876543210', '0000'],
  ['pmovzxdq 24(rdi),xmm1', '660f38354f18', 'f8f9000b00000000fcfdfe0f00000000', 'fedcba9876543210', '0000'],
  ['ptest xmm2,xmm1', '660f3817ca', '0123456789abcdeffedcba9876543210', 'fedcba9876543210', '0000'],
  ['ptest xmm0,xmm1', '660f3817c8', '0123456789abcdeffedcba9876543210', 'fedcba9876543210', '0001'],
  ['ptest 16(rdi),xmm0', '660f38174710', '0123456789abcdeffedcba9876543210', 'fedcba9876543210', '0000'],
  ['blendps $5,xmm2,xmm1', '660f3a0cca05', '00ff7f8089abcdeff8f9000b76543210', 'fedcba9876543210', '0000'],
  ['blendpd $2,xmm2,xmm1', '660f3a0dca02', '0123456789abcdeff8f9000bfcfdfe0f', 'fedcba9876543210', '0000'],
  ['pblendw $0xa6,xmm2,xmm1', '660f3a0ecaa6', '01237f80c3a5cdeffedc000b7654fe0f', 'fedcba9876543210', '0000'],
  ['palignr $5,xmm2,xmm1', '660f3a0fca05', 'a50f01f8f9000bfcfdfe0f0123456789', 'fedcba9876543210', '0000'],
  ['palignr $19,xmm2,xmm1', '660f3a0fca13', '6789abcdeffedcba9876543210000000', 'fedcba9876543210', '0000'],
  ['pextrb $9,xmm2,eax', '660f3a14d009', '0123456789abcdeffedcba9876543210', 'f900000000000000', '0000'],
  ['pextrw $3,xmm2,eax', '660fc5c203', '0123456789abcdeffedcba9876543210', '0f01000000000000', '0000'],
  [
    'pextrw $6,xmm2,10(rdi)',
    '660f3a15570a06',
    '0123456789abcdeffedcba9876543210',
    'fedcba9876543210',
    '0000',
    '0123456789abcdeffedcfcfd7654321000ff7f80c3a50f01f8f9000bfcfdfe0f',
  ],
  ['pextrd $3,xmm2,eax', '660f3a16d003', '0123456789abcdeffedcba9876543210', 'fcfdfe0f00000000', '0000'],
  ['pextrq $1,xmm2,rax', '66480f3a16d001', '0123456789abcdeffedcba9876543210', 'f8f9000bfcfdfe0f', '0000'],
  [
    'pextrq $1,xmm2,16(rdi)',
    '66480f3a16571001',
    '0123456789abcdeffedcba9876543210',
    'fedcba9876543210',
    '0000',
    '0123456789abcdeffedcba9876543210f8f9000bfcfdfe0ff8f9000bfcfdfe0f',
  ],
  ['extractps $2,xmm2,eax', '660f3a17d002', '0123456789abcdeffedcba9876543210', 'f8f9000b00000000', '0000'],
  ['pinsrb $13,eax,xmm1', '660f3a20c80d', '0123456789abcdeffedcba9876fe3210', 'fedcba9876543210', '0000'],
  [
    'pinsrb $3,21(rdi),xmm1',
    '660f3a204f1503',
    '012345a589abcdeffedcba9876543210',
    'fedcba9876543210',
    '0000',
  ],
  ['pinsrd $1,eax,xmm1', '660f3a22c801', '01234567fedcba98fedcba9876543210', 'fedcba9876543210', '0000'],
  [
    'pinsrd $1,20(rdi),xmm1',
    '660f3a224f1401',
    '01234567c3a50f01fedcba9876543210',
    'fedcba9876543210',
    '0000',
  ],
  ['pinsrq $0,rax,xmm1', '66480f3a22c800', 'fedcba9876543210fedcba9876543210', 'fedcba9876543210', '0000'],
  [
    'pinsrq $0,24(rdi),xmm1',
    '66480f3a224f1800',
    'f8f9000bfcfdfe0ffedcba9876543210',
    'fedcba9876543210',
    '0000',
  ],
  [
    'insertps $0x98,xmm2,xmm1',
    '660f3a21ca98',
    '01234567f8f9000bfedcba9800000000',
    'fedcba9876543210',
    '0000',
  ],
  [
    'insertps $0x21,20(rdi),xmm1',
    '660f3a214f1421',
    '0000000089abcdefc3a50f0176543210',
    'fedcba9876543210',
    '0000',
  ],
  ['movddup xmm2,xmm1', 'f20f12ca', '00ff7f80c3a50f0100ff7f80c3a50f01', 'fedcba9876543210', '0000'],
  ['movddup 24(rdi),xmm1', 'f20f124f18', 'f8f9000bfcfdfe0ff8f9000bfcfdfe0f', 'fedcba9876543210', '0000'],
  ['movsldup xmm2,xmm1', 'f30f12ca', '00ff7f8000ff7f80f8f9000bf8f9000b', 'fedcba9876543210', '0000'],
  ['movshdup xmm2,xmm1', 'f30f16ca', 'c3a50f01c3a50f01fcfdfe0ffcfdfe0f', 'fedcba9876543210', '0000'],
  ['popcnt rax,rax', 'f3480fb8c0', '0123456789abcdeffedcba9876543210', '2000000000000000', '0000'],
  ['popcnt eax,eax', 'f30fb8c0', '0123456789abcdeffedcba9876543210', '1400000000000000', '0000'],
  ['popcnt ax,ax', '66f30fb8c0', '0123456789abcdeffedcba9876543210', '0c00ba9876543210', '0000'],
  ['popcnt 16(rdi),rax', 'f3480fb84710', '0123456789abcdeffedcba9876543210', '1d00000000000000', '0000'],
  ['xchg rcx,rax', '4891', '0123456789abcdeffedcba9876543210', '4d00000000000000', '0000'],
  ['xchg ecx,eax', '91', '0123456789abcdeffedcba9876543210', '4d00000000000000', '0000'],
  ['mfence', '0faef0', '0123456789abcdeffedcba9876543210', 'fedcba9876543210', '0000'],
  ['lfence', '0faee8', '0123456789abcdeffedcba9876543210', 'fedcba9876543210', '0000'],
];

describe('instructions of x86-64-v2', () => {
  for (const [text, code, xmm1, rax, flags, memory = OPERAND] of instructions)
    it(text, () => {
      const run = runCode(`${BEFORE} ${code} ${AFTER}`, Buffer.from(OPERAND, 'hex'));
      const result = run.result.toString('hex');
      assert.deepEqual(
        { xmm1: result.slice(0, 32), rax: result.slice(32, 48), flags: result.slice(48, 52) },
        { xmm1, rax, flags },
      );
      assert.equal(run.operand.toString('hex'), memory);
    });
});
