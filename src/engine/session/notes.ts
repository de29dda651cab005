import type { CoreSystem } from '../dump/core-dump.ts';
import { DayAfterError } from '../errors.ts';
import type { Module } from '../modules/module.ts';
import type { CoreSession } from '../session.ts';

/** What is missing of a dump as a whole, in words. */
export function notesOf({ core, modules, runtime }: CoreSession): string[] {
  const notes = [...core.notes, ...modules.notes];
  if (runtime instanceof DayAfterError)
    return [...notes, runtime.hint ? `${runtime.message}. ${runtime.hint}` : runtime.message];
  if (runtime.isolates.length === 0)
    notes.push('no isolate was found: V8 was not running, or its memory is not in the dump');
  if (runtime.module.isStripped) notes.push(strippedNote(runtime.module, core.system));
  if (runtime.builtins.byId.length === 0)
    notes.push('the builtins of V8 were not found: JavaScript on the stacks cannot be told from native code');
  for (const { index, lostRoots } of runtime.isolates) {
    if (lostRoots > 0)
      notes.push(
        `${lostRoots} of the ${runtime.rootNames.length} roots of isolate ${index} are not in the dump: values that V8 tells by them are missing or less exact`,
      );
  }
  return notes;
}

/** What is lost with the symbols of the executable, and what brings it back. */
function strippedNote({ path, buildId, pdbName }: Module, system: CoreSystem): string {
  if (system === 'windows') {
    const lost = `${path} holds the names of what it exports alone: its other native functions are nameless`;
    if (pdbName === undefined || buildId === undefined) return lost;
    return (
      `${lost}. Its PDB file, ${pdbName} (${buildId.toUpperCase()}), brings them back: name the directory that has it, or a ` +
      `symbol store, as one to search${pdbName === 'node.pdb' ? '. That of a release of Node is in its node_pdb.zip' : ''}`
    );
  }
  const wanted = buildId === undefined ? '' : ` (build-id ${buildId})`;
  return (
    `the symbols of ${path} were stripped: native functions whose names only these have are nameless. ` +
    `The file as it was built, or its debug file${wanted}, brings them back: name it as the program, or its ` +
    'directory as one to search'
  );
}
