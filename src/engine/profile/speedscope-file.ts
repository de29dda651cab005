import { frameLabel, type Measure, type Profile, type Unit } from './profile.ts';

/** speedscope's own file format (https://www.speedscope.app/file-format-schema.json), "sampled" profiles. */
const units: Readonly<Record<Unit, string>> = {
  microseconds: 'microseconds',
  bytes: 'bytes',
  samples: 'none',
  count: 'none',
};

/** The file's text in parts; a profile for each measure and thread. */
export function* speedscopeFile(profile: Profile, name: string): Generator<string> {
  const frames = profile.frames.map((f) => ({
    name: frameLabel(f),
    ...((f.source || f.module) && { file: f.source || f.module }),
    ...(f.line > 0 && { line: f.line }),
    ...(f.column > 0 && { col: f.column }),
  }));
  yield `{"$schema":"https://www.speedscope.app/file-format-schema.json","exporter":"dayafter","name":${JSON.stringify(name)},`;
  yield `"shared":{"frames":${JSON.stringify(frames)}},"profiles":[`;
  let first = true;
  for (const measure of profile.measures) {
    for (let thread = 0; thread < profile.threads.length; thread++) {
      const rows = sampleRows(profile, measure, thread);
      if (rows.length === 0) continue;
      if (!first) yield ',';
      first = false;
      const of = profile.threads.length > 1 ? profile.threads[thread]! : name;
      yield* sampledProfile(profile, measure, rows, `${of}, ${measure.name}`);
    }
  }
  yield ']}\n';
}

function sampleRows(profile: Profile, measure: Measure, thread: number): number[] {
  const rows: number[] = [];
  for (let i = 0; i < measure.values.length; i++)
    if (profile.samples.thread[i] === thread && measure.values[i]! > 0) rows.push(i);
  return rows;
}

function* sampledProfile(
  { samples, stacks }: Profile,
  { values, unit }: Measure,
  rows: readonly number[],
  title: string,
): Generator<string> {
  const end = rows.reduce((sum, row) => sum + values[row]!, 0);
  yield `{"type":"sampled","name":${JSON.stringify(title)},"unit":"${units[unit]}","startValue":0,"endValue":${end},"samples":[`;
  for (let i = 0; i < rows.length; i++) {
    const outwards: number[] = [];
    for (let s = samples.stack[rows[i]!]!; s >= 0; s = stacks.parent[s]!) outwards.push(stacks.frame[s]!);
    yield `${i === 0 ? '' : ','}[${outwards.reverse().join(',')}]`;
  }
  yield '],"weights":[';
  for (let i = 0; i < rows.length; i++) yield `${i === 0 ? '' : ','}${values[rows[i]!]}`;
  yield ']}';
}
