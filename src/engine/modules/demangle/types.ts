import { NotMangled } from './cursor.ts';
import { ExpressionParser } from './expressions.ts';
import { type Node, Printer, sequence, text } from './nodes.ts';
import { builtinTypes, dBuiltinTypes, standardNames } from './tables.ts';

/** Types, template arguments and substitutions (Itanium C++ ABI 5.1.5, 5.1.8, 5.1.10). */
export abstract class TypeParser extends ExpressionParser {
  protected abstract templateParamDecl(): void;

  protected type(): Node {
    return this.guard(() => {
      const c = this.peek();
      const builtin = builtinTypes[c];
      if (builtin !== undefined && c !== '') {
        this.at++;
        return text(builtin);
      }
      const short = this.unsubstitutedType(c);
      if (short) return short;
      const node = this.node(this.compoundType(c));
      this.substitutions.push(node);
      return node;
    });
  }

  /** Types that are no substitution candidates of their own; undefined for all others. */
  protected unsubstitutedType(c: string): Node | undefined {
    if (c === 'S' && this.text[this.at + 1] !== 't') {
      const node = this.substitution();
      if (this.peek() !== 'I') return node;
      const template = this.typeTemplate(node);
      this.substitutions.push(template);
      return template;
    }
    if (c === 'D') {
      const d = dBuiltinTypes[this.text[this.at + 1] ?? ''];
      if (d !== undefined) {
        this.at += 2;
        return text(d);
      }
      if (this.text[this.at + 1] === 'F') {
        this.at += 2;
        const bits = this.digits();
        const x = this.take('x') || this.take('b');
        this.take('_');
        return text(x ? `_Float${bits}x` : `_Float${bits}`);
      }
      if (this.text[this.at + 1] === 'B' || this.text[this.at + 1] === 'U') {
        const unsigned = this.text[this.at + 1] === 'U';
        this.at += 2;
        const size = /\d/.test(this.peek()) ? text(String(this.digits())) : this.expression();
        this.expect('_');
        return sequence(unsigned ? 'unsigned _BitInt(' : '_BitInt(', size, ')');
      }
    }
    if (c === 'u') {
      this.at++;
      return this.sourceName();
    }
    return undefined;
  }

  /** Template arguments in a type do not name the encoding's own parameters. */
  protected typeTemplate(name: Node): Node {
    const args = this.templateArgList();
    return this.node({ kind: 'template', name, args: { kind: 'list', items: args } });
  }

  protected compoundType(c: string): Node {
    switch (c) {
      case 'r':
      case 'V':
      case 'K': {
        const qualifiers = this.cvQualifiers();
        // Of a function type, what is qualified is no substitution candidate of its own (5.1.5.3).
        const isFunction = /^(F|D[oOx])/.test(this.text.slice(this.at, this.at + 2));
        const type = isFunction ? this.node(this.compoundType(this.peek())) : this.type();
        return { kind: 'qualified', type, qualifiers };
      }
      case 'P':
        this.at++;
        return { kind: 'pointer', symbol: '*', target: this.type() };
      case 'R':
        this.at++;
        return { kind: 'pointer', symbol: '&', target: this.type() };
      case 'O':
        this.at++;
        return { kind: 'pointer', symbol: '&&', target: this.type() };
      case 'C':
        this.at++;
        return sequence(this.type(), ' _Complex');
      case 'G':
        this.at++;
        return sequence(this.type(), ' _Imaginary');
      case 'U':
        return this.vendorQualified();
      case 'F':
        return this.functionType();
      case 'A':
        return this.arrayType();
      case 'M': {
        this.at++;
        const owner = this.type();
        return { kind: 'member-pointer', owner, target: this.type() };
      }
      case 'T':
        return this.templateParamType();
      case 'D':
        return this.dType();
      default:
        return this.className();
    }
  }

  protected className(): Node {
    const saved = this.templateArgs;
    const { node } = this.name();
    this.templateArgs = saved;
    return node;
  }

  protected vendorQualified(): Node {
    this.expect('U');
    const name = this.sourceName();
    if (this.peek() === 'I') {
      const args = this.templateArgList();
      return sequence(this.type(), ' ', name, '<', { kind: 'list', items: args }, '>');
    }
    return sequence(this.type(), ' ', name);
  }

  protected functionType(suffix = ''): Node {
    this.expect('F');
    this.take('Y');
    const result = this.type();
    const params: Node[] = [];
    let reference = '';
    while (!this.take('E')) {
      if (this.takeText('RE')) reference = ' &';
      else if (this.takeText('OE')) reference = ' &&';
      else {
        params.push(this.type());
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

  protected arrayType(): Node {
    this.expect('A');
    let size: Node = text('');
    if (/\d/.test(this.peek())) size = text(String(this.digits()));
    else if (this.peek() !== '_') size = this.expression();
    this.expect('_');
    return { kind: 'array', element: this.type(), size };
  }

  protected templateParamType(): Node {
    const kind = this.text[this.at + 1] ?? '';
    if (/[sue]/.test(kind)) {
      this.at += 2;
      return this.className();
    }
    const param = this.templateParam();
    // Arguments behind a conversion's type are those of the operator.
    if (this.peek() !== 'I' || this.collectForwards) return param;
    this.substitutions.push(param);
    return this.typeTemplate(param);
  }

  protected dType(): Node {
    const kind = this.text[this.at + 1];
    switch (kind) {
      case 't':
      case 'T':
        return this.decltype();
      case 'p':
        this.at += 2;
        return { kind: 'expansion', pattern: this.type() };
      case 'v': {
        this.at += 2;
        const size = /\d/.test(this.peek()) ? text(String(this.digits())) : this.expression();
        this.expect('_');
        return sequence(this.type(), ' __vector(', size, ')');
      }
      case 'o':
        this.at += 2;
        return this.functionType(' noexcept');
      case 'O': {
        this.at += 2;
        const condition = Printer.print(this.expression());
        this.expect('E');
        return this.functionType(` noexcept(${condition})`);
      }
      case 'x':
        this.at += 2;
        return this.functionType();
      default:
        return this.className();
    }
  }

  protected decltype(): Node {
    this.at += 2;
    const expression = this.expression();
    this.expect('E');
    return sequence('decltype (', expression, ')');
  }

  protected cvQualifiers(): string {
    let result = '';
    if (this.take('r')) result = ' restrict';
    if (this.take('V')) result = ` volatile${result}`;
    if (this.take('K')) result = ` const${result}`;
    return result;
  }

  protected templateParam(): Node {
    this.expect('T');
    if (this.take('L')) {
      this.digits();
      this.expect('_');
    }
    const index = this.peek() === '_' ? 0 : this.digits() + 1;
    this.expect('_');
    const arg = this.templateArgs[index];
    if (arg && !this.collectForwards) return arg;
    if (this.collectForwards) {
      const node = { kind: 'forward' as const, target: undefined };
      this.forwards.push({ node, index });
      return node;
    }
    // Parameters of a generic lambda have no arguments in the name.
    return text('auto');
  }

  protected templateArgList(): Node[] {
    this.expect('I');
    const outer = this.collectForwards;
    this.collectForwards = false;
    const args: Node[] = [];
    while (!this.take('E')) {
      if (this.take('Q')) this.expression();
      else args.push(this.templateArg());
    }
    this.collectForwards = outer;
    return args;
  }

  protected templateArg(): Node {
    return this.guard(() => {
      switch (this.peek()) {
        case 'X': {
          this.at++;
          const node = this.expression();
          this.expect('E');
          return node;
        }
        case 'J': {
          this.at++;
          const items: Node[] = [];
          while (!this.take('E')) items.push(this.templateArg());
          return this.node({ kind: 'pack', items });
        }
        case 'L':
          return this.literal();
        case 'T':
          if (/[ynptk]/.test(this.text[this.at + 1] ?? '')) {
            this.templateParamDecl();
            return this.templateArg();
          }
          return this.type();
        default:
          return this.type();
      }
    });
  }

  /** S_, S<base 36>_, or an abbreviation of the standard library. */
  protected substitution(): Node {
    this.expect('S');
    const c = this.peek();
    const standard = standardNames[c];
    if (standard) {
      this.at++;
      let node = text(standard[0]);
      while (this.take('B')) node = sequence(node, '[abi:', this.sourceName(), ']');
      return node;
    }
    const index = c === '_' ? 0 : this.base36() + 1;
    this.expect('_');
    const node = this.substitutions[index];
    if (!node) throw new NotMangled();
    return node;
  }
}
