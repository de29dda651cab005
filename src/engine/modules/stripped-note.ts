import type { Module } from './module.ts';

/** What is lost with the symbols of the executable, and what brings it back, in words. */
export function strippedNote({ path, buildId }: Module): string {
  const wanted = buildId === undefined ? '' : ` (build-id ${buildId})`;
  return (
    `the symbols of ${path} were stripped: native functions and objects whose names only these have are nameless or ` +
    `left out. The file as it was built, or its debug file${wanted}, brings them back: name it as the program, or its ` +
    'directory as one to search'
  );
}
