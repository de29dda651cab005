import { NotMangled } from './cursor.ts';
import { type Node, Printer, sequence, TooComplex, text } from './nodes.ts';
import { functionOperators, nameTables, operators, standardNames, typeTables } from './tables.ts';
import { TypeParser } from './types.ts';

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

/** Names and encodings (Itanium C++ ABI 5.1.2 to 5.1.4). */
class Parser extends TypeParser {
  parse(): string {
    this.expect('_Z');
    const node = this.encoding();
    let clone = '';
    if (this.peek() === '.') {
      clone = ` [clone ${this.text.slice(this.at)}]`;
      this.at = this.text.length;
    }
    if (this.at !== this.text.length) throw new NotMangled();
    return Printer.print(node) + clone;
  }

  protected encoding(): Node {
    return this.guard(() => this.specialName() ?? this.functionOrData());
  }

  protected functionOrData(): Node {
    const saved = this.templateArgs;
    const name = this.name();
    if (this.atEndOfEncoding()) {
      this.templateArgs = saved;
      return name.suffix === '' ? name.node : sequence(name.node, name.suffix);
    }
    // Template functions say their return type; it is left out of names in stacks.
    if (name.isTemplate && !name.hasNoResult) this.type();
    const params: Node[] = [];
    while (!this.atEndOfEncoding() && this.peek() !== 'Q') params.push(this.type());
    if (this.take('Q')) this.expression();
    this.templateArgs = saved;
    return {
      kind: 'function',
      result: undefined,
      name: name.node,
      params: { kind: 'list', items: params },
      suffix: name.suffix,
    };
  }

  protected atEndOfEncoding(): boolean {
    const c = this.peek();
    return c === '' || c === 'E' || c === '.' || c === '_';
  }

  protected specialName(): Node | undefined {
    const two = this.text.slice(this.at, this.at + 2);
    if (typeTables[two]) {
      this.at += 2;
      return sequence(typeTables[two], this.type());
    }
    if (nameTables[two]) {
      this.at += 2;
      return sequence(nameTables[two], this.name().node);
    }
    switch (two) {
      case 'Tc':
        this.at += 2;
        this.callOffset();
        this.callOffset();
        return sequence('covariant return thunk to ', this.encoding());
      case 'Th':
      case 'Tv':
        this.at += 1;
        this.callOffset();
        return sequence(two === 'Th' ? 'non-virtual thunk to ' : 'virtual thunk to ', this.encoding());
      case 'TC': {
        this.at += 2;
        const derived = this.type();
        this.number();
        this.expect('_');
        return sequence('construction vtable for ', this.type(), '-in-', derived);
      }
      case 'TA':
        this.at += 2;
        return sequence('template parameter object for ', this.templateArg());
      case 'GR': {
        this.at += 2;
        const { node } = this.name();
        const n = this.peek() === '_' ? 0 : this.base36() + 1;
        this.take('_');
        return sequence(`reference temporary #${n} for `, node);
      }
      case 'GT':
        this.at += 2;
        if (this.take('t')) return sequence('transaction clone for ', this.encoding());
        this.take('n');
        return sequence('non-transaction clone for ', this.encoding());
      default:
        return undefined;
    }
  }

  protected callOffset(): void {
    if (this.take('h')) this.number();
    else {
      this.expect('v');
      this.number();
      this.expect('_');
      this.number();
    }
    this.expect('_');
  }

  protected name(): Name {
    return this.guard(() => {
      switch (this.peek()) {
        case 'N':
          return this.nestedName();
        case 'Z':
          return this.localName();
        case 'S':
          if (this.text[this.at + 1] !== 't') return this.substitutedName();
      }
      const std = this.takeText('St');
      const unqualified = this.unqualifiedName(undefined);
      const node = std ? sequence('std::', unqualified.node) : unqualified.node;
      if (this.peek() !== 'I') return { ...unqualified, node, isTemplate: false, suffix: '' };
      this.substitutions.push(node);
      return { ...unqualified, node: this.withArgs(node), isTemplate: true, suffix: '' };
    });
  }

  protected substitutedName(): Name {
    const node = this.substitution();
    if (this.peek() !== 'I') return { node, isTemplate: false, hasNoResult: false, suffix: '' };
    return { node: this.withArgs(node), isTemplate: true, hasNoResult: false, suffix: '' };
  }

  protected withArgs(name: Node): Node {
    const args = this.templateArgList();
    this.templateArgs = args;
    for (const forward of this.forwards.splice(0)) forward.node.target = args[forward.index];
    return this.node({ kind: 'template', name, args: { kind: 'list', items: args } });
  }

  protected nestedName(): Name {
    this.expect('N');
    if (this.take('H')) return this.nestedParts('');
    const qualifiers = this.cvQualifiers();
    const suffix = qualifiers + (this.take('R') ? ' &' : this.take('O') ? ' &&' : '');
    return this.nestedParts(suffix);
  }

  protected nestedParts(suffix: string): Name {
    let node: Node | undefined;
    let last: Node | undefined;
    let isTemplate = false;
    let hasNoResult = false;
    while (!this.take('E')) {
      const c = this.peek();
      if (c === 'I') {
        if (!node) throw new NotMangled();
        node = this.withArgs(node);
        isTemplate = true;
      } else if (c === 'M' && node) {
        // A data member's initializer: closures in it hang on the member.
        this.at++;
        continue;
      } else {
        const part = this.nestedPart(node, last);
        last = part.last;
        node = part.node;
        isTemplate = part.isTemplate;
        hasNoResult = part.hasNoResult;
        if (part.isSubstitution) continue;
      }
      if (this.peek() !== 'E') this.substitutions.push(node);
    }
    if (!node) throw new NotMangled();
    return { node, isTemplate, hasNoResult, suffix };
  }

  protected nestedPart(
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
    const c = this.peek();
    if (c === 'S' && !prefix) {
      if (this.text[this.at + 1] === 't') {
        this.at += 2;
        const name = this.unqualifiedName(undefined);
        return { node: sequence('std::', name.node), last: name.node, ...plain, isSubstitution: false };
      }
      const standard = standardNames[this.text[this.at + 1] ?? ''];
      const node = this.substitution();
      return { node, last: standard ? text(standard[1]) : lastOf(node), ...plain, isSubstitution: true };
    }
    if (c === 'T') {
      const node = this.templateParam();
      return { node, last: node, ...plain, isSubstitution: false };
    }
    if (c === 'D' && /[tT]/.test(this.text[this.at + 1] ?? '')) {
      const node = this.decltype();
      return { node, last: undefined, ...plain, isSubstitution: false };
    }
    const name = this.unqualifiedName(last);
    const node = prefix ? this.node(sequence(prefix, '::', name.node)) : name.node;
    return { node, last: name.node, isTemplate: false, hasNoResult: name.hasNoResult, isSubstitution: false };
  }

  protected localName(): Name {
    this.expect('Z');
    const outer = this.encoding();
    this.expect('E');
    if (this.take('s')) {
      this.discriminator();
      return { node: sequence(outer, '::string literal'), isTemplate: false, hasNoResult: false, suffix: '' };
    }
    if (this.take('d')) {
      const n = this.peek() === '_' ? 0 : this.number() + 1;
      this.expect('_');
      const inner = this.name();
      return { ...inner, node: sequence(outer, `::{default arg#${n + 1}}::`, inner.node) };
    }
    const inner = this.name();
    this.discriminator();
    return { ...inner, node: this.node(sequence(outer, '::', inner.node)) };
  }

  protected discriminator(): void {
    if (!this.take('_')) return;
    if (this.take('_')) {
      this.number();
      this.take('_');
    } else if (/\d/.test(this.peek())) this.at++;
  }

  /** `last` is the enclosing class's own name, which its constructors repeat. */
  protected unqualifiedName(last: Node | undefined): { node: Node; hasNoResult: boolean } {
    this.take('L');
    const c = this.peek();
    let node: Node;
    let hasNoResult = false;
    if (/\d/.test(c)) node = this.sourceName();
    else if (c === 'C' || (c === 'D' && /[0-9]/.test(this.text[this.at + 1] ?? ''))) {
      node = this.constructorName(last);
      hasNoResult = true;
    } else if (c === 'U') node = this.unnamedType();
    else if (this.takeText('DC')) {
      const names: Node[] = [];
      while (!this.take('E')) names.push(this.sourceName());
      node = sequence('[', { kind: 'list', items: names }, ']');
    } else if (this.takeText('cv')) {
      node = this.conversion();
      hasNoResult = true;
    } else node = this.operatorName();
    while (this.take('B')) node = sequence(node, '[abi:', this.sourceName(), ']');
    return { node: this.node(node), hasNoResult };
  }

  protected constructorName(last: Node | undefined): Node {
    const destructor = this.peek() === 'D';
    this.at++;
    this.take('I');
    this.at++;
    if (this.text[this.at - 2] === 'I') this.type();
    if (!last) throw new NotMangled();
    return destructor ? sequence('~', last) : last;
  }

  protected conversion(): Node {
    const outer = this.collectForwards;
    this.collectForwards = true;
    const type = this.type();
    this.collectForwards = outer;
    return sequence('operator ', type);
  }

  protected operatorName(): Node {
    const two = this.text.slice(this.at, this.at + 2);
    this.at += 2;
    const name = operators[two]?.[0].trim() ?? functionOperators[two];
    if (name !== undefined) return text(`operator${two === 'aw' ? ' ' : ''}${name}`);
    if (two === 'li') return sequence('operator"" ', this.sourceName());
    if (/^v\d$/.test(two)) return sequence('operator ', this.sourceName());
    throw new NotMangled();
  }

  protected sourceName(): Node {
    const length = this.digits();
    const name = this.text.slice(this.at, this.at + length);
    if (length === 0 || name.length < length) throw new NotMangled();
    this.at += length;
    return text(/^_GLOBAL__N/.test(name) ? '(anonymous namespace)' : name);
  }

  protected unnamedType(): Node {
    this.expect('U');
    if (this.take('t')) {
      const n = this.peek() === '_' ? 1 : this.digits() + 2;
      this.expect('_');
      return text(`{unnamed type#${n}}`);
    }
    if (this.take('b')) {
      if (this.peek() !== '_') this.digits();
      this.expect('_');
      return text("'block-literal'");
    }
    this.expect('l');
    while (this.peek() === 'T' && /[ynptk]/.test(this.text[this.at + 1] ?? '')) this.templateParamDecl();
    const params: Node[] = [];
    while (this.peek() !== 'E' && this.peek() !== 'Q') params.push(this.type());
    if (this.take('Q')) this.expression();
    this.expect('E');
    const n = this.peek() === '_' ? 1 : this.digits() + 2;
    this.expect('_');
    const list: Node = {
      kind: 'function',
      result: undefined,
      name: text('{lambda'),
      params: { kind: 'list', items: params },
      suffix: `#${n}}`,
    };
    return list;
  }

  protected templateParamDecl(): void {
    this.at += 2;
    switch (this.text[this.at - 1]) {
      case 'n':
        this.type();
        return;
      case 't':
        while (!this.take('E')) this.templateParamDecl();
        return;
      case 'p':
        this.templateParamDecl();
        return;
      case 'k':
        this.name();
        return;
      case 'y':
        return;
      default:
        throw new NotMangled();
    }
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
