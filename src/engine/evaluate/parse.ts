import * as acorn from 'acorn';
import { DayAfterError } from '../errors.ts';
import { ShallowParser } from '../shallow-parser.ts';
import { bad, refused } from './refusal.ts';

/** Longest expression, in characters, and deepest nesting that is evaluated. */
const MAX_TEXT = 100_000;
const MAX_NESTING = 300;

export type Node = acorn.Node & Record<string, unknown>;

export interface Parsed {
  readonly text: string;
  readonly root: acorn.Expression;
  /** Nodes that need no steps: nothing in them can call a function. */
  readonly quick: ReadonlySet<acorn.Node>;
}

const options: acorn.Options = {
  ecmaVersion: 'latest',
  sourceType: 'script',
  checkPrivateFields: false,
  preserveParens: true,
  allowAwaitOutsideFunction: true,
  allowSuperOutsideMethod: true,
};

/** Parses one expression; what is JavaScript but is not evaluated is refused here, where syntax tells. */
export function parse(text: string): Parsed {
  if (text.length > MAX_TEXT) throw refused(`the expression is longer than ${MAX_TEXT} characters`);
  if (text.trim() === '') throw bad('the expression is empty');
  const root = parseText(text);
  const quick = new Set<acorn.Node>();
  check(root as unknown as Node, quick, 0);
  return { text, root, quick };
}

function parseText(text: string): acorn.Expression {
  try {
    const root = ShallowParser.parseExpressionAt(text, 0, options);
    expectEnd(text, root.end);
    return root;
  } catch (error) {
    if (error instanceof RangeError) throw refused('the expression is nested too deeply');
    if (!(error instanceof SyntaxError)) throw error;
    if (isProgram(text)) throw refused('statements are not evaluated: write one expression');
    throw syntaxError(error as SyntaxError & { pos?: number });
  }
}

/** After the expression only comments and one semicolon may follow. */
function expectEnd(text: string, end: number): void {
  const rest = text.slice(end);
  if (rest === '') return;
  const tokens = [...acorn.tokenizer(rest, options)];
  if (tokens.length === 0 || (tokens.length === 1 && tokens[0]!.type === acorn.tokTypes.semi)) return;
  const error = new SyntaxError('Unexpected token') as SyntaxError & { pos: number };
  error.pos = end + tokens[0]!.start;
  throw error;
}

function isProgram(text: string): boolean {
  try {
    ShallowParser.parse(text, options);
    return true;
  } catch {
    return false;
  }
}

function syntaxError(error: SyntaxError & { pos?: number }): DayAfterError {
  const message = error.message.replace(/ \(\d+:\d+\)$/, '');
  const where = error.pos === undefined ? '' : ` (at character ${error.pos + 1})`;
  return new DayAfterError('BAD_EXPRESSION', `${message}${where}`);
}

/** Node types that are evaluated; true for those that take no steps if all of their parts take none. */
const evaluated: Readonly<Record<string, boolean>> = {
  ArrayExpression: false,
  ArrayPattern: false,
  ArrowFunctionExpression: false,
  AssignmentExpression: false,
  AssignmentPattern: false,
  BinaryExpression: true,
  BlockStatement: false,
  BreakStatement: false,
  CallExpression: false,
  ChainExpression: true,
  ConditionalExpression: true,
  ContinueStatement: false,
  EmptyStatement: false,
  ExpressionStatement: false,
  ForOfStatement: false,
  ForStatement: false,
  Identifier: true,
  IfStatement: false,
  Literal: true,
  LogicalExpression: true,
  MemberExpression: true,
  NewExpression: false,
  ObjectExpression: false,
  ObjectPattern: false,
  ParenthesizedExpression: true,
  PrivateIdentifier: true,
  Property: false,
  RestElement: false,
  ReturnStatement: false,
  SequenceExpression: true,
  SpreadElement: false,
  TaggedTemplateExpression: false,
  TemplateElement: true,
  TemplateLiteral: false,
  ThisExpression: true,
  UnaryExpression: true,
  UpdateExpression: false,
  VariableDeclaration: false,
  VariableDeclarator: false,
  WhileStatement: false,
};

const reasons: Readonly<Record<string, string>> = {
  AwaitExpression: 'await is not evaluated: the process is dead, and nothing will settle any more',
  ClassExpression: 'classes are not evaluated',
  DoWhileStatement: 'do loops are not evaluated: use for or while',
  ForInStatement: 'for-in is not evaluated: use for (const key of Object.keys(…))',
  FunctionDeclaration: 'functions are not declared here: use an arrow function',
  FunctionExpression: 'function expressions, methods and accessors are not evaluated: use an arrow function',
  ImportExpression: 'import is not evaluated: no code is loaded',
  MetaProperty: 'import.meta and new.target are not evaluated',
  SwitchStatement: 'switch is not evaluated: use if or a conditional',
  ThrowStatement: 'throw is not evaluated',
  TryStatement: 'try is not evaluated',
  YieldExpression: 'yield is not evaluated: there is no generator to suspend',
  Super: 'super is not evaluated',
};

function check(node: Node, quick: Set<acorn.Node>, depth: number): boolean {
  if (depth > MAX_NESTING) throw refused('the expression is nested too deeply');
  refuseBySyntax(node);
  let isQuick = evaluated[node.type]!;
  for (const key of Object.keys(node)) {
    const child = node[key];
    for (const part of Array.isArray(child) ? child : [child]) {
      if (isNode(part) && !check(part, quick, depth + 1)) isQuick = false;
    }
  }
  if (isQuick) quick.add(node);
  return isQuick;
}

function refuseBySyntax(node: Node): void {
  if (!(node.type in evaluated)) {
    throw refused(reasons[node.type] ?? `${node.type} is not evaluated`);
  }
  if (node.type === 'UnaryExpression' && node.operator === 'delete') {
    throw refused('delete is not evaluated: a dump cannot be changed');
  }
  if (node.type === 'ArrowFunctionExpression' && node.async)
    throw refused('async functions are not evaluated');
  if (node.type === 'ForOfStatement' && node.await) throw refused('for await is not evaluated');
}

function isNode(part: unknown): part is Node {
  return typeof part === 'object' && part !== null && typeof (part as Node).type === 'string';
}
