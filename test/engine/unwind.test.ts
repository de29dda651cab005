import assert from 'node:assert/strict';
import { Fault } from '../../src/engine/absence.ts';
import { type Address, address } from '../../src/engine/address.ts';
import { BufferSource } from '../../src/engine/dump/byte-source.ts';
import { Memory, type Region } from '../../src/engine/memory/memory.ts';
import { demangle } from '../../src/engine/modules/demangle.ts';
import { ModuleMap } from '../../src/engine/modules/module-map.ts';
import { openDump } from '../../src/engine/session.ts';
import { rowAt } from '../../src/engine/unwind/cfa.ts';
import { evaluate } from '../../src/engine/unwind/dwarf-expression.ts';
import type { Fde } from '../../src/engine/unwind/eh-frame.ts';
import { NativeUnwinder } from '../../src/engine/unwind/native-unwinder.ts';
import { Registers } from '../../src/engine/unwind/registers.ts';
import { x64, x64Architecture } from '../../src/engine/unwind/x64.ts';
import { recordCore } from '../support/cores.ts';
import { releaseLines, releases } from '../support/releases.ts';

const BASE = 0x10000;

function region(start: number, bytes: Buffer, flags: number): Region {
  const source = new BufferSource(bytes);
  return { start: address(start), end: address(start + bytes.length), flags, source, offset: 0, reason: '' };
}

/** Memory that holds `bytes` at BASE. */
function memoryOf(...bytes: number[]): { memory: Memory; block: { start: Address; end: Address } } {
  const content = Buffer.alloc(0x1000);
  content.set(bytes);
  return {
    memory: new Memory([region(BASE, content, 4)]),
    block: { start: address(BASE), end: address(BASE + bytes.length) },
  };
}

function registers(values: Partial<Record<keyof typeof x64, bigint>>): Registers {
  const result = new Registers(x64Architecture);
  for (const [name, value] of Object.entries(values)) result.set(x64[name as keyof typeof x64], value);
  return result;
}

describe('DWARF expressions', () => {
  const run = (bytes: number[], regs = registers({}), initial?: number) => {
    const { memory, block } = memoryOf(...bytes);
    return evaluate(memory, block, regs, initial === undefined ? undefined : address(initial));
  };

  it('compute the CFA of a PLT entry as linkers write it', () => {
    // breg7 8; breg16 0; lit15; and; lit11; ge; lit3; shl; plus
    const plt = [0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22];
    assert.equal(run(plt, registers({ rsp: 0x7000n, rip: 0x40000an })), 0x7008n);
    assert.equal(run(plt, registers({ rsp: 0x7000n, rip: 0x40000bn })), 0x7010n);
  });

  it('do arithmetic on 64 bits', () => {
    assert.equal(run([0x31, 0x1f]), 0xffff_ffff_ffff_ffffn); // lit1 neg
    assert.equal(run([0x09, 0xf8, 0x33, 0x26]), 0xffff_ffff_ffff_ffffn); // const1s -8; lit3; shra
    assert.equal(run([0x09, 0xf8, 0x33, 0x1b]), BigInt.asUintN(64, -2n)); // -8 / 3
    assert.equal(run([0x10, 0x80, 0x01, 0x23, 0x7f]), 255n); // constu 128; plus_uconst 127
    assert.equal(run([0x31, 0x32, 0x33, 0x17]), 2n); // rot
    assert.equal(run([0x12], registers({}), 5), 5n); // dup of the initial value
  });

  it('jump, and are stopped where they jump for ever', () => {
    assert.equal(run([0x31, 0x28, 1, 0, 0x30, 0x35]), 5n); // lit1; bra +1 over lit0; lit5
    assert.throws(() => run([0x2f, 0xfd, 0xff]), Fault); // skip -3
  });

  it('fail on unknown registers, empty stacks, zero divisors and unknown operations', () => {
    for (const bytes of [[0x73, 0], [0x22], [0x31, 0x30, 0x1b], [0xff], [0x28, 0, 0]]) {
      assert.throws(() => run(bytes), Fault);
    }
  });
});

describe('CFA programs', () => {
  const row = (program: number[], pc: number) => {
    const { memory, block } = memoryOf(...program);
    const none = { start: block.start, end: block.start };
    const cie = {
      codeAlignment: 1,
      dataAlignment: -8,
      returnRegister: 16,
      fdeEncoding: 0,
      signalFrame: false,
      sized: true,
      instructions: none,
    };
    const fde: Fde = { cie, start: address(0x400), end: address(0x500), instructions: block };
    return rowAt(memory, fde, address(0x400 + pc));
  };
  // def_cfa rsp 8; offset rip 1; advance 1; def_cfa_offset 16; offset rbp 2; advance 3; def_cfa_register rbp;
  // remember; advance 16; restore rbp; def_cfa rsp 8; advance 1; restore_state
  const program = [
    0x0c, 7, 8, 0x90, 1, 0x41, 0x0e, 16, 0x86, 2, 0x43, 0x0d, 6, 0x0a, 0x50, 0xc6, 0x0c, 7, 8, 0x41, 0x0b,
  ];

  it('give the row that holds at a pc', () => {
    assert.deepEqual(row(program, 0).cfa, { kind: 'register', register: 7, offset: 8 });
    assert.deepEqual(row(program, 1).cfa, { kind: 'register', register: 7, offset: 16 });
    assert.deepEqual(row(program, 4).cfa, { kind: 'register', register: 6, offset: 16 });
    assert.deepEqual(row(program, 4).rules.get(6), { kind: 'offset', offset: -16 });
    assert.deepEqual(row(program, 20).cfa, { kind: 'register', register: 7, offset: 8 });
    assert.equal(row(program, 20).rules.get(6), undefined);
    assert.deepEqual(row(program, 21).cfa, { kind: 'register', register: 6, offset: 16 });
  });

  it('know expressions, and step over GNU_args_size', () => {
    const rules = row([0x2e, 0x20, 0x0f, 2, 0x77, 8, 0x10, 3, 1, 0x30, 0x16, 12, 1, 0x31, 0x07, 13], 0);
    assert.equal(rules.cfa.kind, 'expression');
    assert.equal(rules.rules.get(3)?.kind, 'expression');
    assert.equal(rules.rules.get(12)?.kind, 'value-expression');
    assert.equal(rules.rules.get(13)?.kind, 'undefined');
  });

  it('fail where they are malformed', () => {
    for (const bytes of [[0x0b], [0x0c, 7], [0x3f], [0x0f, 1, 0x30, 0x0e, 8]]) {
      assert.throws(() => row(bytes, 0), Fault);
    }
  });
});

describe('stacks without call frame information', () => {
  const STACK = 0x7000_0000;
  const CODE = 0x40_0000;

  /** A stack of 64 words over one page of code. */
  const unwinderOf = (words: Record<number, number>) => {
    const stack = Buffer.alloc(0x1000);
    for (const [index, word] of Object.entries(words))
      stack.writeBigUInt64LE(BigInt(word), Number(index) * 8);
    const memory = new Memory([region(STACK, stack, 6), region(CODE, Buffer.alloc(0x1000), 5)]);
    return new NativeUnwinder(memory, new ModuleMap([]));
  };
  const at = (index: number) => BigInt(STACK + 8 * index);

  it('are walked by the frame pointer, and say so', () => {
    const unwinder = unwinderOf({ 4: STACK + 80, 5: CODE + 0x20 });
    const step = unwinder.step(registers({ rip: BigInt(CODE), rsp: at(0), rbp: at(4) }), true);
    assert.equal(step.kind, 'caller');
    assert.ok(step.kind === 'caller' && step.by === 'frame-pointer');
    assert.deepEqual(
      [step.registers.pc, step.registers.sp, step.registers.fp],
      [CODE + 0x20, STACK + 48, STACK + 80],
    );
  });

  it('end with a reason where the frame pointer leads nowhere, to no code, or to no memory', () => {
    const end = (words: Record<number, number>, rbp: bigint) => {
      const step = unwinderOf(words).step(registers({ rip: BigInt(CODE), rsp: at(0), rbp }), true);
      assert.ok(step.kind === 'end');
      return step.reason;
    };
    assert.match(end({}, 0n), /leads nowhere/);
    assert.match(end({ 5: 0x1234 }, at(4)), /does not lead to code/);
    assert.match(end({}, BigInt(STACK + 0x2000)), /cannot be read/);
  });

  it('go on after a call through a bad pointer', () => {
    const unwinder = unwinderOf({ 0: CODE + 0x44 });
    const step = unwinder.step(registers({ rip: 0n, rsp: at(0), rbp: at(8) }), true);
    assert.ok(step.kind === 'caller' && step.by === 'last-call');
    assert.deepEqual([step.registers.pc, step.registers.sp], [CODE + 0x44, STACK + 8]);
  });
});

describe('demangling', () => {
  const names: Record<string, string> = {
    _ZN4node5AbortEv: 'node::Abort()',
    _ZN4node12_GLOBAL__N_1L20PlatformWorkerThreadEPv:
      'node::(anonymous namespace)::PlatformWorkerThread(void*)',
    _ZN2v88internal7Isolate5ThrowENS0_6TaggedINS0_6ObjectEEEPNS0_15MessageLocationE:
      'v8::internal::Isolate::Throw(v8::internal::Tagged<v8::internal::Object>, v8::internal::MessageLocation*)',
    _ZZN4node23WorkerThreadsTaskRunner20DelayedTaskScheduler5StartEvENUlPvE_4_FUNES2_:
      'node::WorkerThreadsTaskRunner::DelayedTaskScheduler::Start()::{lambda(void*)#1}::_FUN(void*)',
    _ZN4node11SPrintFImplIPKcJRKmEEENSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEESt17basic_string_viewIcS8_EOT_DpOT0_:
      'node::SPrintFImpl<char const*, unsigned long const&>(std::basic_string_view<char, std::char_traits<char> >, char const*&&, unsigned long const&)',
    _ZN12v8_inspector9V8Console4callIXadL_ZNS0_7runTaskERKN2v820FunctionCallbackInfoINS2_5ValueEEEEEEEvS7_:
      'v8_inspector::V8Console::call<&v8_inspector::V8Console::runTask>(v8::FunctionCallbackInfo<v8::Value> const&)',
    _ZNK2v84base9TimeDeltapliERKS1_: '_ZNK2v84base9TimeDeltapliERKS1_',
    _ZN2v84baselsERSoRKNS0_4TimeE:
      'v8::base::operator<<(std::basic_ostream<char, std::char_traits<char> >&, v8::base::Time const&)',
    _ZN4node9inspector5AgentD0Ev: 'node::inspector::Agent::~Agent()',
    _ZNK3FoocvT_IiEEv: 'Foo::operator int<int>() const',
    _Z3fooPFivE: 'foo(int (*)())',
    _Z3barRA10_KiM3FooFvvE: 'bar(int const (&) [10], void (Foo::*)())',
    _ZTVN4node11EnvironmentE: 'vtable for node::Environment',
    _ZGVZN2v88platform1fEvE1x: 'guard variable for v8::platform::f()::x',
    '_ZN4node5AbortEv.constprop.0': 'node::Abort() [clone .constprop.0]',
    '_ZNSt6localeC1Ev@@GLIBCXX_3.4': 'std::locale::locale()@@GLIBCXX_3.4',
    _ZN2v88internal10DictionaryINS0_14NameDictionaryENS0_19NameDictionaryShapeEE11DeleteEntryINS0_12DirectHandleEQsr3stdE16is_convertible_vITL0__IT_ENS6_IS8_EEEEET_IS2_EPNS0_7IsolateESC_NS0_13InternalIndexE:
      'v8::internal::Dictionary<v8::internal::NameDictionary, v8::internal::NameDictionaryShape>::DeleteEntry<v8::internal::DirectHandle>(v8::internal::Isolate*, v8::internal::DirectHandle<v8::internal::NameDictionary>, v8::internal::InternalIndex)',
    _ZN10serde_core2de5Error12invalid_type17h06b54261a7bc1badE: 'serde_core::de::Error::invalid_type',
    '_ZN102_$LT$std..panicking..begin_panic_handler..FormatStringPayload$u20$as$u20$core..panic..PanicPayload$GT$3get17hf0a1493096accc2dE':
      '<std::panicking::begin_panic_handler::FormatStringPayload as core::panic::PanicPayload>::get',
    _RNvCslLv8O1NqadD_7___rustc10rust_panic: '__rustc::rust_panic',
    main: 'main',
    _ZNSt17_Function_handlerIFiPKcEM1AKFilEE10_M_managerERSt9_Any_dataRKS7_:
      'std::_Function_handler<int (char const*), int (A::*)(long) const>::_M_manager(std::_Any_data&, std::_Any_data const&)',
    _ZN1AC2IJA17_cNS_1BEEEEDpRKT_: 'A::A<char [17], A::B>(char const (&) [17], A::B const&)',
    _Z1f8functionIFP1AvEE: 'f(function<A* ()>)',
    _ZN: '_ZN',
  };
  for (const [mangled, readable] of Object.entries(names)) {
    it(`${readable.slice(0, 70)}`, () => assert.equal(demangle(mangled), readable));
  }

  it('ends also for names that were made to blow up', () => {
    const nested = `_Z1fI${'S_I'.repeat(500)}${'E'.repeat(501)}v`;
    assert.equal(demangle(nested), nested);
    let doubling = '_ZN1aI1bE';
    for (let i = 0; i < 40; i++)
      doubling += `1cIS${i === 0 ? '' : i.toString(36).toUpperCase()}_S${i === 0 ? '' : i.toString(36).toUpperCase()}_E`;
    assert.ok(demangle(`${doubling}E`).length < 100_000);
  });
});

for (const line of releaseLines) {
  describe(`native stacks of Node ${releases[line]}`, () => {
    it('reach the start of every thread by call frame information alone', async () => {
      const { core, node } = await recordCore(line, 'worker-blocked.js', { nodeFlags: [] });
      const session = await openDump(core, { program: node });
      try {
        for (const { tid } of session.core.threads) {
          const { frames, end } = session.thread(tid);
          assert.match(end, /outermost/);
          assert.ok(frames.every((f) => !f.guessed));
          const outermost = frames.at(-1)!;
          assert.equal(outermost.functionName === '_start', tid === session.core.pid);
          for (const frame of frames)
            assert.ok(frame.kind !== 'native' || frame.module, `frame at ${frame.pc}`);
        }
        const main = session.thread(session.core.pid!).frames.map((f) => f.functionName ?? '');
        assert.ok(main.some((name) => name.startsWith('node::SpinEventLoop')));
        assert.ok(main.some((name) => /^node::Start\(/.test(name)));
      } finally {
        session.close();
      }
    });
  });
}
