import { attemptOr } from '../absence.ts';
import type { Tagged } from '../address.ts';
import type { CodeLocation } from '../graph/heap-graph.ts';
import type { NodeAddresses } from '../graph/node-addresses.ts';
import type { VariableText, VariableTexts } from '../graph/variable-texts.ts';
import type { V8Inspector } from '../v8/inspector.ts';
import { functionStart } from '../v8/objects/functions.ts';
import { ScriptVariables, type VariableUse } from '../v8/scopes/variable-uses.ts';

/** Texts of variables, out of the scripts that a core holds. A script is parsed when it is first asked for. */
export function variableTexts(inspector: V8Inspector, addresses: NodeAddresses): VariableTexts {
  // Syntax trees are large: they go when memory is short.
  const parsed = new Map<Tagged, WeakRef<ScriptVariables> | null>();
  const variablesOf = (script: Tagged): ScriptVariables | null => {
    const known = parsed.get(script);
    if (known === null) return null;
    const made = known?.deref() ?? parse(inspector, script);
    parsed.set(script, made && new WeakRef(made));
    return made;
  };
  return (closure, name) =>
    attemptOr(null, () => {
      const address = addresses.of(closure);
      const start = address === 0 ? undefined : functionStart(inspector.view, (address + 1) as Tagged);
      const uses = start && variablesOf(start.script)?.usesOf(name, start.offset);
      return uses ? located(inspector, start.script, uses.declaration, uses.uses) : null;
    });
}

function parse({ view }: V8Inspector, script: Tagged): ScriptVariables | null {
  const source = view.tagged(script, view.layout.code.script.source);
  return (view.isString(source) ? ScriptVariables.of(view.string(source)) : undefined) ?? null;
}

function located(
  { view, lines }: V8Inspector,
  script: Tagged,
  declaration: number,
  uses: readonly VariableUse[],
): VariableText | null {
  const scriptId = view.smi(script, view.layout.code.script.id);
  const at = (offset: number): CodeLocation => {
    const position = lines.at(script, offset);
    return { scriptId, line: (position?.line ?? 1) - 1, column: (position?.column ?? 1) - 1 };
  };
  if (lines.at(script, declaration) === undefined) return null;
  return {
    declaration: at(declaration),
    uses: uses.map(({ offset, how, members, code, within }) => ({
      location: at(offset),
      how,
      members,
      code,
      within: within ? { name: within.name, first: at(within.start), last: at(within.bodyStart) } : null,
    })),
  };
}
