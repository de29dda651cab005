import type { StringTable } from '../graph/string-table.ts';
import { type ArenaState, StringArena } from './string-arena.ts';

/** The texts of a graph that is made from a core: those of its edges, and behind them what names nodes only. */
export class CoreTexts implements StringTable {
  readonly #edges: StringArena;
  #nodes: StringArena | undefined;

  constructor(edges: StringArena) {
    this.#edges = edges;
  }

  /** Adds the texts of nodes that another thread has collected. */
  adopt(nodes: ArenaState): void {
    this.#nodes = StringArena.of(nodes);
  }

  get count(): number {
    return (this.#nodes ?? this.#edges).count;
  }

  text(id: number): string {
    return this.#of(id).text(id);
  }

  latin1(id: number): Uint8Array | undefined {
    return this.#of(id).latin1(id);
  }

  close(): void {}

  #of(id: number): StringArena {
    return this.#nodes && id >= this.#nodes.first ? this.#nodes : this.#edges;
  }
}
