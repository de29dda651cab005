import { Cursor, NotMangled } from './cursor.ts';
import { type Node, sequence, text } from './nodes.ts';
import { literalSuffixes, operators } from './tables.ts';

/** Expressions and literals in template arguments and decltypes (Itanium C++ ABI 5.1.6). */
export abstract class ExpressionParser extends Cursor {
  protected abstract encoding(): Node;
  protected abstract name(): { readonly node: Node };
  protected abstract unqualifiedName(last: Node | undefined): { readonly node: Node };
  protected abstract sourceName(): Node;
  protected abstract type(): Node;
  protected abstract typeTemplate(name: Node): Node;
  protected abstract templateParam(): Node;
  protected abstract templateArg(): Node;

  protected literal(): Node {
    this.expect('L');
    if (this.takeText('_Z') || this.take('Z')) {
      const node = this.encoding();
      this.expect('E');
      return nameOnly(node);
    }
    const code = this.peek();
    if (code === 'D' && this.text[this.at + 1] === 'n') {
      this.at += 2;
      this.take('0');
      this.expect('E');
      return text('nullptr');
    }
    const type = this.type();
    const end = this.text.indexOf('E', this.at);
    if (end < 0) throw new NotMangled();
    const raw = this.text.slice(this.at, end);
    this.at = end + 1;
    const value = raw.startsWith('n') ? `-${raw.slice(1)}` : raw;
    if (code === 'b') return text(value === '0' ? 'false' : value === '1' ? 'true' : `(bool)${value}`);
    const suffix = literalSuffixes[code];
    if (suffix !== undefined) return text(value + suffix);
    if (/[fde]/.test(code)) return sequence('(', type, `)[${raw}]`);
    return value === '' ? type : sequence('(', type, `)${value}`);
  }

  protected expression(): Node {
    return this.guard(() => this.node(this.anyExpression()));
  }

  protected anyExpression(): Node {
    const c = this.peek();
    if (c === 'L') return this.literal();
    if (c === 'T') return this.templateParam();
    if (/\d/.test(c) || c === 'N' || c === 'Z') return this.unresolvedName();
    const two = this.text.slice(this.at, this.at + 2);
    if (two === 'fp' || two === 'fL') {
      const parameter = this.functionParameter();
      if (parameter) return parameter;
    }
    this.at += 2;
    return this.namedExpression(two) ?? this.operatorExpression(two);
  }

  protected unresolvedName(): Node {
    const node = this.name().node;
    return node;
  }

  protected functionParameter(): Node | undefined {
    const match = /^(fL\d*p|fp)[rVK]*(T|\d*_)/.exec(this.text.slice(this.at, this.at + 24));
    if (!match) return undefined;
    this.at += match[0].length;
    if (match[2] === 'T') return text('this');
    const n = match[2] === '_' ? 1 : Number.parseInt(match[2]!, 10) + 2;
    return text(`{parm#${n}}`);
  }

  /** Expressions with a form of their own; undefined for plain operators. */
  protected namedExpression(two: string): Node | undefined {
    switch (two) {
      case 'cl': {
        const callee = this.expression();
        return sequence(wrapped(callee), '(', this.expressionList(), ')');
      }
      case 'cv': {
        const type = this.type();
        if (this.take('_')) return sequence('(', type, ')(', this.expressionList(), ')');
        return sequence('(', type, ')', wrapped(this.expression()));
      }
      case 'sc':
      case 'dc':
      case 'cc':
      case 'rc': {
        const names: Record<string, string> = { sc: 'static', dc: 'dynamic', cc: 'const', rc: 'reinterpret' };
        const type = this.type();
        return sequence(`${names[two]}_cast<`, type, '>(', this.expression(), ')');
      }
      case 'tl': {
        const type = this.type();
        return sequence(type, '{', this.expressionList(), '}');
      }
      case 'il':
        return sequence('{', this.expressionList(), '}');
      case 'st':
        return sequence('sizeof (', this.type(), ')');
      case 'sz':
        return sequence('sizeof ', wrapped(this.expression()));
      case 'at':
        return sequence('alignof (', this.type(), ')');
      case 'az':
        return sequence('alignof ', wrapped(this.expression()));
      case 'ti':
        return sequence('typeid (', this.type(), ')');
      case 'te':
        return sequence('typeid ', wrapped(this.expression()));
      case 'nx':
        return sequence('noexcept ', wrapped(this.expression()));
      case 'tw':
        return sequence('throw ', this.expression());
      case 'tr':
        return text('throw');
      case 'sZ':
        return this.packSize();
      case 'sP': {
        const items: Node[] = [];
        while (!this.take('E')) items.push(this.templateArg());
        return text(String(items.length));
      }
      case 'sp':
        return { kind: 'expansion', pattern: this.expression() };
      case 'sr':
        return this.scopedName();
      case 'gs':
        return sequence('::', this.expression());
      case 'dt':
      case 'pt': {
        const object = this.expression();
        return sequence(wrapped(object), two === 'dt' ? '.' : '->', this.memberName());
      }
      case 'ds': {
        const object = this.expression();
        return sequence(wrapped(object), '.*', wrapped(this.expression()));
      }
      case 'qu': {
        const condition = this.expression();
        const yes = this.expression();
        return sequence(wrapped(condition), '?', wrapped(yes), ' : ', wrapped(this.expression()));
      }
      case 'ix': {
        const array = this.expression();
        return sequence(wrapped(array), '[', this.expression(), ']');
      }
      case 'on':
        return this.memberBase();
      case 'fl':
      case 'fr':
      case 'fL':
      case 'fR':
        return this.fold(two);
      case 'rq':
      case 'rQ':
        throw new NotMangled();
      default:
        return undefined;
    }
  }

  protected packSize(): Node {
    if (this.peek() === 'T') {
      const param = this.templateParam();
      if (param.kind === 'pack') return text(String(param.items.length));
      return sequence('sizeof...(', param, ')');
    }
    return sequence('sizeof...(', this.expression(), ')');
  }

  protected fold(two: string): Node {
    const operator = operators[this.text.slice(this.at, this.at + 2)];
    if (!operator) throw new NotMangled();
    this.at += 2;
    const first = this.expression();
    if (two === 'fl') return sequence('(...', operator[0], first, ')');
    if (two === 'fr') return sequence('(', first, operator[0], '...)');
    return sequence('(', first, operator[0], '...', operator[0], this.expression(), ')');
  }

  protected scopedName(): Node {
    if (this.take('N')) {
      let node = this.type();
      while (!this.take('E')) node = sequence(node, '::', this.simpleId());
      return sequence(node, '::', this.memberBase());
    }
    if (/\d/.test(this.peek())) {
      let node = this.simpleId();
      while (!this.take('E')) node = sequence(node, '::', this.simpleId());
      return sequence(node, '::', this.memberBase());
    }
    const type = this.type();
    return sequence(type, '::', this.memberBase());
  }

  protected memberName(): Node {
    if (this.takeText('sr')) return this.scopedName();
    if (this.peek() === 'L' || this.peek() === 'T') return this.expression();
    return this.memberBase();
  }

  protected memberBase(): Node {
    this.takeText('on');
    if (this.takeText('dn')) return sequence('~', /\d/.test(this.peek()) ? this.simpleId() : this.type());
    if (/\d/.test(this.peek())) return this.simpleId();
    const name = this.unqualifiedName(undefined).node;
    return this.peek() === 'I' ? this.typeTemplate(name) : name;
  }

  protected simpleId(): Node {
    const name = this.sourceName();
    return this.peek() === 'I' ? this.typeTemplate(name) : name;
  }

  protected operatorExpression(two: string): Node {
    const operator = operators[two];
    if (!operator) throw new NotMangled();
    const [name, operands] = operator;
    if (operands === 1) {
      if ((two === 'pp' || two === 'mm') && !this.take('_'))
        return sequence(wrapped(this.expression()), name);
      const operand = this.expression();
      if (two === 'ad')
        return sequence('&', operand.kind === 'function' ? nameOnly(operand) : maybeWrapped(operand));
      return sequence(name, wrapped(operand));
    }
    const left = this.expression();
    const right = this.expression();
    const plain = sequence(wrapped(left), name, wrapped(right));
    // A bare ">" would end the argument list.
    return two === 'gt' ? sequence('(', plain, ')') : plain;
  }

  protected expressionList(): Node {
    const items: Node[] = [];
    while (!this.take('E')) items.push(this.expression());
    return { kind: 'list', items };
  }
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
