/** Builtin types of Microsoft's mangling, spelled as the Itanium demangler spells them. */
export const primitiveTypes: Readonly<Record<string, string>> = {
  C: 'signed char',
  D: 'char',
  E: 'unsigned char',
  F: 'short',
  G: 'unsigned short',
  H: 'int',
  I: 'unsigned int',
  J: 'long',
  K: 'unsigned long',
  M: 'float',
  N: 'double',
  O: 'long double',
  X: 'void',
  _J: 'long long',
  _K: 'unsigned long long',
  _L: '__int128',
  _M: 'unsigned __int128',
  _N: 'bool',
  _P: 'auto',
  _Q: 'char8_t',
  _S: 'char16_t',
  _T: 'decltype(auto)',
  _U: 'char32_t',
  _W: 'wchar_t',
};

/** Suffix of an integer literal of a builtin type; undefined: the type is written as a cast. */
export const suffixesOfLiterals: ReadonlyMap<string, string> = new Map([
  ['int', ''],
  ['unsigned int', 'u'],
  ['long', 'l'],
  ['unsigned long', 'ul'],
  ['long long', 'll'],
  ['unsigned long long', 'ull'],
]);

/** What the letters of qualifiers stand for; Q to T say that a member is pointed to. */
export const qualifierLetters: Readonly<Record<string, string>> = {
  A: '',
  B: ' const',
  C: ' volatile',
  D: ' const volatile',
  Q: '',
  R: ' const',
  S: ' volatile',
  T: ' const volatile',
};

/** Qualifiers of a pointer itself. */
export const pointerLetters: Readonly<Record<string, string>> = {
  P: '',
  Q: ' const',
  R: ' volatile',
  S: ' const volatile',
};

/** Functions that have a code instead of a name, behind "?". Those in quotation marks the compiler makes. */
export const functionCodes: Readonly<Record<string, string>> = {
  2: 'operator new',
  3: 'operator delete',
  4: 'operator=',
  5: 'operator>>',
  6: 'operator<<',
  7: 'operator!',
  8: 'operator==',
  9: 'operator!=',
  A: 'operator[]',
  C: 'operator->',
  D: 'operator*',
  E: 'operator++',
  F: 'operator--',
  G: 'operator-',
  H: 'operator+',
  I: 'operator&',
  J: 'operator->*',
  K: 'operator/',
  L: 'operator%',
  M: 'operator<',
  N: 'operator<=',
  O: 'operator>',
  P: 'operator>=',
  Q: 'operator,',
  R: 'operator()',
  S: 'operator~',
  T: 'operator^',
  U: 'operator|',
  V: 'operator&&',
  W: 'operator||',
  X: 'operator*=',
  Y: 'operator+=',
  Z: 'operator-=',
  _0: 'operator/=',
  _1: 'operator%=',
  _2: 'operator>>=',
  _3: 'operator<<=',
  _4: 'operator&=',
  _5: 'operator|=',
  _6: 'operator^=',
  _D: "`vbase destructor'",
  _E: "`vector deleting destructor'",
  _F: "`default constructor closure'",
  _G: "`scalar deleting destructor'",
  _H: "`vector constructor iterator'",
  _I: "`vector destructor iterator'",
  _J: "`vector vbase constructor iterator'",
  _K: "`virtual displacement map'",
  _L: "`eh vector constructor iterator'",
  _M: "`eh vector destructor iterator'",
  _N: "`eh vector vbase constructor iterator'",
  _O: "`copy constructor closure'",
  _T: "`local vftable constructor closure'",
  _U: 'operator new[]',
  _V: 'operator delete[]',
  __A: "`managed vector constructor iterator'",
  __B: "`managed vector destructor iterator'",
  __C: "`eh vector copy constructor iterator'",
  __D: "`eh vector vbase copy constructor iterator'",
  __G: "`vector copy constructor iterator'",
  __H: "`vector vbase copy constructor iterator'",
  __I: "`managed vector vbase copy constructor iterator'",
  __L: 'operator co_await',
  __M: 'operator<=>',
};

/** Tables of a class, behind "??_": what they are called before its name. */
export const classTables: Readonly<Record<string, string>> = {
  7: 'vtable for ',
  8: 'vbtable for ',
  S: 'local vtable for ',
  R4: 'RTTI complete object locator for ',
};

/** Functions that run before and after the program for a variable, behind "??_". */
export const initializers: Readonly<Record<string, string>> = {
  _E: 'dynamic initializer for ',
  _F: 'dynamic atexit destructor for ',
};
