import { FlattenMap, originalPositionFor, sourceContentFor, type TraceMap } from '@jridgewell/trace-mapping';
import { isAbsent } from '../absence.ts';
import type { OriginalPlace } from '../contract.ts';
import type { Script } from '../v8/scripts.ts';
import { dataUrlText, readMapFile, type SourceRoot } from './map-files.ts';

/**
 * Original positions of scripts that carry a `sourceMappingURL` (Source Map, ECMA-426): inline in the dump, or
 * in a file beside the script inside of the roots. A broken or missing map costs only the mapping.
 */
export class SourceMaps {
  readonly #roots: readonly SourceRoot[];
  readonly #maps = new Map<Script, TraceMap | undefined>();

  constructor(roots: readonly SourceRoot[]) {
    this.#roots = roots;
  }

  /** Where a place of a script (line and column from 1) came from; `functionStart` serves to find its name. */
  original(
    script: Script,
    place: { readonly line: number; readonly column: number },
    generatedName: { readonly text: string; readonly offset: number } | undefined,
  ): OriginalPlace | undefined {
    const map = this.#mapOf(script);
    if (!map) return undefined;
    const found = originalPositionFor(map, { line: place.line, column: place.column - 1 });
    if (found.source === null) return undefined;
    return {
      source: found.source,
      line: found.line,
      column: found.column + 1,
      name: generatedName === undefined ? null : this.#nameOf(map, script, generatedName),
    };
  }

  /** sourcesContent of an original source that some script's map has; undefined if none has. */
  content(script: Script, source: string): string | undefined {
    const map = this.#mapOf(script);
    return (map && sourceContentFor(map, source)) ?? undefined;
  }

  /** Names of the original sources of a script; empty without a map. */
  sources(script: Script): readonly string[] {
    return this.#mapOf(script)?.resolvedSources ?? [];
  }

  /** The name that the map has at the function's own name, which stands before its parameters. */
  #nameOf(map: TraceMap, script: Script, name: { text: string; offset: number }): string | null {
    const source = script.source;
    const start = name.offset - name.text.length;
    if (isAbsent(source) || name.text === '' || source.slice(start, name.offset) !== name.text) return null;
    const at = script.position(start);
    const found = at && originalPositionFor(map, { line: at.line, column: at.column - 1 });
    return found?.name ?? null;
  }

  #mapOf(script: Script): TraceMap | undefined {
    if (!this.#maps.has(script)) this.#maps.set(script, this.#load(script));
    return this.#maps.get(script);
  }

  #load(script: Script): TraceMap | undefined {
    const url = script.sourceMapUrl;
    if (url === undefined) return undefined;
    const text = url.startsWith('data:') ? dataUrlText(url) : readMapFile(script.url, url, this.#roots);
    if (text === undefined) return undefined;
    try {
      // Some servers put a line before the JSON against cross-site inclusion (ECMA-426, 7.1).
      const json = JSON.parse(text.startsWith(')]}') ? text.slice(text.indexOf('\n')) : text);
      return new FlattenMap(json, baseOf(script.url, url));
    } catch {
      return undefined;
    }
  }
}

/** What relative `sources` are resolved by: the map's own place, or the script's for inline maps. */
function baseOf(scriptUrl: string, mapUrl: string): string {
  if (mapUrl.startsWith('data:')) return scriptUrl;
  return scriptUrl.slice(0, scriptUrl.lastIndexOf('/') + 1) + mapUrl;
}
