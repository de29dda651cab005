import { attemptOr, Fault } from '../absence.ts';
import type { Tagged } from '../address.ts';
import type { CodeLocation } from '../graph/heap-graph.ts';
import type { NodeAddresses } from '../graph/node-addresses.ts';
import type { NodeOrdinal } from '../graph/types.ts';
import type { UseText, VariableTexts } from '../graph/variable-texts.ts';
import type { ScriptLines } from '../v8/frames/script-lines.ts';
import type { V8Inspector } from '../v8/inspector.ts';
import { functionStart } from '../v8/objects/functions.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
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
  const startOf = (closure: NodeOrdinal) => {
    const address = addresses.of(closure);
    return address === 0 ? undefined : functionStart(inspector.view, (address + 1) as Tagged);
  };
  return {
    variable: (closure, name) =>
      attemptOr(null, () => {
        const start = startOf(closure);
        const told = start && variablesOf(start.script)?.usesOf(name, start.offset);
        if (!told) return null;
        const places = new Places(inspector, start.script);
        return { declaration: places.at(told.declaration), uses: told.uses.map((use) => places.of(use)) };
      }),
    usesIn: (closure, name) =>
      attemptOr([], () => {
        const start = startOf(closure);
        const uses = (start && variablesOf(start.script)?.usesIn(start.offset, name)) ?? [];
        const places = start && new Places(inspector, start.script);
        return places ? uses.map((use) => places.of(use)) : [];
      }),
  };
}

function parse({ view }: V8Inspector, script: Tagged): ScriptVariables | null {
  const source = view.tagged(script, view.layout.code.script.source);
  return (view.isString(source) ? ScriptVariables.of(view.string(source)) : undefined) ?? null;
}

/** Places in one script. */
class Places {
  readonly #view: HeapView;
  readonly #lines: ScriptLines;
  readonly #script: Tagged;
  readonly #id: number;

  constructor({ view, lines }: V8Inspector, script: Tagged) {
    this.#view = view;
    this.#lines = lines;
    this.#script = script;
    this.#id = view.smi(script, view.layout.code.script.id);
  }

  /** Throws a Fault where the script's lines are not known. */
  at(offset: number): CodeLocation {
    const position = this.#lines.at(this.#script, offset);
    if (!position) throw new Fault(this.#view.base(this.#script), 'the lines of the script are not known');
    return { scriptId: this.#id, line: position.line - 1, column: position.column - 1 };
  }

  of({ offset, within, ...use }: VariableUse): UseText {
    return {
      ...use,
      location: this.at(offset),
      within: within
        ? { name: within.name, first: this.at(within.start), last: this.at(within.bodyStart) }
        : null,
    };
  }
}
