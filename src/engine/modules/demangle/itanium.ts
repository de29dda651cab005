import { type Node, Printer, sequence, TooComplex, text } from './nodes.ts';
import {
  builtinTypes,
  dBuiltinTypes,
  functionOperators,
  literalSuffixes,
  nameTables,
  operators,
  standardNames,
  typeTables,
} from './tables.ts';

/** Thrown where the text is not a mangled name. */
class NotMangled extends Error {}

const MAX_DEPTH = 200;
const MAX_NODES = 20_000;

/** A name on the way: what constructors are called by, and whether its last part has template arguments. */
interface Name {
  readonly node: Node;
  readonly isTemplate: boolean;
  /** Constructors, destructors and conversions have no return type in their mangled names. */
  readonly hasNoResult: boolean;
  /** " const", " &&", …: qualifiers of a member function. */
  readonly suffix: string;
}

/**
 * The C++ name that the Itanium C++ ABI (chapter 5.1) mangled, with parameters and without the return type;
 * undefined if `mangled` is none.
 */
export function demangleItanium(mangled: string): string | undefined {
  try {
    return new Parser(mangled).parse();
  } catch (error) {
    if (error instanceof NotMangled || error instanceof TooComplex) return undefined;
    throw error;
  }
}

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #nodes = 0;
  readonly #substitutions: Node[] = [];
  #templateArgs: readonly Node[] = [];
  readonly #forwards: { node: Node & { kind: 'forward' }; index: number }[] = [];
  #collectForwards = false;

  constructor(mangled: string) {
    this.#text = mangled;
  }

  parse(): string {
    this.#expect('_Z');
    const node = this.#encoding();
    let clone = '';
    if (this.#peek() === '.') {
      clone = ` [clone ${this.#text.slice(this.#at)}]`;
      this.#at = this.#text.length;
    }
    if (this.#at !== this.#text.length) throw new NotMangled();
    return Printer.print(node) + clone;
  }

  #encoding(): Node {
    return this.#guard(() => this.#specialName() ?? this.#functionOrData());
  }

  #functionOrData(): Node {
    const saved = this.#templateArgs;
    const name = this.#name();
    if (this.#atEndOfEncoding()) {
      this.#templateArgs = saved;
      return name.suffix === '' ? name.node : sequence(name.node, name.suffix);
    }
    // Template functions say their return type; it is left out of names in stacks.
    if (name.isTemplate && !name.hasNoResult) this.#type();
    const params: Node[] = [];
    while (!this.#atEndOfEncoding() && this.#peek() !== 'Q') params.push(this.#type());
    if (this.#take('Q')) this.#expression();
    this.#templateArgs = saved;
    return {
      kind: 'function',
      result: undefined,
      name: name.node,
      params: { kind: 'list', items: params },
      suffix: name.suffix,
    };
  }

  #atEndOfEncoding(): boolean {
    const c = this.#peek();
    return c === '' || c === 'E' || c === '.' || c === '_';
  }

  #specialName(): Node | undefined {
    const two = this.#text.slice(this.#at, this.#at + 2);
    if (typeTables[two]) {
      this.#at += 2;
      return sequence(typeTables[two], this.#type());
    }
    if (nameTables[two]) {
      this.#at += 2;
      return sequence(nameTables[two], this.#name().node);
    }
    switch (two) {
      case 'Tc':
        this.#at += 2;
        this.#callOffset();
        this.#callOffset();
        return sequence('covariant return thunk to ', this.#encoding());
      case 'Th':
      case 'Tv':
        this.#at += 1;
        this.#callOffset();
        return sequence(two === 'Th' ? 'non-virtual thunk to ' : 'virtual thunk to ', this.#encoding());
      case 'TC': {
        this.#at += 2;
        const derived = this.#type();
        this.#number();
        this.#expect('_');
        return sequence('construction vtable for ', this.#type(), '-in-', derived);
      }
      case 'TA':
        this.#at += 2;
        return sequence('template parameter object for ', this.#templateArg());
      case 'GR': {
        this.#at += 2;
        const { node } = this.#name();
        const n = this.#peek() === '_' ? 0 : this.#base36() + 1;
        this.#take('_');
        return sequence(`reference temporary #${n} for `, node);
      }
      case 'GT':
        this.#at += 2;
        if (this.#take('t')) return sequence('transaction clone for ', this.#encoding());
        this.#take('n');
        return sequence('non-transaction clone for ', this.#encoding());
      default:
        return undefined;
    }
  }

  #callOffset(): void {
    if (this.#take('h')) this.#number();
    else {
      this.#expect('v');
      this.#number();
      this.#expect('_');
      this.#number();
    }
    this.#expect('_');
  }

  #name(): Name {
    return this.#guard(() => {
      switch (this.#peek()) {
        case 'N':
          return this.#nestedName();
        case 'Z':
          return this.#localName();
        case 'S':
          if (this.#text[this.#at + 1] !== 't') return this.#substitutedName();
      }
      const std = this.#takeText('St');
      const unqualified = this.#unqualifiedName(undefined);
      const node = std ? sequence('std::', unqualified.node) : unqualified.node;
      if (this.#peek() !== 'I') return { ...unqualified, node, isTemplate: false, suffix: '' };
      this.#substitutions.push(node);
      return { ...unqualified, node: this.#withArgs(node), isTemplate: true, suffix: '' };
    });
  }

  #substitutedName(): Name {
    const node = this.#substitution();
    if (this.#peek() !== 'I') return { node, isTemplate: false, hasNoResult: false, suffix: '' };
    return { node: this.#withArgs(node), isTemplate: true, hasNoResult: false, suffix: '' };
  }

  #withArgs(name: Node): Node {
    const args = this.#templateArgList();
    this.#templateArgs = args;
    for (const forward of this.#forwards.splice(0)) forward.node.target = args[forward.index];
    return this.#node({ kind: 'template', name, args: { kind: 'list', items: args } });
  }

  #nestedName(): Name {
    this.#expect('N');
    if (this.#take('H')) return this.#nestedParts('');
    const qualifiers = this.#cvQualifiers();
    const suffix = qualifiers + (this.#take('R') ? ' &' : this.#take('O') ? ' &&' : '');
    return this.#nestedParts(suffix);
  }

  #nestedParts(suffix: string): Name {
    let node: Node | undefined;
    let last: Node | undefined;
    let isTemplate = false;
    let hasNoResult = false;
    while (!this.#take('E')) {
      const c = this.#peek();
      if (c === 'I') {
        if (!node) throw new NotMangled();
        node = this.#withArgs(node);
        isTemplate = true;
      } else if (c === 'M' && node) {
        // A data member's initializer: closures in it hang on the member.
        this.#at++;
        continue;
      } else {
        const part = this.#nestedPart(node, last);
        last = part.last;
        node = part.node;
        isTemplate = part.isTemplate;
        hasNoResult = part.hasNoResult;
        if (part.isSubstitution) continue;
      }
      if (this.#peek() !== 'E') this.#substitutions.push(node);
    }
    if (!node) throw new NotMangled();
    return { node, isTemplate, hasNoResult, suffix };
  }

  #nestedPart(
    prefix: Node | undefined,
    last: Node | undefined,
  ): {
    node: Node;
    last: Node | undefined;
    isTemplate: boolean;
    hasNoResult: boolean;
    isSubstitution: boolean;
  } {
    const plain = { isTemplate: false, hasNoResult: false };
    const c = this.#peek();
    if (c === 'S' && !prefix) {
      if (this.#text[this.#at + 1] === 't') {
        this.#at += 2;
        const name = this.#unqualifiedName(undefined);
        return { node: sequence('std::', name.node), last: name.node, ...plain, isSubstitution: false };
      }
      const standard = standardNames[this.#text[this.#at + 1] ?? ''];
      const node = this.#substitution();
      return { node, last: standard ? text(standard[1]) : lastOf(node), ...plain, isSubstitution: true };
    }
    if (c === 'T') {
      const node = this.#templateParam();
      return { node, last: node, ...plain, isSubstitution: false };
    }
    if (c === 'D' && /[tT]/.test(this.#text[this.#at + 1] ?? '')) {
      const node = this.#decltype();
      return { node, last: undefined, ...plain, isSubstitution: false };
    }
    const name = this.#unqualifiedName(last);
    const node = prefix ? this.#node(sequence(prefix, '::', name.node)) : name.node;
    return { node, last: name.node, isTemplate: false, hasNoResult: name.hasNoResult, isSubstitution: false };
  }

  #localName(): Name {
    this.#expect('Z');
    const outer = this.#encoding();
    this.#expect('E');
    if (this.#take('s')) {
      this.#discriminator();
      return { node: sequence(outer, '::string literal'), isTemplate: false, hasNoResult: false, suffix: '' };
    }
    if (this.#take('d')) {
      const n = this.#peek() === '_' ? 0 : this.#number() + 1;
      this.#expect('_');
      const inner = this.#name();
      return { ...inner, node: sequence(outer, `::{default arg#${n + 1}}::`, inner.node) };
    }
    const inner = this.#name();
    this.#discriminator();
    return { ...inner, node: this.#node(sequence(outer, '::', inner.node)) };
  }

  #discriminator(): void {
    if (!this.#take('_')) return;
    if (this.#take('_')) {
      this.#number();
      this.#take('_');
    } else if (/\d/.test(this.#peek())) this.#at++;
  }

  /** `last` is the enclosing class's own name, which its constructors repeat. */
  #unqualifiedName(last: Node | undefined): { node: Node; hasNoResult: boolean } {
    this.#take('L');
    const c = this.#peek();
    let node: Node;
    let hasNoResult = false;
    if (/\d/.test(c)) node = this.#sourceName();
    else if (c === 'C' || (c === 'D' && /[0-9]/.test(this.#text[this.#at + 1] ?? ''))) {
      node = this.#constructorName(last);
      hasNoResult = true;
    } else if (c === 'U') node = this.#unnamedType();
    else if (this.#takeText('DC')) {
      const names: Node[] = [];
      while (!this.#take('E')) names.push(this.#sourceName());
      node = sequence('[', { kind: 'list', items: names }, ']');
    } else if (this.#takeText('cv')) {
      node = this.#conversion();
      hasNoResult = true;
    } else node = this.#operatorName();
    while (this.#take('B')) node = sequence(node, '[abi:', this.#sourceName(), ']');
    return { node: this.#node(node), hasNoResult };
  }

  #constructorName(last: Node | undefined): Node {
    const destructor = this.#peek() === 'D';
    this.#at++;
    this.#take('I');
    this.#at++;
    if (this.#text[this.#at - 2] === 'I') this.#type();
    if (!last) throw new NotMangled();
    return destructor ? sequence('~', last) : last;
  }

  #conversion(): Node {
    const outer = this.#collectForwards;
    this.#collectForwards = true;
    const type = this.#type();
    this.#collectForwards = outer;
    return sequence('operator ', type);
  }

  #operatorName(): Node {
    const two = this.#text.slice(this.#at, this.#at + 2);
    this.#at += 2;
    const name = operators[two]?.[0].trim() ?? functionOperators[two];
    if (name !== undefined) return text(`operator${two === 'aw' ? ' ' : ''}${name}`);
    if (two === 'li') return sequence('operator"" ', this.#sourceName());
    if (/^v\d$/.test(two)) return sequence('operator ', this.#sourceName());
    throw new NotMangled();
  }

  #sourceName(): Node {
    const length = this.#digits();
    const name = this.#text.slice(this.#at, this.#at + length);
    if (length === 0 || name.length < length) throw new NotMangled();
    this.#at += length;
    return text(/^_GLOBAL__N/.test(name) ? '(anonymous namespace)' : name);
  }

  #unnamedType(): Node {
    this.#expect('U');
    if (this.#take('t')) {
      const n = this.#peek() === '_' ? 1 : this.#digits() + 2;
      this.#expect('_');
      return text(`{unnamed type#${n}}`);
    }
    if (this.#take('b')) {
      if (this.#peek() !== '_') this.#digits();
      this.#expect('_');
      return text("'block-literal'");
    }
    this.#expect('l');
    while (this.#peek() === 'T' && /[ynptk]/.test(this.#text[this.#at + 1] ?? '')) this.#templateParamDecl();
    const params: Node[] = [];
    while (this.#peek() !== 'E' && this.#peek() !== 'Q') params.push(this.#type());
    if (this.#take('Q')) this.#expression();
    this.#expect('E');
    const n = this.#peek() === '_' ? 1 : this.#digits() + 2;
    this.#expect('_');
    const list: Node = {
      kind: 'function',
      result: undefined,
      name: text('{lambda'),
      params: { kind: 'list', items: params },
      suffix: `#${n}}`,
    };
    return list;
  }

  #templateParamDecl(): void {
    this.#at += 2;
    switch (this.#text[this.#at - 1]) {
      case 'n':
        this.#type();
        return;
      case 't':
        while (!this.#take('E')) this.#templateParamDecl();
        return;
      case 'p':
        this.#templateParamDecl();
        return;
      case 'k':
        this.#name();
        return;
      case 'y':
        return;
      default:
        throw new NotMangled();
    }
  }

  #type(): Node {
    return this.#guard(() => {
      const c = this.#peek();
      const builtin = builtinTypes[c];
      if (builtin !== undefined && c !== '') {
        this.#at++;
        return text(builtin);
      }
      const short = this.#unsubstitutedType(c);
      if (short) return short;
      const node = this.#node(this.#compoundType(c));
      this.#substitutions.push(node);
      return node;
    });
  }

  /** Types that are no substitution candidates of their own; undefined for all others. */
  #unsubstitutedType(c: string): Node | undefined {
    if (c === 'S' && this.#text[this.#at + 1] !== 't') {
      const node = this.#substitution();
      if (this.#peek() !== 'I') return node;
      const template = this.#typeTemplate(node);
      this.#substitutions.push(template);
      return template;
    }
    if (c === 'D') {
      const d = dBuiltinTypes[this.#text[this.#at + 1] ?? ''];
      if (d !== undefined) {
        this.#at += 2;
        return text(d);
      }
      if (this.#text[this.#at + 1] === 'F') {
        this.#at += 2;
        const bits = this.#digits();
        const x = this.#take('x') || this.#take('b');
        this.#take('_');
        return text(x ? `_Float${bits}x` : `_Float${bits}`);
      }
      if (this.#text[this.#at + 1] === 'B' || this.#text[this.#at + 1] === 'U') {
        const unsigned = this.#text[this.#at + 1] === 'U';
        this.#at += 2;
        const size = /\d/.test(this.#peek()) ? text(String(this.#digits())) : this.#expression();
        this.#expect('_');
        return sequence(unsigned ? 'unsigned _BitInt(' : '_BitInt(', size, ')');
      }
    }
    if (c === 'u') {
      this.#at++;
      return this.#sourceName();
    }
    return undefined;
  }

  /** Template arguments in a type do not name the encoding's own parameters. */
  #typeTemplate(name: Node): Node {
    const args = this.#templateArgList();
    return this.#node({ kind: 'template', name, args: { kind: 'list', items: args } });
  }

  #compoundType(c: string): Node {
    switch (c) {
      case 'r':
      case 'V':
      case 'K': {
        const qualifiers = this.#cvQualifiers();
        return { kind: 'qualified', type: this.#type(), qualifiers };
      }
      case 'P':
        this.#at++;
        return { kind: 'pointer', symbol: '*', target: this.#type() };
      case 'R':
        this.#at++;
        return { kind: 'pointer', symbol: '&', target: this.#type() };
      case 'O':
        this.#at++;
        return { kind: 'pointer', symbol: '&&', target: this.#type() };
      case 'C':
        this.#at++;
        return sequence(this.#type(), ' _Complex');
      case 'G':
        this.#at++;
        return sequence(this.#type(), ' _Imaginary');
      case 'U':
        return this.#vendorQualified();
      case 'F':
        return this.#functionType();
      case 'A':
        return this.#arrayType();
      case 'M': {
        this.#at++;
        const owner = this.#type();
        return { kind: 'member-pointer', owner, target: this.#type() };
      }
      case 'T':
        return this.#templateParamType();
      case 'D':
        return this.#dType();
      default:
        return this.#className();
    }
  }

  #className(): Node {
    const saved = this.#templateArgs;
    const { node } = this.#name();
    this.#templateArgs = saved;
    return node;
  }

  #vendorQualified(): Node {
    this.#expect('U');
    const name = this.#sourceName();
    if (this.#peek() === 'I') {
      const args = this.#templateArgList();
      return sequence(this.#type(), ' ', name, '<', { kind: 'list', items: args }, '>');
    }
    return sequence(this.#type(), ' ', name);
  }

  #functionType(suffix = ''): Node {
    this.#expect('F');
    this.#take('Y');
    const result = this.#type();
    const params: Node[] = [];
    let reference = '';
    while (!this.#take('E')) {
      if (this.#takeText('RE')) reference = ' &';
      else if (this.#takeText('OE')) reference = ' &&';
      else {
        params.push(this.#type());
        continue;
      }
      break;
    }
    return {
      kind: 'function',
      result,
      name: undefined,
      params: { kind: 'list', items: params },
      suffix: reference + suffix,
    };
  }

  #arrayType(): Node {
    this.#expect('A');
    let size: Node = text('');
    if (/\d/.test(this.#peek())) size = text(String(this.#digits()));
    else if (this.#peek() !== '_') size = this.#expression();
    this.#expect('_');
    return { kind: 'array', element: this.#type(), size };
  }

  #templateParamType(): Node {
    const kind = this.#text[this.#at + 1] ?? '';
    if (/[sue]/.test(kind)) {
      this.#at += 2;
      return this.#className();
    }
    const param = this.#templateParam();
    // Arguments behind a conversion's type are those of the operator.
    if (this.#peek() !== 'I' || this.#collectForwards) return param;
    this.#substitutions.push(param);
    return this.#typeTemplate(param);
  }

  #dType(): Node {
    const kind = this.#text[this.#at + 1];
    switch (kind) {
      case 't':
      case 'T':
        return this.#decltype();
      case 'p':
        this.#at += 2;
        return { kind: 'expansion', pattern: this.#type() };
      case 'v': {
        this.#at += 2;
        const size = /\d/.test(this.#peek()) ? text(String(this.#digits())) : this.#expression();
        this.#expect('_');
        return sequence(this.#type(), ' __vector(', size, ')');
      }
      case 'o':
        this.#at += 2;
        return this.#functionType(' noexcept');
      case 'O': {
        this.#at += 2;
        const condition = Printer.print(this.#expression());
        this.#expect('E');
        return this.#functionType(` noexcept(${condition})`);
      }
      case 'x':
        this.#at += 2;
        return this.#functionType();
      default:
        return this.#className();
    }
  }

  #decltype(): Node {
    this.#at += 2;
    const expression = this.#expression();
    this.#expect('E');
    return sequence('decltype (', expression, ')');
  }

  #cvQualifiers(): string {
    let result = '';
    if (this.#take('r')) result = ' restrict';
    if (this.#take('V')) result = ` volatile${result}`;
    if (this.#take('K')) result = ` const${result}`;
    return result;
  }

  #templateParam(): Node {
    this.#expect('T');
    if (this.#take('L')) {
      this.#digits();
      this.#expect('_');
    }
    const index = this.#peek() === '_' ? 0 : this.#digits() + 1;
    this.#expect('_');
    const arg = this.#templateArgs[index];
    if (arg && !this.#collectForwards) return arg;
    if (this.#collectForwards) {
      const node = { kind: 'forward' as const, target: undefined };
      this.#forwards.push({ node, index });
      return node;
    }
    // Parameters of a generic lambda have no arguments in the name.
    return text('auto');
  }

  #templateArgList(): Node[] {
    this.#expect('I');
    const outer = this.#collectForwards;
    this.#collectForwards = false;
    const args: Node[] = [];
    while (!this.#take('E')) {
      if (this.#take('Q')) this.#expression();
      else args.push(this.#templateArg());
    }
    this.#collectForwards = outer;
    return args;
  }

  #templateArg(): Node {
    return this.#guard(() => {
      switch (this.#peek()) {
        case 'X': {
          this.#at++;
          const node = this.#expression();
          this.#expect('E');
          return node;
        }
        case 'J': {
          this.#at++;
          const items: Node[] = [];
          while (!this.#take('E')) items.push(this.#templateArg());
          return this.#node({ kind: 'pack', items });
        }
        case 'L':
          return this.#literal();
        case 'T':
          if (/[ynptk]/.test(this.#text[this.#at + 1] ?? '')) {
            this.#templateParamDecl();
            return this.#templateArg();
          }
          return this.#type();
        default:
          return this.#type();
      }
    });
  }

  #literal(): Node {
    this.#expect('L');
    if (this.#takeText('_Z') || this.#take('Z')) {
      const node = this.#encoding();
      this.#expect('E');
      return nameOnly(node);
    }
    const code = this.#peek();
    if (code === 'D' && this.#text[this.#at + 1] === 'n') {
      this.#at += 2;
      this.#take('0');
      this.#expect('E');
      return text('nullptr');
    }
    const type = this.#type();
    const end = this.#text.indexOf('E', this.#at);
    if (end < 0) throw new NotMangled();
    const raw = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    const value = raw.startsWith('n') ? `-${raw.slice(1)}` : raw;
    if (code === 'b') return text(value === '0' ? 'false' : value === '1' ? 'true' : `(bool)${value}`);
    const suffix = literalSuffixes[code];
    if (suffix !== undefined) return text(value + suffix);
    if (/[fde]/.test(code)) return sequence('(', type, `)[${raw}]`);
    return value === '' ? type : sequence('(', type, `)${value}`);
  }

  #expression(): Node {
    return this.#guard(() => this.#node(this.#anyExpression()));
  }

  #anyExpression(): Node {
    const c = this.#peek();
    if (c === 'L') return this.#literal();
    if (c === 'T') return this.#templateParam();
    if (/\d/.test(c) || c === 'N' || c === 'Z') return this.#unresolvedName();
    const two = this.#text.slice(this.#at, this.#at + 2);
    if (two === 'fp' || two === 'fL') {
      const parameter = this.#functionParameter();
      if (parameter) return parameter;
    }
    this.#at += 2;
    return this.#namedExpression(two) ?? this.#operatorExpression(two);
  }

  #unresolvedName(): Node {
    const node = this.#name().node;
    return node;
  }

  #functionParameter(): Node | undefined {
    const match = /^(fL\d*p|fp)[rVK]*(T|\d*_)/.exec(this.#text.slice(this.#at, this.#at + 24));
    if (!match) return undefined;
    this.#at += match[0].length;
    if (match[2] === 'T') return text('this');
    const n = match[2] === '_' ? 1 : Number.parseInt(match[2]!, 10) + 2;
    return text(`{parm#${n}}`);
  }

  /** Expressions with a form of their own; undefined for plain operators. */
  #namedExpression(two: string): Node | undefined {
    switch (two) {
      case 'cl': {
        const callee = this.#expression();
        return sequence(wrapped(callee), '(', this.#expressionList(), ')');
      }
      case 'cv': {
        const type = this.#type();
        if (this.#take('_')) return sequence('(', type, ')(', this.#expressionList(), ')');
        return sequence('(', type, ')', wrapped(this.#expression()));
      }
      case 'sc':
      case 'dc':
      case 'cc':
      case 'rc': {
        const names: Record<string, string> = { sc: 'static', dc: 'dynamic', cc: 'const', rc: 'reinterpret' };
        const type = this.#type();
        return sequence(`${names[two]}_cast<`, type, '>(', this.#expression(), ')');
      }
      case 'tl': {
        const type = this.#type();
        return sequence(type, '{', this.#expressionList(), '}');
      }
      case 'il':
        return sequence('{', this.#expressionList(), '}');
      case 'st':
        return sequence('sizeof (', this.#type(), ')');
      case 'sz':
        return sequence('sizeof ', wrapped(this.#expression()));
      case 'at':
        return sequence('alignof (', this.#type(), ')');
      case 'az':
        return sequence('alignof ', wrapped(this.#expression()));
      case 'ti':
        return sequence('typeid (', this.#type(), ')');
      case 'te':
        return sequence('typeid ', wrapped(this.#expression()));
      case 'nx':
        return sequence('noexcept ', wrapped(this.#expression()));
      case 'tw':
        return sequence('throw ', this.#expression());
      case 'tr':
        return text('throw');
      case 'sZ':
        return this.#packSize();
      case 'sP': {
        const items: Node[] = [];
        while (!this.#take('E')) items.push(this.#templateArg());
        return text(String(items.length));
      }
      case 'sp':
        return { kind: 'expansion', pattern: this.#expression() };
      case 'sr':
        return this.#scopedName();
      case 'gs':
        return sequence('::', this.#expression());
      case 'dt':
      case 'pt': {
        const object = this.#expression();
        return sequence(wrapped(object), two === 'dt' ? '.' : '->', this.#memberName());
      }
      case 'ds': {
        const object = this.#expression();
        return sequence(wrapped(object), '.*', wrapped(this.#expression()));
      }
      case 'qu': {
        const condition = this.#expression();
        const yes = this.#expression();
        return sequence(wrapped(condition), '?', wrapped(yes), ' : ', wrapped(this.#expression()));
      }
      case 'ix': {
        const array = this.#expression();
        return sequence(wrapped(array), '[', this.#expression(), ']');
      }
      case 'on':
        return this.#memberBase();
      case 'fl':
      case 'fr':
      case 'fL':
      case 'fR':
        return this.#fold(two);
      case 'rq':
      case 'rQ':
        throw new NotMangled();
      default:
        return undefined;
    }
  }

  #packSize(): Node {
    if (this.#peek() === 'T') {
      const param = this.#templateParam();
      if (param.kind === 'pack') return text(String(param.items.length));
      return sequence('sizeof...(', param, ')');
    }
    return sequence('sizeof...(', this.#expression(), ')');
  }

  #fold(two: string): Node {
    const operator = operators[this.#text.slice(this.#at, this.#at + 2)];
    if (!operator) throw new NotMangled();
    this.#at += 2;
    const first = this.#expression();
    if (two === 'fl') return sequence('(...', operator[0], first, ')');
    if (two === 'fr') return sequence('(', first, operator[0], '...)');
    return sequence('(', first, operator[0], '...', operator[0], this.#expression(), ')');
  }

  #scopedName(): Node {
    if (this.#take('N')) {
      let node = this.#type();
      while (!this.#take('E')) node = sequence(node, '::', this.#simpleId());
      return sequence(node, '::', this.#memberBase());
    }
    if (/\d/.test(this.#peek())) {
      let node = this.#simpleId();
      while (!this.#take('E')) node = sequence(node, '::', this.#simpleId());
      return sequence(node, '::', this.#memberBase());
    }
    const type = this.#type();
    return sequence(type, '::', this.#memberBase());
  }

  #memberName(): Node {
    if (this.#takeText('sr')) return this.#scopedName();
    if (this.#peek() === 'L' || this.#peek() === 'T') return this.#expression();
    return this.#memberBase();
  }

  #memberBase(): Node {
    this.#takeText('on');
    if (this.#takeText('dn')) return sequence('~', /\d/.test(this.#peek()) ? this.#simpleId() : this.#type());
    if (/\d/.test(this.#peek())) return this.#simpleId();
    const name = this.#unqualifiedName(undefined).node;
    return this.#peek() === 'I' ? this.#typeTemplate(name) : name;
  }

  #simpleId(): Node {
    const name = this.#sourceName();
    return this.#peek() === 'I' ? this.#typeTemplate(name) : name;
  }

  #operatorExpression(two: string): Node {
    const operator = operators[two];
    if (!operator) throw new NotMangled();
    const [name, operands] = operator;
    if (operands === 1) {
      if ((two === 'pp' || two === 'mm') && !this.#take('_'))
        return sequence(wrapped(this.#expression()), name);
      const operand = this.#expression();
      if (two === 'ad')
        return sequence('&', operand.kind === 'function' ? nameOnly(operand) : maybeWrapped(operand));
      return sequence(name, wrapped(operand));
    }
    const left = this.#expression();
    const right = this.#expression();
    const plain = sequence(wrapped(left), name, wrapped(right));
    // A bare ">" would end the argument list.
    return two === 'gt' ? sequence('(', plain, ')') : plain;
  }

  #expressionList(): Node {
    const items: Node[] = [];
    while (!this.#take('E')) items.push(this.#expression());
    return { kind: 'list', items };
  }

  /** S_, S<base 36>_, or an abbreviation of the standard library. */
  #substitution(): Node {
    this.#expect('S');
    const c = this.#peek();
    const standard = standardNames[c];
    if (standard) {
      this.#at++;
      let node = text(standard[0]);
      while (this.#take('B')) node = sequence(node, '[abi:', this.#sourceName(), ']');
      return node;
    }
    const index = c === '_' ? 0 : this.#base36() + 1;
    this.#expect('_');
    const node = this.#substitutions[index];
    if (!node) throw new NotMangled();
    return node;
  }

  #base36(): number {
    const match = /^[0-9A-Z]+/.exec(this.#text.slice(this.#at, this.#at + 8));
    if (!match) throw new NotMangled();
    this.#at += match[0].length;
    return Number.parseInt(match[0], 36);
  }

  #digits(): number {
    let value = 0;
    const start = this.#at;
    for (let c = this.#text.charCodeAt(this.#at); c >= 48 && c <= 57; c = this.#text.charCodeAt(++this.#at)) {
      value = value * 10 + (c - 48);
    }
    if (this.#at === start) throw new NotMangled();
    return value;
  }

  #number(): number {
    const negative = this.#take('n');
    const value = this.#digits();
    return negative ? -value : value;
  }

  #peek(): string {
    return this.#text[this.#at] ?? '';
  }

  #take(c: string): boolean {
    if (this.#text[this.#at] !== c) return false;
    this.#at++;
    return true;
  }

  #takeText(value: string): boolean {
    if (!this.#text.startsWith(value, this.#at)) return false;
    this.#at += value.length;
    return true;
  }

  #expect(value: string): void {
    if (!this.#takeText(value)) throw new NotMangled();
  }

  #node<T extends Node>(node: T): T {
    if (++this.#nodes > MAX_NODES) throw new NotMangled();
    return node;
  }

  #guard<T>(parse: () => T): T {
    if (++this.#depth > MAX_DEPTH) throw new NotMangled();
    const result = parse();
    this.#depth--;
    return result;
  }
}

/** The last part of a substituted name, as its constructors repeat it. */
function lastOf(node: Node): Node | undefined {
  let current: Node | undefined = node;
  for (let i = 0; current && i < 64; i++) {
    if (current.kind === 'template') current = current.name;
    else if (current.kind === 'sequence') current = current.parts.at(-1);
    else break;
  }
  return current;
}

/** A function as a template argument: its name without parameters. */
function nameOnly(node: Node): Node {
  return node.kind === 'function' && node.name ? node.name : node;
}

function wrapped(node: Node): Node {
  return sequence('(', node, ')');
}

function maybeWrapped(node: Node): Node {
  return node.kind === 'text' || node.kind === 'sequence' || node.kind === 'template' ? node : wrapped(node);
}
