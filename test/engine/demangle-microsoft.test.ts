import assert from 'node:assert/strict';
import { demangleMicrosoft } from '../../src/engine/modules/demangle/microsoft.ts';
import { demangle } from '../../src/engine/modules/demangle.ts';

/** What node.exe exports, of Visual C++ and of clang-cl. */
const exported: Record<string, string> = {
  '?Call@Function@v8@@QEAA?AV?$MaybeLocal@VValue@v8@@@2@V?$Local@VContext@v8@@@2@V?$Local@VValue@v8@@@2@HQEAV52@@Z':
    'v8::Function::Call(v8::Local<v8::Context>, v8::Local<v8::Value>, int, v8::Local<v8::Value>*)',
  '??_7Space@internal@v8@@6B@': 'vtable for v8::internal::Space',
  '??_7CppHeap@internal@v8@@6B02@@': 'vtable for v8::internal::CppHeap {for v8::CppHeap}',
  '??_8OFStream@internal@v8@@7B@': 'vbtable for v8::internal::OFStream',
  '??_FStack@base@heap@@QEAAXXZ': "heap::base::Stack::`default constructor closure'()",
  '??_DOFStream@internal@v8@@QEAAXXZ': "v8::internal::OFStream::`vbase destructor'()",
  '??_0TimeDelta@base@v8@@QEAAAEAV012@_J@Z': 'v8::base::TimeDelta::operator/=(long long)',
  '??2TryCatch@v8@@CAPEAX_K@Z': 'v8::TryCatch::operator new(unsigned long long)',
  '??_UHandleScope@v8@@CAPEAX_K@Z': 'v8::HandleScope::operator new[](unsigned long long)',
  '??3BackingStore@v8@@SAXPEAX@Z': 'v8::BackingStore::operator delete(void*)',
  '??_VTryCatch@v8@@CAXPEAX_K@Z': 'v8::TryCatch::operator delete[](void*, unsigned long long)',
  '??__M?$TimeBase@VTime@base@v8@@@time_internal@base@v8@@QEBA?A?<auto>@@AEBV0123@@Z':
    'v8::base::time_internal::TimeBase<v8::base::Time>::operator<=>(v8::base::time_internal::TimeBase<v8::base::Time> const&) const',
  '??A?$MemorySpan@$$CBE@v8@@QEBAAEBE_K@Z':
    'v8::MemorySpan<unsigned char const>::operator[](unsigned long long) const',
  '??BSourceLocation@v8@@QEBA_NXZ': 'v8::SourceLocation::operator bool() const',
  '??RDeleteACHHandle@node@@QEBAXPEAUACHHandle@1@@Z':
    'node::DeleteACHHandle::operator()(node::ACHHandle*) const',
  '??DValue@String@v8@@QEBAPEBGXZ': 'v8::String::Value::operator*() const',
  '??6?$basic_ostream@DU?$char_traits@D@std@@@std@@QEAAAEAV01@O@Z':
    'std::basic_ostream<char, std::char_traits<char> >::operator<<(long double)',
  '??GTimeDelta@base@v8@@QEBA?AV012@XZ': 'v8::base::TimeDelta::operator-() const',
  '??PRegister@interpreter@internal@v8@@QEBA_NAEBV0123@@Z':
    'v8::internal::interpreter::Register::operator>=(v8::internal::interpreter::Register const&) const',
  '??0?$MemorySpan@_K@v8@@QEAA@XZ': 'v8::MemorySpan<unsigned long long>::MemorySpan()',
  '??1?$PerThreadAssertScope@$00$00@internal@v8@@QEAA@XZ':
    'v8::internal::PerThreadAssertScope<1, 1>::~PerThreadAssertScope()',
  '??$ConvertDouble@H@internal@v8@@YAHN@Z': 'v8::internal::ConvertDouble<int>(double)',
  '??$Start@$0A@@LookupIterator@internal@v8@@AEAAXXZ': 'v8::internal::LookupIterator::Start<0>()',
  '?NullBlock@Parser@internal@v8@@CA$$TXZ': 'v8::internal::Parser::NullBlock()',
  '?RelativePath@base@v8@@YA?AV?$unique_ptr@$$BY0A@DU?$default_delete@$$BY0A@D@std@@@std@@PEBD0@Z':
    'v8::base::RelativePath(char const*, char const*)',
  '?RetryCustomAllocate@Isolate@v8@@QEAA_NV?$function@$$A6A_NXZ@std@@@Z':
    'v8::Isolate::RetryCustomAllocate(std::function<bool ()>)',
  '?CallOnceImpl@base@v8@@YAXPEAU?$atomic@E@std@@V?$function@$$A6AXXZ@4@@Z':
    'v8::base::CallOnceImpl(std::atomic<unsigned char>*, std::function<void ()>)',
  '?FloatUnop@?$SharedTurboAssemblerBase@VTurboAssembler@internal@v8@@@internal@v8@@AEAAXVXMMRegister@23@0VRegister@23@P8SharedTurboAssembler@23@EAAX00VOperand@23@@ZVExternalReference@23@@Z':
    'v8::internal::SharedTurboAssemblerBase<v8::internal::TurboAssembler>::FloatUnop(v8::internal::XMMRegister, v8::internal::XMMRegister, v8::internal::Register, void (v8::internal::SharedTurboAssembler::*)(v8::internal::XMMRegister, v8::internal::XMMRegister, v8::internal::Operand), v8::internal::ExternalReference)',
  '?SetAbortHandler@node@@YAXP6AXPEBD0@Z@Z': 'node::SetAbortHandler(void (*)(char const*, char const*))',
  '?overall_region@PageMemory@internal@cppgc@@QEBA?BVMemoryRegion@23@XZ':
    'cppgc::internal::PageMemory::overall_region() const',
  '?fromSpan@Binary@protocol@v8_inspector@@SA?AV123@V?$span@$$CBE$0?0@std@@@Z':
    'v8_inspector::protocol::Binary::fromSpan(std::span<unsigned char const, -1>)',
  '?Initialize@OS@base@v8@@SAXQEBD@Z': 'v8::base::OS::Initialize(char const*)',
  '?name_@Token@internal@v8@@0QBQEBDB': 'v8::internal::Token::name_',
  '?V8_Fatal@@YAXPEBDZZ': 'V8_Fatal(char const*, ...)',
  '?message@WasmError@wasm@internal@v8@@QEGBAAEBV?$basic_string@DU?$char_traits@D@std@@V?$allocator@D@2@@std@@XZ':
    'v8::internal::wasm::WasmError::message() const &',
  '?message@WasmError@wasm@internal@v8@@QEHAA$$QEAV?$basic_string@DU?$char_traits@D@std@@V?$allocator@D@2@@std@@XZ':
    'v8::internal::wasm::WasmError::message() &&',
  '?kFunctionKinds@?1??FunctionKindForImpl@?$ParserBase@VParser@internal@v8@@@internal@v8@@IEAA?AW4FunctionKind@34@W4SubFunctionKind@234@V?$Flags@W4ParseFunctionFlag@internal@v8@@H@base@4@@Z@4QAY111$$CBW4534@A':
    'v8::internal::ParserBase<v8::internal::Parser>::FunctionKindForImpl(v8::internal::ParserBase<v8::internal::Parser>::SubFunctionKind, v8::base::Flags<v8::internal::ParseFunctionFlag, int>)::kFunctionKinds',
  '?PrintStack@Isolate@internal@v8@@QEAAXPEAU_iobuf@@W4PrintStackMode@123@@Z':
    'v8::internal::Isolate::PrintStack(_iobuf*, v8::internal::Isolate::PrintStackMode)',
  '?FLAG_mcpu@internal@v8@@3PEBDEB': 'v8::internal::FLAG_mcpu',
  '?precedence_@Token@internal@v8@@0QAY0HF@$$CBCA': 'v8::internal::Token::precedence_',
  '??0CommonEnvironmentSetup@node@@AEAA@PEAVMultiIsolatePlatform@1@PEAV?$vector@V?$basic_string@DU?$char_traits@D@std@@V?$allocator@D@2@@std@@V?$allocator@V?$basic_string@DU?$char_traits@D@std@@V?$allocator@D@2@@std@@@2@@std@@V?$function@$$A6APEAVEnvironment@node@@PEBVCommonEnvironmentSetup@2@@Z@4@@Z':
    'node::CommonEnvironmentSetup::CommonEnvironmentSetup(node::MultiIsolatePlatform*, std::vector<std::basic_string<char, std::char_traits<char>, std::allocator<char> >, std::allocator<std::basic_string<char, std::char_traits<char>, std::allocator<char> > > >*, std::function<node::Environment* (node::CommonEnvironmentSetup const*)>)',
};

/** What it does not export: of clang-cl for x64 if not said otherwise. */
const others: Record<string, string> = {
  '??$?BJ@S@ns@@QEAAJXZ': 'ns::S::operator long<long>()',
  '??$?0PEAH@S@ns@@QEAA@PEAH@Z': 'ns::S::S<int*>(int*)',
  '??$?MH@ns@@YA_NHUS@0@@Z': 'ns::operator< <int>(int, ns::S)',
  '??BS@ns@@QEAAP6AXXZXZ': 'ns::S::operator void (*)()()',
  '??__K_lit@ns@@YAH_K@Z': 'ns::operator"" _lit(unsigned long long)',
  '?c@S@ns@@QEDAXXZ': 'ns::S::c() const volatile',
  '?crr@S@ns@@QEHBAXXZ': 'ns::S::crr() const &&',
  '?hidden@?A0x6BFC4B5C@ns@@3HA': 'ns::(anonymous namespace)::hidden',
  '?anon@?A0x6BFC4B5C@ns@@YAXPEAUH@12@@Z': 'ns::(anonymous namespace)::anon(ns::(anonymous namespace)::H*)',
  '??R<lambda_1>@?0???$?RH@<lambda_2>@?0??local@ns@@YAAEAHH@Z@QEBA?A?<auto>@@HUS@3@@Z@QEBA?A?4@XZ':
    'ns::local(int)::<lambda_2>::operator()<int>(int, ns::S) const::<lambda_1>::operator()() const',
  '?inC@?1??cfun@ns@@9@4HA': 'ns::cfun::inC',
  '??_B?2??local@ns@@YAAEAHH@Z@52': 'guard variable for ns::local(int)',
  '??__Edynamic_@ns@@YAXXZ': 'dynamic initializer for ns::dynamic_',
  '??__F?st@?$O@US@ns@@@ns@@2US@2@A@@YAXXZ': 'dynamic atexit destructor for ns::O<ns::S>::st',
  '??__E?$vt@US@ns@@@ns@@YAXXZ': 'dynamic initializer for ns::vt<ns::S>',
  '??$ta@H$$V@ns@@YAXH@Z': 'ns::ta<int>(int)',
  '?retfn@ns@@YAP6AHD@ZH@Z': 'ns::retfn(int)',
  '?retarr@ns@@YAAEAY02HH@Z': 'ns::retarr(int)',
  '?f@@YAXU?$Foo@$1??$x@H@@3HA$1?1@3HA@@@Z': 'f(Foo<&x<int>, &x<int> >)',
  '?g1@@YAXU?$P@$1??$f@H@ns@@YAXXZ$1??$f@H@1@YAXXZ$1?plain@1@YAXXZ$1?21@YAXXZ$1??$f@Uf2@ns@@@1@YAXXZ@@@Z':
    'g1(P<&ns::f<int>, &ns::f<int>, &ns::plain, &ns::plain, &ns::f<ns::f2> >)',
  '?args@ns@@YAXU?$P@$$CBH$$CCHPEAHQEAHPEBHQEBHAEAHAEBH$$QEAH$$CBUS@ns@@QEAU12@XPEAX$$A6AXXZ$$A6AHHZZ$$A6AXH@_E$$A8@@EBAXXZ$$A8@@EGBAXXZ$$BY02H$$BY02$$CBH$$BY0A@H$$BY112HP6AXH@ZQ6AXH@ZP812@EAAXH@ZPEQ12@HQEQ12@H$$T_NSEDU12@_SAEBQEBD$$A6AXPEAHH@ZW4E@12@$$CBW4312@O@1@@Z':
    'ns::args(ns::P<int const, int volatile, int*, int* const, int const*, int const* const, int&, int const&, int&&, ns::S const, ns::S* const, void, void*, void (), int (int, ...), void (int) noexcept, void () const, void () const &, int [3], int const [3], int [], int [2][3], void (*)(int), void (* const)(int), void (ns::S::*)(int), int ns::S::*, int ns::S::* const, decltype(nullptr), bool, ns::S const volatile* const volatile, char16_t, char const* const&, void (int*, int), ns::S::E, ns::S::E const, long double>)',
  '?arrs@ns@@YAXPEAY02HAEAY123HAEAY04$$CBHQEAHPEAY01$$CBUS@1@AEAY01PEAY02HAEAY01P6AXH@ZAEAY01PEAHAEAY03QEBDAEAY01PEQ21@H$$QEAY02HPEAY0A@$$CBHQEAP6AHH@Z@Z':
    'ns::arrs(int (*) [3], int (&) [3][4], int const (&) [5], int*, ns::S const (*) [2], int (* (&) [2]) [3], void (* (&) [2])(int), int* (&) [2], char const* const (&) [4], int ns::S::* (&) [2], int (&&) [3], int const (*) [], int (**)(int))',
  '?backrefs@ns@@YAXUS@1@0PEAU21@1AEBU21@2UN@21@31PEAH4PEAMPEANPEADPEAFPEAJPEAIPEA_NPEA_WPEA_NPEA_W@Z':
    'ns::backrefs(ns::S, ns::S, ns::S*, ns::S*, ns::S const&, ns::S const&, ns::S::N, ns::S::N, ns::S*, int*, int*, float*, double*, char*, short*, long*, unsigned int*, bool*, wchar_t*, bool*, wchar_t*)',
  '?enums@ns@@YAXW4E@S@1@W4EC@31@TU@31@PEAUN@31@PEAW4231@AEAW4431@@Z':
    'ns::enums(ns::S::E, ns::S::EC, ns::S::U, ns::S::N*, ns::S::E*, ns::S::EC&)',
  '?funcs@ns@@YAXP6AXXZP6AHHAEBUS@1@@ZP6AXX_EQ6AXH@ZPEAP6AXH@ZAEAP6AXH@ZP6AP6AHD@ZH@ZA6AXH@Z$$Q6AXXZP6AXP6AXH@Z@ZP6AXHZZPEBQ6AXH@Z@Z':
    'ns::funcs(void (*)(), int (*)(int, ns::S const&), void (*)() noexcept, void (*)(int), void (**)(int), void (*&)(int), int (* (*)(int))(char), void (&)(int), void (&&)(), void (*)(void (*)(int)), void (*)(int, ...), void (* const*)(int))',
  '?mems@ns@@YAXPEQS@1@HP821@EAAXXZP821@EBAHH@ZP821@EHAAXXZQEQ21@HPEBQEQ21@HPER21@HPEQ21@PEQ21@HPEQ21@P6AHH@ZAEAP821@EAAXXZP821@EAAXX_EP821@EDAXH@ZPEAP821@EAAXXZPEQ21@Y02HP821@EAAP6AXD@ZH@Z@Z':
    'ns::mems(int ns::S::*, void (ns::S::*)(), int (ns::S::*)(int) const, void (ns::S::*)() &&, int ns::S::*, int ns::S::* const*, int const ns::S::*, int ns::S::* ns::S::*, int (* ns::S::*)(int), void (ns::S::*&)(), void (ns::S::*)() noexcept, void (ns::S::*)(int) const volatile, void (ns::S::**)(), int (ns::S::*) [3], void (* (ns::S::*)(int))(char))',
  '?packs@ns@@YAXU?$P@$$V@1@U?$P@H@1@U?$P@HU?$P@$$V@ns@@U?$P@U?$P@$$V@ns@@@2@@1@U?$II@$S@1@U?$II@$0A@@1@U?$II@$00$01$09$0L@$0?0$0?9$0?L@$0HPPPPPPP@$0?IAAAAAAA@@1@U?$TT@UP@ns@@H@1@U?$D@H$02@1@U?$LL@$0HPPPPPPPPPPPPPPP@@1@U?$LL@$0?IAAAAAAAAAAAAAAA@@1@U?$UL@$0?0@1@U?$B@$00@1@U?$B@$0A@@1@U?$C@$0GB@@1@U?$EE@$00@1@U?$ECC@$0A@@1@@Z':
    'ns::packs(ns::P<>, ns::P<int>, ns::P<int, ns::P<>, ns::P<ns::P<> > >, ns::II<>, ns::II<0>, ns::II<1, 2, 10, 11, -1, -10, -11, 2147483647, -2147483648>, ns::TT<ns::P, int>, ns::D<int, 3>, ns::LL<9223372036854775807>, ns::LL<-9223372036854775808>, ns::UL<-1>, ns::B<1>, ns::B<0>, ns::C<97>, ns::EE<1>, ns::ECC<0>)',
  '?ptrs@ns@@YAXPEAHPEBHPECHPEDHPEBQEAHPEBQEBHPECREBQEAHPEAPEAHQEBQEBDAEAHAEBH$$QEAH$$QEBUS@1@AEAPEAH$$QEAPEAHAEBQEAHPEAXPEBX@Z':
    'ns::ptrs(int*, int const*, int volatile*, int const volatile*, int* const*, int const* const*, int* const* volatile*, int**, char const* const*, int&, int const&, int&&, ns::S const&&, int*&, int*&&, int* const&, void*, void const*)',
  '?restr@ns@@YAXPEIAHPEAPEIAHPEBQEIBHAEAPEIAH@Z':
    'ns::restr(int*, int* restrict*, int const* const restrict*, int* restrict&)',
  '?f@C@@$4PPPPPPPM@A@EAAXXZ': 'virtual thunk to C::f()',
  '?f@C@@$R477PPPPPPPM@7EAAXXZ': 'virtual thunk to C::f()',
  '?f@E@@W7EAAXXZ': 'non-virtual thunk to E::f()',
  '??_GFoo@@UEAAPEAXI@Z': "Foo::`scalar deleting destructor'(unsigned int)",
  '??_9Foo@@$BBA@AA': "Foo::`vcall'{16}",
  '??_R0?AVFoo@ns@@@8': 'typeinfo for ns::Foo',
  '??_R1A@?0A@EA@Base@@8': 'RTTI base class descriptor for Base',
  '??_R3Base@@8': 'RTTI class hierarchy descriptor for Base',
  '??_R4Foo@@6BBar@@@': 'RTTI complete object locator for Foo {for Bar}',
  '.?AVbad_alloc@std@@': 'std::bad_alloc',
  '.?AV<lambda_1>@?1??f@@YAXXZ@': 'f()::<lambda_1>',
  '??_C@_02PCEFGMJL@hi?$AA@': '"hi"',
  '??_C@_1BA@KKJCGNBE@?$AAh?$AAe?$AAl?$AAl?$AAo?$AA?5?$AAw?$AA?$AA@': 'L"hello w"',
  '??_C@_0CD@HGFEDCBA@a?$OC?$JM?$JBb@': '"a✑b"...',
  '??_C@_0DJ@IGEJDIJE@Invalid?5?8?2uNNNN?8?5control?5charact@': '"Invalid \'\\\\uNNNN\' control charact"...',
  '?go@?$AU@$MD0GB@@ns@@QEAAXXZ': 'ns::AU<(char)97>::go()',
  '?go@?$AU@$MW4EC@S@ns@@0A@@ns@@QEAAXXZ': 'ns::AU<(ns::S::EC)0>::go()',
  '?go@?$AU@$M_K04@ns@@QEAAXXZ': 'ns::AU<5ull>::go()',
  '?go@?$AU@$M_N00@ns@@QEAAXXZ': 'ns::AU<true>::go()',
  '??$f@$MUconstructor@@00@@YAXXZ': 'f<(constructor)1>()',
  '??$f@$I?g@Foo@@QEAAXXZA@A@@@YAXXZ': 'f<&Foo::g>()',
  '??$f@$F7A@@@YAXXZ': 'f<{8, 0}>()',
  '?g9@@YAXU?$PT@$2Upt@@H00_N00PEBD0A@@@@@Z': 'g9(PT<pt{1, true, (char const*)0}>)',
  '?f@@$$J0YAHXZ': 'f()',
  '?f@@YAHXZ.cold': 'f() [clone .cold]',
  '?f@Foo@@QAEXPAH@Z': 'Foo::f(int*)',
  '??_L@YAXPEAX_K1P6AX0@Z2@Z':
    "`eh vector constructor iterator'(void*, unsigned long long, unsigned long long, void (*)(void*), void (*)(void*))",
};

/** Such names come back as they are. */
const notUnderstood = [
  '?',
  '??',
  '???',
  '?@@',
  '?x',
  '?f@@YAXH',
  '?f@@YAX1@Z', // no such parameter
  '?f@3@YAXXZ', // no such name
  '?f@@YAXXZtrailing',
  '??0@QEAA@XZ', // a constructor of nothing
  '??BFoo@@QEAA@XZ', // a conversion to nothing
  '??B@@3HA',
  '?f@?Qx@@YAXXZ',
  '?f@@YAXY?0H@Z', // an array of negative rank
  '??_C@_0BA@AAAA@',
  '??@a6a285da2eea70dba6b578022be61d81@', // only a hash of the name
  '.?A',
  '.?AV@@',
];

describe("demangling of Microsoft's names", () => {
  for (const [mangled, readable] of Object.entries({ ...exported, ...others })) {
    it(`${readable.slice(0, 70)}`, () => assert.equal(demangle(mangled), readable));
  }

  for (const name of notUnderstood) {
    it(`leaves ${name} as it is`, () => assert.equal(demangle(name), name));
  }

  it('reads types of run-time type information that are no classes', () => {
    assert.equal(demangleMicrosoft('.H'), 'int');
    assert.equal(demangleMicrosoft('.PEBD'), 'char const*');
    assert.equal(demangleMicrosoft('.text'), undefined);
  });

  it('tells ten names and ten parameters apart, and no more', () => {
    const digits = [...'abcdefghij'];
    const names = digits.map((d) => `${d}@`).join('');
    assert.equal(demangle(`?${names}9@YAXXZ`), `j::${digits.toReversed().join('::')}()`);
    assert.equal(demangle(`?${names}k@9@YAXXZ`), `j::k::${digits.toReversed().join('::')}()`);
    const types = [...'CDEFGHIJKMN'].map((t) => `PEA${t}`).join('');
    assert.match(demangle(`?f@@YAX${types}09@Z`), /, double\*, signed char\*, float\*\)$/);
  });

  it('gives up on names that are cut anywhere, or reads what is left of them', () => {
    for (const name of Object.keys({ ...exported, ...others })) {
      for (let end = 0; end < name.length; end++) {
        const cut = name.slice(0, end);
        assert.ok(demangle(cut).length <= 1000, cut);
      }
    }
  });

  const n = 20_000;
  const hostile: Record<string, string> = {
    'many pointers': `?f@@YAX${'PEA'.repeat(n)}H@Z`,
    'many function pointers': `?f@@YAX${'P6AX'.repeat(n)}`,
    'many member pointers': `?f@@YAX${'PEQA@@'.repeat(n)}H@Z`,
    'many dimensions': `?f@@YAXPEAY${'E'.repeat(4)}@${'2'.repeat(n)}H@Z`,
    'deep templates': `?f@@YAX${'V?$A@'.repeat(n)}H${'@@'.repeat(n)}@Z`,
    'deep local names': `?f@${'?1??f@'.repeat(n)}@YAXXZ`,
    'deep type information': `.?AV${'?$A@V'.repeat(n)}`,
    'many scopes': `?f@${'a@'.repeat(n)}@YAXXZ`,
    'back references to a name': `?f@${'0'.repeat(50 * n)}@YAXXZ`,
    'back references to a long name': `?${'x'.repeat(n)}@${'0'.repeat(n)}@YAXXZ`,
    'back references to a parameter': `?f@@YAXPEAH${'0'.repeat(50 * n)}@Z`,
    'parameters that double': `?f@@YAXPEAH${[...'012345678'].map((i) => `P6AX${i.repeat(8)}@Z`).join('')}@Z`,
    'many arguments': `??$f@${'H'.repeat(50 * n)}@@YAXXZ`,
    'many templates': `??$f@${'V?$A@H@@'.repeat(n)}@@YAXXZ`,
    'many bases': `??_7Foo@@6B${'0@'.repeat(n)}@`,
    'a long number': `??$f@$0${'P'.repeat(50 * n)}@@@YAXXZ`,
    'a long string': `??_C@_0BA@AAAA@${'?$AA'.repeat(n)}@`,
    'only question marks': '?'.repeat(50 * n),
    'only at signs': `?${'@'.repeat(50 * n)}`,
    'no end': `?${'x'.repeat(50 * n)}`,
  };
  for (const [what, name] of Object.entries(hostile)) {
    it(`ends for ${what}`, () => {
      const start = performance.now();
      assert.ok(demangle(name) === name);
      assert.ok(performance.now() - start < 5000);
    });
  }
});
