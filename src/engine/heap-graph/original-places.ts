import type { OriginalPlaces } from '../graph/heap-graph.ts';
import type { CoreSession } from '../session.ts';
import type { Isolate } from '../v8/isolate.ts';
import type { Script } from '../v8/scripts.ts';

/** Original places of an isolate's scripts, by their source maps; scripts are looked at when the first is asked for. */
export function originalPlaces(session: CoreSession, isolate: Isolate): OriginalPlaces {
  let scripts: Map<number, Script> | undefined;
  return (scriptId, line, column) => {
    scripts ??= new Map(
      [...session.scriptsIn(isolate)]
        .filter(({ sourceMapUrl }) => sourceMapUrl !== undefined)
        .map((script) => [script.id, script]),
    );
    const script = scripts.get(scriptId);
    return script && session.sourceMaps.original(script, { line, column }, undefined);
  };
}
