import { NotMangled } from './cursor.ts';
import { stringLiteral } from './microsoft-strings.ts';
import { classTables, functionCodes, initializers } from './microsoft-tables.ts';
import { type Entity, MicrosoftTypeParser, type Part } from './microsoft-types.ts';
import { type Node, Printer, sequence, TooComplex, text } from './nodes.ts';

/**
 * The C++ name that Visual C++ or clang-cl mangled ("?f@N@@YAXH@Z"), as the Itanium demangler would spell it:
 * with parameters, without return type, access, calling convention and "class"; the type of ".?AVC@N@@", which
 * is in run-time type information. Undefined if `mangled` is none.
 */
export function demangleMicrosoft(mangled: string): string | undefined {
  try {
    return new Parser(mangled).parse();
  } catch (error) {
    if (error instanceof NotMangled || error instanceof TooComplex) return undefined;
    throw error;
  }
}

/** Names and what they name. */
class Parser extends MicrosoftTypeParser {
  parse(): string {
    const node = this.take('.') ? this.resultType() : this.entity().node;
    const rest = this.text.slice(this.at);
    if (rest !== '' && !rest.startsWith('.')) throw new NotMangled();
    return Printer.print(node) + (rest && ` [clone ${rest}]`);
  }

  protected entity(): Entity {
    return this.guard(() => {
      this.expect('?');
      const special = this.special();
      return special ? { node: special, name: special, isVariable: false } : this.functionOrData();
    });
  }

  protected functionOrData(): Entity {
    const start = this.at;
    const index = this.names.length;
    const first = this.symbolPart();
    const key = this.text.slice(start, this.at);
    const scopes = this.scopes();
    if (first.pending?.of === 'class') first.pending.node.target = scopes[0]?.own;
    const name = this.joined([first, ...scopes]);
    if (/[0-4]/.test(this.peek()) && !first.pending) {
      this.at++;
      // Templates of variables can be referred to, those of functions cannot.
      if (key.startsWith('?$')) this.remember(key, first, index);
      this.variableType();
      return { node: name, name, isVariable: true };
    }
    const { node, result } = this.functionOf(name);
    if (first.pending?.of === 'result') first.pending.node.target = result;
    if (first.pending && !first.pending.node.target) throw new NotMangled();
    return { node, name, isVariable: false };
  }

  protected variableType(): void {
    const type = this.type();
    const { kind } = type.kind === 'qualified' ? type.type : type;
    if (kind === 'pointer' || kind === 'member-pointer') this.extendedQualifiers();
    this.qualifiers();
    if (kind === 'member-pointer') this.typeName();
  }

  protected functionOf(name: Node): { node: Node; result: Node | undefined } {
    this.takeText('$$J0'); // extern "C"
    this.takeText('$$h'); // of ARM64EC
    // A function of C that something else is local to.
    if (this.take('9')) return { node: name, result: undefined };
    const { thunk, hasThis } = this.functionClass();
    const suffix = hasThis ? this.thisQualifiers() : '';
    const { result, params } = this.signature();
    const node: Node = { kind: 'function', result: undefined, name, params, suffix };
    return { node: thunk === '' ? node : sequence(thunk, node), result };
  }

  /** Access, and what "this" is. Thunks say by how much they move it. */
  protected functionClass(): { thunk: string; hasThis: boolean } {
    const c = this.peek();
    this.at++;
    if (c === '$') {
      const numbers = this.take('R') ? 4 : 2;
      if (!/[0-5]/.test(this.peek())) throw new NotMangled();
      this.at++;
      this.numbers(numbers);
      return { thunk: 'virtual thunk to ', hasThis: true };
    }
    if (!/[A-Z]/.test(c)) throw new NotMangled();
    if (c >= 'Y') return { thunk: '', hasThis: false };
    // Eight letters for each access: plain, static, virtual and thunks, near and far.
    const kind = (c.charCodeAt(0) - 65) % 8;
    if (kind >= 6) this.encodedNumber();
    return { thunk: kind >= 6 ? 'non-virtual thunk to ' : '', hasThis: kind !== 2 && kind !== 3 };
  }

  /** What compilers make on their own; undefined for functions that only have a code. */
  protected special(): Node | undefined {
    const code = /^\?_(R\d|_[EFJ]|[789BCS])/.exec(this.text.slice(this.at, this.at + 4))?.[1];
    if (code === undefined) return undefined;
    this.at += 2 + code.length;
    if (classTables[code]) return sequence(classTables[code], this.classTable());
    if (initializers[code]) return sequence(initializers[code], this.initialized());
    switch (code) {
      case '9':
        return this.virtualCall();
      case 'B':
      case '_J':
        return sequence('guard variable for ', this.guarded());
      case 'C':
        return this.string();
      case 'R0': {
        const type = this.resultType();
        this.expect('@8');
        return sequence('typeinfo for ', type);
      }
      case 'R1':
        this.numbers(4);
        return sequence('RTTI base class descriptor for ', this.classData());
      case 'R2':
        return sequence('RTTI base class array for ', this.classData());
      case 'R3':
        return sequence('RTTI class hierarchy descriptor for ', this.classData());
      default:
        throw new NotMangled();
    }
  }

  protected classTable(): Node {
    const owner = this.joined(this.scopes());
    if (!this.take('6')) this.expect('7');
    this.qualifiers();
    const bases: Node[] = [];
    while (!this.take('@')) bases.push(this.typeName());
    return bases.length === 0 ? owner : sequence(owner, ' {for ', { kind: 'list', items: bases }, '}');
  }

  protected classData(): Node {
    const owner = this.joined(this.scopes());
    this.expect('8');
    return owner;
  }

  protected initialized(): Node {
    const isMember = this.peek() === '?' && this.text[this.at + 1] !== '$' && this.take('?');
    const { name, isVariable } = this.functionOrData();
    if (isVariable) {
      this.expect(isMember ? '@@' : '@');
      this.functionOf(name);
    } else if (isMember) throw new NotMangled();
    return name;
  }

  protected virtualCall(): Node {
    const owner = this.joined(this.scopes());
    this.expect('$B');
    const offset = this.encodedNumber();
    this.expect('A');
    this.callingConvention();
    return sequence(owner, `::\`vcall'{${offset}}`);
  }

  protected guarded(): Node {
    const owner = this.joined(this.scopes());
    if (!this.takeText('4IA')) this.expect('5');
    if (/[\dA-P]/.test(this.peek())) this.encodedNumber();
    return owner;
  }

  protected string(): Node {
    this.expect('@_');
    const value = stringLiteral(this.text.slice(this.at));
    if (value === undefined) throw new NotMangled();
    this.at = this.text.length;
    return text(value);
  }

  protected typeName(): Node {
    const part = this.typePart();
    return this.joined([part, ...this.scopes()]);
  }

  /** Innermost first, as they are mangled. */
  protected joined(parts: readonly Part[]): Node {
    if (parts.length === 0) throw new NotMangled();
    if (parts.length === 1) return parts[0]!.node;
    const nodes: Node[] = [];
    for (const part of parts) nodes.push(part.node, text('::'));
    return this.node({ kind: 'sequence', parts: nodes.slice(0, -1).reverse() });
  }

  /** What a name is in: namespaces, classes and functions, up to "@". */
  protected scopes(): Part[] {
    const parts: Part[] = [];
    while (!this.take('@')) parts.push(this.scope());
    return parts;
  }

  protected scope(): Part {
    if (this.takeText('?A')) {
      const node = text('(anonymous namespace)');
      return this.remember(`?A${this.upToAt()}`, { node, own: node });
    }
    const local = /^\?(?:\d|(?:[B-P][A-P]{0,7})?@)\?/.exec(this.text.slice(this.at, this.at + 12));
    if (!local) return this.typePart();
    this.at += local[0].length;
    const { node } = this.entity();
    return { node, own: node };
  }

  protected typePart(): Part {
    const start = this.at;
    if (!this.takeText('?$')) return this.plainPart();
    const part = this.template();
    if (part.pending) throw new NotMangled();
    return this.remember(this.text.slice(start, this.at), part);
  }

  /** A back reference or an identifier. */
  protected plainPart(): Part {
    const c = this.peek();
    if (/\d/.test(c)) {
      const known = this.names[Number(c)];
      if (!known) throw new NotMangled();
      this.at++;
      this.node(known.part.node);
      return known.part;
    }
    const name = this.upToAt();
    if (name === '' || c === '?') throw new NotMangled();
    const node = this.node(text(name));
    return this.remember(name, { node, own: node });
  }

  protected upToAt(): string {
    const end = this.text.indexOf('@', this.at);
    if (end < 0) throw new NotMangled();
    const value = this.text.slice(this.at, end);
    this.at = end + 1;
    return value;
  }

  /** A function's or variable's own name. */
  protected symbolPart(): Part {
    if (this.takeText('?$')) return this.template();
    return this.take('?') ? this.codedPart() : this.plainPart();
  }

  protected template(): Part {
    return this.guard(() =>
      this.apart(() => {
        const { node: name, own, pending } = this.symbolPart();
        const node = this.node({ kind: 'template' as const, name, args: this.templateArguments() });
        return pending ? { node, own, pending } : { node, own };
      }),
    );
  }

  protected codedPart(): Part {
    const code = /^_{0,2}[\dA-Z]/.exec(this.text.slice(this.at, this.at + 3))?.[0] ?? '';
    this.at += code.length;
    if (code === '0' || code === '1') {
      const node = { kind: 'forward' as const, target: undefined };
      return { node: code === '1' ? sequence('~', node) : node, own: node, pending: { of: 'class', node } };
    }
    if (code === 'B') {
      const node = { kind: 'forward' as const, target: undefined };
      return { node: sequence('operator ', node), own: node, pending: { of: 'result', node } };
    }
    const name = code === '__K' ? `operator"" ${this.upToAt()}` : functionCodes[code];
    if (name === undefined) throw new NotMangled();
    const node = this.node(text(name));
    return { node, own: node };
  }
}
