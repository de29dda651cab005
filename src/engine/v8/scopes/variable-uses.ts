import type * as acorn from 'acorn';
import * as eslintScope from 'eslint-scope';
import { isAbsent } from '../../absence.ts';
import { partitionPoint } from '../../partition-point.ts';
import { type FunctionNode, isFunction, ScriptSyntax } from './script-syntax.ts';
import { childrenOf } from './syntax.ts';

/** What a script's text says of one of its variables. Offsets count characters from 0. */
export interface VariableUses {
  /** Where its name is declared. */
  readonly declaration: number;
  /** Methods that are called on what it holds, and assignments that change that, in the order of the text. */
  readonly uses: readonly VariableUse[];
}

export interface VariableUse {
  /** Of the variable's name. */
  readonly offset: number;
  /**
   * The method that is called; `=` for an assignment to an element, or of something larger to the same place, `:=` for
   * one of something else, but not of nothing; `await`; `Promise.race` and the like for a promise that is given to them.
   */
  readonly how: string;
  /** From the variable to what is used: `['router', 'stack']`, `['get()']`. */
  readonly members: readonly string[];
  /** As it is written, on one line: `app.router.stack.push(…)`. */
  readonly code: string;
  /** The innermost function around; undefined for code that runs when the script is loaded. */
  readonly within: SurroundingFunction | undefined;
}

export interface SurroundingFunction {
  /** Its own, or that of the nearest around it that has one; '' where none has. */
  readonly name: string;
  /** Offsets between which V8 says that it starts. */
  readonly start: number;
  readonly bodyStart: number;
}

/** Texts beyond this many characters would take more than a second. */
export const LONGEST_TEXT = 2 << 20;
const MOST_REFERENCES = 500;
const MOST_MEMBERS = 10;
/** Characters of code that is shown. */
const WIDEST = 80;
/** What a computed member is called. */
const ELEMENT = '[…]';

/** The variables of one script, as its text has them. */
export class ScriptVariables {
  readonly #source: string;
  readonly #program: acorn.Program;
  readonly #scopes: eslintScope.ScopeManager;
  /** Of nodes that were passed: a program may have many children, and many places in it be asked for. */
  readonly #children = new WeakMap<acorn.AnyNode, readonly acorn.AnyNode[]>();

  private constructor(source: string, program: acorn.Program, scopes: eslintScope.ScopeManager) {
    this.#source = source;
    this.#program = program;
    this.#scopes = scopes;
  }

  /** Undefined for a text that is too long, is nested too deeply or cannot be parsed. */
  static of(source: string): ScriptVariables | undefined {
    if (source.length > LONGEST_TEXT) return undefined;
    const { program } = new ScriptSyntax(source, false, true);
    if (isAbsent(program)) return undefined;
    try {
      const isModule = program.sourceType === 'module';
      const scopes = eslintScope.analyze(program as never, {
        ecmaVersion: 2024,
        sourceType: isModule ? 'module' : 'commonjs',
        ignoreEval: true,
        fallback: 'iteration',
      });
      return new ScriptVariables(source, program, scopes);
    } catch (error) {
      // The text is the dump's: it may nest deeper than our stack.
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  /** The variable of this name that is in sight where a function stands that V8 says starts at an offset. */
  usesOf(name: string, functionStart: number): VariableUses | undefined {
    for (
      let scope: eslintScope.Scope | null = this.#scopeAround(functionStart);
      scope !== null;
      scope = scope.upper
    ) {
      const variable = scope.set.get(name);
      const declared = variable?.defs[0]?.name;
      if (!variable || !declared) continue;
      const uses = variable.references
        .slice(0, MOST_REFERENCES)
        .flatMap(({ identifier }) => this.#usesAt(nodeOf(identifier).start));
      return { declaration: nodeOf(declared).start, uses };
    }
    return undefined;
  }

  /** What the function that V8 says starts at an offset does to anything of this name: a variable, or a member. */
  usesIn(functionStart: number, name: string): VariableUse[] {
    const fn = this.#around(functionStart).findLast(isFunction);
    return fn && functionStart <= fn.body.start ? this.#named(fn, name) : [];
  }

  /** What the whole script does to anything of this name. */
  usesNamed(name: string): VariableUse[] {
    return this.#named(this.#program, name);
  }

  #named(root: acorn.AnyNode, name: string): VariableUse[] {
    const starts = new Set<number>();
    const open: acorn.AnyNode[] = [root];
    for (let node = open.pop(); node && starts.size < MOST_REFERENCES; node = open.pop()) {
      const isNamed =
        (node.type === 'Identifier' && node.name === name) ||
        (node.type === 'MemberExpression' && memberName(node) === name);
      if (isNamed) starts.add(node.start);
      for (const child of childrenOf(node).reverse()) open.push(child);
    }
    return [...starts]
      .flatMap((start) => this.#usesAt(start))
      .filter(({ members, offset }) =>
        members.length > 0 ? members.at(-1) === name : this.#source.startsWith(name, offset),
      );
  }

  /** The innermost scope around a function: where its own name, too, is in sight. */
  #scopeAround(functionStart: number): eslintScope.Scope | null {
    const around = this.#around(functionStart);
    for (let i = around.length - 1; i >= 0; i--) {
      const node = around[i]!;
      if (isFunction(node) && functionStart <= node.body.start) continue;
      const scope = this.#scopes.acquire(node as never, true);
      if (scope) return scope;
    }
    return this.#scopes.globalScope;
  }

  /** What is done with the variable that is named at an offset. */
  #usesAt(offset: number): VariableUse[] {
    const around = this.#around(offset);
    const uses: VariableUse[] = [];
    const members: string[] = [];
    const add = (how: string, code: string) =>
      uses.push({ offset, how, members: [...members], code, within: surrounding(around) });
    for (let at = around.length - 1; at > 0 && members.length <= MOST_MEMBERS; at--) {
      const node = around[at]!;
      const outer = around[at - 1]!;
      if (outer.type === 'MemberExpression' && outer.object === node) {
        members.push(memberName(outer));
      } else if (outer.type === 'CallExpression' && outer.callee === node) {
        const method = members.pop();
        if (method === undefined) break;
        add(method, `${this.#text(node)}(…)`);
        members.push(`${method}()`);
      } else if (outer.type === 'AssignmentExpression' && outer.left === node) {
        const place = this.#text(node);
        const isElement = members.at(-1) === ELEMENT;
        if (isElement) members.pop();
        const grows = isElement || outer.operator === '+=' || this.#text(outer.right).includes(place);
        if (grows || !isEmpty(outer.right)) add(grows ? '=' : ':=', `${place} ${outer.operator} …`);
        break;
      } else if (outer.type === 'AwaitExpression') {
        add('await', `await ${this.#text(node)}`);
        break;
      } else if (outer.type === 'ArrayExpression') {
        const call = around[at - 2];
        const callee = call?.type === 'CallExpression' ? this.#text(call.callee) : '';
        if (/^Promise\.(all|allSettled|any|race)$/.test(callee)) add(callee, `${callee}(…)`);
        break;
      } else if (outer.type !== 'ChainExpression') break;
    }
    return uses;
  }

  #text(node: acorn.AnyNode): string {
    const start = node.start;
    const text = this.#source.slice(start, Math.min(node.end, start + 4 * WIDEST)).replace(/\s+/g, ' ');
    return text.length > WIDEST ? `${text.slice(0, WIDEST)}…` : text;
  }

  /** The nodes around a character, outermost first. */
  #around(offset: number): acorn.AnyNode[] {
    const found: acorn.AnyNode[] = [];
    let node: acorn.AnyNode | undefined = this.#program;
    while (node) {
      found.push(node);
      const children = this.#childrenOf(node);
      // Shorthand patterns hold the same node twice; the last one is the value.
      const child: acorn.AnyNode | undefined =
        children[partitionPoint(children.length, (n) => children[n]!.start <= offset) - 1];
      node = child && offset < child.end ? child : undefined;
    }
    return found;
  }

  #childrenOf(node: acorn.AnyNode): readonly acorn.AnyNode[] {
    let children = this.#children.get(node);
    if (!children) {
      children = childrenOf(node);
      this.#children.set(node, children);
    }
    return children;
  }
}

/** The tools of ESLint keep the parser's nodes, and know them by other types. */
function nodeOf(node: unknown): acorn.AnyNode {
  return node as acorn.AnyNode;
}

function surrounding(around: readonly acorn.AnyNode[]): SurroundingFunction | undefined {
  const functions = around.flatMap((node, i) => (isFunction(node) ? [{ node, outer: around[i - 1] }] : []));
  const innermost = functions.at(-1)?.node;
  if (!innermost) return undefined;
  const named = functions.map(({ node, outer }) => nameOf(node, outer)).findLast((name) => name !== '');
  return { name: named ?? '', start: innermost.start, bodyStart: innermost.body.start };
}

/** `null`, `[]` and the like. */
function isEmpty(value: acorn.Expression): boolean {
  switch (value.type) {
    case 'Literal':
      return true;
    case 'Identifier':
      return value.name === 'undefined';
    case 'ArrayExpression':
      return value.elements.length === 0;
    case 'ObjectExpression':
      return value.properties.length === 0;
    default:
      return false;
  }
}

/** A name with its `#`, or `ELEMENT`. */
function memberName({ property, computed }: acorn.MemberExpression): string {
  if (property.type === 'PrivateIdentifier') return `#${property.name}`;
  return !computed && property.type === 'Identifier' ? property.name : ELEMENT;
}

function nameOf(fn: FunctionNode, outer: acorn.AnyNode | undefined): string {
  if ('id' in fn && fn.id) return fn.id.name;
  if (
    outer?.type === 'MethodDefinition' ||
    outer?.type === 'Property' ||
    outer?.type === 'PropertyDefinition'
  ) {
    const { key } = outer;
    if (key.type === 'Identifier' && !outer.computed) return key.name;
    return key.type === 'PrivateIdentifier' ? `#${key.name}` : '';
  }
  if (outer?.type === 'VariableDeclarator' && outer.id.type === 'Identifier') return outer.id.name;
  if (outer?.type === 'AssignmentExpression' && outer.left.type === 'Identifier') return outer.left.name;
  return '';
}
