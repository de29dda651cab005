import assert from 'node:assert/strict';
import { BufferSource } from '../../src/engine/dump/byte-source.ts';
import { ProfileBuilder } from '../../src/engine/profile/builder.ts';
import { comparedMeasures, difference, differenceWeights } from '../../src/engine/profile/difference.ts';
import { foldedLines } from '../../src/engine/profile/fold.ts';
import { bottomUp, calleesOf, callersOf } from '../../src/engine/profile/inverted.ts';
import { boxAt, layout, treeLayout } from '../../src/engine/profile/layout.ts';
import { readerOf } from '../../src/engine/profile/open-profile.ts';
import { pack, unpack } from '../../src/engine/profile/pack.ts';
import type { Profile } from '../../src/engine/profile/profile.ts';
import { foldedReader } from '../../src/engine/profile/readers/folded.ts';
import { speedscopeFile } from '../../src/engine/profile/speedscope-file.ts';
import { transform } from '../../src/engine/profile/transform.ts';
import { stackWeights } from '../../src/engine/profile/weights.ts';
import { random } from '../support/random.ts';
import { weigh } from './naive.ts';
import { assertSameTable, tableOf } from './support.ts';

function folded(text: string): Profile {
  return foldedReader.read(new BufferSource(Buffer.from(text)), { path: 'test.folded' });
}

function lines(profile: Profile): string[] {
  return [...foldedLines(profile, profile.measures[0]!)].map((line) => line.trimEnd()).sort();
}

function numberOf(profile: Profile, name: string): number {
  return profile.frames.findIndex((frame) => frame.name === name);
}

/** Random stacks of few names, so that recursion of all kinds comes up. */
function randomFolded(seed: number, count: number): string {
  const next = random(seed);
  return Array.from({ length: count }, () => {
    const frames = Array.from({ length: 1 + next(9) }, () => 'abcdef'[next(6)]);
    return `${frames.join(';')} ${1 + next(20)}\n`;
  }).join('');
}

describe('the profile model', () => {
  it('weighs functions as the plainest reckoning does, whatever recurses', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const text = randomFolded(seed, 200);
      const expected = weigh(
        text
          .trim()
          .split('\n')
          .map((line) => [line.split(' ')[0]!.split(';'), Number(line.split(' ')[1])]),
      );
      const profile = folded(text);
      assertSameTable(
        tableOf(profile, profile.measures[0]!, (f) => f.name),
        expected,
      );
    }
  });

  it('shares prefixes between lines that stand together or not', () => {
    const profile = folded('a;b;c 1\na;b 2\na;bc 3\na;b;c;d 4\nb;a 5\na;b;c 6\n');
    assert.deepEqual(lines(profile), ['a;b 2', 'a;b;c 7', 'a;b;c;d 4', 'a;bc 3', 'b;a 5']);
    assert.equal(profile.stacks.parent.length, 7);
  });

  it('draws every stack once, under its caller, from left to right', () => {
    const profile = folded(randomFolded(7, 500));
    const weights = stackWeights(profile, profile.measures[0]!);
    for (const order of ['file', 'name', 'heavy'] as const) {
      const graph = treeLayout(profile, weights, order);
      assert.equal(graph.stack.length, profile.stacks.parent.length);
      for (let row = 0; row < graph.rows.length - 1; row++) {
        for (let box = graph.rows[row]!; box < graph.rows[row + 1]!; box++) {
          const stack = graph.stack[box]!;
          assert.equal(graph.right[box]! - graph.left[box]!, weights.total[stack]);
          if (box > graph.rows[row]!) assert.ok(graph.left[box]! >= graph.right[box - 1]!);
          if (row === 0) continue;
          const below = boxAt(graph, row - 1, graph.left[box]!);
          assert.equal(graph.stack[below], profile.stacks.parent[stack]);
          assert.ok(graph.right[box]! <= graph.right[below]!);
        }
      }
    }
  });

  it('sorts by name and by weight', () => {
    const profile = folded('z 1\nb;x 5\nb;y 7\na 3\n');
    const names = (order: 'name' | 'heavy') => {
      const graph = layout(profile, profile.measures[0]!, order);
      return Array.from(graph.stack, (s) => profile.frames[profile.stacks.frame[s]!]!.name).join('');
    };
    assert.equal(names('name'), 'abzxy');
    assert.equal(names('heavy'), 'bazyx');
  });

  it('never recurses: ten thousand frames deep', () => {
    const deep = Array.from({ length: 10_000 }, (_, i) => `f${i}`).join(';');
    const text = `${deep} 3\n${deep};leaf 4\n`;
    assert.equal(readerOf(new BufferSource(Buffer.from(text))), foldedReader);
    const profile = folded(text);
    const weights = stackWeights(profile, profile.measures[0]!);
    assert.equal(weights.total[0], 7);
    assert.equal(treeLayout(profile, weights, 'heavy').rows.length - 1, 10_001);
    assert.equal(bottomUp(profile, weights).profile.stacks.parent.length, 20_001);
    assert.equal(callersOf(profile, weights, numberOf(profile, 'leaf')).weights.sum, 4);
    assert.equal(unpack(pack(profile)).stacks.parent.length, 10_001);
    assert.equal(transform(profile, { collapseMutual: true }).stacks.parent.length, 10_001);
  });

  it('collapses direct and mutual recursion', () => {
    const profile = folded('m;a;a;a;b 2\nm;a;b;a;b;c 3\nm;a 1\n');
    assert.deepEqual(lines(transform(profile, { collapseDirect: true })), [
      'm;a 1',
      'm;a;b 2',
      'm;a;b;a;b;c 3',
    ]);
    assert.deepEqual(lines(transform(profile, { collapseMutual: true })), ['m;a 1', 'm;a;b 2', 'm;a;b;c 3']);
  });

  it('focuses, hides and merges', () => {
    const profile = folded('m;a;x 2\nm;b;a;y 3\nm;c 4\n');
    const a = new Set([numberOf(profile, 'a')]);
    assert.deepEqual(lines(transform(profile, { focus: a })), ['a;x 2', 'a;y 3']);
    assert.deepEqual(lines(transform(profile, { hide: a })), ['m;b;y 3', 'm;c 4', 'm;x 2']);
    const files = folded('JS:~f /p/a.js:1:1;JS:~g /p/a.js:9:1;JS:*h /p/node_modules/q/b.js:1:1 5\n');
    assert.deepEqual(lines(transform(files, { groupBy: 'file' })), [
      '/p/a.js /p/a.js;/p/node_modules/q/b.js /p/node_modules/q/b.js 5',
    ]);
    assert.deepEqual(lines(transform(files, { groupBy: 'package' })), ['(own code);q 5']);
    const tiers = folded('JS:~f /p/a.js:1:1 5\nJS:*f /p/a.js:1:1 6\n');
    assert.equal(tiers.frames.length, 2);
    assert.deepEqual(lines(transform(tiers, { groupBy: 'function' })), ['f /p/a.js:1 11']);
  });

  it('shows callers and callees of a function, recursion counted once', () => {
    const profile = folded('m;a;f;x 2\nm;b;f;f;y 3\nm;c 4\nf 1\n');
    const weights = stackWeights(profile, profile.measures[0]!);
    const f = numberOf(profile, 'f');
    const callers = callersOf(profile, weights, f);
    assert.equal(callers.weights.sum, 6);
    const shown = (tree: typeof callers) =>
      Array.from(
        tree.profile.stacks.frame,
        (frame, s) => `${profile.frames[frame]!.name}=${tree.weights.total[s]}`,
      );
    assert.deepEqual(shown(callers).sort(), ['a=2', 'b=3', 'f=6', 'm=2', 'm=3']);
    const callees = calleesOf(profile, weights, f);
    assert.deepEqual(shown(callees).sort(), ['f=3', 'f=6', 'x=2', 'y=3']);
  });

  it('compares: what grew, what is new, what vanished', () => {
    const both = difference(folded('m;a 5\nm;new 2\n'), folded('m;a 3\nm;gone;deep 4\n'));
    const { union, newer, older } = differenceWeights(both, false);
    const at = (name: string) => both.stacks.frame.indexOf(numberOf(both, name));
    assert.deepEqual([newer.total[at('a')], older.total[at('a')]], [5, 3]);
    assert.deepEqual([newer.total[at('new')], older.total[at('new')]], [2, 0]);
    assert.deepEqual([newer.total[at('gone')], older.total[at('gone')]], [0, 4]);
    assert.equal(union.total[at('m')], 11);
    assert.equal(union.total[at('gone')], 4);
    assert.equal(differenceWeights(both, true).older.sum, 7);
  });

  it('compares each measure that both have', () => {
    const made = (bytes: number, objects: number) => {
      const builder = new ProfileBuilder('made', [
        { name: 'size', unit: 'bytes' },
        { name: 'objects', unit: 'count' },
      ]);
      const frame = { ...folded('a 1\n').frames[0]! };
      builder.sample(builder.stacks.push(-1, builder.frame(frame)), bytes, objects);
      return builder.done();
    };
    const both = difference(made(100, 1), made(40, 3));
    assert.deepEqual(comparedMeasures(both), ['size', 'objects']);
    const sums = (pair: number) => {
      const { newer, older, union } = differenceWeights(both, false, pair);
      return [newer.sum, older.sum, union.sum];
    };
    assert.deepEqual(
      [sums(0), sums(1)],
      [
        [100, 40, 100],
        [1, 3, 3],
      ],
    );
  });

  it('comes back from its packed bytes and from its speedscope file', () => {
    const profile = folded('m;JS:*a /p/a.js:3:4 5\nm;b 2\n');
    const again = unpack(pack(profile));
    assert.deepEqual(again, profile);
    const file = Buffer.from([...speedscopeFile(profile, 'test')].join(''));
    const reader = readerOf(new BufferSource(file))!;
    assert.equal(reader.format, 'speedscope file');
    const read = reader.read(new BufferSource(file), { path: 'x' });
    assert.deepEqual(
      [...tableOf(read, read.measures[0]!, (f) => f.name)],
      [...tableOf(profile, profile.measures[0]!, (f) => f.name)],
    );
  });
});
