import { ScriptParser } from '../../shallow-parser.ts';

interface FunctionNode {
  readonly params: readonly { readonly type: string }[];
}

/** `length` of a function by its text: parameters before the first with a default or a rest. */
export function parameterCount(text: string): number | undefined {
  for (const source of [`(${text})`, `({${text}})`, `(class{${text}})`]) {
    try {
      const program = ScriptParser.parse(source, { ecmaVersion: 'latest' }) as unknown as {
        body: [{ expression: Record<string, never> }];
      };
      const node = functionIn(program.body[0].expression);
      if (!node) return undefined;
      const end = node.params.findIndex((p) => p.type === 'AssignmentPattern' || p.type === 'RestElement');
      return end < 0 ? node.params.length : end;
    } catch {}
  }
  return undefined;
}

/** The function of `(function…)`, `({method…})` or `(class {method…})`; a class's is its constructor. */
function functionIn(expression: {
  readonly type?: string;
  readonly params?: FunctionNode['params'];
  readonly properties?: readonly { readonly value: FunctionNode }[];
  readonly body?: { readonly body: readonly { readonly kind: string; readonly value: FunctionNode }[] };
}): FunctionNode | undefined {
  if (expression.params) return { params: expression.params };
  if (expression.properties) return expression.properties[0]?.value;
  const members = expression.body?.body ?? [];
  return (
    members.find((m) => m.kind === 'constructor')?.value ??
    (members.length === 1 ? members[0]!.value : { params: [] })
  );
}
