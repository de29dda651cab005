import { attemptOr, Fault } from '../absence.ts';
import type { Tagged } from '../address.ts';
import type { CodeLocation } from '../graph/heap-graph.ts';
import type { NodeAddresses } from '../graph/node-addresses.ts';
import type { NodeOrdinal } from '../graph/types.ts';
import type { UseText, VariableText, VariableTexts } from '../graph/variable-texts.ts';
import type { CoreSession } from '../session.ts';
import type { ScriptLines } from '../v8/frames/script-lines.ts';
import type { V8Inspector } from '../v8/inspector.ts';
import type { Isolate } from '../v8/isolate.ts';
import { functionStart } from '../v8/objects/functions.ts';
import type { HeapView } from '../v8/objects/heap-view.ts';
import { LONGEST_TEXT, ScriptVariables, type VariableUse } from '../v8/scopes/variable-uses.ts';

/** Characters of scripts that are parsed to look for one name. */
const MOST_TEXT = 4 << 20;

/** Texts of variables, out of the scripts that a core holds. A script is parsed when it is first asked for. */
export function variableTexts(
  session: CoreSession,
  isolate: Isolate,
  addresses: NodeAddresses,
): VariableTexts {
  return new Texts(session, isolate, addresses);
}

class Texts implements VariableTexts {
  readonly #session: CoreSession;
  readonly #isolate: Isolate;
  readonly #inspector: V8Inspector;
  readonly #addresses: NodeAddresses;
  /** Syntax trees are large: they go when memory is short. */
  readonly #parsed = new Map<Tagged, WeakRef<ScriptVariables> | null>();

  constructor(session: CoreSession, isolate: Isolate, addresses: NodeAddresses) {
    this.#session = session;
    this.#isolate = isolate;
    this.#inspector = session.inspectorOf(isolate);
    this.#addresses = addresses;
  }

  variable(closure: NodeOrdinal, name: string): VariableText | null {
    return attemptOr(null, () => {
      const start = this.#startOf(closure);
      const told = start && this.#variablesOf(start.script)?.usesOf(name, start.offset);
      if (!told) return null;
      const places = new Places(this.#inspector, start.script);
      return { declaration: places.at(told.declaration), uses: told.uses.map((use) => places.of(use)) };
    });
  }

  usesIn(closure: NodeOrdinal, name: string): readonly UseText[] {
    return attemptOr([], () => {
      const start = this.#startOf(closure);
      const uses = start && this.#variablesOf(start.script)?.usesIn(start.offset, name);
      const places = start && new Places(this.#inspector, start.script);
      return places && uses ? uses.map((use) => places.of(use)) : [];
    });
  }

  usesNamed(name: string): readonly UseText[] {
    const found: UseText[] = [];
    let left = MOST_TEXT;
    for (const script of this.#session.scriptsIn(this.#isolate)) {
      const { word, url, length } = script;
      if (url.startsWith('node:') || length === undefined || length > LONGEST_TEXT) continue;
      const { source } = script;
      if (typeof source !== 'string' || !source.includes(name)) continue;
      left -= source.length;
      if (left < 0) break;
      found.push(
        ...attemptOr([], () => {
          const places = new Places(this.#inspector, word);
          return (this.#variablesOf(word)?.usesNamed(name) ?? []).map((use) => places.of(use));
        }),
      );
    }
    return found;
  }

  #startOf(closure: NodeOrdinal) {
    const address = this.#addresses.of(closure);
    return address === 0 ? undefined : functionStart(this.#inspector.view, (address + 1) as Tagged);
  }

  #variablesOf(script: Tagged): ScriptVariables | null {
    const known = this.#parsed.get(script);
    if (known === null) return null;
    const made = known?.deref() ?? this.#parse(script);
    this.#parsed.set(script, made && new WeakRef(made));
    return made;
  }

  #parse(script: Tagged): ScriptVariables | null {
    const { view } = this.#inspector;
    const source = view.tagged(script, view.layout.code.script.source);
    const isShort = view.isString(source) && view.stringLength(source) <= LONGEST_TEXT;
    return (isShort ? ScriptVariables.of(view.string(source)) : undefined) ?? null;
  }
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
