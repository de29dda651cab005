import * as eslintScope from 'eslint-scope';
import type * as estree from 'estree';
import { isAbsent } from '../../absence.ts';
import { partitionPoint } from '../../partition-point.ts';
import { ScriptSyntax } from './script-syntax.ts';
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
  readonly #program: estree.Program;
  readonly #scopes: eslintScope.ScopeManager;
  /** Of nodes that were passed: a program may have many children, and many places in it be asked for. */
  readonly #children = new WeakMap<estree.Node, readonly estree.Node[]>();

  private constructor(source: string, program: estree.Program, scopes: eslintScope.ScopeManager) {
    this.#source = source;
    this.#program = program;
    this.#scopes = scopes;
  }

  /** Undefined for a text that is too long, is nested too deeply or cannot be parsed. */
  static of(source: string): ScriptVariables | undefined {
    if (source.length > LONGEST_TEXT) return undefined;
    const parsed = new ScriptSyntax(source, false, true).program;
    if (isAbsent(parsed)) return undefined;
    const program = parsed as unknown as estree.Program;
    try {
      const isModule = program.sourceType === 'module';
      const scopes = eslintScope.analyze(program as Parameters<typeof eslintScope.analyze>[0], {
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
        .flatMap(({ identifier }) => this.#usesAt(startOf(identifier as estree.Node)));
      return { declaration: startOf(declared), uses };
    }
    return undefined;
  }

  /** What the function that V8 says starts at an offset does to anything of this name: a variable, or a member. */
  usesIn(functionStart: number, name: string): VariableUse[] {
    const fn = this.#around(functionStart).findLast(isFunction);
    return fn && functionStart <= startOf(fn.body) ? this.#named(fn, name) : [];
  }

  /** What the whole script does to anything of this name. */
  usesNamed(name: string): VariableUse[] {
    return this.#named(this.#program, name);
  }

  #named(root: estree.Node, name: string): VariableUse[] {
    const starts = new Set<number>();
    const open: estree.Node[] = [root];
    for (let node = open.pop(); node && starts.size < MOST_REFERENCES; node = open.pop()) {
      const isNamed =
        (node.type === 'Identifier' && node.name === name) ||
        (node.type === 'MemberExpression' && memberName(node) === name);
      if (isNamed) starts.add(startOf(node));
      for (const child of this.#childrenOf(node).toReversed()) open.push(child);
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
      if (isFunction(node) && functionStart <= startOf(node.body)) continue;
      const scope = this.#scopes.acquire(node as Parameters<eslintScope.ScopeManager['acquire']>[0], true);
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

  #text(node: estree.Node): string {
    const start = startOf(node);
    const text = this.#source.slice(start, Math.min(endOf(node), start + 4 * WIDEST)).replace(/\s+/g, ' ');
    return text.length > WIDEST ? `${text.slice(0, WIDEST)}…` : text;
  }

  /** The nodes around a character, outermost first. */
  #around(offset: number): estree.Node[] {
    const found: estree.Node[] = [];
    let node: estree.Node | undefined = this.#program;
    while (node) {
      found.push(node);
      const children = this.#childrenOf(node);
      // Shorthand patterns hold the same node twice; the last one is the value.
      const child: estree.Node | undefined =
        children[partitionPoint(children.length, (n) => startOf(children[n]!) <= offset) - 1];
      node = child && offset < endOf(child) ? child : undefined;
    }
    return found;
  }

  #childrenOf(node: estree.Node): readonly estree.Node[] {
    let children = this.#children.get(node);
    if (!children) {
      children = childrenOf(node as never) as unknown as estree.Node[];
      this.#children.set(node, children);
    }
    return children;
  }
}

type FunctionNode = estree.FunctionDeclaration | estree.FunctionExpression | estree.ArrowFunctionExpression;

function isFunction(node: estree.Node): node is FunctionNode {
  return (
    node.type === 'FunctionDeclaration' ||
    node.type === 'FunctionExpression' ||
    node.type === 'ArrowFunctionExpression'
  );
}

function startOf(node: estree.Node): number {
  return (node as unknown as { start: number }).start;
}

function endOf(node: estree.Node): number {
  return (node as unknown as { end: number }).end;
}

function surrounding(around: readonly estree.Node[]): SurroundingFunction | undefined {
  const functions = around.flatMap((node, i) => (isFunction(node) ? [{ node, outer: around[i - 1] }] : []));
  const innermost = functions.at(-1)?.node;
  if (!innermost) return undefined;
  const named = functions.map(({ node, outer }) => nameOf(node, outer)).findLast((name) => name !== '');
  return { name: named ?? '', start: startOf(innermost), bodyStart: startOf(innermost.body) };
}

/** `null`, `[]` and the like. */
function isEmpty(value: estree.Expression): boolean {
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
function memberName({ property, computed }: estree.MemberExpression): string {
  if (property.type === 'PrivateIdentifier') return `#${property.name}`;
  return !computed && property.type === 'Identifier' ? property.name : ELEMENT;
}

function nameOf(fn: FunctionNode, outer: estree.Node | undefined): string {
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
