/** The parser of VS Code's own viewer: Rust in Wasm. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import process from 'node:process';
import { report } from './report.ts';

const require = createRequire(process.argv[3]!);
const { decode_bytes } = require('@vscode/v8-heap-parser') as {
  decode_bytes(bytes: Uint8Array): {
    get_class_groups(start: number, end: number, noRetained: boolean): { retained_size: bigint }[];
  };
};
const graph = decode_bytes(readFileSync(process.argv[2]!));
const groups = graph.get_class_groups(0, 1_000_000, false);
report({ nodes: 0, classes: groups.length, counted: 0, retained: 0 });
