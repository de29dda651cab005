import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from '../support/bundle.ts';
import { unexplained } from '../support/difference.ts';
import { defaultLimits, type LimitedResult, runLimited } from '../support/limited.ts';
import { type ReleaseLine, releaseLines } from '../support/releases.ts';
import { type Damage, kinds, makeDamage, noticeable } from './damage.ts';
import { Layout } from './layout.ts';
import { Random } from './random.ts';
import { type Subject, type SubjectName, subjects } from './subjects.ts';

export interface FuzzOptions {
  readonly subject: SubjectName;
  readonly line: ReleaseLine;
  readonly cases: number;
  readonly seed: number;
  /** Called after each case, for people. */
  readonly progress?: (done: number) => void;
}

export interface FuzzReport {
  readonly cases: number;
  /** One line for each case that broke a rule, with the damage that does it again. */
  readonly failures: readonly string[];
  /** What each misled core showed, with the damage that does it again. */
  readonly misled: readonly {
    readonly kind: string;
    readonly values: readonly string[];
    readonly again: string;
  }[];
  /** For each kind: how many cases were read, refused by a named error, and had values that differ silently. */
  readonly kinds: Readonly<Record<string, { read: number; refused: number; silent: number }>>;
  /** Bytes. */
  readonly peak: number;
}

/**
 * Reads a core damaged in many ways, each time in a child process with limits on time and memory. A child
 * that crashes or exceeds a limit is a failure; so is, for damage that can always be noticed, a value that
 * differs from the clean core's without a note.
 */
export async function fuzz({ subject, line, cases, seed, progress }: FuzzOptions): Promise<FuzzReport> {
  const { dump, program = '-', hasHeap = false }: Subject = await subjects[subject](line);
  const child = await bundle(join(import.meta.dirname, 'child.ts'), 'fuzz-child');
  const read = (damage: Damage) =>
    runLimited([child, dump, JSON.stringify(damage), program, hasHeap ? 'heap' : ''], defaultLimits);
  const clean = JSON.parse((await read({ kind: 'bytes', flips: [] })).stdout);
  const layout = new Layout(dump);
  const random = new Random(seed);
  // Pages are taken away by program headers, which minidumps have none of.
  const wanted = subject === 'windows' ? kinds.filter((kind) => kind !== 'lost') : kinds;
  const damages = Array.from({ length: cases }, (_, i) =>
    makeDamage(wanted[i % wanted.length]!, random, layout),
  );
  layout.close();
  const failures: string[] = [];
  const misled: { kind: string; values: string[]; again: string }[] = [];
  const counts = Object.fromEntries(wanted.map((kind) => [kind, { read: 0, refused: 0, silent: 0 }]));
  let peak = 0;
  let done = 0;
  const queue = damages.values();
  const work = async () => {
    for (const damage of queue) {
      const result = await read(damage);
      peak = Math.max(peak, result.peak);
      const again = `node ${child} ${dump} '${JSON.stringify(damage)}' ${program} ${hasHeap ? 'heap' : ''}`;
      const { faults, values } = judge(damage, result, clean, counts[damage.kind]!);
      if (values.length > 0) misled.push({ kind: damage.kind, values, again });
      if (faults !== undefined) failures.push(`${damage.kind}: ${faults}\n  ${again}`);
      progress?.(++done);
    }
  };
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, work));
  return { cases, failures, misled, kinds: counts, peak };
}

/** What is wrong with the reading of a damaged core, if anything; counts it. */
function judge(
  damage: Damage,
  result: LimitedResult,
  clean: unknown,
  count: { read: number; refused: number; silent: number },
): { faults: string | undefined; values: string[] } {
  const broken = brokenRule(result);
  if (broken !== undefined) return { faults: broken, values: [] };
  const got = JSON.parse(result.stdout);
  count['error' in got ? 'refused' : 'read']++;
  const values = unexplained(clean, got);
  if (values.length > 0) count.silent++;
  const isFault = values.length > 0 && noticeable.has(damage.kind);
  return {
    faults: isFault
      ? `${values.length} values differ without a note\n    ${values.slice(0, 3).join('\n    ')}`
      : undefined,
    values,
  };
}

function brokenRule({ code, signal, exceeded, stderr, stdout }: LimitedResult): string | undefined {
  if (exceeded !== undefined) return `exceeded its limit of ${exceeded}`;
  if (code !== 0) return `ended with ${signal ?? code}: ${stderr.slice(-1500)}`;
  if (stdout === '') return 'printed nothing';
  return undefined;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      cases: { type: 'string', default: '3000' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      line: { type: 'string', default: '22' },
      subject: { type: 'string', default: 'plain' },
      misled: { type: 'boolean', default: false },
    },
  });
  const line = releaseLines.find((known) => String(known) === values.line);
  if (line === undefined) throw new Error(`--line is one of ${releaseLines.join(', ')}`);
  const subject = (Object.keys(subjects) as SubjectName[]).find((known) => known === values.subject);
  if (subject === undefined) throw new Error(`--subject is one of ${Object.keys(subjects).join(', ')}`);
  const cases = Number(values.cases);
  console.log(`${subject}, Node ${line}, ${cases} cases, seed ${values.seed}`);
  const report = await fuzz({
    subject,
    line,
    cases,
    seed: Number(values.seed),
    progress: (done) => {
      if (done % 100 === 0) console.log(`${done} of ${cases}`);
    },
  });
  console.table(report.kinds);
  console.log(`Peak memory of a child: ${Math.round(report.peak / 1e6)} MB`);
  for (const { kind, values: shown, again } of values.misled ? report.misled : [])
    console.log(`${kind} misled:\n    ${shown.slice(0, 6).join('\n    ')}\n  ${again}`);
  for (const failure of report.failures) console.log(failure);
  console.log(`${report.failures.length} failures`);
  process.exitCode = report.failures.length > 0 ? 1 : 0;
}

if (import.meta.url === `file://${process.argv[1]}`) await main();
