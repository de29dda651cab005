/**
 * Parts of a demangled C++ name. Declarators wrap around what they declare ("void (*)(int)"), so a part may
 * print on the left and on the right of what it encloses.
 */
export type Node =
  | { readonly kind: 'text'; readonly text: string }
  /** Parts one after the other. */
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  /** a, b, c; packs that are empty leave no comma behind. */
  | { readonly kind: 'list'; readonly items: readonly Node[] }
  | { readonly kind: 'template'; readonly name: Node; readonly args: Node }
  /** A template argument pack: one of its items inside of an expansion, else all. */
  | { readonly kind: 'pack'; readonly items: readonly Node[] }
  | { readonly kind: 'expansion'; readonly pattern: Node }
  | { readonly kind: 'pointer'; readonly symbol: '*' | '&' | '&&'; readonly target: Node }
  | { readonly kind: 'member-pointer'; readonly owner: Node; readonly target: Node }
  | { readonly kind: 'array'; readonly element: Node; readonly size: Node }
  | {
      readonly kind: 'function';
      /** Undefined where the mangled name has no return type. */
      readonly result: Node | undefined;
      readonly name: Node | undefined;
      readonly params: Node;
      /** " const", " &", " noexcept", … */
      readonly suffix: string;
    }
  /** " const", " volatile", " restrict" behind a type. */
  | { readonly kind: 'qualified'; readonly type: Node; readonly qualifiers: string }
  /** A template parameter used before its argument is known (conversion operators). */
  | { readonly kind: 'forward'; target: Node | undefined };

export function text(value: string): Node {
  return { kind: 'text', text: value };
}

export function sequence(...parts: (Node | string)[]): Node {
  return { kind: 'sequence', parts: parts.map((p) => (typeof p === 'string' ? text(p) : p)) };
}

const MAX_TEXT = 1 << 16;
const MAX_DEPTH = 400;

/** Thrown where a name is too large or too deep to be printed. */
export class TooComplex extends Error {}

/** Prints nodes. */
export class Printer {
  #text = '';
  #depth = 0;
  /** Index into packs; undefined outside of expansions. */
  #index: number | undefined;
  /** Size of the packs that were met in an expansion. */
  #size: number | undefined;

  static print(node: Node): string {
    const printer = new Printer();
    printer.#both(node);
    return printer.#text;
  }

  #both(node: Node): void {
    this.#left(node);
    this.#right(node);
  }

  #write(value: string): void {
    this.#text += value;
    if (this.#text.length > MAX_TEXT) throw new TooComplex();
  }

  #left(node: Node): void {
    if (++this.#depth > MAX_DEPTH) throw new TooComplex();
    this.#printLeft(node);
    this.#depth--;
  }

  #printLeft(node: Node): void {
    switch (node.kind) {
      case 'text':
        this.#write(node.text);
        return;
      case 'sequence':
        for (const part of node.parts) this.#both(part);
        return;
      case 'list':
        this.#list(node.items);
        return;
      case 'template':
        this.#template(node);
        return;
      case 'pack':
        this.#pack(node.items, (item) => this.#left(item));
        return;
      case 'expansion':
        this.#expansion(node.pattern);
        return;
      case 'pointer':
        this.#pointer(node);
        return;
      case 'member-pointer':
        this.#left(node.target);
        if (!this.#text.endsWith(' ')) this.#write(' ');
        if (this.#wraps(node.target)) this.#write('(');
        this.#both(node.owner);
        this.#write('::*');
        return;
      case 'array':
        this.#left(node.element);
        return;
      case 'function':
        this.#functionLeft(node);
        return;
      case 'qualified':
        this.#left(node.type);
        if (node.type.kind !== 'function') this.#write(node.qualifiers);
        return;
      case 'forward':
        if (node.target) this.#left(node.target);
    }
  }

  #right(node: Node): void {
    if (++this.#depth > MAX_DEPTH) throw new TooComplex();
    this.#printRight(node);
    this.#depth--;
  }

  #printRight(node: Node): void {
    switch (node.kind) {
      case 'pack':
        if (this.#index !== undefined) this.#pack(node.items, (item) => this.#right(item));
        return;
      case 'pointer': {
        const { target } = this.#collapse(node);
        if (this.#wraps(target)) this.#write(')');
        this.#right(target);
        return;
      }
      case 'member-pointer':
        if (this.#wraps(node.target)) this.#write(')');
        this.#right(node.target);
        return;
      case 'array':
        if (!this.#text.endsWith(']')) this.#write(' ');
        this.#write('[');
        this.#both(node.size);
        this.#write(']');
        this.#right(node.element);
        return;
      case 'function':
        this.#write('(');
        this.#parameters(node.params);
        this.#write(`)${node.suffix}`);
        if (node.result) this.#right(node.result);
        return;
      case 'qualified':
        this.#right(node.type);
        if (node.type.kind === 'function') this.#write(node.qualifiers);
        return;
      case 'forward':
        if (node.target) this.#right(node.target);
    }
  }

  #parameters(params: Node): void {
    const start = this.#text.length;
    this.#both(params);
    if (this.#text.slice(start) === 'void') this.#text = this.#text.slice(0, start);
  }

  #functionLeft(node: Node & { kind: 'function' }): void {
    if (node.result) {
      this.#left(node.result);
      this.#write(' ');
    }
    if (node.name) this.#both(node.name);
  }

  #template(node: Node & { kind: 'template' }): void {
    this.#both(node.name);
    // "operator<" must not run into its arguments.
    if (this.#text.endsWith('<')) this.#write(' ');
    this.#write('<');
    this.#both(node.args);
    if (this.#text.endsWith('>')) this.#write(' ');
    this.#write('>');
  }

  #pointer(node: Node & { kind: 'pointer' }): void {
    const { symbol, target } = this.#collapse(node);
    this.#left(target);
    if (this.#wraps(target)) this.#write(this.#text.endsWith(' ') ? '(' : ' (');
    this.#write(symbol);
  }

  /** References to references collapse: & wins. Looks through packs at the item that is being printed. */
  #collapse(node: Node & { kind: 'pointer' }): { symbol: string; target: Node } {
    let symbol: string = node.symbol;
    let target = node.target;
    for (let i = 0; i < 64 && symbol !== '*'; i++) {
      let inner = resolved(target);
      if (inner.kind === 'pack' && this.#index !== undefined) {
        this.#size = Math.max(this.#size ?? 0, inner.items.length);
        inner = resolved(inner.items[this.#index] ?? target);
      }
      if (inner.kind !== 'pointer' || inner.symbol === '*') break;
      if (inner.symbol === '&') symbol = '&';
      target = inner.target;
    }
    return { symbol, target };
  }

  /** True if a pointer to it needs parentheses. */
  #wraps(node: Node): boolean {
    let inner = resolved(node);
    for (let i = 0; i < 64; i++) {
      if (inner.kind === 'qualified') inner = resolved(inner.type);
      else if (inner.kind === 'pack' && this.#index !== undefined && inner.items[this.#index])
        inner = resolved(inner.items[this.#index]!);
      else break;
    }
    return inner.kind === 'function' || inner.kind === 'array';
  }

  #list(items: readonly Node[]): void {
    let first = true;
    for (const item of items) {
      const before = this.#text;
      if (!first) this.#write(', ');
      const start = this.#text.length;
      this.#both(item);
      if (this.#text.length === start) this.#text = before;
      else first = false;
    }
  }

  #pack(items: readonly Node[], print: (item: Node) => void): void {
    if (this.#index === undefined) {
      this.#list(items);
      return;
    }
    this.#size = this.#size === undefined ? items.length : Math.max(this.#size, items.length);
    const item = items[this.#index];
    if (!item) return;
    // Packs inside of an item are expansions of their own.
    const index = this.#index;
    this.#index = undefined;
    print(item);
    this.#index = index;
  }

  #expansion(pattern: Node): void {
    const outer = { index: this.#index, size: this.#size };
    const start = this.#text;
    this.#index = 0;
    this.#size = undefined;
    this.#both(pattern);
    const size = this.#size as number | undefined;
    if (size === undefined) this.#write('...');
    else if (size === 0) this.#text = start;
    for (let i = 1; size !== undefined && i < size; i++) {
      this.#index = i;
      this.#write(', ');
      this.#both(pattern);
    }
    this.#index = outer.index;
    this.#size = outer.size;
  }
}

function resolved(node: Node): Node {
  let current = node;
  for (let i = 0; i < 64 && current.kind === 'forward' && current.target; i++) current = current.target;
  return current;
}
