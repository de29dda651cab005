import { frameLabel, type Profile, type Unit } from './profile.ts';

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
      const rows: number[] = [];
      let end = 0;
      for (let i = 0; i < measure.values.length; i++) {
        if (profile.samples.thread[i] !== thread || !(measure.values[i]! > 0)) continue;
        rows.push(i);
        end += measure.values[i]!;
      }
      if (rows.length === 0) continue;
      const title = [profile.threads.length > 1 ? profile.threads[thread]! : name, measure.name].join(', ');
      yield `${first ? '' : ','}{"type":"sampled","name":${JSON.stringify(title)},"unit":"${units[measure.unit]}","startValue":0,"endValue":${end},"samples":[`;
      first = false;
      for (let i = 0; i < rows.length; i++) {
        const outwards: number[] = [];
        for (let s = profile.samples.stack[rows[i]!]!; s >= 0; s = profile.stacks.parent[s]!)
          outwards.push(profile.stacks.frame[s]!);
        yield `${i === 0 ? '' : ','}[${outwards.reverse().join(',')}]`;
      }
      yield '],"weights":[';
      for (let i = 0; i < rows.length; i++) yield `${i === 0 ? '' : ','}${measure.values[rows[i]!]}`;
      yield ']}';
    }
  }
  yield ']}\n';
}
