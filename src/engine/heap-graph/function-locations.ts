import { attemptOr } from '../absence.ts';
import type { Tagged } from '../address.ts';
import { Uint32Column } from '../columns.ts';
import type { V8Inspector } from '../v8/inspector.ts';
import { functionStart } from '../v8/objects/functions.ts';
import type { HeapImage } from './heap-image.ts';

interface Place {
  readonly script: number;
  readonly line: number;
  readonly column: number;
}

/** Ordinals, script ids, lines and columns. */
export type LocationColumns = [Uint32Array, Uint32Array, Uint32Array, Uint32Array];

/** Where the code of functions stands, read once for all closures of a function. */
export class FunctionLocations {
  readonly #inspector: V8Inspector;
  readonly #image: HeapImage;
  /** By index of the SharedFunctionInfo. */
  readonly #places = new Map<number, Place | null>();
  #lastShared = -1;
  #last: Place | null | undefined;
  /** Ordinals, script ids, lines and columns. */
  readonly #columns = [
    new Uint32Column(),
    new Uint32Column(),
    new Uint32Column(),
    new Uint32Column(),
  ] as const;

  constructor(inspector: V8Inspector, image: HeapImage) {
    this.#inspector = inspector;
    this.#image = image;
  }

  /** The function at index `i` is the node of that ordinal; ordinals ascend. */
  add(i: number, ordinal: number): void {
    const shared = this.#image.target(i + this.#inspector.view.layout.objects.function.shared / 8);
    if (shared !== this.#lastShared || this.#last === undefined) {
      this.#last = this.#places.get(shared);
      if (this.#last === undefined) {
        this.#last = attemptOr(null, () => this.#find((this.#image.addressOf(i) + 1) as Tagged));
        this.#places.set(shared, this.#last);
      }
      this.#lastShared = shared;
    }
    const place = this.#last;
    if (place === null) return;
    this.#columns[0].push(ordinal);
    this.#columns[1].push(place.script);
    this.#columns[2].push(place.line);
    this.#columns[3].push(place.column);
  }

  take(): LocationColumns {
    const [ordinals, scripts, lines, columns] = this.#columns;
    return [ordinals.done(), scripts.done(), lines.done(), columns.done()];
  }

  #find(word: Tagged): Place | null {
    const { view, lines } = this.#inspector;
    const start = functionStart(view, word);
    const at = start && lines.at(start.script, start.offset);
    if (!start || !at) return null;
    return {
      script: view.smi(start.script, view.layout.code.script.id),
      line: at.line - 1,
      column: at.column - 1,
    };
  }
}
