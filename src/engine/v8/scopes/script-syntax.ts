import type * as acorn from 'acorn';
import { type Absence, absent, isAbsent } from '../../absence.ts';
import { ScriptParser } from '../../shallow-parser.ts';
import { isStrictBody } from './scope-builder.ts';
import { childrenOf } from './syntax.ts';

export type FunctionNode =
  | acorn.FunctionDeclaration
  | acorn.FunctionExpression
  | acorn.ArrowFunctionExpression;

export type ClassNode = acorn.ClassDeclaration | acorn.ClassExpression;

/** A function found in a script, with what its surroundings say of it. */
export interface FoundFunction {
  readonly node: FunctionNode;
  readonly strict: boolean;
  /** Method, accessor or constructor: of an object literal or of a class. */
  readonly method: boolean;
}

/** Texts beyond this many characters are not parsed. */
const longest = 16 << 20;

/** The syntax tree of one script, parsed when it is first asked for. */
export class ScriptSyntax {
  readonly source: string;
  readonly #module: boolean;
  readonly #ranges: boolean;
  #program: acorn.Program | Absence | undefined;

  /** `ranges`: whether nodes have the `range` that tools of ESLint ask for. */
  constructor(source: string, isModule: boolean, ranges = false) {
    this.source = source;
    this.#module = isModule;
    this.#ranges = ranges;
  }

  get program(): acorn.Program | Absence {
    this.#program ??= parse(this.source, this.#module, this.#ranges);
    return this.#program;
  }

  /**
   * The function literal that V8 knows by this range: from its parameter list (arrow functions: their first
   * parameter) to its end.
   */
  functionAt(start: number, end: number): FoundFunction | Absence {
    const program = this.program;
    if (isAbsent(program)) return program;
    let found: FoundFunction | undefined;
    this.#descend(program, start, end, (node, strict, parent) => {
      if (!isFunction(node) || node.end !== end || start < node.start || start > node.body.start) return;
      const method =
        parent?.type === 'MethodDefinition' ||
        (parent?.type === 'Property' && parent.value === node && (parent.method || parent.kind !== 'init'));
      found = { node, strict, method };
    });
    return found ?? absent('no function of the script’s text has this range');
  }

  /** The innermost class whose text has room for this range. */
  classAt(start: number, end: number): { node: ClassNode; strict: boolean } | Absence {
    const program = this.program;
    if (isAbsent(program)) return program;
    let found: { node: ClassNode; strict: boolean } | undefined;
    this.#descend(program, start, end, (node, strict) => {
      if (node.type !== 'ClassDeclaration' && node.type !== 'ClassExpression') return;
      found = { node: node as ClassNode, strict };
    });
    return found ?? absent('no class of the script’s text has this range');
  }

  get strict(): boolean {
    const program = this.program;
    return !isAbsent(program) && (program.sourceType === 'module' || isStrictBody(program));
  }

  /** Visits the nodes that contain the range, outermost first. */
  #descend(
    program: acorn.Program,
    start: number,
    end: number,
    visit: (node: acorn.AnyNode, strict: boolean, parent: acorn.AnyNode | undefined) => void,
  ): void {
    let strict = this.strict;
    let parent: acorn.AnyNode | undefined;
    let node: acorn.AnyNode | undefined = program;
    while (node !== undefined) {
      visit(node, strict, parent);
      if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') strict = true;
      if (isFunction(node) && isStrictBody(node.body)) strict = true;
      parent = node;
      // Shorthand patterns hold the same node twice; the last one is the value.
      node = childrenOf(node).findLast((child) => child.start <= start && child.end >= end);
    }
  }
}

export function isFunction(node: acorn.AnyNode): node is FunctionNode {
  return (
    node.type === 'FunctionDeclaration' ||
    node.type === 'FunctionExpression' ||
    node.type === 'ArrowFunctionExpression'
  );
}

function parse(source: string, isModule: boolean, ranges: boolean): acorn.Program | Absence {
  if (source.length > longest) return absent('the script’s text is too long to be parsed');
  const first = parseAs(source, isModule ? 'module' : 'script', ranges);
  if (!isAbsent(first) || isModule) return first;
  const second = parseAs(source, 'module', ranges);
  return isAbsent(second) ? first : second;
}

function parseAs(source: string, sourceType: 'script' | 'module', ranges: boolean): acorn.Program | Absence {
  try {
    return ScriptParser.parse(source, {
      ecmaVersion: 'latest',
      sourceType,
      allowReturnOutsideFunction: true,
      allowAwaitOutsideFunction: sourceType === 'module',
      allowSuperOutsideMethod: true,
      allowHashBang: true,
      checkPrivateFields: false,
      ranges,
    });
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    return absent(`the script’s text could not be parsed: ${error.message}`);
  }
}
