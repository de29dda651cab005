/** Builtin types (Itanium C++ ABI 5.1.5.2). */
export const builtinTypes: Readonly<Record<string, string>> = {
  v: 'void',
  w: 'wchar_t',
  b: 'bool',
  c: 'char',
  a: 'signed char',
  h: 'unsigned char',
  s: 'short',
  t: 'unsigned short',
  i: 'int',
  j: 'unsigned int',
  l: 'long',
  m: 'unsigned long',
  x: 'long long',
  y: 'unsigned long long',
  n: '__int128',
  o: 'unsigned __int128',
  f: 'float',
  d: 'double',
  e: 'long double',
  g: '__float128',
  z: '...',
};

export const dBuiltinTypes: Readonly<Record<string, string>> = {
  d: 'decimal64',
  e: 'decimal128',
  f: 'decimal32',
  h: 'half',
  i: 'char32_t',
  s: 'char16_t',
  u: 'char8_t',
  a: 'auto',
  c: 'decltype(auto)',
  n: 'decltype(nullptr)',
};

/** Suffix of an integer literal of a builtin type; undefined: the type is written as a cast. */
export const literalSuffixes: Readonly<Record<string, string>> = {
  i: '',
  j: 'u',
  l: 'l',
  m: 'ul',
  x: 'll',
  y: 'ull',
};

/** Operators (5.1.4.4): name, and how many operands they take in expressions. */
export const operators: Readonly<Record<string, readonly [name: string, operands: number]>> = {
  aN: ['&=', 2],
  aS: ['=', 2],
  aa: ['&&', 2],
  ad: ['&', 1],
  an: ['&', 2],
  aw: ['co_await ', 1],
  cm: [',', 2],
  co: ['~', 1],
  dV: ['/=', 2],
  de: ['*', 1],
  dv: ['/', 2],
  eO: ['^=', 2],
  eo: ['^', 2],
  eq: ['==', 2],
  ge: ['>=', 2],
  gt: ['>', 2],
  lS: ['<<=', 2],
  le: ['<=', 2],
  ls: ['<<', 2],
  lt: ['<', 2],
  mI: ['-=', 2],
  mL: ['*=', 2],
  mi: ['-', 2],
  ml: ['*', 2],
  mm: ['--', 1],
  ne: ['!=', 2],
  ng: ['-', 1],
  nt: ['!', 1],
  oR: ['|=', 2],
  oo: ['||', 2],
  or: ['|', 2],
  pL: ['+=', 2],
  pl: ['+', 2],
  pm: ['->*', 2],
  pp: ['++', 1],
  ps: ['+', 1],
  pt: ['->', 2],
  rM: ['%=', 2],
  rS: ['>>=', 2],
  rm: ['%', 2],
  rs: ['>>', 2],
  ss: ['<=>', 2],
};

/** Operators that are only names of functions. */
export const functionOperators: Readonly<Record<string, string>> = {
  cl: '()',
  ix: '[]',
  qu: '?',
  da: ' delete[]',
  dl: ' delete',
  na: ' new[]',
  nw: ' new',
};

/** Substitutions of the standard library (5.1.10): short form, and the last name for constructors. */
export const standardNames: Readonly<Record<string, readonly [name: string, last: string]>> = {
  a: ['std::allocator', 'allocator'],
  b: ['std::basic_string', 'basic_string'],
  s: ['std::string', 'basic_string'],
  i: ['std::basic_istream<char, std::char_traits<char> >', 'basic_istream'],
  o: ['std::basic_ostream<char, std::char_traits<char> >', 'basic_ostream'],
  d: ['std::basic_iostream<char, std::char_traits<char> >', 'basic_iostream'],
};

/** What a special name (5.1.4.6) stands for, before a type. */
export const typeTables: Readonly<Record<string, string>> = {
  TV: 'vtable for ',
  TT: 'VTT for ',
  TI: 'typeinfo for ',
  TS: 'typeinfo name for ',
};

/** … and before a name. */
export const nameTables: Readonly<Record<string, string>> = {
  GV: 'guard variable for ',
  TW: 'TLS wrapper function for ',
  TH: 'TLS init function for ',
};
