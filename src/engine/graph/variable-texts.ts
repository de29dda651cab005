import type { CodeLocation } from './heap-graph.ts';
import type { NodeOrdinal } from './types.ts';

/** What a script's text says of a variable. Locations are as in the graph: from 0. */
export interface VariableText {
  readonly declaration: CodeLocation;
  /** In the order of the text. */
  readonly uses: readonly UseText[];
}

export interface UseText {
  readonly location: CodeLocation;
  /**
   * The method that is called on what the variable holds; `=` for an assignment to an element, or of something larger,
   * `:=` for one of something else; `await`; `Promise.race` and the like.
   */
  readonly how: string;
  /** From the variable to what is used: `['router', 'stack']`, `['get()']`. */
  readonly members: readonly string[];
  /** As it is written, on one line. */
  readonly code: string;
  /** The innermost function around; null for code that runs when its script is loaded. */
  readonly within: {
    /** '' for a function without a name. */
    readonly name: string;
    /** Between these V8 locates its closures. */
    readonly first: CodeLocation;
    readonly last: CodeLocation;
  } | null;
}

/** Reads what a dump's scripts say. */
export interface VariableTexts {
  /** Of the variable with a name that is in sight where a closure was made; null where no text tells. */
  variable(closure: NodeOrdinal, name: string): VariableText | null;
  /** What a closure's own code does to anything of a name, be it a variable or a member. */
  usesIn(closure: NodeOrdinal, name: string): readonly UseText[];
  /** What all code of the program does to anything of a name. */
  usesNamed(name: string): readonly UseText[];
}
