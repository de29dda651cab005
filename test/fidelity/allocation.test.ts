import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as acorn from 'acorn';
import { isAbsent } from '../../src/engine/absence.ts';
import { allocate, type FunctionFacts } from '../../src/engine/v8/scopes/allocate.ts';
import type { Scope, Variable } from '../../src/engine/v8/scopes/scope-tree.ts';
import { ScriptSyntax } from '../../src/engine/v8/scopes/script-syntax.ts';
import { childrenOf } from '../../src/engine/v8/scopes/syntax.ts';
import { releaseLines, releaseNode } from '../support/releases.ts';
import { run } from '../support/run.ts';
import { listedFunctions } from './bytecode-listing.ts';

const shapes = join(import.meta.dirname, 'shapes/shapes.js');

describe('registers of variables, against the bytecode', () => {
  let source: string;
  let syntax: ScriptSyntax;
  let functions: ReadonlyMap<string, acorn.Node>;

  before(async () => {
    source = await readFile(shapes, 'utf8');
    syntax = new ScriptSyntax(source, false);
    const { program } = syntax;
    assert.ok(!isAbsent(program));
    functions = namedFunctions(program);
  });

  for (const line of releaseLines) {
    it(`Node ${line}`, async () => {
      const node = await releaseNode(line);
      const { stdout } = await run(node, ['--print-bytecode', '--print-bytecode-filter=shape*', shapes]);
      let compared = 0;
      for (const listed of listedFunctions(stdout)) {
        const found = functions.get(listed.name);
        if (found === undefined) continue;
        const scopes = allocate(syntax, factsOf(source, found, line));
        assert.ok(!isAbsent(scopes), listed.name);
        assert.ok(scopes.registers <= listed.registerCount, `${listed.name} has too many registers`);
        for (const [number, place] of listed.places) {
          const variable = assigned(scopes.root, source, found, number);
          if (variable === undefined) continue;
          assert.equal(placeOf(variable), place, `${listed.name}: ${variable.name} = ${number}`);
          compared++;
        }
      }
      assert.ok(compared >= 120, `only ${compared} variables were compared`);
    });
  }
});

function namedFunctions(program: acorn.Node): Map<string, acorn.Node> {
  const found = new Map<string, acorn.Node>();
  const waiting: [acorn.AnyNode, string | undefined][] = [[program as acorn.AnyNode, undefined]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [node, outerName] = next;
    if (/Function/.test(node.type)) {
      const name = (node as acorn.FunctionExpression).id?.name ?? outerName;
      if (name && /^shape\d+$/.test(name)) found.set(name, node);
    }
    const name =
      node.type === 'VariableDeclarator' && node.id.type === 'Identifier' ? node.id.name : undefined;
    waiting.push(...childrenOf(node).map((child): [acorn.AnyNode, string | undefined] => [child, name]));
  }
  return found;
}

function factsOf(source: string, node: acorn.Node, line: number): FunctionFacts {
  const arrow = node.type === 'ArrowFunctionExpression';
  return {
    start: arrow ? node.start : source.indexOf('(', node.start),
    end: node.end,
    kind: 'function',
    static: false,
    strict: false,
    wrappedArguments: [],
    hoistsShadowed: line > 18,
    modulesComplete: line < 24,
  };
}

/** The variable to which the function's source assigns `number`. */
function assigned(root: Scope, source: string, node: acorn.Node, number: number): Variable | undefined {
  const match = new RegExp(`(\\w+)\\s*=\\s*${number}\\b`).exec(source.slice(node.start, node.end));
  if (match === null) return undefined;
  const position = node.start + match.index;
  let best: Scope | undefined;
  const waiting = [root];
  for (let scope = waiting.pop(); scope; scope = waiting.pop()) {
    const inside = scope.start <= position && position < scope.end && scope.variables.has(match[1]!);
    if (inside && (best === undefined || scope.start > best.start)) best = scope;
    waiting.push(...scope.inner.filter(({ type }) => type !== 'function'));
  }
  return best?.variables.get(match[1]!);
}

function placeOf({ location }: Variable): string {
  if (location === undefined) return 'none';
  return location.kind === 'register' ? `r${location.index}` : location.kind;
}
