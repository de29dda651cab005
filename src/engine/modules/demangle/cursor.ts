import type { Node } from './nodes.ts';

/** Thrown where the text is not a mangled name. */
export class NotMangled extends Error {}

const MAX_DEPTH = 200;
const MAX_NODES = 20_000;

/** A place in a mangled name, and what was met on the way there: the state of a parse. */
export abstract class Cursor {
  protected readonly text: string;
  protected at = 0;
  protected depth = 0;
  protected nodes = 0;
  protected readonly substitutions: Node[] = [];
  protected templateArgs: readonly Node[] = [];
  protected readonly forwards: { node: Node & { kind: 'forward' }; index: number }[] = [];
  protected collectForwards = false;

  constructor(mangled: string) {
    this.text = mangled;
  }

  protected base36(): number {
    const match = /^[0-9A-Z]+/.exec(this.text.slice(this.at, this.at + 8));
    if (!match) throw new NotMangled();
    this.at += match[0].length;
    return Number.parseInt(match[0], 36);
  }

  protected digits(): number {
    let value = 0;
    const start = this.at;
    for (let c = this.text.charCodeAt(this.at); c >= 48 && c <= 57; c = this.text.charCodeAt(++this.at)) {
      value = value * 10 + (c - 48);
    }
    if (this.at === start) throw new NotMangled();
    return value;
  }

  protected number(): number {
    const negative = this.take('n');
    const value = this.digits();
    return negative ? -value : value;
  }

  protected peek(): string {
    return this.text[this.at] ?? '';
  }

  protected take(c: string): boolean {
    if (this.text[this.at] !== c) return false;
    this.at++;
    return true;
  }

  protected takeText(value: string): boolean {
    if (!this.text.startsWith(value, this.at)) return false;
    this.at += value.length;
    return true;
  }

  protected expect(value: string): void {
    if (!this.takeText(value)) throw new NotMangled();
  }

  protected node<T extends Node>(node: T): T {
    if (++this.nodes > MAX_NODES) throw new NotMangled();
    return node;
  }

  protected guard<T>(parse: () => T): T {
    if (++this.depth > MAX_DEPTH) throw new NotMangled();
    const result = parse();
    this.depth--;
    return result;
  }
}
