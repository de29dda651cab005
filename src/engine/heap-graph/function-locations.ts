import { attemptOr } from '../absence.ts';
import type { Tagged } from '../address.ts';
import { Uint32Column } from '../columns.ts';
import { Locations } from '../graph/heap-graph.ts';
import type { V8Inspector } from '../v8/inspector.ts';
import { functionStart } from '../v8/objects/functions.ts';
import type { HeapImage } from './heap-image.ts';

interface Place {
  readonly script: number;
  readonly line: number;
  readonly column: number;
}

/** Which nodes are functions, and where their code stands: once for all closures of a function. */
export class FunctionLocations {
  readonly #inspector: V8Inspector;
  readonly #image: HeapImage;
  readonly #ordinals = new Uint32Column();
  /** By position in `#ordinals`: position in `#functions`. */
  readonly #numbers = new Uint32Column();
  /** One function of each SharedFunctionInfo. */
  readonly #functions: Tagged[] = [];
  /** By index of the SharedFunctionInfo. */
  readonly #numberOf = new Map<number, number>();
  #lastShared = -1;
  #lastNumber = -1;

  constructor(inspector: V8Inspector, image: HeapImage) {
    this.#inspector = inspector;
    this.#image = image;
  }

  /** The function at index `i` is the node of that ordinal; ordinals ascend. */
  add(i: number, ordinal: number): void {
    const shared = this.#image.target(i + this.#inspector.view.layout.objects.function.shared / 8);
    if (shared < 0) return;
    if (shared !== this.#lastShared) {
      this.#lastShared = shared;
      this.#lastNumber = this.#numberOf.get(shared) ?? this.#functions.length;
      if (this.#lastNumber === this.#functions.length) {
        this.#numberOf.set(shared, this.#lastNumber);
        this.#functions.push((this.#image.addressOf(i) + 1) as Tagged);
      }
    }
    this.#ordinals.push(ordinal);
    this.#numbers.push(this.#lastNumber);
  }

  /** The locations, to be read from the dump when they are asked for. */
  get locations(): () => Locations {
    const inspector = this.#inspector;
    const functions = this.#functions;
    const ordinals = this.#ordinals.done();
    const numbers = this.#numbers.done();
    return () =>
      located(
        functions.map((fn) => attemptOr(undefined, () => placeOf(inspector, fn))),
        ordinals,
        numbers,
      );
  }
}

/** Locations of nodes, `numbers` of which are positions in `places`; those without a place are left out. */
function located(
  places: readonly (Place | undefined)[],
  ordinals: Uint32Array,
  numbers: Uint32Array,
): Locations {
  const nodes = new Uint32Array(ordinals.length);
  const scripts = new Uint32Array(ordinals.length);
  const lines = new Uint32Array(ordinals.length);
  const columns = new Uint32Array(ordinals.length);
  let count = 0;
  for (let n = 0; n < ordinals.length; n++) {
    const place = places[numbers[n]!];
    if (!place) continue;
    nodes[count] = ordinals[n]!;
    scripts[count] = place.script;
    lines[count] = place.line;
    columns[count++] = place.column;
  }
  const done = (values: Uint32Array) => values.subarray(0, count);
  return new Locations(done(nodes), done(scripts), done(lines), done(columns));
}

function placeOf({ view, lines }: V8Inspector, fn: Tagged): Place | undefined {
  const start = functionStart(view, fn);
  const at = start && lines.at(start.script, start.offset);
  if (!start || !at) return undefined;
  return {
    script: view.smi(start.script, view.layout.code.script.id),
    line: at.line - 1,
    column: at.column - 1,
  };
}
