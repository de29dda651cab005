import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { leakSuspects } from '../../src/engine/analyses/leaks/suspects.ts';
import { openGraph } from '../../src/engine/analyses/open-graph.ts';
import type { ReleaseLine } from '../support/releases.ts';
import { recordSnapshot, programs as shared } from './snapshots.ts';

const folder = resolve(import.meta.dirname, 'leaks');
/** Innocent objects beside each leak, in hundred thousands what issues speak of; fewer here for the time's sake. */
const innocents = process.env.DAYAFTER_INNOCENTS ?? '50000';

/** Each program's one culprit, as its source names it, and the line of Node that runs it. */
const programs: readonly { name: string; variable: RegExp; line: ReleaseLine; isModule?: boolean }[] = [
  { name: 'global-array', variable: /\brequestLog\b/, line: 24 },
  { name: 'module-map', variable: /\bsessions\b/, line: 20 },
  { name: 'closure-context', variable: /\b(originalThing|theThing)\b/, line: 22 },
  { name: 'listeners', variable: /\bbus\b/, line: 20 },
  { name: 'intervals', variable: /\b(watch|target|setInterval)\b|timers/i, line: 22 },
  { name: 'pending-promises', variable: /\bready\b/, line: 24 },
  { name: 'promise-chain', variable: /\b(head|tail)\b/, line: 22 },
  { name: 'sliced-strings', variable: /\btokens\b/, line: 20 },
  { name: 'routes', variable: /\bapp\.router\.stack\b/, line: 24 },
  { name: 'routes', variable: /\bapp\.router\.stack\b/, line: 26 },
  { name: 'unbounded-lru', variable: /\bresponses\.entries\b/, line: 24 },
  { name: 'weakmap-keys', variable: /\btracked\b/, line: 22 },
  { name: 'detached-sockets', variable: /\bpool\.connections\b/, line: 20 },
  { name: 'prototype-cache', variable: /\bcompiled\b/, line: 24 },
  { name: 'string-cache', variable: /\brendered\b/, line: 18 },
  { name: 'external-memory', variable: /\buploads\b/, line: 26 },
  { name: 'static-registry', variable: /\bMetric\.all\b/, line: 22 },
  { name: 'many-readers', variable: /\borders\b/, line: 26 },
  { name: 'module-export', variable: /\bresults\b/, line: 24, isModule: true },
  { name: 'private-field', variable: /\brecorder\.#spans\b/, line: 18 },
  { name: 'finalizers', variable: /\bregistry\b/, line: 20 },
  { name: 'documents', variable: /\b(documents|byNumber)\b/, line: 24 },
  { name: 'undo-list', variable: /\beditor\.undo\.last\b/, line: 22 },
];

describe('the first leak suspect', () => {
  for (const { name, variable, line: release, isModule } of programs) {
    it(`names the culprit of ${name} (Node ${release})`, async () => {
      const fileName = `${name}.${isModule ? 'mjs' : 'cjs'}`;
      const program = join(folder, fileName);
      const heap = await openGraph(await recordSnapshot(release, program, [innocents]));
      try {
        const [first] = leakSuspects(heap);
        assert.ok(first, 'there is no suspect');
        assert.match(first.title, variable);
        assert.ok(first.source?.endsWith(fileName), `${first.title}: of ${first.source}`);
        // Functions of the culprit are marked on their line or, as their first statement, on the next.
        const lines = readFileSync(program, 'utf8').split('\n');
        const line = first.line ?? 0;
        assert.match(lines.slice(line - 1, line + 1).join('\n'), /\/\/ leak/, `${first.title}: line ${line}`);
        assert.ok(first.title.includes(`${fileName}:${first.line}`));
        assert.ok(first.share > 0.05 && first.share <= 1);
        assert.ok(first.sample && first.sample.retainedSize <= first.retainedSize);
      } finally {
        heap.close();
      }
    });
  }
});

describe('leak suspects of a bundle without a leak', () => {
  for (const line of [20, 26] as const) {
    it(`name neither its functions nor its text (Node ${line})`, async () => {
      const heap = await openGraph(await recordSnapshot(line, join(shared, 'bundle.cjs')));
      try {
        assert.deepEqual(
          leakSuspects(heap).map(({ title }) => title),
          [],
        );
      } finally {
        heap.close();
      }
    });
  }
});
