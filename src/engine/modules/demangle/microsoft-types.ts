import { Cursor, NotMangled } from './cursor.ts';
import { pointerLetters, primitiveTypes, qualifierLetters, suffixesOfLiterals } from './microsoft-tables.ts';
import { type Node, sequence, text } from './nodes.ts';

/** One of the names between two "::". */
export interface Part {
  readonly node: Node;
  /** Without template arguments: what constructors repeat. */
  readonly own: Node;
  /** What only the rest of the mangled name tells: a constructor's class, or a conversion's type. */
  readonly pending?: { readonly of: 'class' | 'result'; readonly node: Node & { kind: 'forward' } };
}

/** What a mangled name stands for. */
export interface Entity {
  readonly node: Node;
  /** Without parameters. */
  readonly name: Node;
  readonly isVariable: boolean;
}

/** How a function is called and what it returns. */
export interface Signature {
  /** Undefined for constructors and destructors. */
  readonly result: Node | undefined;
  readonly params: Node;
  readonly isNoexcept: boolean;
}

const MAX_BACK_REFERENCES = 10;
const QUALIFIERS = [' const', ' volatile', ' restrict'];

/** Types, template arguments and back references of Microsoft's mangling. */
export abstract class MicrosoftTypeParser extends Cursor {
  protected names: { readonly key: string; readonly part: Part }[] = [];
  protected parameterTypes: Node[] = [];

  protected abstract typeName(): Node;
  protected abstract typePart(): Part;
  protected abstract entity(): Entity;

  /** Templates have back references of their own. */
  protected apart<T>(parse: () => T): T {
    const { names, parameterTypes } = this;
    this.names = [];
    this.parameterTypes = [];
    const result = parse();
    this.names = names;
    this.parameterTypes = parameterTypes;
    return result;
  }

  protected remember(key: string, part: Part, index = this.names.length): Part {
    if (this.names.length < MAX_BACK_REFERENCES && this.names.every((n) => n.key !== key)) {
      this.names.splice(index, 0, { key, part });
    }
    return part;
  }

  /** A digit, one less than the number; or hexadecimal digits A to P and "@". "?" is the sign. */
  protected encodedNumber(): bigint {
    const match = /^(\??)(?:(\d)|([A-P]{0,32})@)/.exec(this.text.slice(this.at, this.at + 34));
    if (!match) throw new NotMangled();
    this.at += match[0].length;
    let value = 0n;
    if (match[2] !== undefined) value = BigInt(match[2]) + 1n;
    else for (const digit of match[3]!) value = value * 16n + BigInt(digit.charCodeAt(0) - 65);
    return match[1] === '?' ? -value : value;
  }

  protected numbers(count: number): bigint[] {
    return Array.from({ length: count }, () => this.encodedNumber());
  }

  protected type(): Node {
    return this.guard(() => this.node(this.anyType()));
  }

  protected anyType(): Node {
    const c = this.peek();
    switch (c) {
      case 'T':
      case 'U':
      case 'V':
        this.at++;
        return this.typeName();
      case 'W':
        if (!/[0-7]/.test(this.text[this.at + 1] ?? '')) throw new NotMangled();
        this.at += 2;
        return this.typeName();
      case 'A':
        this.at++;
        return this.pointer('&');
      case 'P':
      case 'Q':
      case 'R':
      case 'S':
        this.at++;
        return qualified(this.pointer('*'), pointerLetters[c]!);
      case 'Y':
        return this.arrayType();
      case '$':
        return this.dollarType();
      case '?': {
        this.at++;
        const { node } = this.typePart();
        this.expect('@');
        return node;
      }
    }
    const code = c === '_' ? this.text.slice(this.at, this.at + 2) : c;
    const primitive = primitiveTypes[code];
    if (primitive === undefined) throw new NotMangled();
    this.at += code.length;
    return text(primitive);
  }

  protected dollarType(): Node {
    if (this.takeText('$$Q')) return this.pointer('&&');
    if (this.takeText('$$R')) return qualified(this.pointer('&&'), ' volatile');
    if (this.takeText('$$T')) return text('decltype(nullptr)');
    if (this.takeText('$$A6')) return this.functionType('');
    if (this.takeText('$$A8@@')) return this.functionType(this.thisQualifiers());
    throw new NotMangled();
  }

  /** What a pointer or reference points to, behind the letter that says which of them it is. */
  protected pointer(symbol: '*' | '&' | '&&'): Node {
    if (this.take('6')) return { kind: 'pointer', symbol, target: this.functionType('') };
    if (symbol === '*' && this.take('8')) {
      const owner = this.typeName();
      return { kind: 'member-pointer', owner, target: this.functionType(this.thisQualifiers()) };
    }
    const restrict = this.extendedQualifiers();
    const isMember = /[Q-T]/.test(this.peek());
    const qualifiers = this.qualifiers();
    if (isMember && symbol !== '*') throw new NotMangled();
    const owner = isMember ? this.typeName() : undefined;
    const target = qualified(this.type(), qualifiers);
    const node: Node = owner
      ? { kind: 'member-pointer', owner, target }
      : { kind: 'pointer', symbol, target };
    return qualified(node, restrict);
  }

  protected qualifiers(): string {
    const qualifiers = qualifierLetters[this.peek()];
    if (qualifiers === undefined) throw new NotMangled();
    this.at++;
    return qualifiers;
  }

  /** E: of 64 bits; I: restrict; F: unaligned. */
  protected extendedQualifiers(): string {
    this.take('E');
    const restrict = this.take('I') ? ' restrict' : '';
    this.take('F');
    return restrict;
  }

  /** Qualifiers of a member function. */
  protected thisQualifiers(): string {
    const restrict = this.extendedQualifiers();
    const reference = this.take('G') ? ' &' : this.take('H') ? ' &&' : '';
    return this.qualifiers() + restrict + reference;
  }

  protected arrayType(): Node {
    this.expect('Y');
    const rank = this.encodedNumber();
    const sizes: bigint[] = [];
    while (sizes.length < rank) sizes.push(this.encodedNumber());
    if (sizes.length === 0 || sizes.some((size) => size < 0n)) throw new NotMangled();
    const qualifiers = this.takeText('$$C') ? this.qualifiers() : '';
    let node = qualified(this.type(), qualifiers);
    for (const size of sizes.reverse()) {
      node = { kind: 'array', element: node, size: text(size === 0n ? '' : String(size)) };
    }
    return node;
  }

  protected functionType(suffix: string): Node {
    const { result, params, isNoexcept } = this.signature();
    return {
      kind: 'function',
      result,
      name: undefined,
      params,
      suffix: isNoexcept ? `${suffix} noexcept` : suffix,
    };
  }

  protected signature(): Signature {
    this.callingConvention();
    const result = this.take('@') ? undefined : this.resultType();
    const params = this.parameters();
    const isNoexcept = this.takeText('_E');
    if (!isNoexcept) this.expect('Z');
    return { result, params, isNoexcept };
  }

  protected callingConvention(): void {
    if (!/[A-Z]/.test(this.peek())) throw new NotMangled();
    this.at++;
  }

  /** A type that says its qualifiers only if it has some. */
  protected resultType(): Node {
    const qualifiers = this.take('?') ? this.qualifiers() : '';
    return qualified(this.type(), qualifiers);
  }

  protected parameters(): Node {
    const items: Node[] = [];
    if (this.take('X')) return { kind: 'list', items };
    while (!this.take('@')) {
      if (this.take('Z')) {
        items.push(text('...'));
        break;
      }
      // Qualifiers of the parameter itself are no part of an Itanium name.
      const parameter = this.parameter();
      items.push(parameter.kind === 'qualified' ? parameter.type : parameter);
    }
    return { kind: 'list', items };
  }

  protected parameter(): Node {
    const c = this.peek();
    if (/\d/.test(c)) {
      const known = this.parameterTypes[Number(c)];
      if (!known) throw new NotMangled();
      this.at++;
      return this.node(known);
    }
    const start = this.at;
    const type = this.type();
    if (this.at - start > 1 && this.parameterTypes.length < MAX_BACK_REFERENCES)
      this.parameterTypes.push(type);
    return type;
  }

  protected templateArguments(): Node {
    const items: Node[] = [];
    while (!this.take('@')) {
      // Packs, and what separates them.
      if (this.takeText('$S') || this.takeText('$$V') || this.takeText('$$$V') || this.takeText('$$Z'))
        continue;
      items.push(this.guard(() => this.templateArgument()));
    }
    return { kind: 'list', items };
  }

  protected templateArgument(): Node {
    if (this.takeText('$$Y')) return this.typeName();
    if (this.takeText('$$B')) return this.type();
    if (this.takeText('$$C')) {
      const qualifiers = this.qualifiers();
      return qualified(this.type(), qualifiers);
    }
    if (this.takeText('$M')) return this.value(this.type());
    const isValue = this.peek() === '$' && this.text[this.at + 1] !== '$';
    if (!isValue) return this.type();
    this.at++;
    return this.value(undefined);
  }

  /** `type` is undefined where the mangled name does not say it. */
  protected value(type: Node | undefined): Node {
    const code = this.peek();
    this.at++;
    switch (code) {
      case '0':
        return literal(this.encodedNumber(), type);
      case '1':
        return sequence('&', this.entity().name);
      case 'E':
        return this.entity().name;
      case 'H':
      case 'I':
      case 'J':
        return this.memberFunction('HIJ'.indexOf(code) + 1);
      case 'F':
        return text(`{${this.numbers(2).join(', ')}}`);
      case 'G':
        return text(`{${this.numbers(3).join(', ')}}`);
      case 'B':
        return text(`[${this.encodedNumber().toString(16)}]`);
      case '2':
        return this.structure(this.type());
      default:
        throw new NotMangled();
    }
  }

  /** Values of members, with their types. */
  protected structure(type: Node): Node {
    const items: Node[] = [];
    while (!this.take('@')) items.push(this.guard(() => this.value(this.type())));
    return sequence(type, '{', { kind: 'list', items }, '}');
  }

  /** A pointer to a member function of a class with several bases has offsets. */
  protected memberFunction(offsets: number): Node {
    const entity = this.peek() === '?' ? this.entity() : undefined;
    const numbers = this.numbers(offsets);
    return entity ? sequence('&', entity.name) : text(`{${numbers.join(', ')}}`);
  }
}

/** Qualifiers that are there twice are there once. */
function qualified(type: Node, qualifiers: string): Node {
  if (qualifiers === '') return type;
  const [inner, all] =
    type.kind === 'qualified' ? [type.type, type.qualifiers + qualifiers] : [type, qualifiers];
  return { kind: 'qualified', type: inner, qualifiers: QUALIFIERS.filter((q) => all.includes(q)).join('') };
}

function literal(value: bigint, type: Node | undefined): Node {
  if (!type) return text(String(value));
  const name = type.kind === 'text' ? type.text : '';
  if (name === 'decltype(nullptr)') return text('nullptr');
  if (name === 'bool' && (value === 0n || value === 1n)) return text(value === 1n ? 'true' : 'false');
  const suffix = suffixesOfLiterals.get(name);
  return suffix === undefined ? sequence('(', type, `)${value}`) : text(value + suffix);
}
