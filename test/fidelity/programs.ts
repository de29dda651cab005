import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Header, headerOf } from '../oracle/oracle.ts';

export const programsFolder = join(import.meta.dirname, 'programs');

export interface FidelityProgram {
  readonly name: string;
  readonly path: string;
  readonly header: Header;
}

/** The programs of test/fidelity/programs, by name. */
export async function fidelityPrograms(): Promise<FidelityProgram[]> {
  const names = (await readdir(programsFolder)).filter((name) => /\.m?js$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const path = join(programsFolder, name);
      return { name, path, header: headerOf(await readFile(path, 'utf8')) };
    }),
  );
}

export function runsOn(program: FidelityProgram, line: number): boolean {
  return program.header.lines?.includes(line) ?? true;
}
