import { type Absence, absent, attempt, attemptOr, isAbsent } from '../absence.ts';
import type { Tagged } from '../address.ts';
import { ScriptLines, type ScriptPosition } from './frames/script-lines.ts';
import type { Isolate } from './isolate.ts';
import { scriptName } from './objects/call-site.ts';
import { HeapView } from './objects/heap-view.ts';

const MAX_SCRIPTS = 1 << 20;

/** A source text that V8 compiled: a file, a Node internal, an eval, a vm script (objects/script.tq). */
export class Script {
  /** The Script object. */
  readonly word: Tagged;
  /** As CDP's scriptId, within its isolate. */
  readonly id: number;
  /** Path or URL as V8 has it, or a `//# sourceURL`; '' if it has no name. */
  readonly url: string;
  /** Value of `//# sourceMappingURL`, or undefined. */
  readonly sourceMapUrl: string | undefined;
  /** True for code of eval and `new Function`. */
  readonly isEval: boolean;
  readonly #view: HeapView;
  readonly #lines: ScriptLines;

  constructor(view: HeapView, lines: ScriptLines, word: Tagged) {
    const o = view.layout.code.script;
    const text = (offset: number) => attemptOr('', () => view.textOrEmpty(view.tagged(word, offset)));
    this.#view = view;
    this.#lines = lines;
    this.word = word;
    this.id = attemptOr(-1, () => view.smi(word, o.id));
    this.url = attemptOr('', () => scriptName(view, word));
    this.sourceMapUrl = text(o.sourceMappingUrl) || undefined;
    this.isEval = attemptOr(false, () => (view.smi(word, o.flags) & 1) === 1);
  }

  /** The whole source text, or why it is not there. */
  get source(): string | Absence {
    return attempt(() => {
      const word = this.#view.tagged(this.word, this.#view.layout.code.script.source);
      return this.#view.isString(word) ? this.#view.string(word) : absent('V8 dropped the source text');
    });
  }

  /** Length of the source in characters, without reading it; undefined if that cannot be told. */
  get length(): number | undefined {
    return attemptOr(undefined, () => {
      const word = this.#view.readable(this.#view.tagged(this.word, this.#view.layout.code.script.source));
      return this.#view.isString(word) ? this.#view.stringLength(word) : 0;
    });
  }

  /** Line and column, both from 1, of a character of the source; undefined if it has no source. */
  position(offset: number): ScriptPosition | undefined {
    return this.#lines.at(this.word, offset);
  }
}

/** All scripts of an isolate that are still alive, in the order in which they were compiled. */
export function scriptsOf(isolate: Isolate, view = new HeapView(isolate)): Script[] {
  const lines = new ScriptLines(isolate.runtime);
  return scriptWords(isolate, view).map((word) => new Script(view, lines, word));
}

/** Scripts stand in a WeakArrayList, the root `script_list`; collected ones leave a cleared reference. */
export function scriptWords(isolate: Isolate, view = new HeapView(isolate)): Tagged[] {
  return attemptOr([], () => [...listed(isolate, view)].filter((word) => isScript(view, word)));
}

/** How many scripts of an isolate, or names of scripts, cannot be read; undefined if not even their list can. */
export function unreadableScripts(isolate: Isolate, view = new HeapView(isolate)): number | undefined {
  return attemptOr(
    undefined,
    () => [...listed(isolate, view)].filter((word) => !isScript(view, word) || !hasName(view, word)).length,
  );
}

/** True for a script without a name, too, unless that it has none cannot be told. */
function hasName(view: HeapView, word: Tagged): boolean {
  return !isAbsent(attempt(() => scriptName(view, word)));
}

function isScript(view: HeapView, word: Tagged): boolean {
  return view.isType(word, view.layout.types.SCRIPT);
}

function* listed(isolate: Isolate, view: HeapView): Generator<Tagged> {
  const { weakArrayList: o } = view.layout.objects;
  const list = isolate.root('script_list');
  const length = Math.min(view.smi(list, o.length), view.smi(list, o.capacity), MAX_SCRIPTS);
  for (let i = 0; i < length; i++) {
    const word = view.strong(view.tagged(list, o.data + 8 * i));
    if (word !== undefined) yield word;
  }
}
