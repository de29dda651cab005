import assert from 'node:assert/strict';
import { decode } from '../../src/engine/emulation/arm64/instruction.ts';
import { Arm64State } from '../../src/engine/emulation/arm64/state.ts';
import { GuestMemory } from '../../src/engine/emulation/guest-memory.ts';
import { Memory } from '../../src/engine/memory/memory.ts';

/** What registers hold before: x0 to x3, and the lower and upper halves of v0 to v6; the carry is set. */
const general = [0x0123_4567_89ab_cdefn, 0x8000_0001_ffff_fffen, 0x3_1234_5678n, 77n];
const vectors = [
  0x1111_1111_2222_2222n,
  0x3333_3333_4444_4444n,
  0x00ff_7f80_c3a5_0f01n,
  0xfedc_ba98_7654_3210n,
  0x0001_0203_0405_0607n,
  0xf8f9_000b_fcfd_fe0fn,
  ...[2.5, -1.75, 3.3, 0.1, -1e-3, 1e300].map(
    (value) => new BigUint64Array(Float64Array.of(value).buffer)[0]!,
  ),
  0x3dcc_cccdn,
  0n,
];

/** Instructions, the register that they change, what is in it then, and the flags N, Z, C and V, as QEMU 7.2 has them. */
const instructions: readonly [text: string, word: number, register: string, value: string, flags: string][] =
  [
    ['add x0, x1, x2', 0x8b020020, 'x0', '8000000512345676', '0010'],
    ['adds w0, w1, w2', 0x2b020020, 'x0', '12345676', '0010'],
    ['subs x0, x1, x2', 0xeb020020, 'x0', '7ffffffeedcba986', '0011'],
    ['sub x0, x1, w2, sxtw #2', 0xcb22c820, 'x0', '80000001b72ea61e', '0010'],
    ['sub x0, x1, x2, lsl #13', 0xcb023420, 'x0', '7fff9dbb7530fffe', '0010'],
    ['adcs x0, x1, x2', 0xba020020, 'x0', '8000000512345677', '1000'],
    ['sbc x0, x1, x2', 0xda020020, 'x0', '7ffffffeedcba986', '0010'],
    ['and x0, x1, #0xff00ff00ff00ff00', 0x92089c20, 'x0', '80000000ff00ff00', '0010'],
    ['bics x0, x1, x2, ror #9', 0xeae22420, 'x0', '80000001fe76e5d4', '1000'],
    ['eon w0, w1, w2, asr #3', 0x4aa20c20, 'x0', '2468ace', '0010'],
    ['movk x0, #0xbeef, lsl #32', 0xf2d7dde0, 'x0', '123beef89abcdef', '0010'],
    ['movn w0, #7', 0x128000e0, 'x0', 'fffffff8', '0010'],
    ['sbfx x0, x1, #17, #40', 0x9351e020, 'x0', 'ffff', '0010'],
    ['ubfiz x0, x1, #20, #30', 0xd36c7420, 'x0', '3ffffffe00000', '0010'],
    ['bfi x0, x1, #12, #24', 0xb3745c20, 'x0', '123456fffffedef', '0010'],
    ['extr x0, x1, x2, #37', 0x93c29420, 'x0', 'ffffffff0000000', '0010'],
    ['csneg x0, x1, x2, hi', 0xda828420, 'x0', '80000001fffffffe', '0010'],
    ['ccmp x1, x2, #9, cs', 0xfa422029, '', '', '0011'],
    ['ccmn w1, #3, #5, eq', 0x3a430825, '', '', '0101'],
    ['madd x0, x1, x2, x3', 0x9b020c20, 'x0', '2468ace9db97535d', '0010'],
    ['msub w0, w1, w2, w3', 0x1b028c20, 'x0', '2468ad3d', '0010'],
    ['smaddl x0, w1, w2, x3', 0x9b220c20, 'x0', 'ffffffffdb97535d', '0010'],
    ['umsubl x0, w1, w2, x3', 0x9ba28c20, 'x0', 'edcba9882468ad3d', '0010'],
    ['umulh x0, x1, x2', 0x9bc27c20, 'x0', '1891a2b42', '0010'],
    ['smulh x0, x1, x2', 0x9b427c20, 'x0', 'fffffffe76e5d4ca', '0010'],
    ['udiv x0, x1, x2', 0x9ac20820, 'x0', '29adc105', '0010'],
    ['sdiv x0, x1, x2', 0x9ac20c20, 'x0', 'ffffffffd6523efc', '0010'],
    ['sdiv w0, w1, w2', 0x1ac20c20, 'x0', '0', '0010'],
    ['lsl x0, x1, x3', 0x9ac32020, 'x0', '3fffffffc000', '0010'],
    ['ror w0, w1, w3', 0x1ac32c20, 'x0', 'fff7ffff', '0010'],
    ['asr x0, x1, x3', 0x9ac32820, 'x0', 'fffc0000000fffff', '0010'],
    ['rbit x0, x1', 0xdac00020, 'x0', '7fffffff80000001', '0010'],
    ['rev16 x0, x2', 0xdac00440, 'x0', '30034127856', '0010'],
    ['rev32 x0, x2', 0xdac00840, 'x0', '300000078563412', '0010'],
    ['rev x0, x2', 0xdac00c40, 'x0', '7856341203000000', '0010'],
    ['clz x0, x2', 0xdac01040, 'x0', '1e', '0010'],
    ['cls x0, x1', 0xdac01420, 'x0', '0', '0010'],
    ['add v0.16b, v1.16b, v2.16b', 0x4e228420, 'v0', 'f6d5baa37251301f00008183c7aa1508', '0010'],
    ['sub v0.2d, v1.2d, v2.2d', 0x6ee28420, 'v0', '5e3ba8c7956340100fe7d7dbfa008fa', '0010'],
    ['mul v0.8h, v1.8h, v2.8h', 0x4e629c20, 'v0', '3fc0488a104cef000ff7e8066396f07', '0010'],
    ['mla v0.4s, v1.4s, v2.4s', 0x4ea29420, 'v0', 'e48737bbf6af1334928e8f91a9049129', '0010'],
    ['cmhi v0.16b, v1.16b, v2.16b', 0x6e223420, 'v0', 'ff00ffff000000ff00ffffffffffff00', '0010'],
    ['cmgt v0.8h, v1.8h, v2.8h', 0x4e623420, 'v0', 'ffff0000ffffffffffffffff0000ffff', '0010'],
    ['cmeq v0.16b, v1.16b, #0', 0x4e209820, 'v0', 'ff00000000000000', '0010'],
    ['cmtst v0.2d, v1.2d, v2.2d', 0x4ee28c20, 'v0', 'ffffffffffffffffffffffffffffffff', '0010'],
    ['umax v0.4s, v1.4s, v2.4s', 0x6ea26420, 'v0', 'fedcba98fcfdfe0f00ff7f80c3a50f01', '0010'],
    ['smin v0.8b, v1.8b, v2.8b', 0x0e226c20, 'v0', 'ff0280c3a50601', '0010'],
    ['addp v0.16b, v1.16b, v2.16b', 0x4e22bc20, 'v0', 'f10bf90d0105090dda52ca42ffff6810', '0010'],
    ['bsl v0.16b, v1.16b, v2.16b', 0x6e621c20, 'v0', 'fad83218fcfdba0b0011130206250605', '0010'],
    ['bic v0.4s, #0xaa, lsl #8', 0x6f053540, 'v0', '33331133444444441111111122220022', '0010'],
    ['movi v0.2d, #0xff00ff00ffff00ff', 0x6f05e5a0, 'v0', 'ff00ff00ffff00ffff00ff00ffff00ff', '0010'],
    ['fmov v0.2d, #-1.5', 0x6f07f700, 'v0', 'bff8000000000000bff8000000000000', '0010'],
    ['dup v0.4s, v1.s[2]', 0x4e140420, 'v0', '76543210765432107654321076543210', '0010'],
    ['dup v0.8h, w2', 0x4e020c40, 'v0', '56785678567856785678567856785678', '0010'],
    ['mov v0.d[1], x1', 0x4e181c20, 'v0', '80000001fffffffe1111111122222222', '0010'],
    ['mov v0.b[3], v1.b[12]', 0x6e076420, 'v0', '33333333444444441111111198222222', '0010'],
    ['umov w0, v1.h[5]', 0x0e163c20, 'x0', '7654', '0010'],
    ['smov x0, v1.b[9]', 0x4e132c20, 'x0', '32', '0010'],
    ['zip1 v0.8h, v1.8h, v2.8h', 0x4e423820, 'v0', '100ff02037f800405c3a506070f01', '0010'],
    ['uzp2 v0.16b, v1.16b, v2.16b', 0x4e025820, 'v0', 'f800fcfe00020406feba7632007fc30f', '0010'],
    ['trn2 v0.4s, v1.4s, v2.4s', 0x4e826820, 'v0', 'f8f9000bfedcba980001020300ff7f80', '0010'],
    ['ext v0.16b, v1.16b, v2.16b, #5', 0x6e022820, 'v0', '304050607fedcba987654321000ff7f', '0010'],
    ['tbl v0.16b, { v1.16b, v2.16b }, v2.16b', 0x4e022020, 'v0', '176000000fe010fa5c3807fff00', '0010'],
    ['ushll v0.8h, v1.8b, #3', 0x2f0ba420, 'v0', '7f803f804000618052800780008', '0010'],
    ['sshll2 v0.2d, v1.4s, #0', 0x4f20a420, 'v0', 'fffffffffedcba980000000076543210', '0010'],
    ['sshr v0.4s, v1.4s, #5', 0x4f3b0420, 'v0', 'fff6e5d403b2a1900007fbfcfe1d2878', '0010'],
    ['usra v0.2d, v1.2d, #33', 0x6f5f1420, 'v0', '33333333c3b2a1901111111122a1e1e2', '0010'],
    ['shl v0.2d, v1.2d, #7', 0x4f475420, 'v0', '6e5d4c3b2a1908007fbfc061d2878080', '0010'],
    ['ushl v0.4s, v1.4s, v2.4s', 0x6ea24420, 'v0', 'e5d4c0001908000007fbfc00d2878080', '0010'],
    ['shrn v0.8b, v1.8h, #4', 0x0f0c8420, 'v0', 'eda965210ff83af0', '0010'],
    ['xtn2 v0.4s, v1.2d', 0x4ea12820, 'v0', '76543210c3a50f011111111122222222', '0010'],
    ['umlal v0.2d, v1.2s, v2.2s', 0x2ea28020, 'v0', '33333434c5c1c2c414237c21a9049129', '0010'],
    ['umull2 v0.8h, v1.16b, v2.16b', 0x6e22c020, 'v0', 'f610d5fc0000068874285304319c00f0', '0010'],
    ['smlal v0.4s, v1.4h, v2.h[3]', 0x0f722020, 'v0', '333334324444c3c41110d4b622223123', '0010'],
    ['uaddlp v0.4s, v1.8h', 0x6e602820, 'v0', '1b9740000a8640000807f0000d2a6', '0010'],
    ['uaddlv h0, v1.16b', 0x6e303820, 'v0', '7ae', '0010'],
    ['addv b0, v1.16b', 0x4e31b820, 'v0', 'ae', '0010'],
    ['umaxv b0, v1.16b', 0x6e30a820, 'v0', 'ff', '0010'],
    ['cnt v0.16b, v1.16b', 0x4e205820, 'v0', '7050503050303010008070104040401', '0010'],
    ['rev64 v0.8h, v1.8h', 0x4e600820, 'v0', '32107654ba98fedc0f01c3a57f8000ff', '0010'],
    ['neg v0.16b, v1.16b', 0x6e20b820, 'v0', '22446688aaccef0000181803d5bf1ff', '0010'],
    ['fadd d0, d3, d4', 0x1e642860, 'v0', '4017333333333333', '0010'],
    ['fsub s0, s5, s6', 0x1e2638a0, 'v0', 'd2f1a9fc', '0010'],
    ['fmadd d0, d3, d4, d5', 0x1f441460, 'v0', '40207f7ced916872', '0010'],
    ['fnmsub d0, d3, d4, d5', 0x1f649460, 'v0', '40208083126e978d', '0010'],
    ['fdiv v0.2d, v3.2d, v4.2d', 0x6e64fc60, 'v0', 'c0318000000000003fe83e0f83e0f83e', '0010'],
    ['fmla v0.2d, v3.2d, v4.d[1]', 0x4fc41860, 'v0', 'bfc66666666666673fd0000000000000', '0010'],
    ['fsqrt d0, d4', 0x1e61c080, 'v0', '3ffd10c0e60be308', '0010'],
    ['fneg d0, d3', 0x1e614060, 'v0', 'c004000000000000', '0010'],
    ['frinta d0, d3', 0x1e664060, 'v0', '4008000000000000', '0010'],
    ['frintn d0, d3', 0x1e644060, 'v0', '4000000000000000', '0010'],
    ['fcvt s0, d4', 0x1e624080, 'v0', '40533333', '0010'],
    ['fcmp d3, d4', 0x1e642060, '', '', '1000'],
    ['fcsel d0, d3, d4, cs', 0x1e642c60, 'v0', '4004000000000000', '0010'],
    ['fcvtzs x0, d3', 0x9e780060, 'x0', '2', '0010'],
    ['fcvtzu w0, d3', 0x1e790060, 'x0', '2', '0010'],
    ['fcvtas x0, d3', 0x9e640060, 'x0', '3', '0010'],
    ['fcvtms x0, d5', 0x9e7000a0, 'x0', 'ffffffffffffffff', '0010'],
    ['fcvtzs w0, d4, #5', 0x1e58ec80, 'x0', '69', '0010'],
    ['scvtf d0, x1', 0x9e620020, 'v0', 'c3dfffffff800000', '0010'],
    ['ucvtf d0, x1', 0x9e630020, 'v0', '43e0000000400000', '0010'],
    ['ucvtf d0, d1', 0x7e61d820, 'v0', '436feff01874a1e0', '0010'],
    ['scvtf s0, w2, #7', 0x1e02e440, 'v0', '4a11a2b4', '0010'],
    ['fmov x0, d3', 0x9e660060, 'x0', '4004000000000000', '0010'],
    ['fcmgt v0.2d, v3.2d, v4.2d', 0x6ee4e460, 'v0', '0', '0010'],
  ];

describe('instructions of A64', () => {
  for (const [text, word, register, value, flags] of instructions) {
    it(text, () => {
      const state = new Arm64State(new GuestMemory(new Memory([])), 0);
      const x = new BigUint64Array(state.registers.buffer);
      const v = new BigUint64Array(state.words.buffer);
      x.set(general);
      v.set(vectors);
      state.setFlags(0b0010);
      const i = decode(word, 0x1000);
      i.run(i, state);
      const [x0, ...others] = x.subarray(0, general.length);
      const v0 = (v[1]! << 64n) | v[0]!;
      assert.equal(x0!.toString(16), register === 'x0' ? value : general[0]!.toString(16));
      assert.deepEqual(others, general.slice(1));
      assert.equal(
        v0.toString(16),
        register === 'v0' ? value : ((vectors[1]! << 64n) | vectors[0]!).toString(16),
      );
      assert.deepEqual([...v.subarray(2, vectors.length)], vectors.slice(2));
      const set = [state.flags.sign, state.flags.zero, state.flags.carry, state.flags.overflow];
      assert.equal(set.map(Number).join(''), flags);
    });
  }

  it('is a fault where one is not known', () => {
    const state = new Arm64State(new GuestMemory(new Memory([])), 0);
    // svc #0, brk #0, udf #0
    for (const word of [0xd4000001, 0xd4200000, 0]) {
      const i = decode(word, 0x1000);
      assert.throws(() => i.run(i, state), new RegExp(`not known \\(${word.toString(16)}\\)`));
    }
  });
});
