import * as acorn from 'acorn';

/**
 * Bytes of stack that a parser may take, of the 984 KB that V8 has. To run out of it is no matter of a RangeError alone:
 * where V8 compiles a regular expression at the stack's end, it ends the process.
 */
const MOST_STACK = 500_000;
/** Links of a chain of members and calls: the tree is as deep, without a recursion of the parser. */
const MOST_LINKS = 1500;

/** Rules by which acorn comes back to itself, and what a level takes with those in between, in bytes. */
const recursive: Readonly<Record<string, number>> = {
  parseStatement: 600,
  parseMaybeAssign: 700,
  parseExprOp: 260,
  parseMaybeUnary: 300,
  parseExprAtom: 700,
  parseBindingAtom: 500,
  parseClassElement: 900,
};

interface Depth {
  stack: number;
  links: number;
}

type Rule = (this: Depth, ...args: never[]) => acorn.Node;

/** acorn's parser, which throws a RangeError for a text that is nested too deeply. */
export const ShallowParser = acorn.Parser.extend((Base) => {
  const { Parser } = {
    Parser: class extends (Base as unknown as new (...args: never[]) => object) implements Depth {
      stack = 0;
      links = 0;
    },
  };
  const rules = Parser.prototype as unknown as Record<string, Rule>;
  for (const [name, bytes] of Object.entries(recursive)) {
    const rule = rules[name]!;
    rules[name] = function (...args) {
      this.stack += bytes;
      if (this.stack > MOST_STACK) throw new RangeError('the text nests too deeply');
      const node = rule.apply(this, args);
      this.stack -= bytes;
      return node;
    };
  }
  const { parseSubscripts, parseSubscript } = rules as Record<'parseSubscripts' | 'parseSubscript', Rule>;
  rules.parseSubscripts = function (...args) {
    const { links } = this;
    this.links = 0;
    const node = parseSubscripts.apply(this, args);
    this.links = links;
    return node;
  };
  rules.parseSubscript = function (...args) {
    if (++this.links > MOST_LINKS) throw new RangeError('the text has too long a chain of members');
    return parseSubscript.apply(this, args);
  };
  return Parser as unknown as typeof acorn.Parser;
});

/** For scripts that V8 has run: their patterns are valid, and may nest deeper than the stack has room. */
export const ScriptParser = ShallowParser.extend((Base) => {
  const { Parser } = { Parser: class extends (Base as unknown as new (...args: never[]) => object) {} };
  Object.assign(Parser.prototype, { validateRegExpPattern() {}, validateRegExpFlags() {} });
  return Parser as unknown as typeof acorn.Parser;
});
