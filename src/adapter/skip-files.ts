import picomatch from 'picomatch';
import { defaultSkipFiles } from '../configuration/attach.ts';
import { skipFilesName } from '../configuration/paths.ts';

/** js-debug's `skipFiles`: globs over script URLs, later ones win, `!` takes files back in. */
export class SkipFiles {
  /** False where the user set nothing and the defaults hold. */
  readonly configured: boolean;
  readonly #rules: { skip: boolean; matches: (name: string) => boolean }[];
  readonly #known = new Map<string, boolean>();

  constructor(patterns: readonly string[] | undefined) {
    this.configured = patterns !== undefined;
    this.#rules = (patterns ?? defaultSkipFiles).map((pattern) => {
      const skip = !pattern.startsWith('!');
      const glob = (skip ? pattern : pattern.slice(1)).replaceAll('\\', '/');
      return { skip, matches: picomatch(glob, { dot: true }) };
    });
  }

  skips(url: string): boolean {
    let known = this.#known.get(url);
    if (known === undefined) {
      const name = skipFilesName(url);
      known = this.#rules.reduce((skip, rule) => (rule.matches(name) ? rule.skip : skip), false);
      this.#known.set(url, known);
    }
    return known;
  }
}

/** Scripts that are part of Node itself, whatever the configuration says. */
export function isNodeInternal(url: string): boolean {
  return url.startsWith('node:');
}
